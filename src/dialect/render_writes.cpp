#include <duet/base/error.hpp>
#include <duet/dialect/render.hpp>

#include "expression_renderer.hpp"
#include "sql_text.hpp"

namespace duet {

namespace {

std::string_view column_name(const ModelInfo& model, std::int16_t column) {
    return model.columns[static_cast<std::size_t>(column)].name;
}

std::string listed(const Dialect& dialect, const ModelInfo& model, std::span<const std::int16_t> columns) {
    std::string out;
    for (const std::int16_t column : columns) {
        if (!out.empty()) out += ", ";
        dialect.quote(out, column_name(model, column));
    }
    return out;
}

std::string key_condition(const Dialect& dialect, const ModelInfo& model, std::size_t& next_value,
                          std::int16_t guard) {
    std::string out = " WHERE ";
    bool first = true;
    const auto equals = [&](std::int16_t column) {
        if (!first) out += " AND ";
        first = false;
        dialect.quote(out, column_name(model, column));
        out += " = " + detail::value_mark(next_value++);
    };
    for (const std::int16_t column : model.key) equals(column);
    if (guard >= 0) equals(guard);
    return out;
}

std::string conflict_clause(const Dialect& dialect, const ModelInfo& model, const InsertSpec& spec,
                            std::size_t next_value) {
    using enum InsertSpec::OnConflict;
    if (spec.on_conflict == fail) return {};
    const bool has_target = dialect.capabilities().upsert_target;
    if (spec.on_conflict == ignore && !has_target) {
        throw InvalidQuery(std::string(dialect.name()) +
                           " has no insert that does nothing on a conflict; catch the violation");
    }
    std::string out = has_target ? " ON CONFLICT" : " ON DUPLICATE KEY UPDATE ";
    if (has_target && !spec.conflict_columns.empty()) {
        out += " (" + listed(dialect, model, spec.conflict_columns) + ")";
        if (!spec.conflict_condition.empty()) out.append(" WHERE ").append(spec.conflict_condition);
    }
    if (spec.on_conflict == ignore) return out + " DO NOTHING";
    if (has_target) out += " DO UPDATE SET ";
    bool first = true;
    for (const std::int16_t column : spec.update_columns) {
        if (!first) out += ", ";
        first = false;
        dialect.quote(out, column_name(model, column));
        out += " = " + dialect.refused_value(detail::quoted(dialect, column_name(model, column)));
    }
    if (spec.update_set != nullptr) {
        detail::ExpressionRenderer expressions(dialect, true);
        detail::Source source(dialect, model, std::string(model.table), true);
        detail::Scope scope{&source};
        const auto& bytes = spec.update_set->clauses.bytes;
        for (const detail::ClauseView& clause : detail::clauses_of(bytes.data(), bytes.size(), next_value)) {
            detail::Cursor c = clause.body;
            if (!first) out += ", ";
            first = false;
            const ColumnInfo& column = model.columns[c.u8()];
            dialect.quote(out, column.name);
            out += " = " + expressions.assigned(c, scope, column);
        }
    }
    return out;
}

}  // namespace

Plan render_insert(const Dialect& dialect, const ModelInfo& model, const InsertSpec& spec) {
    std::string sql = "INSERT INTO " + detail::quoted(dialect, model.table);
    std::size_t next = 0;
    if (spec.columns.empty()) {
        if (spec.rows != 1) throw InvalidQuery("rows without columns are inserted one by one");
        sql += dialect.default_row();
    } else {
        sql += " (" + listed(dialect, model, spec.columns) + ") VALUES ";
        for (std::size_t row = 0; row < spec.rows; ++row) {
            sql += row == 0 ? "(" : ", (";
            for (std::size_t i = 0; i < spec.columns.size(); ++i) {
                if (i != 0) sql += ", ";
                sql += detail::value_mark(next++);
            }
            sql += ')';
        }
    }
    sql += conflict_clause(dialect, model, spec, next);
    if (!spec.returning.empty()) sql += " RETURNING " + listed(dialect, model, spec.returning);
    return detail::finish(dialect, sql, true);
}

Plan render_update_row(const Dialect& dialect, const ModelInfo& model, std::span<const std::int16_t> columns,
                       std::int16_t guard_column) {
    std::string sql = "UPDATE " + detail::quoted(dialect, model.table) + " SET ";
    std::size_t next = 0;
    for (const std::int16_t column : columns) {
        if (next != 0) sql += ", ";
        dialect.quote(sql, column_name(model, column));
        sql += " = " + detail::value_mark(next++);
    }
    sql += key_condition(dialect, model, next, guard_column);
    return detail::finish(dialect, sql, true);
}

bool takes_any_array(const TypeInfo& type) noexcept {
    if (type.nullable != nullptr) return takes_any_array(*type.base);
    switch (type.kind) {
        case Kind::text:
        case Kind::decimal_text:
            return true;
        case Kind::enumeration:
            return !type.ops.enumeration->as_integer;
        case Kind::custom:
            return takes_any_array(*type.base);
        default:
            return false;
    }
}

Plan render_update_rows(const Dialect& dialect, const ModelInfo& model, std::span<const std::int16_t> columns,
                        std::int16_t guard_column) {
    const std::string table = detail::quoted(dialect, model.table);
    std::string set;
    std::string arrays;
    std::string names;
    std::string where;
    std::size_t next = 0;
    const auto array = [&](std::int16_t column) {
        const std::string name = "v" + std::to_string(next);
        arrays += next == 0 ? "" : ", ";
        if (takes_any_array(*model.columns[static_cast<std::size_t>(column)].type)) {
            // The query is never run: it makes the parameter an array of whatever the column is.
            arrays += "COALESCE(" + detail::value_mark(next) + ", ARRAY(SELECT ";
            dialect.quote(arrays, column_name(model, column));
            arrays += " FROM " + table + " WHERE false))";
        } else {
            arrays += detail::value_mark(next);
        }
        names += (next == 0 ? "" : ", ") + name;
        ++next;
        return "duet_new." + name;
    };
    for (const std::int16_t column : columns) {
        set += set.empty() ? "" : ", ";
        dialect.quote(set, column_name(model, column));
        set += " = " + array(column);
    }
    const auto equals = [&](std::int16_t column) {
        where += (where.empty() ? "" : " AND ") + table + ".";
        dialect.quote(where, column_name(model, column));
        where += " = " + array(column);
    };
    for (const std::int16_t column : model.key) equals(column);
    if (guard_column >= 0) equals(guard_column);
    const std::string sql = "UPDATE " + table + " SET " + set + " FROM unnest(" + arrays + ") AS duet_new (" +
                            names + ") WHERE " + where;
    return detail::finish(dialect, sql, true);
}

Plan render_delete_row(const Dialect& dialect, const ModelInfo& model, std::int16_t guard_column) {
    std::size_t next = 0;
    const std::string sql = "DELETE FROM " + detail::quoted(dialect, model.table) +
                            key_condition(dialect, model, next, guard_column);
    return detail::finish(dialect, sql, true);
}

Plan render_link(const Dialect& dialect, const LinkInfo& link, LinkVerb verb) {
    const std::string table = detail::quoted(dialect, link.table);
    const std::string owner = detail::quoted(dialect, link.owner_column);
    const std::string target = detail::quoted(dialect, link.target_column);
    const std::string first = detail::value_mark(0);
    switch (verb) {
        case LinkVerb::add:
            return detail::finish(dialect,
                                  "INSERT INTO " + table + " (" + owner + ", " + target + ") SELECT " +
                                      first + ", " + detail::value_mark(1) +
                                      " WHERE NOT EXISTS (SELECT 1 FROM " + table + " WHERE " + owner +
                                      " = " + first + " AND " + target + " = " + detail::value_mark(1) + ")",
                                  true);
        case LinkVerb::remove:
            return detail::finish(dialect,
                                  "DELETE FROM " + table + " WHERE " + owner + " = " + first + " AND " +
                                      target + " = " + detail::value_mark(1),
                                  true);
        case LinkVerb::clear:
            return detail::finish(dialect, "DELETE FROM " + table + " WHERE " + owner + " = " + first, true);
        case LinkVerb::list:
            return detail::finish(
                dialect, "SELECT " + target + " FROM " + table + " WHERE " + owner + " = " + first, false);
    }
    throw InvalidQuery("unknown verb");
}

}  // namespace duet
