#include "postgres_functions.hpp"

#include <duet/base/error.hpp>

#include <algorithm>

#include "expression_types.hpp"
#include "join_text.hpp"
#include "postgres_ddl.hpp"
#include "spelling.hpp"
#include "sql_text.hpp"

namespace duet::detail {

namespace {
/// An element of an array: decimals kept as text are numbers there.
std::string element(const Operand& of) {
    return of.kind == Kind::decimal_text ? cast_as(of.sql, "numeric") : of.sql;
}

/// What a list of such values is.
std::string_view list_type(Kind kind) {
    switch (kind) {
        case Kind::boolean:
            return "boolean[]";
        case Kind::float32:
        case Kind::float64:
            return "double precision[]";
        case Kind::decimal:
        case Kind::decimal_text:
            return "numeric[]";
        case Kind::date:
            return "date[]";
        case Kind::time:
            return "time[]";
        case Kind::timestamp:
            return "timestamptz[]";
        case Kind::duration:
            return "interval[]";
        case Kind::uuid:
            return "uuid[]";
        case Kind::text:
        case Kind::text_view:
            return "text[]";
        default:
            return "bigint[]";
    }
}

std::string_view search_function(shape::Function function) {
    using enum shape::Function;
    switch (function) {
        case to_tsquery:
            return "to_tsquery";
        case plainto_tsquery:
            return "plainto_tsquery";
        case phraseto_tsquery:
            return "phraseto_tsquery";
        case websearch_to_tsquery:
            return "websearch_to_tsquery";
        case ts_rank:
            return "ts_rank";
        case ts_rank_cd:
            return "ts_rank_cd";
        case ts_headline:
            return "ts_headline";
        default:
            return "similarity";
    }
}
/// Of expressions that an index may have: concat_ws() may not stand in one.
std::string vector_of(std::span<const Operand> arguments) {
    std::string out = "to_tsvector(";
    if (arguments[0].sql.starts_with('\'')) {  // the configuration
        out += arguments[0].sql + ", ";
        arguments = arguments.subspan(1);
    }
    const char* separator = "";
    for (const Operand& argument : arguments) {
        out += separator;
        out += join({"coalesce(", argument.sql, ", '')"});
        separator = " || ' ' || ";
    }
    return out + ")";
}
/// What stands beside a range, with the type of its elements or its own.
std::string beside_range(std::span<const Operand> arguments) {
    const Operand& part = arguments[1];
    if (!part.is_value || arguments[0].type == nullptr) return part.sql;
    const std::string_view range = arguments[0].type->sql_type;
    if (part.kind == Kind::text) return cast_as(part.sql, range);
    if (range == "int4range") return cast_as(part.sql, "integer");
    if (range == "int8range") return cast_as(part.sql, "bigint");
    if (range == "numrange") return cast_as(part.sql, "numeric");
    if (range == "daterange") return cast_as(part.sql, "date");
    return cast_as(part.sql, "timestamptz");
}

// Half away from zero, by the decimal digits; numbers beyond 1e15 have no fraction.
std::string rounded(std::span<const Operand> arguments) {
    const Operand& number = arguments[0];
    const std::string digits = arguments.size() > 1 ? ", " + cast_as(arguments[1].sql, "integer") : "";
    if (number.kind == Kind::decimal) return join({"round(", number.sql, digits, ")"});
    const std::string sql = number.kind == Kind::duration ? micros(number.sql) : number.sql;
    std::string exact = cast_as(join({"round(", cast_as(sql, "numeric"), digits, ")"}), "double precision");
    if (number.kind != Kind::float32 && number.kind != Kind::float64) return exact;
    return join({"CASE WHEN abs(", sql, ") < 1e15 THEN ", exact, " ELSE ", sql, " END"});
}
}  // namespace

std::string micros(std::string_view duration) {
    return join({"CAST(extract(epoch FROM ", duration, ") * 1000000 AS bigint)"});
}

std::string PostgresFunctions::call(shape::Function function, std::span<const Operand> arguments) const {
    using enum shape::Function;
    switch (function) {
        case trim:
            return join({"btrim(", arguments[0].sql, ")"});
        case substr: {
            std::string out = "substr(" + arguments[0].sql;
            for (const Operand& argument : arguments.subspan(1))
                out += ", " + cast_as(argument.sql, "integer");
            return out + ")";
        }
        case abs: {
            if (arguments[0].kind != Kind::duration) break;
            const std::string& duration = arguments[0].sql;
            return join({"greatest(", duration, ", -", duration, ")"});
        }
        case round:
            return rounded(arguments);
        case to_tsvector:
            return vector_of(arguments);
        case text_matches:
            return join({"(", arguments[0].sql, " @@ ", arguments[1].sql, ")"});
        case trigram_similar:
            return join({"(", arguments[0].sql, " % ", arguments[1].sql, ")"});
        case to_tsquery:
        case plainto_tsquery:
        case phraseto_tsquery:
        case websearch_to_tsquery:
        case ts_rank:
        case ts_rank_cd:
        case ts_headline:
        case similarity:
            return call_of(search_function(function), arguments);
        case word_similarity:
            return join({"word_similarity(", arguments[1].sql, ", ", arguments[0].sql, ")"});
        case range_contains:
            return join({"(", arguments[0].sql, " @> ", beside_range(arguments), ")"});
        case range_overlaps:
            return join({"(", arguments[0].sql, " && ", beside_range(arguments), ")"});
        case random:
            return "CAST(floor((random() * 2 - 1) * 9223372036854774784) AS bigint)";
        default:
            break;
    }
    return Dialect::call(function, arguments);
}

std::string PostgresFunctions::moment_arithmetic(shape::Op op, const Operand& left,
                                                 const Operand& right) const {
    const auto moment = [](const Operand& of) {
        return of.kind == Kind::date ? cast_as(of.sql, "timestamptz") : of.sql;
    };
    return join({"(", moment(left), op == shape::Op::add ? " + " : " - ", moment(right), ")"});
}

/// What is a number, a boolean, a text or JSON in JSON, as elsewhere.
std::string PostgresFunctions::json_value(const Operand& value) const {
    switch (value.kind) {
        case Kind::null:
            return value.is_value ? cast_as(value.sql, "text") : value.sql;
        case Kind::timestamp:
        case Kind::time:
        case Kind::uuid:
            return cast(value, Kind::text);
        case Kind::duration:
            return cast(value, Kind::int64);
        case Kind::blob:
            return join({"encode(", value.sql, ", 'hex')"});
        case Kind::decimal_text:
            return cast_as(value.sql, "numeric");
        default:
            return value.sql;
    }
}

std::string PostgresFunctions::json_values(std::span<const Operand> values) const {
    std::string out;
    for (const Operand& value : values) {
        if (!out.empty()) out += ", ";
        out += json_value(value);
    }
    return out;
}

std::string PostgresFunctions::json_object(std::span<const Operand> keys_and_values) const {
    return join({"jsonb_build_object(", json_values(keys_and_values), ")"});
}

std::string PostgresFunctions::json_array(std::span<const Operand> elements) const {
    return join({"jsonb_build_array(", json_values(elements), ")"});
}

std::string PostgresFunctions::array_of(std::span<const Operand> elements) const {
    std::string out = "ARRAY[";
    for (std::size_t i = 0; i < elements.size(); ++i) out += (i == 0 ? "" : ", ") + element(elements[i]);
    return out + "]";
}

std::string PostgresFunctions::array_length(const Operand& array) const {
    return join({"CAST(cardinality(", array.sql, ") AS bigint)"});
}

std::string PostgresFunctions::grouping_of(std::string_view terms) const {
    return join({"CAST(GROUPING(", terms, ") AS bigint)"});
}

std::string PostgresFunctions::ordered_set(std::string_view function, std::string_view argument,
                                           const SetFunctionCall& call) const {
    if (!call.over.empty()) refuse(join({function, " over a window"}));
    std::string out = join({function, "(", argument, ") WITHIN GROUP (ORDER BY ", call.order, ")"});
    if (!call.filter.empty()) out += join({" FILTER (WHERE ", call.filter, ")"});
    return out;
}

std::string PostgresFunctions::set_function(const SetFunctionCall& call) const {
    using enum shape::SetFunction;
    const auto gather = [&](std::string_view function, std::string_view argument, std::string_view rest) {
        if (!call.order.empty() && !call.over.empty()) refuse("aggregates with an order over a window");
        const auto is_argument = [&](const SetFunctionCall::Key& key) { return key.sql == argument; };
        if (call.distinct && !std::ranges::all_of(call.keys, is_argument))
            refuse("DISTINCT in an aggregate that is ordered by anything but its own values");
        return aggregate_call(function, argument, rest, call);
    };
    switch (call.function) {
        case string_agg: {
            const Operand& what = call.arguments[0];
            const bool is_text =
                what.kind == Kind::text && (what.type == nullptr || what.type->kind == Kind::text);
            const std::string text = is_text ? what.sql : cast(what, Kind::text);
            return gather("string_agg", text, ", " + call.arguments[1].sql);
        }
        case json_array_agg:
            return join({"coalesce(", gather("jsonb_agg", json_value(call.arguments[0]), ""),
                         ", CAST('[]' AS jsonb))"});
        case json_object_agg:
            return join(
                {"coalesce(",
                 gather("jsonb_object_agg", call.arguments[0].sql, ", " + json_value(call.arguments[1])),
                 ", CAST('{}' AS jsonb))"});
        case array_agg:
            return join({"coalesce(", gather("array_agg", element(call.arguments[0]), ""), ", '{}')"});
        case bool_and:
            return aggregate_call("bool_and", call.arguments[0].sql, "", call);
        case bool_or:
            return aggregate_call("bool_or", call.arguments[0].sql, "", call);
        case stddev_samp:
        case stddev_pop:
        case var_samp:
        case var_pop:
            return cast_as(Dialect::set_function(call), "double precision");
        case percentile_cont:
            return ordered_set("percentile_cont", call.arguments[0].sql, call);
        case percentile_disc:
            return ordered_set("percentile_disc", call.arguments[0].sql, call);
        case mode:
            return ordered_set("mode", "", call);
    }
    return {};
}

std::string PostgresFunctions::elements(const Operand& array, Kind kind, std::string_view alias) const {
    std::string list = array.sql;
    if (array.is_value) {
        // What the driver sends has a type, and the function wants to hear of it.
        if (kind == Kind::decimal_text) list = cast_as(list, "text[]");
        list = cast_as(list, list_type(kind));
    } else if (postgres_type(*array.type).starts_with("jsonb")) {
        refuse("rows of the elements of arrays that are kept as JSON");
    }
    return join({"unnest(", list, ") AS ", quoted(*this, alias), " (value)"});
}

}  // namespace duet::detail
