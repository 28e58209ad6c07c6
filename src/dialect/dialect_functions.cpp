#include <duet/base/error.hpp>
#include <duet/dialect/dialect.hpp>

#include "join_text.hpp"

// The common spelling of aggregates, JSON and arrays.
namespace duet {

using detail::join;

void Dialect::refuse(std::string_view what) const {
    throw UnsupportedByDialect(join({name(), " has no ", what}));
}

std::string Dialect::aggregate_call(std::string_view function, std::string_view argument,
                                    std::string_view rest, const SetFunctionCall& call) const {
    if (call.distinct && !call.over.empty()) refuse("DISTINCT in an aggregate over a window");
    const bool native = call.filter.empty() || capabilities().aggregate_filter;
    std::string out = join({function, call.distinct ? "(DISTINCT " : "("});
    out += native ? std::string(argument) : join({"CASE WHEN ", call.filter, " THEN ", argument, " END"});
    out += rest;
    if (!call.order.empty()) out += join({" ORDER BY ", call.order});
    out += ')';
    if (!call.filter.empty() && native) out += join({" FILTER (WHERE ", call.filter, ")"});
    return out + call.over;
}

std::string Dialect::set_function(const SetFunctionCall& call) const {
    using enum shape::SetFunction;
    static constexpr std::string_view names[] = {
        "string_agg",  "json_agg",   "json_object_agg", "array_agg", "bool_and",        "bool_or",
        "stddev_samp", "stddev_pop", "var_samp",        "var_pop",   "percentile_cont", "percentile_disc",
        "mode"};
    const std::string_view function = names[static_cast<std::size_t>(call.function)];
    switch (call.function) {
        case bool_and:
            return aggregate_call("min", call.arguments[0].sql, "", call);
        case bool_or:
            return aggregate_call("max", call.arguments[0].sql, "", call);
        case stddev_samp:
        case stddev_pop:
        case var_samp:
        case var_pop:
            return aggregate_call(function, call.arguments[0].sql, "", call);
        default:
            refuse(function);
    }
}

std::string Dialect::moment_arithmetic(shape::Op /*op*/, const Operand& /*left*/,
                                       const Operand& /*right*/) const {
    refuse("arithmetic with moments");
}

std::string Dialect::json_object(std::span<const Operand> /*keys_and_values*/) const {
    refuse("JSON objects");
}
std::string Dialect::json_array(std::span<const Operand> /*elements*/) const { refuse("JSON arrays"); }
// Where there are no arrays, JSON stands for them.
std::string Dialect::array_of(std::span<const Operand> elements) const { return json_array(elements); }
std::string Dialect::array_length(const Operand& array) const {
    return join({"json_array_length(", array.sql, ")"});
}
std::string Dialect::grouping_of(std::string_view /*terms*/) const { refuse("GROUPING()"); }

}  // namespace duet
