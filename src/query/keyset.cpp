#include <duet/base/error.hpp>
#include <duet/query/keyset.hpp>
#include <duet/schema/model_info.hpp>

#include <algorithm>
#include <limits>
#include <optional>
#include <span>
#include <utility>
#include <vector>

#include "engine/shape_reader.hpp"
#include "query/cursor_text.hpp"
#include "query/cursor_values.hpp"

namespace duet::detail {

namespace {

using shape::Clause;
using shape::Fragment;
using shape::Op;
using shape::QueryData;

struct Term {
    std::uint8_t column;
    std::uint8_t flags;
    const ColumnInfo* info;
    std::size_t flags_at;  // where the query holds the flags; 0: the term is not in the query yet

    bool descending() const { return (flags & shape::order_descending) != 0; }
    bool nullable() const { return may_be_null(*info->type); }
    bool nulls_last() const { return (flags & shape::order_nulls_last) != 0; }
};

[[noreturn]] void refuse(const std::string& reason) { throw InvalidQuery("page_after: " + reason); }

Term make_term(const ModelInfo& model, std::uint8_t column, std::uint8_t flags, std::size_t flags_at) {
    constexpr std::uint8_t nulls = shape::order_nulls_first | shape::order_nulls_last;
    Term term{column, flags, &model.columns[column], flags_at};
    if (!fits_cursor(*term.info->type)) {
        refuse("values of column " + std::string(term.info->name) + " have no order to continue in");
    }
    // Databases differ in where they put NULLs, and the conditions have to agree with them.
    if (term.nullable() && (flags & nulls) == 0) {
        term.flags |= term.descending() ? shape::order_nulls_last : shape::order_nulls_first;
    }
    return term;
}

/// The order of a query, completed by the primary key.
std::vector<Term> order_of(const QueryData& query) {
    const ModelInfo& model = *query.model;
    std::vector<Term> terms;
    const auto is_new = [&terms](std::uint8_t column) {
        return std::none_of(terms.begin(), terms.end(), [&](const Term& t) { return t.column == column; });
    };
    engine::for_each_clause(query.clauses, [&](Clause clause, std::span<const std::uint8_t> body) {
        if (clause != Clause::order) return;
        const auto op = static_cast<Op>(body[1]);
        if (op != Op::column) {
            refuse(std::string("an order term ") +
                   (op == Op::path ? "goes across a relation" : "is an expression") +
                   "; pages by cursor need an order by columns of " + std::string(model.type_name) +
                   " itself");
        }
        const auto flags_at = static_cast<std::size_t>(body.data() - query.clauses.bytes.data());
        if (is_new(body[2])) terms.push_back(make_term(model, body[2], body[0], flags_at));
    });
    if (model.key.empty())
        refuse(std::string(model.type_name) + " has no primary key, so its rows have no certain order");
    const bool backwards = !terms.empty() && std::all_of(terms.begin(), terms.end(),
                                                         [](const Term& t) { return t.descending(); });
    for (const std::int16_t key : model.key) {
        const auto column = static_cast<std::uint8_t>(key);
        if (is_new(column))
            terms.push_back(make_term(model, column, backwards ? shape::order_descending : 0, 0));
    }
    return terms;
}

/// The same in every program that has this model and asks for this order.
std::uint32_t fingerprint_of(const ModelInfo& model, const std::vector<Term>& terms) {
    std::string text(model.table);
    for (const Term& term : terms) {
        text += '\0';
        text += term.info->name;
        text += '\0';
        text += static_cast<char>('0' + term.flags);
        text += static_cast<char>('A' + static_cast<int>(stored_type(*term.info->type).kind));
    }
    return crc32(text);
}

using CursorValue = std::optional<std::string_view>;

void emit_comparison(Fragment& out, Op op, const Term& term, std::string_view value) {
    out.op(op);
    out.column(term.column);
    emit_cursor_value(out, *term.info->type, value);
}

void emit_null_test(Fragment& out, Op op, const Term& term) {
    out.op(op);
    out.column(term.column);
}

/// "Behind the cursor" from the first of `terms` on: `a > v OR (a = v AND behind the others)`, written as
/// `(behind the others OR a > v) AND a >= v`: an index over `a` finds where to begin, and a parser that keeps
/// what is to the left of a parenthesis (SQLite's has room for 100 symbols) has little to keep.
void emit_behind(Fragment& out, std::span<const Term> terms, std::span<const CursorValue> values) {
    const Term& term = terms[0];
    const bool last = terms.size() == 1;
    const auto emit_others = [&] { emit_behind(out, terms.subspan(1), values.subspan(1)); };
    if (!values[0].has_value()) {
        if (!term.nullable()) throw_malformed_cursor();
        if (last && term.nulls_last()) return out.op(Op::never);
        if (!last) {
            out.op(term.nulls_last() ? Op::logical_and : Op::logical_or);
            emit_others();
        }
        return emit_null_test(out, term.nulls_last() ? Op::is_null : Op::is_not_null, term);
    }
    const bool nulls_follow = term.nullable() && term.nulls_last();
    if (nulls_follow) out.op(Op::logical_or);
    if (!last) {
        out.op(Op::logical_and);
        out.op(Op::logical_or);
        emit_others();
    }
    emit_comparison(out, term.descending() ? Op::lt : Op::gt, term, *values[0]);
    if (!last) emit_comparison(out, term.descending() ? Op::le : Op::ge, term, *values[0]);
    if (nulls_follow) emit_null_test(out, Op::is_null, term);
}

Fragment behind(std::string_view cursor, std::uint32_t fingerprint, const std::vector<Term>& terms) {
    const std::string opened = open_cursor(cursor, fingerprint);
    std::string_view rest = opened;
    std::vector<CursorValue> values;
    for (std::size_t i = 0; i < terms.size(); ++i) values.push_back(take_cursor_value(rest));
    if (!rest.empty()) throw_malformed_cursor();
    Fragment out;
    const std::size_t begun = out.begin(Clause::where);
    emit_behind(out, terms, values);
    out.end(begun);
    return out;
}

}  // namespace

void prepare_keyset(QueryData& query, std::string_view cursor, std::int64_t limit) {
    if (limit < 1) refuse("a page has at least one row");
    if (limit == std::numeric_limits<std::int64_t>::max()) refuse("the limit is too large");
    if ((query.flags & shape::has_offset) != 0) {
        refuse("the cursor says where the page begins; it cannot be combined with offset()");
    }
    if ((query.flags & shape::grouped) != 0 || query.has(Clause::group) || query.has(Clause::having) ||
        query.has(Clause::select)) {
        refuse("pages by cursor are made of whole rows; the query has groups or a select list");
    }

    const std::vector<Term> terms = order_of(query);
    Fragment clauses = query.clauses;
    for (const Term& term : terms) {
        if (term.flags_at != 0) {
            clauses.bytes[term.flags_at] = term.flags;
            continue;
        }
        const std::size_t begun = clauses.begin(Clause::order);
        clauses.u8(term.flags);
        clauses.column(term.column);
        clauses.end(begun);
    }
    if (!cursor.empty()) clauses.append_clauses(behind(cursor, fingerprint_of(*query.model, terms), terms));
    query.clauses = std::move(clauses);
    query.set_limit(limit + 1);
}

std::string keyset_cursor(const QueryData& query, const void* row) {
    const std::vector<Term> terms = order_of(query);
    std::string values;
    for (const Term& term : terms) append_cursor_value(values, *term.info, row);
    return seal_cursor(fingerprint_of(*query.model, terms), values);
}

}  // namespace duet::detail
