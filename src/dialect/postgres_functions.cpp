#include "postgres_functions.hpp"

#include <duet/base/error.hpp>

#include "expression_types.hpp"
#include "join_text.hpp"

namespace duet::detail {

namespace {
/// An element of an array: decimals kept as text are numbers there.
std::string element(const Operand& of) {
    return of.kind == Kind::decimal_text ? cast_as(of.sql, "numeric") : of.sql;
}
}  // namespace

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
    switch (call.function) {
        case string_agg: {
            const Operand& what = call.arguments[0];
            const bool is_text =
                what.kind == Kind::text && (what.type == nullptr || what.type->kind == Kind::text);
            const std::string text = is_text ? what.sql : cast(what, Kind::text);
            return aggregate_call("string_agg", text, ", " + call.arguments[1].sql, call);
        }
        case json_array_agg:
            return join({"coalesce(", aggregate_call("jsonb_agg", json_value(call.arguments[0]), "", call),
                         ", CAST('[]' AS jsonb))"});
        case json_object_agg:
            return join({"coalesce(",
                         aggregate_call("jsonb_object_agg", call.arguments[0].sql,
                                        ", " + json_value(call.arguments[1]), call),
                         ", CAST('{}' AS jsonb))"});
        case array_agg:
            return join(
                {"coalesce(", aggregate_call("array_agg", element(call.arguments[0]), "", call), ", '{}')"});
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

}  // namespace duet::detail
