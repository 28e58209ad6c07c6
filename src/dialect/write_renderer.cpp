#include "write_renderer.hpp"

#include <duet/base/error.hpp>
#include <duet/dialect/conflict.hpp>

#include <algorithm>
#include <initializer_list>
#include <optional>
#include <utility>

#include "expression_types.hpp"
#include "sql_text.hpp"
#include "statement_renderer.hpp"

namespace duet::detail {

using shape::Clause;

namespace {

/// `key IN (SELECT key ...)`
std::string key_among(const Dialect& dialect, const Source& source, const SelectParts& parts,
                      std::string_view limit, std::string_view offset) {
    const ModelInfo& model = *source.root().model;
    const std::string& alias = source.root().alias;
    std::string key;
    std::string selected;
    for (const std::int16_t column : model.key) {
        const std::string_view name = model.columns[static_cast<std::size_t>(column)].name;
        key += (key.empty() ? "" : ", ") + quoted(dialect, name);
        selected += (selected.empty() ? "" : ", ") + qualified(dialect, alias, name);
    }
    if (model.key.size() != 1 && !dialect.row_identity().empty()) {
        key = dialect.row_identity();
        selected = quoted(dialect, alias) + "." + key;
    } else if (model.key.size() != 1) {
        if (model.key.empty())
            throw UnsupportedByDialect("limits and joins in writes need a model with a primary key");
        key = "(" + key + ")";
    }
    std::string inner = "SELECT " + selected + parts.tail(source);
    if (dialect.capabilities().writes_read_target && dialect.capabilities().limit_in_subqueries) {
        dialect.limit_offset(inner, limit, offset);
        return key + " IN (" + inner + ")";
    }
    // The limit keeps the database from taking the table apart that the rows are chosen in.
    dialect.limit_offset(inner, limit.empty() ? "18446744073709551615" : limit, offset);
    return key + " IN (SELECT * FROM (" + inner + ") AS chosen)";
}

class WriteRenderer {
public:
    WriteRenderer(ExpressionRenderer& expressions, const NestedQuery& statement)
        : x_(expressions),
          dialect_(expressions.dialect()),
          can_(dialect_.capabilities()),
          statement_(statement),
          model_(*statement.model),
          with_deleted_(expressions.with_deleted() || (statement.flags & shape::with_deleted) != 0) {}

    std::string text() {
        for (const ClauseView& clause : statement_.clauses) {
            if (clause.clause == Clause::with) define_common_table(x_, clause.body);
        }
        target_.emplace(dialect_, model_, fresh_alias(x_.aliases(), model_.table), with_deleted_);
        table_ = target_->from();
        const bool inserts = is(shape::inserts);
        const bool in_tables = can_.joined_writes == Capabilities::JoinedWrites::tables;
        const bool local = inserts ? in_tables : !can_.with_in_writes;
        x_.local_common_tables() = local;
        std::string sql = inserts ? insert() : is(shape::updates) ? update() : remove();
        if (local) {
            x_.local_common_tables() = false;
            x_.common_tables().clear();
        }
        return sql;
    }

private:
    bool is(std::uint32_t flag) const { return (statement_.flags & flag) != 0; }
    bool has(Clause wanted) const {
        return std::ranges::any_of(statement_.clauses,
                                   [&](const ClauseView& c) { return c.clause == wanted; });
    }
    [[noreturn]] void unsupported(std::string_view what) const {
        throw UnsupportedByDialect(std::string(dialect_.name()) + " " + std::string(what));
    }
    SelectParts parts_of(std::initializer_list<Clause> wanted, Scope& scope) {
        std::vector<ClauseView> clauses;
        for (const ClauseView& clause : statement_.clauses) {
            if (std::ranges::find(wanted, clause.clause) != wanted.end()) clauses.push_back(clause);
        }
        SelectParts parts;
        parts.add_all(x_, clauses, scope, true);
        return parts;
    }

    // INSERT

    std::string insert() {
        std::string sql = "INSERT INTO " + table_;
        sql += has(Clause::insert_select) ? selected_rows() : given_rows();
        if (has(Clause::conflict)) sql += conflict();
        Scope scope{&*target_};
        return sql + returning(scope);
    }

    [[noreturn]] static void throw_named_twice(const ColumnInfo& column) {
        throw InvalidQuery("the statement names the column '" + std::string(column.name) + "' twice");
    }

    std::string listed(const std::vector<std::int16_t>& columns) const {
        std::string out;
        for (const std::int16_t c : columns) {
            out += (out.empty() ? "" : ", ") +
                   quoted(dialect_, model_.columns[static_cast<std::size_t>(c)].name);
        }
        return out;
    }

    std::string selected_rows() {
        if (has(Clause::insert_row))
            throw InvalidQuery("an INSERT takes its rows from values() or from a SELECT, not from both");
        for (const ClauseView& clause : statement_.clauses) {
            if (clause.clause != Clause::insert_select) continue;
            Cursor c = clause.body;
            columns_ = read_columns(c);
            const NestedQuery query = read_nested(c);
            std::string rows = render_enclosed(x_, query, nullptr, StatementUse::rows);
            // To SQLite ON CONFLICT might begin the condition of a join.
            if (has(Clause::conflict) && can_.upsert_target) {
                rows = "SELECT * FROM (" + rows + ") AS " +
                       quoted(dialect_, fresh_alias(x_.aliases(), "selected")) + " WHERE 1 = 1";
            }
            return " (" + listed(columns_) + ") " + rows;
        }
        return {};
    }

    static std::vector<std::int16_t> read_columns(Cursor& c) {
        std::vector<std::int16_t> columns(c.u8());
        for (std::int16_t& column : columns) column = c.u8();
        return columns;
    }

    std::string given_rows() {
        const std::string nobody = fresh_alias(x_.aliases(), "new_row");
        Source source(dialect_, model_, nobody, with_deleted_);
        const std::string untouched = source.from();
        Scope scope{&source};
        std::string rows;
        std::size_t count = 0;
        for (const ClauseView& clause : statement_.clauses) {
            if (clause.clause != Clause::insert_row) continue;
            Cursor c = clause.body;
            std::vector<std::pair<std::int16_t, std::string>> row(c.u8());
            for (auto& [column, sql] : row) {
                column = c.u8();
                const std::size_t length = c.u16();
                const std::size_t before = c.u16();
                Cursor value{c.at, c.at + length, clause.body.value + before};
                sql = x_.assigned(value, scope, model_.columns[static_cast<std::size_t>(column)]);
                c.at += length;
            }
            if (count++ == 0) {
                for (const auto& [column, sql] : row) {
                    if (std::ranges::find(columns_, column) != columns_.end())
                        throw_named_twice(model_.columns[static_cast<std::size_t>(column)]);
                    columns_.push_back(column);
                }
            }
            std::string values;
            for (const std::int16_t wanted : columns_) {
                const auto found =
                    std::ranges::find(row, wanted, &std::pair<std::int16_t, std::string>::first);
                if (found == row.end() || row.size() != columns_.size())
                    throw InvalidQuery("all rows of an INSERT need the same columns");
                values += (values.empty() ? "" : ", ") + found->second;
            }
            rows += (rows.empty() ? "(" : ", (") + values + ")";
        }
        if (count == 0)
            throw InvalidQuery("this INSERT has no rows; default_values() is for a row of defaults");
        if (source.from() != untouched || rows.find(quoted(dialect_, nobody) + ".") != std::string::npos)
            throw InvalidQuery("the values of a new row cannot be computed from columns: it has none yet");
        if (!columns_.empty()) return " (" + listed(columns_) + ") VALUES " + rows;
        if (count != 1) throw InvalidQuery("rows of nothing but defaults are inserted one by one");
        return std::string(dialect_.default_row());
    }

    std::string conflict() {
        for (const ClauseView& clause : statement_.clauses) {
            if (clause.clause != Clause::conflict) continue;
            Cursor c = clause.body;
            const auto action = static_cast<shape::OnConflict>(c.u8());
            const std::vector<std::int16_t> columns = read_columns(c);
            std::string target;
            if (can_.upsert_target && !columns.empty()) {
                target = " (" + listed(columns) + ")";
                if (const std::string_view condition = condition_of_index(model_, columns);
                    !condition.empty())
                    target.append(" WHERE ").append(condition);
            }
            return action == shape::OnConflict::nothing ? leave_alone(target) : change(columns, target);
        }
        return {};
    }

    std::string leave_alone(const std::string& target) const {
        if (has(Clause::set) || has(Clause::where))
            throw InvalidQuery("do_nothing() changes nothing: it goes with neither do_update() nor where()");
        if (!can_.insert_may_ignore) {
            unsupported(
                "has no INSERT that leaves alone the rows that are in the way, and reports all other errors; "
                "db.upsert(object, duet::conflict_on(...), duet::do_nothing) does it row by row");
        }
        return " ON CONFLICT" + target + " DO NOTHING";
    }

    std::string change(const std::vector<std::int16_t>& columns, const std::string& target) {
        Scope scope{&*target_};
        std::string sql = " ON CONFLICT" + target + " DO UPDATE SET ";
        if (!can_.upsert_target) {
            const bool fresh_key =
                model_.generated_key && std::ranges::find(columns_, model_.key[0]) == columns_.end();
            require_only_key(dialect_, model_, columns, fresh_key, "", "on_conflict");
            if (has(Clause::where)) unsupported("has no condition in ON DUPLICATE KEY UPDATE");
            sql = " ON DUPLICATE KEY UPDATE ";
        }
        x_.knows_refused() = true;
        sql += assignments(scope, false);
        const SelectParts parts = parts_of({Clause::where}, scope);
        x_.knows_refused() = false;
        if (target_->from() != table_) throw InvalidQuery("do_update() cannot look across a relation");
        return parts.where.empty() ? sql : sql + " WHERE " + parts.where;
    }

    // UPDATE and DELETE

    std::string assignments(Scope& scope, bool with_table) {
        std::string out;
        std::vector<std::uint8_t> set;
        for (const ClauseView& clause : statement_.clauses) {
            if (clause.clause != Clause::set) continue;
            Cursor c = clause.body;
            const std::uint8_t index = c.u8();
            const ColumnInfo& column = model_.columns[index];
            if (std::ranges::find(set, index) != set.end()) throw_named_twice(column);
            set.push_back(index);
            if (!out.empty()) out += ", ";
            out += with_table ? qualified(dialect_, target_->root().alias, column.name)
                              : quoted(dialect_, column.name);
            if (type_of(c, scope).aggregates)
                throw InvalidQuery(
                    "an aggregate cannot be assigned, a subquery with it can: duet::scalar(...)");
            const std::string from = target_->from();
            out += " = " + x_.assigned(c, scope, column);
            if (target_->from() != from) {
                throw InvalidQuery(
                    "a value cannot come across a relation: name the other table in from(), or use a "
                    "subquery");
            }
        }
        if (out.empty()) throw InvalidQuery("an UPDATE needs at least one assignment");
        return out;
    }

    /// Makes the other tables known; returns them as FROM names them.
    std::string read_sources(Scope& scope, std::string& visible) {
        std::string out;
        for (const ClauseView& clause : statement_.clauses) {
            if (clause.clause != Clause::from) continue;
            Cursor c = clause.body;
            SourceText source = render_source(x_, c, nullptr, &scope, false);
            if (!with_deleted_ && source.kind == shape::SourceKind::table)
                visible += hidden_condition(dialect_, *source.model, source.alias);
            out += (out.empty() ? "" : ", ") + source.sql;
            target_->add_named(std::move(source.name), *source.model, source.alias);
        }
        return out;
    }

    void require_condition() const {
        if (has(Clause::where) || is(shape::every_row)) return;
        throw InvalidQuery((is(shape::updates) ? "an UPDATE without a where changes every row of "
                                               : "a DELETE without a where removes every row of ") +
                           std::string(model_.table) + "; where(duet::all_rows) says that this is meant");
    }

    /// The condition, beside other tables.
    std::string joined_condition(const SelectParts& parts, const std::string& visible) const {
        if (!statement_.limit.empty() || !statement_.offset.empty() || !parts.order.empty()) {
            throw InvalidQuery(
                "a write that reads other tables has neither order nor limit; a subquery can choose its "
                "rows");
        }
        if (target_->from() != table_) {
            throw InvalidQuery(
                "a write that reads other tables cannot look across a relation besides: name its table, too");
        }
        if (parts.where.empty()) return visible.empty() ? "1 = 1" : visible.substr(5);
        return parts.where + visible;
    }

    /// Which rows are written, and what else is read for that.
    struct Chosen {
        std::string sources;
        std::string visible{};  // conditions on rows of the sources
        SelectParts parts{};
    };
    Chosen choose(Scope& scope) {
        require_condition();
        Chosen chosen;
        chosen.sources = read_sources(scope, chosen.visible);
        chosen.parts = parts_of({Clause::where, Clause::order}, scope);
        add_visibility(dialect_, chosen.parts, target_->root(), visibility());
        return chosen;
    }

    std::string update() {
        Scope scope{&*target_};
        auto [sources, visible, parts] = choose(scope);
        const bool in_tables = !sources.empty() && can_.joined_writes == Capabilities::JoinedWrites::tables;
        const std::string set = " SET " + assignments(scope, in_tables);
        if (sources.empty()) {
            const std::string rows =
                restriction(dialect_, *target_, parts, statement_.limit, statement_.offset);
            return "UPDATE " + table_ + set + rows + returning(scope);
        }
        const std::string rows = " WHERE " + joined_condition(parts, visible);
        if (in_tables) return "UPDATE " + table_ + ", " + sources + set + rows + returning(scope);
        return "UPDATE " + table_ + set + " FROM " + sources + rows + returning(scope);
    }

    std::string remove() {
        Scope scope{&*target_};
        auto [sources, visible, parts] = choose(scope);
        if (sources.empty()) {
            const std::string rows =
                restriction(dialect_, *target_, parts, statement_.limit, statement_.offset);
            return "DELETE FROM " + table_ + rows + returning(scope);
        }
        const std::string condition = joined_condition(parts, visible);
        const std::string returned = returning(scope);
        using Joined = Capabilities::JoinedWrites;
        if (can_.joined_writes == Joined::from_and_using)
            return "DELETE FROM " + table_ + " USING " + sources + " WHERE " + condition + returned;
        if (can_.joined_writes == Joined::tables && returned.empty()) {
            return "DELETE " + quoted(dialect_, target_->root().alias) + " FROM " + table_ + ", " + sources +
                   " WHERE " + condition;
        }
        return "DELETE FROM " + table_ + " WHERE EXISTS (SELECT 1 FROM " + sources + " WHERE " + condition +
               ")" + returned;
    }

    std::uint32_t visibility() const {
        return statement_.flags | (with_deleted_ ? std::uint32_t{shape::with_deleted} : 0);
    }

    std::string returning(Scope& scope) {
        if (!has(Clause::select) && !has(Clause::rows_of)) return {};
        if (is(shape::updates) ? !can_.update_returning : !can_.returning) {
            const std::string_view verb = is(shape::inserts)   ? "INSERT"
                                          : is(shape::updates) ? "UPDATE"
                                                               : "DELETE";
            unsupported("has no RETURNING in " + std::string(verb));
        }
        const std::string from = target_->from();
        const SelectParts parts = parts_of({Clause::select, Clause::rows_of}, scope);
        if (target_->from() != from)
            throw InvalidQuery("returning() gives columns of the row that is written, not across a relation");
        if (!can_.returning_joined) {
            for (std::size_t i = 1; i < target_->size(); ++i) {
                if (parts.columns.find(quoted(dialect_, target_->table(i).alias) + ".") == std::string::npos)
                    continue;
                unsupported("returns columns of the table that is written, not of others");
            }
        }
        return " RETURNING " + parts.columns;
    }

    ExpressionRenderer& x_;
    const Dialect& dialect_;
    const Capabilities& can_;
    const NestedQuery& statement_;
    const ModelInfo& model_;
    bool with_deleted_;
    std::optional<Source> target_;
    std::string table_;                  // as the statement names it
    std::vector<std::int16_t> columns_;  // of an INSERT
};

}  // namespace

std::string restriction(const Dialect& dialect, const Source& source, const SelectParts& parts,
                        std::string_view limit, std::string_view offset) {
    const Capabilities& can = dialect.capabilities();
    const bool limited = !limit.empty() || !offset.empty();
    const bool native = !limited || (can.limit_in_writes && offset.empty());
    const bool reads_itself =
        !can.writes_read_target &&
        parts.where.find("FROM " + quoted(dialect, source.root().model->table)) != std::string::npos;
    if (source.joined() || !native || reads_itself)
        return " WHERE " + key_among(dialect, source, parts, limit, offset);
    std::string out = parts.where.empty() ? std::string() : " WHERE " + parts.where;
    if (!limited) return out;
    if (!parts.order.empty()) out += " ORDER BY " + parts.order;
    dialect.limit_offset(out, limit, offset);
    return out;
}

std::string render_write(ExpressionRenderer& expressions, const NestedQuery& statement) {
    const std::size_t taken = expressions.aliases().size();
    std::string sql = WriteRenderer(expressions, statement).text();
    expressions.release_aliases(taken);
    return sql;
}

}  // namespace duet::detail
