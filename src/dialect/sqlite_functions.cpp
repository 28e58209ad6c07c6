#include "sqlite_functions.hpp"

#include <duet/base/error.hpp>

#include "expression_types.hpp"
#include "join_text.hpp"

namespace duet::detail {

namespace {

/// A value as an argument of json_object() and the like.
std::string json_value(const Operand& value) {
    switch (value.kind) {
        case Kind::boolean:
            return join(
                {"json(CASE WHEN ", value.sql, " THEN 'true' WHEN NOT ", value.sql, " THEN 'false' END)"});
        case Kind::json:
        case Kind::array:
        case Kind::decimal_text:  // the text of a number is JSON
            return join({"json(", value.sql, ")"});
        case Kind::decimal:
            return value.is_value ? join({"json(", value.sql, ")"}) : value.sql;
        case Kind::blob:
            return join({"lower(hex(", value.sql, "))"});
        default:
            return value.sql;
    }
}

std::string json_values(std::span<const Operand> values) {
    std::string out;
    for (const Operand& value : values) {
        if (!out.empty()) out += ", ";
        out += json_value(value);
    }
    return out;
}

}  // namespace

// SQLite itself counts in milliseconds.
std::string SqliteFunctions::moment_arithmetic(shape::Op op, const Operand& left,
                                               const Operand& right) const {
    if (left.kind != Kind::duration && right.kind != Kind::duration)
        return join({"duet_time_between(", right.sql, ", ", left.sql, ")"});
    const bool swapped = left.kind == Kind::duration;
    return join({"duet_time_shift(", (swapped ? right : left).sql, ", ", op == shape::Op::add ? "(" : "-(",
                 (swapped ? left : right).sql, "))"});
}

std::string SqliteFunctions::json_object(std::span<const Operand> keys_and_values) const {
    return join({"json_object(", json_values(keys_and_values), ")"});
}

std::string SqliteFunctions::json_array(std::span<const Operand> elements) const {
    return join({"json_array(", json_values(elements), ")"});
}

/// One of the functions of duet's driver.
std::string SqliteFunctions::own(std::string_view function, std::string_view arguments,
                                 const SetFunctionCall& call) const {
    if (!call.over.empty()) {
        const bool statistic = call.function >= shape::SetFunction::stddev_samp;
        refuse(statistic ? "statistics over a window" : "aggregates with an order or DISTINCT over a window");
    }
    std::string out = join({function, "(", arguments, ")"});
    if (!call.filter.empty()) out += join({" FILTER (WHERE ", call.filter, ")"});
    return out;
}

/// Texts in an order, or each once: duet_gather('u-+', text, between, key, key).
std::string SqliteFunctions::gathered(std::string_view text, std::string_view between,
                                      const SetFunctionCall& call) const {
    std::string directions = call.distinct ? "u" : "a";
    std::string keys;
    for (const SetFunctionCall::Key& key : call.keys) {
        const bool descending = (key.flags & shape::order_descending) != 0;
        const bool nulls_first = (key.flags & shape::order_nulls_first) != 0;
        const bool nulls_last = (key.flags & shape::order_nulls_last) != 0;
        directions += descending ? '-' : '+';
        directions += nulls_first || (!nulls_last && !descending) ? 'f' : 'l';
        keys += ", ";
        keys += key.kind == Kind::decimal_text ? cast_as(key.sql, "NUMERIC") : key.sql;
    }
    return own("duet_gather", join({"'", directions, "', ", text, ", ", between, keys}), call);
}

std::string SqliteFunctions::set_function(const SetFunctionCall& call) const {
    using enum shape::SetFunction;
    const bool plain = call.order.empty() && !call.distinct;
    const auto argument = [&](std::size_t i) -> const std::string& { return call.arguments[i].sql; };
    switch (call.function) {
        case string_agg:
            if (plain) return aggregate_call("group_concat", argument(0), ", " + argument(1), call);
            return gathered(argument(0), argument(1), call);
        case json_array_agg:
        case array_agg: {
            const std::string value = json_value(call.arguments[0]);
            if (plain) return aggregate_call("json_group_array", value, "", call);
            return join({"('[' || coalesce(", gathered(join({"json_quote(", value, ")"}), "','", call),
                         ", '') || ']')"});
        }
        case json_object_agg:
            return aggregate_call("json_group_object", argument(0), ", " + json_value(call.arguments[1]),
                                  call);
        case stddev_samp:
            return own("duet_stddev_samp", argument(0), call);
        case stddev_pop:
            return own("duet_stddev_pop", argument(0), call);
        case var_samp:
            return own("duet_var_samp", argument(0), call);
        case var_pop:
            return own("duet_var_pop", argument(0), call);
        case percentile_cont:
        case percentile_disc: {
            const SetFunctionCall::Key& key = call.keys.front();
            const bool descending = (key.flags & shape::order_descending) != 0;
            return own(call.function == percentile_cont ? "duet_percentile_cont" : "duet_percentile_disc",
                       join({key.sql, ", ", argument(0), descending ? ", 1" : ", 0"}), call);
        }
        case mode:
            return own("duet_mode",
                       join({call.keys.front().sql,
                             (call.keys.front().flags & shape::order_descending) != 0 ? ", 1" : ", 0"}),
                       call);
        default:
            return Dialect::set_function(call);
    }
}

}  // namespace duet::detail
