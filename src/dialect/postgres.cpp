#include <duet/base/error.hpp>
#include <duet/dialect/postgres.hpp>

#include <utility>

#include "expression_types.hpp"
#include "join_text.hpp"
#include "postgres_ddl.hpp"

namespace duet {

namespace {

using detail::cast_as;
using detail::join;
using detail::micros;
using shape::DatePart;
using shape::Op;

constexpr bool is_small_integer(Kind kind) {
    return kind >= Kind::int8 && kind <= Kind::uint32 && kind != Kind::int64;
}

std::string_view part_name(DatePart part) {
    switch (part) {
        case DatePart::year:
            return "year";
        case DatePart::quarter:
            return "quarter";
        case DatePart::month:
            return "month";
        case DatePart::week:
            return "week";
        case DatePart::day:
            return "day";
        case DatePart::hour:
            return "hour";
        case DatePart::minute:
            return "minute";
        case DatePart::second:
            return "second";
        case DatePart::weekday:
            return "dow";
        case DatePart::day_of_year:
            return "doy";
        case DatePart::date:
            break;
    }
    return {};
}

class PostgresDialect final : public detail::PostgresDdl {
public:
    std::string_view name() const noexcept override { return "postgresql"; }
    const Capabilities& capabilities() const noexcept override {
        static constexpr Capabilities capabilities{
            .returning_joined = true,
            .joined_writes = Capabilities::JoinedWrites::from_and_using,
            .writing_ctes = true,
            .failure_ends_transaction = true,
            .numbered_parameters = true,
            .strict_grouping = true,
            .frame_intervals = true,
            .forward_references = false,
            .full_join_of_all = false,
            .locks_groups = false,
            .lateral = true,
            .distinct_on = true,
            .ties = true,
            .materialized_hints = true,
            .max_name = 63,
            .max_parameters = 65535,
            .keys = Capabilities::Keys::returned,
            .array_updates = true,
            .zero_bytes = false};
        return capabilities;
    }
    // As pg_hint_plan reads them.
    Hint hint(DialectName database, std::string_view text) const override {
        if (database != DialectName::postgresql) return {};
        return {Hint::Place::front, join({"/*+ ", text, " */ "})};
    }
    std::string grouping(shape::Grouping kind, std::span<const std::string> sets) const override {
        static constexpr std::string_view names[] = {"ROLLUP (", "CUBE (", "GROUPING SETS ("};
        std::string out(names[static_cast<std::size_t>(kind)]);
        bool first = true;
        for (const std::string& set : sets) {
            if (!std::exchange(first, false)) out += ", ";
            out += "(" + set + ")";
        }
        return out + ")";
    }
    void placeholder(std::string& out, std::size_t number) const override {
        out += '$';
        out += std::to_string(number);
    }

    // Texts are sent without a type, for the sake of columns with types of the user's own.
    std::string parameter(std::string_view placeholder, Kind kind, bool typed) const override {
        switch (kind) {
            case Kind::text:
            case Kind::text_view:
            case Kind::array:
                return typed ? std::string(placeholder) : cast_as(placeholder, "text");
            case Kind::json:
                return cast_as(cast_as(placeholder, "text"), "jsonb");
            case Kind::decimal_text:
                return cast_as(cast_as(placeholder, "text"), "numeric");
            default:
                return std::string(placeholder);
        }
    }
    std::string array_parameter(std::string_view placeholder, const TypeInfo& array) const override {
        std::string json = cast_as(cast_as(placeholder, "text"), "jsonb");
        const std::string type = detail::postgres_type(array);
        if (type == "jsonb") return json;
        if (type == "jsonb[]") return join({"ARRAY(SELECT jsonb_array_elements(", json, "))"});
        if (type == "interval[]") {
            return join(
                {"ARRAY(SELECT CAST(duet_element AS bigint) * interval '1 microsecond' FROM "
                 "jsonb_array_elements_text(",
                 json, ") AS duet_element)"});
        }
        if (type == "bytea[]") {
            return join({"ARRAY(SELECT decode(duet_element, 'hex') FROM jsonb_array_elements_text(", json,
                         ") AS duet_element)"});
        }
        return cast_as(join({"ARRAY(SELECT jsonb_array_elements_text(", json, "))"}), type);
    }

    std::string arithmetic(Op op, const Operand& left, const Operand& right) const override {
        Operand a = left;
        Operand b = right;
        const bool one_is = a.kind == Kind::duration || b.kind == Kind::duration;
        const bool both_are = a.kind == Kind::duration && b.kind == Kind::duration;
        const bool plain = both_are && (op == Op::add || op == Op::sub);
        if (one_is && !plain) {
            for (Operand* side : {&a, &b}) {
                if (side->kind == Kind::duration) *side = {.sql = micros(side->sql), .kind = Kind::int64};
            }
        }
        for (Operand* side : {&a, &b}) {  // numbers in JSON have their fraction until they are counted with
            if (side->in_json && detail::is_integer(side->kind))
                side->sql = cast_as(join({"trunc(", side->sql, ")"}), "bigint");
        }
        if (op == Op::mod) {
            for (Operand* side : {&a, &b}) {
                if (!detail::is_integer(side->kind))
                    *side = {.sql = cast(*side, Kind::int64), .kind = Kind::int64};
            }
        }
        // What fits in a column need not hold what becomes of two of them.
        if (is_small_integer(a.kind) && is_small_integer(b.kind)) a.sql = cast_as(a.sql, "bigint");
        if (op == Op::div || op == Op::mod) b.sql = join({"nullif(", b.sql, ", 0)"});
        std::string out = PostgresDdl::arithmetic(op, a, b);
        return both_are && !plain ? join({"(", out, " * interval '1 microsecond')"}) : out;
    }

    std::string comparison(Op op, const Operand& left, const Operand& right) const override {
        const auto number = [](const Operand& side, const Operand& other) {
            Operand out = side;
            if (side.kind == Kind::duration && detail::is_number(other.kind)) out.sql = micros(side.sql);
            return out;
        };
        return PostgresDdl::comparison(op, number(left, right), number(right, left));
    }

    void aggregate(AggregateCall& call, shape::Aggregate which, Kind kind) const override {
        const auto result = [&](std::string_view type) {
            call.before = "CAST(";
            call.behind = join({" AS ", type, ")"});
        };
        const bool extreme = which == shape::Aggregate::min || which == shape::Aggregate::max;
        if (which == shape::Aggregate::sum) {
            if (detail::is_integer(kind)) result("bigint");
            if (kind == Kind::float32) call.argument = cast_as(call.argument, "double precision");
        } else if (which == shape::Aggregate::avg) {
            if (kind == Kind::duration) call.argument = micros(call.argument);
            result("double precision");
        } else if (extreme && kind == Kind::boolean) {
            call.name = which == shape::Aggregate::min ? "bool_and" : "bool_or";
        } else if (extreme && kind == Kind::uuid) {
            call.argument = cast_as(call.argument, "text");
            result("uuid");
        } else if (extreme && kind == Kind::blob) {
            call.before = "decode(";
            call.argument = join({"encode(", call.argument, ", 'hex')"});
            call.behind = ", 'hex')";
        } else if (extreme && kind == Kind::json) {
            throw UnsupportedByDialect(
                "postgresql has no order of JSON values: min and max need another type");
        }
    }

    std::string order_term(std::string_view key, std::uint8_t flags, bool may_be_null) const override {
        constexpr std::uint8_t nulls = shape::order_nulls_first | shape::order_nulls_last;
        if ((flags & nulls) == 0 && may_be_null) {
            flags |=
                (flags & shape::order_descending) != 0 ? shape::order_nulls_last : shape::order_nulls_first;
        }
        return PostgresDdl::order_term(key, flags, may_be_null);
    }

    std::string cast_as_column(std::string_view operand, const TypeInfo& type) const override {
        return cast_as(operand, detail::postgres_type(type));
    }
    std::string cast(const Operand& from, Kind to) const override {
        const std::string& operand = from.sql;
        switch (to) {
            case Kind::boolean:
                if (detail::is_number(from.kind)) return join({"(", operand, " <> 0)"});
                return cast_as(operand, "boolean");
            case Kind::int8:
            case Kind::int16:
            case Kind::int32:
            case Kind::int64:
            case Kind::uint8:
            case Kind::uint16:
            case Kind::uint32:
            case Kind::uint64:
                return cast_as(whole(from), "bigint");
            case Kind::float32:
            case Kind::float64:
                if (from.kind == Kind::duration) return cast_as(micros(operand), "double precision");
                return cast_as(from.kind == Kind::boolean ? cast_as(operand, "integer") : operand,
                               "double precision");
            case Kind::decimal:
                return cast_as(operand, "numeric");
            case Kind::duration:
                if (detail::is_number(from.kind)) return join({"(", operand, " * interval '1 microsecond')"});
                return cast_as(operand, "interval");
            case Kind::blob:
                if (from.kind == Kind::text) return join({"convert_to(", operand, ", 'UTF8')"});
                return cast_as(operand, "bytea");
            case Kind::date:
                return cast_as(operand, "date");
            case Kind::time:
                return cast_as(operand, "time");
            case Kind::timestamp:
                return cast_as(operand, "timestamptz");
            case Kind::uuid:
                return cast_as(operand, "uuid");
            case Kind::json:
                return cast_as(operand, "jsonb");
            default:
                return text(from);
        }
    }

    std::string date_part(std::string_view operand, DatePart part) const override {
        if (part == DatePart::date) return cast_as(operand, "date");
        const std::string number = join({"extract(", part_name(part), " FROM ", operand, ")"});
        return cast_as(part == DatePart::second ? join({"floor(", number, ")"}) : number, "integer");
    }

    std::string date_trunc(std::string_view operand, DatePart part) const override {
        if (part >= DatePart::weekday)
            throw UnsupportedByDialect("truncation to this part of a date has no meaning");
        return join({"date_trunc('", part_name(part), "', ", operand, ")"});
    }

    std::string match(Op op, std::string_view operand, std::string_view pattern) const override {
        switch (op) {
            case Op::icontains:
            case Op::istartswith:
            case Op::iendswith:
            case Op::ilike:
                return join({operand, " ILIKE ", pattern});
            case Op::regex:
                return join({operand, " ~ ", pattern});
            default:
                return join({operand, " LIKE ", pattern});
        }
    }

    std::string in_list(const Operand& operand, std::string_view placeholder, Kind elements,
                        bool negated) const override {
        // Such a list is empty: it says so by a type of its own.
        const bool alien =
            elements == Kind::int64 && operand.kind != Kind::null && !detail::is_number(operand.kind);
        if (alien) return negated ? "TRUE" : "FALSE";
        std::string list(placeholder);
        if (elements == Kind::decimal_text) list = cast_as(cast_as(list, "text[]"), "numeric[]");
        return join({operand.sql, negated ? " <> ALL(" : " = ANY(", list, ")"});
    }

    // No NULL comes out: an array that is none holds nothing.
    std::string array_contains(const Operand& array, const Operand& element) const override {
        return join({"coalesce(", element.sql, " = ANY(", array.sql, "), FALSE)"});
    }

    std::string json_get(std::string_view json, std::string_view path, Kind as_kind) const override {
        std::string place = join({"(", json, " #> ", path, ")"});
        std::string text = join({"(", json, " #>> ", path, ")"});
        switch (as_kind) {
            case Kind::json:
                return place;
            case Kind::boolean:
                return join({"CASE WHEN jsonb_typeof(", place, ") = 'boolean' THEN ",
                             cast_as(text, "boolean"), " END"});
            case Kind::text:
            case Kind::text_view:
                return text;
            default:
                return join({"CASE WHEN jsonb_typeof(", place, ") = 'number' THEN ",
                             cast_as(text, as_kind == Kind::float64 ? "double precision" : "numeric"),
                             " END"});
        }
    }

    std::string json_test(Op op, std::string_view json, std::string_view path,
                          const Operand& operand) const override {
        const std::string place = join({"(", json, " #> ", path, ")"});
        switch (op) {
            case Op::json_is_true:
                return place + " IS NOT DISTINCT FROM CAST('true' AS jsonb)";
            case Op::json_is_false:
                return place + " IS NOT DISTINCT FROM CAST('false' AS jsonb)";
            case Op::json_has:
                return place + " IS NOT NULL";
            default:
                // The second half makes nothing of NULL, and leaves the first to an index.
                return join({"(", place, " @> to_jsonb(", operand.sql, ") AND ", place, " IS NOT NULL)"});
        }
    }

    std::string comparable(std::string_view operand, const ColumnInfo& column) const override {
        if (column.type->kind == Kind::decimal_text) return cast_as(operand, "numeric");
        return std::string(operand);
    }

    void row_locks(std::string& out, std::string_view tables, std::uint32_t flags) const override {
        // Rows that a LEFT JOIN may miss cannot be locked.
        append_lock(out, (flags & shape::for_share) != 0 ? " FOR SHARE" : " FOR UPDATE", tables, flags);
    }

    std::string begin(const BeginOptions& options) const override {
        std::string out = "BEGIN";
        if (const std::string_view level = isolation_level(options.isolation); !level.empty())
            out.append(" ").append(level);
        if (options.read_only) out += " READ ONLY";
        if (options.deferrable) out += " DEFERRABLE";
        if (options.lock_timeout_ms > 0)
            out += "; SET LOCAL lock_timeout = " + std::to_string(options.lock_timeout_ms);
        return out;
    }
    const LiteralStyle& literals() const noexcept override {
        static constexpr LiteralStyle style{.booleans = true,
                                            .arrays = true,
                                            .intervals = true,
                                            .date = "DATE ",
                                            .time = "TIME ",
                                            .timestamp = "TIMESTAMPTZ ",
                                            .uuid = "UUID ",
                                            .json = "JSONB ",
                                            .real = "FLOAT8 ",
                                            .zone = "+00",
                                            .blob = "BYTEA '\\x"};
        return style;
    }
    std::string explain(std::string_view sql, bool analyze) const override {
        return join({"EXPLAIN (", analyze ? "ANALYZE, BUFFERS, " : "", "FORMAT JSON) ", sql});
    }

private:
    /// Something that a cast to an integer takes without rounding.
    static std::string whole(const Operand& from) {
        switch (from.kind) {
            case Kind::boolean:
                return cast_as(from.sql, "integer");
            case Kind::float32:
            case Kind::float64:
            case Kind::decimal:
                return join({"trunc(", from.sql, ")"});
            case Kind::text:
            case Kind::decimal_text:
                return join({"trunc(", cast_as(from.sql, "numeric"), ")"});
            case Kind::duration:
                return micros(from.sql);
            default:
                return from.sql;
        }
    }

    /// The same text as elsewhere.
    static std::string text(const Operand& from) {
        switch (from.kind) {
            case Kind::boolean:
                return cast_as(cast_as(from.sql, "integer"), "text");
            case Kind::timestamp:
                return join({"to_char(", from.sql, ", 'YYYY-MM-DD HH24:MI:SS.US')"});
            case Kind::time:
                return join({"to_char(", from.sql, ", 'HH24:MI:SS.US')"});
            case Kind::uuid:
                return join({"replace(", cast_as(from.sql, "text"), ", '-', '')"});
            case Kind::duration:
                return cast_as(micros(from.sql), "text");
            case Kind::blob:
                return join({"convert_from(", from.sql, ", 'UTF8')"});
            default:
                return cast_as(from.sql, "text");
        }
    }
};

}  // namespace

const Dialect& postgres_dialect() {
    static const PostgresDialect dialect;
    return dialect;
}

}  // namespace duet
