#include <duet/base/error.hpp>
#include <duet/dialect/mariadb.hpp>

#include "expression_types.hpp"
#include "join_text.hpp"
#include "mariadb_ddl.hpp"

namespace duet {

namespace {

using detail::cast_as;
using detail::join;
using shape::DatePart;
using shape::Op;

constexpr std::string_view no_limit = "18446744073709551615";

class MariaDbDialect final : public detail::MariaDbDdl {
public:
    explicit MariaDbDialect(detail::MySqlFlavour flavour)
        : MariaDbDdl(flavour),
          capabilities_{.returning = is_mariadb(),
                        .update_returning = false,
                        .joined_writes = Capabilities::JoinedWrites::tables,
                        .insert_may_ignore = false,
                        .upsert_target = false,
                        .transactional_ddl = false,
                        .aggregate_filter = false,
                        .limit_in_writes = true,
                        .limit_in_subqueries = false,
                        .asks_queries_about_null = !is_mariadb(),
                        .writes_read_target = false,
                        .having_sees_groups = false,
                        .windows_keep_order = !is_mariadb(),
                        .frame_groups = false,
                        .frame_exclusion = false,
                        .forward_references = false,
                        .full_join = false,
                        .lateral = !is_mariadb(),
                        .ties = is_mariadb(),
                        .rollup_alone = is_mariadb(),
                        .plain_values = is_mariadb(),
                        .with_in_writes = !is_mariadb(),
                        .max_name = 64,
                        .max_parameters = 65535,
                        .insert_rows = 500,
                        .keys = is_mariadb() ? Capabilities::Keys::returned : Capabilities::Keys::first} {}

    std::string_view name() const noexcept override { return is_mariadb() ? "mariadb" : "mysql"; }
    const Capabilities& capabilities() const noexcept override { return capabilities_; }
    // A text column of such a CTE is as wide as its first row, unless it is told.
    std::string growing_text(std::string_view text) const override {
        return join({"CAST(", text, " AS CHAR(16000))"});
    }
    // Its prepared statements take the type of such a column from the first value, and cut the others.
    std::string widest_null(Kind kind) const override {
        switch (kind) {
            case Kind::boolean:
            case Kind::int8:
            case Kind::int16:
            case Kind::int32:
            case Kind::int64:
            case Kind::uint8:
            case Kind::uint16:
            case Kind::uint32:
            case Kind::duration:
                return "nullif(9223372036854775807, 9223372036854775807)";
            case Kind::uint64:
                return "nullif(18446744073709551615, 18446744073709551615)";
            case Kind::decimal_text:
                return cast_as("NULL", widest);
            case Kind::blob:
            case Kind::blob_view:
                return "unhex(CAST(NULL AS CHAR(8388608)))";  // a LONGBLOB
            case Kind::float32:
            case Kind::float64:
            case Kind::decimal:
            case Kind::date:
            case Kind::time:
            case Kind::timestamp:
                return cast({.sql = "NULL"}, kind);
            case Kind::json:
            case Kind::array:
                if (!is_mariadb()) return cast({.sql = "NULL"}, kind);
                [[fallthrough]];
            default:
                return "CAST(NULL AS CHAR(4194304))";  // a LONGTEXT
        }
    }
    Hint hint(DialectName database, std::string_view text) const override {
        if (database != (is_mariadb() ? DialectName::mariadb : DialectName::mysql)) return {};
        const bool index =
            text.starts_with("USE ") || text.starts_with("FORCE ") || text.starts_with("IGNORE ");
        if (index) return {Hint::Place::table, std::string(text)};
        if (is_mariadb()) return {Hint::Place::select, std::string(text)};
        return {Hint::Place::select, join({"/*+ ", text, " */"})};
    }
    std::string grouping(shape::Grouping kind, std::span<const std::string> sets) const override {
        if (kind != shape::Grouping::rollup) return Dialect::grouping(kind, sets);
        std::string keys;
        for (const std::string& set : sets) keys += (keys.empty() ? "" : ", ") + set;
        return keys + " WITH ROLLUP";
    }

    std::string parameter(std::string_view placeholder, Kind kind, bool /*typed*/) const override {
        if (kind == Kind::decimal_text) return cast_as(placeholder, widest);
        if ((kind == Kind::json || kind == Kind::array) && !is_mariadb()) return cast_as(placeholder, "JSON");
        return std::string(placeholder);
    }
    std::string array_parameter(std::string_view placeholder, const TypeInfo& /*array*/) const override {
        return parameter(placeholder, Kind::array, true);
    }

    std::string arithmetic(Op op, const Operand& left, const Operand& right) const override {
        Operand a = left;
        Operand b = right;
        if (op == Op::mod) {
            for (Operand* side : {&a, &b}) {
                if (!is_whole(side->kind)) *side = {.sql = cast(*side, Kind::int64), .kind = Kind::int64};
            }
        }
        if (op == Op::div || op == Op::mod) b.sql = join({"nullif(", b.sql, ", 0)"});
        if (op == Op::div && is_whole(a.kind) && is_whole(b.kind))
            return join({"(", a.sql, " DIV ", b.sql, ")"});
        return MariaDbDdl::arithmetic(op, a, b);
    }

    std::string comparison(Op op, const Operand& left, const Operand& right) const override {
        const auto is_document = [](const Operand& o) {
            return o.kind == Kind::json || o.kind == Kind::array;
        };
        // MariaDB keeps JSON as text: how it is written must not matter.
        if (is_mariadb() && is_document(left) && is_document(right) && (op == Op::eq || op == Op::ne))
            return join({op == Op::eq ? "JSON_EQUALS(" : "NOT JSON_EQUALS(", left.sql, ", ", right.sql, ")"});
        return MariaDbDdl::comparison(op, left, right);
    }

    void aggregate(AggregateCall& call, shape::Aggregate which, Kind kind) const override {
        if (which == shape::Aggregate::sum && is_whole(kind)) {
            call.before = "CAST(";
            call.behind = " AS SIGNED)";
        } else if (which == shape::Aggregate::avg) {
            call.argument = cast_as(call.argument, "DOUBLE");
        }
    }

    std::string order_term(std::string_view key, std::uint8_t flags, bool /*may_be_null*/) const override {
        const bool descending = (flags & shape::order_descending) != 0;
        std::string out;
        // NULLs come first in ascending order by themselves, and last in descending order.
        if (!descending && (flags & shape::order_nulls_last) != 0) out = join({key, " IS NULL, "});
        if (descending && (flags & shape::order_nulls_first) != 0) out = join({key, " IS NOT NULL, "});
        out += key;
        return descending ? out + " DESC" : out;
    }

    std::string cast(const Operand& from, Kind to) const override {
        const std::string& operand = from.sql;
        switch (to) {
            case Kind::boolean:
                return join({"(", operand, " <> 0)"});
            case Kind::int8:
            case Kind::int16:
            case Kind::int32:
            case Kind::int64:
            case Kind::uint8:
            case Kind::uint16:
            case Kind::uint32:
            case Kind::uint64:
            case Kind::duration: {
                const bool has_fraction = detail::is_float(from.kind) || from.kind == Kind::decimal ||
                                          from.kind == Kind::decimal_text;
                return cast_as(has_fraction ? join({"TRUNCATE(", operand, ", 0)"}) : operand, "SIGNED");
            }
            case Kind::float32:
            case Kind::float64:
                return cast_as(operand, "DOUBLE");
            case Kind::decimal:
                return cast_as(operand, "DECIMAL(38,10)");
            case Kind::blob:
                return cast_as(operand, "BINARY");
            case Kind::date:
                return cast_as(operand, "DATE");
            case Kind::time:
                return cast_as(operand, "TIME(6)");
            case Kind::timestamp:
                return cast_as(operand, "DATETIME(6)");
            case Kind::json:
            case Kind::array:
                return is_mariadb() ? operand : cast_as(operand, "JSON");
            default:
                return cast_as(operand, "CHAR");
        }
    }

    std::string date_part(std::string_view operand, DatePart part) const override {
        switch (part) {
            case DatePart::year:
                return join({"YEAR(", operand, ")"});
            case DatePart::quarter:
                return join({"QUARTER(", operand, ")"});
            case DatePart::month:
                return join({"MONTH(", operand, ")"});
            case DatePart::week:
                return join({"WEEK(", operand, ", 3)"});  // ISO 8601
            case DatePart::day:
                return join({"DAYOFMONTH(", operand, ")"});
            case DatePart::hour:
                return join({"HOUR(", operand, ")"});
            case DatePart::minute:
                return join({"MINUTE(", operand, ")"});
            case DatePart::second:
                return join({"SECOND(", operand, ")"});
            case DatePart::weekday:
                return join({"(DAYOFWEEK(", operand, ") - 1)"});
            case DatePart::day_of_year:
                return join({"DAYOFYEAR(", operand, ")"});
            case DatePart::date:
                return join({"DATE(", operand, ")"});
        }
        return {};
    }

    std::string date_trunc(std::string_view operand, DatePart part) const override {
        const auto formatted = [&](std::string_view format) {
            return cast_as(join({"DATE_FORMAT(", operand, ", '", format, "')"}), "DATETIME(6)");
        };
        switch (part) {
            case DatePart::year:
                return formatted("%Y-01-01 00:00:00");
            case DatePart::quarter:
                return cast_as(join({"MAKEDATE(YEAR(", operand, "), 1) + INTERVAL (QUARTER(", operand,
                                     ") - 1) QUARTER"}),
                               "DATETIME(6)");
            case DatePart::month:
                return formatted("%Y-%m-01 00:00:00");
            case DatePart::week:
                return cast_as(join({"DATE(", operand, ") - INTERVAL WEEKDAY(", operand, ") DAY"}),
                               "DATETIME(6)");
            case DatePart::day:
                return formatted("%Y-%m-%d 00:00:00");
            case DatePart::hour:
                return formatted("%Y-%m-%d %H:00:00");
            case DatePart::minute:
                return formatted("%Y-%m-%d %H:%i:00");
            case DatePart::second:
                return formatted("%Y-%m-%d %H:%i:%s");
            default:
                throw UnsupportedByDialect("truncation to this part of a date has no meaning");
        }
    }

    std::string call(shape::Function function, std::span<const Operand> arguments) const override {
        using enum shape::Function;
        switch (function) {
            case length:
                return join({"CHAR_LENGTH(", arguments[0].sql, ")"});
            case concat: {  // NULL counts as empty
                std::string out = "concat(";
                for (std::size_t i = 0; i < arguments.size(); ++i)
                    out += join({i == 0 ? "" : ", ", "coalesce(", arguments[i].sql, ", '')"});
                return out + ")";
            }
            case greatest:
            case least:
                return extreme(function == greatest ? "greatest(" : "least(", arguments);
            case round:
                return rounded(arguments);
            case random:
                return "CAST((RAND() * 2 - 1) * 9223372036854774784 AS SIGNED)";
            default:
                return Dialect::call(function, arguments);
        }
    }

    // Cases matter or not by the collation of the column, so lookups that do not mind them fold both sides.
    std::string match(Op op, std::string_view operand, std::string_view pattern) const override {
        switch (op) {
            case Op::icontains:
            case Op::istartswith:
            case Op::iendswith:
            case Op::ilike:
                return join({"lower(", operand, ") LIKE lower(", pattern, ")"});
            case Op::regex:
                return is_mariadb() ? join({operand, " REGEXP ", pattern})
                                    : join({"REGEXP_LIKE(", operand, ", ", pattern, ", 'c')"});
            default:
                return join({operand, " LIKE ", pattern});
        }
    }

    std::string escaped_like(bool open_before, std::string_view text, bool open_behind) const override {
        return join({"concat(", open_before ? "'%', " : "", "replace(replace(replace(", text,
                     R"(, '\\', '\\\\'), '%', '\\%'), '_', '\\_'))", open_behind ? ", '%'" : "", ")"});
    }

    // The list travels as a JSON array. The operand of an index is compared with what comes out of it.
    std::string in_list(const Operand& operand, std::string_view placeholder, Kind elements,
                        bool negated) const override {
        const bool text = element_type(elements) == "LONGTEXT";
        return join({operand.sql, negated ? " NOT IN" : " IN", " (SELECT ",
                     text ? "element COLLATE " : "element", text ? collation() : "", " FROM JSON_TABLE(",
                     placeholder, ", '$[*]' COLUMNS (element ", element_type(elements),
                     " PATH '$')) AS duet_list)"});
    }

    std::string null_safe_equal(std::string_view left, std::string_view right, bool negated) const override {
        return negated ? join({"(NOT (", left, " <=> ", right, "))"}) : join({left, " <=> ", right});
    }

    std::string array_contains(const Operand& array, const Operand& element) const override {
        // Decimals are texts in arrays.
        const std::string json = element.kind == Kind::decimal
                                     ? join({"JSON_QUOTE(", cast_as(element.sql, "CHAR"), ")"})
                                     : as_json(element);
        return join({"coalesce(JSON_CONTAINS(", array.sql, ", ", json, "), 0)"});
    }

    std::string json_get(std::string_view json, std::string_view path, Kind kind) const override {
        std::string place = extract(json, path);
        const std::string text =
            join({"JSON_UNQUOTE(nullif(", place, ", ", json_literal("null"), ")) COLLATE ", collation()});
        switch (kind) {
            case Kind::json:
                return place;
            case Kind::boolean:
                return join({"CASE ", place, " WHEN ", json_literal("true"), " THEN 1 WHEN ",
                             json_literal("false"), " THEN 0 END"});
            case Kind::text:
            case Kind::text_view:
                return "(" + text + ")";
            default:
                return join({"CASE WHEN JSON_TYPE(", place,
                             ") IN ('INTEGER', 'UNSIGNED INTEGER', 'DOUBLE', 'DECIMAL') THEN ",
                             cast_as(join({"JSON_UNQUOTE(", place, ")"}),
                                     kind == Kind::float64 ? "DOUBLE" : "DECIMAL(50,15)"),
                             " END"});
        }
    }

    std::string json_test(Op op, std::string_view json, std::string_view path,
                          const Operand& operand) const override {
        const std::string place = extract(json, path);
        switch (op) {
            case Op::json_is_true:
                return join({place, " <=> ", json_literal("true")});
            case Op::json_is_false:
                return join({place, " <=> ", json_literal("false")});
            case Op::json_has:
                return place + " IS NOT NULL";
            default:
                return join({"coalesce(JSON_CONTAINS(", place, ", ", as_json(operand), "), 0)"});
        }
    }

    std::string comparable(std::string_view operand, const ColumnInfo& column) const override {
        if (column.type->kind == Kind::decimal_text) return cast_as(operand, widest);
        return std::string(operand);
    }

    void limit_offset(std::string& out, std::string_view limit, std::string_view offset) const override {
        MariaDbDdl::limit_offset(out, limit.empty() && !offset.empty() ? no_limit : limit, offset);
    }

    std::string_view default_row() const noexcept override { return " () VALUES ()"; }
    std::string refused_value(std::string_view column) const override {
        return join({"VALUES(", column, ")"});
    }

    void row_locks(std::string& out, std::string_view tables, std::uint32_t flags) const override {
        const bool some = (flags & shape::lock_of) != 0;
        if (some && is_mariadb())
            throw UnsupportedByDialect(
                "mariadb locks all rows that a query reads: duet::of() is not available");
        const std::string_view share = is_mariadb() ? " LOCK IN SHARE MODE" : " FOR SHARE";
        append_lock(out, (flags & shape::for_share) != 0 ? share : " FOR UPDATE", some ? tables : "", flags);
    }

    std::string begin(const BeginOptions& options) const override {
        refuse_lock_timeout(options);
        std::string out;
        if (const std::string_view level = isolation_level(options.isolation); !level.empty())
            out = join({"SET TRANSACTION ", level, "; "});
        return out + (options.read_only ? "START TRANSACTION READ ONLY" : "START TRANSACTION");
    }
    const LiteralStyle& literals() const noexcept override {
        static constexpr LiteralStyle style{.backslashes = true,
                                            .booleans = true,
                                            .date = "DATE ",
                                            .time = "TIME ",
                                            .timestamp = "TIMESTAMP "};
        return style;
    }
    std::string explain(std::string_view sql, bool analyze) const override {
        if (analyze && !is_mariadb())
            throw UnsupportedByDialect("MySQL does not explain in JSON what a statement really does");
        return join({analyze ? "ANALYZE" : "EXPLAIN", " FORMAT=JSON ", sql});
    }

private:
    static constexpr bool is_whole(Kind kind) { return detail::is_integer(kind) || kind == Kind::duration; }

    // MariaDB reads a path that is the same in all rows once, and counts back from the end of the first array
    // in all of them; so there it is made to look as if it could differ.
    std::string extract(std::string_view json, std::string_view path) const {
        if (!is_mariadb()) return join({"JSON_EXTRACT(", json, ", ", path, ")"});
        return join({"JSON_EXTRACT(", json, ", IF(", json, " IS NULL, NULL, ", path, "))"});
    }

    std::string json_literal(std::string_view text) const {
        const std::string literal = join({"'", text, "'"});
        return is_mariadb() ? literal : cast_as(literal, "JSON");
    }

    // One NULL among the arguments would make it NULL: each gives way to the others.
    static std::string extreme(std::string_view function, std::span<const Operand> arguments) {
        std::string out(function);
        for (std::size_t i = 0; i < arguments.size(); ++i) {
            out += i == 0 ? "coalesce(" : ", coalesce(";
            for (std::size_t j = 0; j < arguments.size(); ++j)
                out += join({j == 0 ? "" : ", ", arguments[(i + j) % arguments.size()].sql});
            out += ")";
        }
        return out + ")";
    }

    // Half away from zero, by the decimal digits; numbers beyond 1e15 have no fraction.
    static std::string rounded(std::span<const Operand> arguments) {
        const Operand& number = arguments[0];
        const std::string digits = arguments.size() > 1 ? ", " + arguments[1].sql : "";
        if (number.kind == Kind::decimal || is_whole(number.kind))
            return join({"round(", number.sql, digits, ")"});
        return join({"CASE WHEN abs(", number.sql, ") < 1e15 THEN ",
                     cast_as(join({"round(", cast_as(number.sql, widest), digits, ")"}), "DOUBLE"), " ELSE ",
                     number.sql, " END"});
    }

    Capabilities capabilities_;
};

}  // namespace

const Dialect& mariadb_dialect() {
    static const MariaDbDialect dialect(detail::MySqlFlavour::mariadb);
    return dialect;
}

const Dialect& mysql_dialect() {
    static const MariaDbDialect dialect(detail::MySqlFlavour::mysql);
    return dialect;
}

}  // namespace duet
