#include <duet/base/error.hpp>
#include <duet/engine/transaction.hpp>
#include <duet/statement/select.hpp>

#include <algorithm>

namespace duet::detail {

namespace {

/// Calls `f(clause, whole bytes of the clause)`; stops when it answers false.
template <class F>
void each_clause(const shape::Fragment& clauses, F&& f) {
    const auto& bytes = clauses.bytes;
    for (std::size_t at = 0; at < bytes.size();) {
        const std::size_t size = 5u + bytes[at + 1] + (std::size_t{bytes[at + 2]} << 8);
        if (!f(static_cast<shape::Clause>(bytes[at]), std::span(bytes.data() + at, size))) return;
        at += size;
    }
}

/// Nothing but the parts of a set operation, and CTEs.
bool is_bare_compound(const shape::QueryData& statement) {
    if ((statement.flags & (shape::has_limit | shape::has_offset)) != 0) return false;
    bool bare = false;
    each_clause(statement.clauses, [&](shape::Clause clause, std::span<const std::uint8_t>) {
        bare = clause == shape::Clause::compound || clause == shape::Clause::with;
        return bare;
    });
    return bare;
}

void add_part(shape::QueryData& whole, shape::SetOperation operation, const shape::QueryData& part) {
    const std::size_t begun = whole.clauses.begin(shape::Clause::compound);
    whole.clauses.u8(static_cast<std::size_t>(operation));
    const std::span<const std::int16_t> key = part.model->key;
    shape::nest(whole.clauses, part, static_cast<std::uint8_t>(key.empty() ? 0 : key[0]));
    whole.clauses.end(begun);
    whole.flags |= part.flags & shape::changes_rows;
}

}  // namespace

void add_rows_clause(shape::QueryData& statement, std::string_view source) {
    const std::size_t begun = statement.clauses.begin(shape::Clause::rows_of);
    statement.clauses.name_or_nothing(source);
    statement.clauses.end(begun);
}

shape::QueryData statement_of(const shape::QueryData& query) {
    shape::QueryData out = query;
    out.flags |= shape::statement;
    drop_clauses(out, shape::Clause::joined);
    std::vector<shape::RelatedLoad> loads;
    for (shape::RelatedLoad& load : out.related) {
        const bool on_the_way = load.joined && std::ranges::any_of(query.related, [&](const auto& other) {
                                    return other.path.size() > load.path.size() &&
                                           std::equal(load.path.begin(), load.path.end(), other.path.begin());
                                });
        if (on_the_way) continue;
        load.joined = false;
        loads.push_back(std::move(load));
    }
    out.related = std::move(loads);
    add_rows_clause(out, {});
    return out;
}

void drop_columns(shape::QueryData& statement) {
    drop_clauses(statement, shape::Clause::rows_of);
    drop_clauses(statement, shape::Clause::select);
    if (statement.has(shape::Clause::compound)) statement.flags |= shape::own_columns;
}

shape::QueryData compound_of(shape::SetOperation operation, const shape::QueryData& left,
                             const shape::QueryData& right) {
    shape::QueryData out;
    if (is_bare_compound(left)) {
        out = left;
    } else {
        out.model = left.model;
        out.flags = shape::statement;
        out.related = left.related;
        add_part(out, shape::SetOperation::union_all, left);
    }
    add_part(out, operation, right);
    return out;
}

void add_common_table(shape::QueryData& statement, const CommonTableData& table) {
    shape::QueryData fresh;
    const std::size_t begun = fresh.clauses.begin(shape::Clause::with);
    fresh.clauses.name(table.name);
    fresh.clauses.u8(table.flags);
    fresh.clauses.model(*table.model);
    fresh.clauses.append(table.body);
    fresh.clauses.end(begun);
    if (table.writes) statement.flags |= shape::changes_rows;
    bool known = false;
    each_clause(statement.clauses, [&](shape::Clause clause, std::span<const std::uint8_t> bytes) {
        if (clause != shape::Clause::with || bytes.size() != fresh.clauses.bytes.size()) return true;
        // All but the number of the first value.
        const std::uint8_t* other = fresh.clauses.bytes.data();
        if (!std::equal(bytes.begin() + 5, bytes.end(), other + 5)) return true;
        const std::size_t first = bytes[3] | std::size_t{bytes[4]} << 8;
        const shape::Values& values = fresh.clauses.values;
        known = true;
        for (std::size_t i = 0; known && i < values.size(); ++i) {
            const auto& a = values.entry(i);
            const auto& b = statement.clauses.values.entry(first + i);
            known = a.type == b.type && a.size == b.size && a.list == b.list;
            if (known && a.type != nullptr && !a.list)
                known = std::equal(static_cast<const std::byte*>(values.data(i)),
                                   static_cast<const std::byte*>(values.data(i)) + a.size,
                                   static_cast<const std::byte*>(statement.clauses.values.data(first + i)));
        }
        return !known;
    });
    if (!known) statement.clauses.append_clauses(fresh.clauses);
}

void add_hint(shape::QueryData& statement, DialectName database, std::string_view text) {
    const std::size_t begun = statement.clauses.begin(shape::Clause::hint);
    statement.clauses.u8(static_cast<std::size_t>(database));
    statement.clauses.u16(text.size());
    statement.clauses.bytes.append(reinterpret_cast<const std::uint8_t*>(text.data()), text.size());
    statement.clauses.end(begun);
}

void add_locked_source(shape::QueryData& statement, std::string_view name) {
    statement.flags |= shape::lock_of;
    const std::size_t begun = statement.clauses.begin(shape::Clause::lock_source);
    statement.clauses.name(name);
    statement.clauses.end(begun);
}

std::string statement_text(const Dialect& dialect, const shape::QueryData& statement) {
    return render_statement(dialect, statement).sql;
}

void require_lockable(const engine::Call& call, const shape::QueryData& statement) {
    const bool locks =
        (statement.flags & shape::for_update) != 0 && call.engine->dialect().capabilities().for_update;
    if (locks && call.transaction != nullptr && call.transaction->read_only())
        throw InvalidQuery("a transaction that is read-only locks no rows", call.where);
    if (!locks || call.transaction != nullptr) return;
    throw InvalidQuery(
        "a statement with for_update or for_share needs a transaction: outside of one its locks would be "
        "gone "
        "with the statement",
        call.where);
}

void throw_not_one_row(std::size_t rows, std::source_location where) {
    if (rows == 0) throw NotFound("the statement yields no row", where);
    throw MultipleFound("the statement yields more than one row", where);
}

}  // namespace duet::detail
