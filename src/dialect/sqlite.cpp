#include <duet/base/error.hpp>
#include <duet/dialect/sqlite.hpp>

#include "join_text.hpp"
#include "sql_text.hpp"
#include "sqlite_ddl.hpp"

namespace duet {

namespace {

using detail::join;
using shape::DatePart;
using shape::Op;

constexpr std::string_view timestamp_zero_time = " 00:00:00.000000";

class SqliteDialect final : public detail::SqliteDdl {
public:
    std::string_view name() const noexcept override { return "sqlite"; }
    const Capabilities& capabilities() const noexcept override {
        static constexpr Capabilities capabilities{.default_keyword = false,
                                                   .for_update = false,
                                                   .all_set_operations = false,
                                                   .materialized_hints = true};
        return capabilities;
    }
    Hint hint(DialectName database, std::string_view text) const override {
        if (database != DialectName::sqlite) return {};
        return {Hint::Place::table, std::string(text)};
    }

    // The same 26 characters as every other timestamp that duet writes, so that text comparison is time
    // comparison.
    std::string current_timestamp() const override { return "strftime('%Y-%m-%d %H:%M:%f000', 'now')"; }

    std::string cast(const Operand& from, Kind to) const override {
        const std::string& operand = from.sql;
        switch (to) {
            case Kind::boolean:
                return join({"(CAST(", operand, " AS INTEGER) <> 0)"});
            case Kind::int8:
            case Kind::int16:
            case Kind::int32:
            case Kind::int64:
            case Kind::uint8:
            case Kind::uint16:
            case Kind::uint32:
            case Kind::uint64:
            case Kind::duration:
                return join({"CAST(", operand, " AS INTEGER)"});
            case Kind::float32:
            case Kind::float64:
                return join({"CAST(", operand, " AS REAL)"});
            case Kind::decimal:
                return join({"CAST(", operand, " AS NUMERIC)"});
            case Kind::blob:
                return join({"CAST(", operand, " AS BLOB)"});
            case Kind::date:
                return join({"date(", operand, ")"});
            case Kind::time:
                return join({"strftime('%H:%M:%f000', ", operand, ")"});
            case Kind::timestamp:
                return join({"strftime('%Y-%m-%d %H:%M:%f000', ", operand, ")"});
            default:
                return join({"CAST(", operand, " AS TEXT)"});
        }
    }

    std::string date_part(std::string_view operand, DatePart part) const override {
        const auto number = [&](std::string_view format) {
            return join({"CAST(strftime('", format, "', ", operand, ") AS INTEGER)"});
        };
        switch (part) {
            case DatePart::year:
                return number("%Y");
            case DatePart::month:
                return number("%m");
            case DatePart::day:
                return number("%d");
            case DatePart::hour:
                return number("%H");
            case DatePart::minute:
                return number("%M");
            case DatePart::second:
                return number("%S");
            // date() first: SQLite would round the last half millisecond of a day up to the next one.
            case DatePart::weekday:
                return join({"CAST(strftime('%w', date(", operand, ")) AS INTEGER)"});
            case DatePart::day_of_year:
                return number("%j");
            case DatePart::quarter:
                return join({"((", number("%m"), " + 2) / 3)"});
            // ISO 8601: the week of a day is that of its Thursday.
            case DatePart::week:
                return join({"((CAST(strftime('%j', date(date(", operand,
                             "), '-3 days', 'weekday 4')) AS INTEGER) - 1) / 7 + 1)"});
            case DatePart::date:
                return join({"date(", operand, ")"});
        }
        return {};
    }

    std::string date_trunc(std::string_view operand, DatePart part) const override {
        const auto formatted = [&](std::string_view format) {
            return join({"strftime('", format, "', ", operand, ")"});
        };
        switch (part) {
            case DatePart::year:
                return formatted("%Y-01-01 00:00:00.000000");
            case DatePart::month:
                return formatted("%Y-%m-01 00:00:00.000000");
            case DatePart::day:
                return formatted("%Y-%m-%d 00:00:00.000000");
            case DatePart::hour:
                return formatted("%Y-%m-%d %H:00:00.000000");
            case DatePart::minute:
                return formatted("%Y-%m-%d %H:%M:00.000000");
            case DatePart::second:
                return formatted("%Y-%m-%d %H:%M:%S.000000");
            case DatePart::week:
                return join(
                    {"(date(date(", operand, "), 'weekday 0', '-6 days') || '", timestamp_zero_time, "')"});
            case DatePart::quarter:
                return join({"(strftime('%Y-', ", operand, ") || substr('01040710', ((CAST(strftime('%m', ",
                             operand, ") AS INTEGER) - 1) / 3) * 2 + 1, 2) || '-01", timestamp_zero_time,
                             "')"});
            default:
                throw UnsupportedByDialect("truncation to this part of a date has no meaning");
        }
    }

    std::string call(shape::Function function, std::span<const Operand> arguments) const override {
        switch (function) {
            case shape::Function::concat: {  // like PostgreSQL's concat: NULL counts as empty
                std::string out = "(";
                for (std::size_t i = 0; i < arguments.size(); ++i) {
                    out += join({i == 0 ? "" : " || ", "coalesce(", arguments[i].sql, ", '')"});
                }
                return out + ")";
            }
            case shape::Function::greatest:
                return extreme("max", arguments);
            case shape::Function::least:
                return extreme("min", arguments);
            default:
                return Dialect::call(function, arguments);
        }
    }

    std::string match(Op op, std::string_view operand, std::string_view pattern) const override {
        switch (op) {
            case Op::contains:
                return join({"instr(", operand, ", ", pattern, ") > 0"});
            case Op::startswith:
            case Op::like:
                return join({operand, " GLOB ", pattern});
            case Op::endswith:
                return join(
                    {"substr(", operand, ", length(", operand, ") - length(", pattern, ") + 1) = ", pattern});
            case Op::regex:
                return join({operand, " REGEXP ", pattern});
            case Op::icontains:
            case Op::istartswith:
            case Op::iendswith:
            default:
                return join({operand, " LIKE ", pattern, " ESCAPE '\\'"});
        }
    }

    // What minds the case goes by other means than LIKE.
    Transform pattern_transform(Op op) const override {
        switch (op) {
            case Op::startswith:
                return Transform::glob_prefix;
            case Op::like:
                return Transform::like_to_glob;
            case Op::contains:
            case Op::endswith:
            case Op::ilike:
                return Transform::none;
            default:
                return Dialect::pattern_transform(op);
        }
    }

    std::string escape_pattern(Op op, std::string_view pattern) const override {
        const auto bracketed =
            join({"replace(replace(replace(", pattern, ", '[', '[[]'), '*', '[*]'), '?', '[?]')"});
        switch (op) {
            case Op::startswith:
                return join({"(", bracketed, " || '*')"});
            case Op::like:
                return join({"replace(replace(", bracketed, ", '%', '*'), '_', '?')"});
            case Op::contains:
            case Op::endswith:
                return std::string(pattern);
            default:
                return Dialect::escape_pattern(op, pattern);
        }
    }

    // Decimals are bound as text, which becomes a number beside a column of a table only.
    std::string comparable_value(std::string_view text, Kind kind) const override {
        return kind == Kind::decimal ? as_number(text) : std::string(text);
    }
    std::string comparison(Op op, const Operand& left, const Operand& right) const override {
        const auto number = [](const Operand& side, const Operand& other) {
            const bool is_text =
                side.is_value && (side.kind == Kind::decimal || side.kind == Kind::decimal_text);
            const bool beside_text = other.type != nullptr && other.type->kind == Kind::decimal_text;
            Operand out = side;
            if (is_text && !beside_text) out.sql = as_number(side.sql);
            return out;
        };
        return SqliteDdl::comparison(op, number(left, right), number(right, left));
    }

    std::string in_list(const Operand& operand, std::string_view placeholder, Kind elements,
                        bool negated) const override {
        const bool numbers = elements == Kind::decimal && operand.kind != Kind::decimal_text;
        return join({operand.sql, negated ? " NOT IN" : " IN", " (SELECT ",
                     numbers ? as_number("value") : "value", " FROM duet_array(", placeholder, "))"});
    }

    std::string null_safe_equal(std::string_view left, std::string_view right, bool negated) const override {
        return join({left, negated ? " IS NOT " : " IS ", right});
    }

    // Django leaves the fraction of a second away when it is zero, SQLAlchemy and duet write six digits. All
    // texts of one moment lie between its shortest and its longest, so that an index serves either.
    std::string compare_moment(Op op, std::string_view operand, std::string_view moment) const override {
        const std::string first = detail::with_transform(moment, Transform::moment_first);
        const std::string last = detail::with_transform(moment, Transform::moment_last);
        switch (op) {
            case Op::lt:
                return join({operand, " < ", first});
            case Op::le:
                return join({operand, " <= ", last});
            case Op::gt:
                return join({operand, " > ", last});
            case Op::ge:
                return join({operand, " >= ", first});
            case Op::ne:
                return join({"(", operand, " NOT BETWEEN ", first, " AND ", last, ")"});
            case Op::is:
                return join({"(", operand, " BETWEEN ", first, " AND ", last, ") IS TRUE"});
            case Op::is_not:
                return join({"(", operand, " BETWEEN ", first, " AND ", last, ") IS NOT TRUE"});
            default:
                return join({"(", operand, " BETWEEN ", first, " AND ", last, ")"});
        }
    }
    Transform moment_transform(Transform wanted) const override { return wanted; }

    std::string array_contains(const Operand& array, const Operand& element) const override {
        return join({"EXISTS (SELECT 1 FROM json_each(", array.sql, ") WHERE value = ", element.sql, ")"});
    }

    std::string elements(const Operand& array, Kind kind, std::string_view alias) const override {
        // In JSON such elements are texts of another form than in columns.
        const bool alien = kind == Kind::blob || kind == Kind::decimal || kind == Kind::decimal_text;
        if (alien && !array.is_value) refuse("rows of the elements of arrays of decimals and bytes");
        // Its RIGHT JOIN loses the arguments of functions in FROM.
        const std::string value = kind == Kind::decimal ? as_number("value") + " AS value" : "value";
        const std::string rows = array.is_value
                                     ? join({"(SELECT ", value, " FROM duet_array(", array.sql, "))"})
                                     : join({"json_each(", array.sql, ")"});
        return join({rows, " AS ", detail::quoted(*this, alias)});
    }

    std::string json_get(std::string_view json, std::string_view path, Kind as) const override {
        // json_extract gives SQL values for scalars and JSON text for the rest; `->` gives JSON text for all.
        if (as == Kind::json) return join({"(", json, " -> ", path, ")"});
        return join({"json_extract(", json, ", ", path, ")"});
    }

    std::string json_test(Op op, std::string_view json, std::string_view path,
                          const Operand& operand) const override {
        switch (op) {
            case Op::json_is_true:
                return join({"json_type(", json, ", ", path, ") IS 'true'"});
            case Op::json_is_false:
                return join({"json_type(", json, ", ", path, ") IS 'false'"});
            case Op::json_has:
                return join({"json_type(", json, ", ", path, ") IS NOT NULL"});
            default:
                return join({"EXISTS (SELECT 1 FROM json_each(", json, ", ", path,
                             ") WHERE value = ", operand.sql, ")"});
        }
    }

    std::string comparable(std::string_view operand, const ColumnInfo& column) const override {
        if (column.type->kind == Kind::decimal_text) return join({operand, " COLLATE duet_decimal"});
        return std::string(operand);
    }

    void limit_offset(std::string& out, std::string_view limit, std::string_view offset) const override {
        Dialect::limit_offset(out, limit.empty() && !offset.empty() ? "-1" : limit, offset);
    }

    std::string_view row_identity() const noexcept override { return "rowid"; }

    std::string begin(const BeginOptions& options) const override {
        refuse_lock_timeout(options);
        if (options.read_only || options.locking == Locking::deferred) return "BEGIN DEFERRED";
        return options.locking == Locking::exclusive ? "BEGIN EXCLUSIVE" : "BEGIN IMMEDIATE";
    }
    std::string explain(std::string_view sql, bool /*analyze*/) const override {
        return join({"EXPLAIN QUERY PLAN ", sql});
    }
    std::string_view before_drop_all() const noexcept override { return "PRAGMA defer_foreign_keys = ON"; }

private:
    static std::string as_number(std::string_view text) { return join({"CAST(", text, " AS NUMERIC)"}); }

    // SQLite's scalar max() is NULL when any argument is; everywhere else NULLs are passed over.
    static std::string extreme(std::string_view name, std::span<const Operand> arguments) {
        std::string out = join({"(SELECT ", name, "(value) FROM (SELECT ", arguments[0].sql, " AS value"});
        for (std::size_t i = 1; i < arguments.size(); ++i)
            out += join({" UNION ALL SELECT ", arguments[i].sql});
        return out + "))";
    }
};

}  // namespace

const Dialect& sqlite_dialect() {
    static const SqliteDialect dialect;
    return dialect;
}

}  // namespace duet
