#include "mariadb_functions.hpp"

#include <duet/base/error.hpp>

#include <utility>

#include "expression_types.hpp"
#include "join_text.hpp"
#include "sql_text.hpp"

namespace duet::detail {

// lag() and lead() of MariaDB know nothing that could stand in for a row that is not there.
std::string MariaDbFunctions::window_function(const WindowFunctionCall& call) const {
    using enum shape::WindowFunction;
    const bool ranks = call.function >= rank && call.function <= cume_dist;
    const bool wants_order = ranks || call.function == lag || call.function == lead;
    if (is_mariadb() && wants_order && call.window.order.empty() && call.window.name.empty()) {
        // It does not take such functions without an order; by NULL all rows are equal.
        WindowText ordered = call.window;
        ordered.order = "ORDER BY NULL";
        return window_function({call.function, call.ignores_nulls, call.number, call.arguments, ordered});
    }
    if (!is_mariadb() || call.arguments.size() < 2) return Dialect::window_function(call);
    WindowFunctionCall plain = call;
    plain.arguments = call.arguments.first(1);
    const std::string value = Dialect::window_function(plain);
    const std::string place = "row_number()" + call.window.over(false);
    const std::string number = std::to_string(call.number);
    std::string is_there = join({place, " > ", number});
    if (call.function == shape::WindowFunction::lead) {
        WindowText all = call.window;
        all.frame = "ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING";
        is_there = join({place, " + ", number, " <= count(*)", all.over()});
    }
    return join({"CASE WHEN ", is_there, " THEN ", value, " ELSE ", call.arguments[1].sql, " END"});
}

std::string MariaDbFunctions::moment_arithmetic(shape::Op op, const Operand& left,
                                                const Operand& right) const {
    const auto moment = [](const Operand& of) {
        return of.kind == Kind::date || of.is_value ? cast_as(of.sql, "DATETIME(6)") : of.sql;
    };
    if (left.kind != Kind::duration && right.kind != Kind::duration)
        return join({"TIMESTAMPDIFF(MICROSECOND, ", moment(right), ", ", moment(left), ")"});
    const bool swapped = left.kind == Kind::duration;
    return join({"(", moment(swapped ? right : left), op == shape::Op::add ? " + " : " - ", "INTERVAL ",
                 (swapped ? left : right).sql, " MICROSECOND)"});
}

std::string_view MariaDbFunctions::element_type(Kind kind) {
    switch (kind) {
        case Kind::boolean:
            return "TINYINT";
        case Kind::float32:
        case Kind::float64:
            return "DOUBLE";
        case Kind::decimal:
        case Kind::decimal_text:
            return widest;
        case Kind::date:
            return "DATE";
        case Kind::time:
            return "TIME(6)";
        case Kind::timestamp:
            return "DATETIME(6)";
        case Kind::text:
        case Kind::text_view:
        case Kind::uuid:
            return "LONGTEXT";
        default:
            return "BIGINT";
    }
}

std::string MariaDbFunctions::elements(const Operand& array, Kind kind, std::string_view alias) const {
    if (kind == Kind::blob) refuse("rows of the elements of arrays of bytes");
    const std::string_view type = element_type(kind);
    std::string column = join({"value ", type});
    if (type == "LONGTEXT") column += join({" CHARACTER SET utf8mb4 COLLATE ", collation()});
    return join(
        {"JSON_TABLE(", array.sql, ", '$[*]' COLUMNS (", column, " PATH '$')) AS ", quoted(*this, alias)});
}

std::string MariaDbFunctions::as_json(const Operand& operand) {
    switch (operand.kind) {
        case Kind::boolean:
            return join({"IF(", operand.sql, ", 'true', 'false')"});
        case Kind::json:
        case Kind::array:
            return operand.sql;
        case Kind::text:
            return join({"JSON_QUOTE(", operand.sql, ")"});
        case Kind::blob:
            return join({"JSON_QUOTE(lower(HEX(", operand.sql, ")))"});
        default:
            break;
    }
    const bool is_plain =
        (is_number(operand.kind) && operand.kind != Kind::decimal_text) || operand.kind == Kind::duration;
    const std::string text = cast_as(operand.sql, "CHAR");
    return is_plain ? text : join({"JSON_QUOTE(", text, ")"});
}

/// Likewise, that of NULL included, and decimals are numbers however they are kept.
std::string MariaDbFunctions::json_value(const Operand& value) const {
    if (value.kind == Kind::boolean) {
        return join(
            {"CASE WHEN ", value.sql, " THEN 'true' WHEN NOT ", value.sql, " THEN 'false' ELSE 'null' END"});
    }
    const std::string json =
        part(value.kind == Kind::decimal_text ? cast_as(value.sql, "CHAR") : as_json(value));
    return value.may_be_null || value.is_value ? join({"coalesce(", json, ", 'null')"}) : json;
}

std::string MariaDbFunctions::part(std::string_view text) const {
    return join({text, " COLLATE ", collation()});
}

std::string MariaDbFunctions::document(std::string_view text) const {
    return is_mariadb() ? std::string(text) : cast_as(text, "JSON");
}

std::string MariaDbFunctions::json_object(std::span<const Operand> keys_and_values) const {
    std::string out = "concat('{'";
    for (std::size_t i = 0; i + 1 < keys_and_values.size(); i += 2) {
        out += join({i == 0 ? ", " : ", ', ', ", part(join({"JSON_QUOTE(", keys_and_values[i].sql, ")"})),
                     ", ': ', ", json_value(keys_and_values[i + 1])});
    }
    return document(out + ", '}')");
}

std::string MariaDbFunctions::json_array(std::span<const Operand> elements) const {
    std::string out = "concat('['";
    for (std::size_t i = 0; i < elements.size(); ++i)
        out += join({i == 0 ? ", " : ", ', ', ", json_value(elements[i])});
    return document(out + ", ']')");
}

std::string MariaDbFunctions::array_length(const Operand& array) const {
    return join({"JSON_LENGTH(", array.sql, ")"});
}

std::string MariaDbFunctions::grouping_of(std::string_view terms) const {
    if (is_mariadb()) refuse("GROUPING()");
    return join({"GROUPING(", terms, ")"});
}

/// The texts of all rows between `open` and `close`.
std::string MariaDbFunctions::gathered(std::string_view text, std::string_view open, std::string_view close,
                                       const SetFunctionCall& call) const {
    SetFunctionCall inner = call;
    std::string rest;
    if (!inner.order.empty()) rest = join({" ORDER BY ", std::exchange(inner.order, {})});
    return document(join({"concat('", open, "', coalesce(",
                          aggregate_call("group_concat", text, rest + " SEPARATOR ', '", inner), ", ''), '",
                          close, "')"}));
}

std::string MariaDbFunctions::percentile(const SetFunctionCall& call) const {
    const std::string_view function =
        call.function == shape::SetFunction::percentile_cont ? "percentile_cont" : "percentile_disc";
    if (!is_mariadb()) refuse(function);
    if (call.over.empty()) refuse(join({function, " without a window"}));
    if (!call.filter.empty()) refuse(join({function, " with a filter"}));
    const SetFunctionCall::Key& key = call.keys.front();
    const bool exact = call.function == shape::SetFunction::percentile_disc;
    const bool descending = (key.flags & shape::order_descending) != 0;
    return join({function, "(", call.arguments[0].sql, ") WITHIN GROUP (ORDER BY ",
                 exact ? key.sql : cast_as(key.sql, "DOUBLE"), descending ? " DESC)" : ")", call.over});
}

std::string MariaDbFunctions::set_function(const SetFunctionCall& call) const {
    using enum shape::SetFunction;
    const bool gathers = call.function <= array_agg;
    if (gathers && !call.over.empty()) refuse("aggregates over a window that gather texts, JSON or arrays");
    switch (call.function) {
        case string_agg: {
            // What stands between has to be a constant of the statement there: so it is part of the texts.
            const std::string& between = call.arguments[1].sql;
            SetFunctionCall inner = call;
            std::string rest;
            if (!inner.order.empty()) rest = join({" ORDER BY ", std::exchange(inner.order, {})});
            const std::string text = join({"concat(", between, ", ", call.arguments[0].sql, ")"});
            return join({"substr(", aggregate_call("group_concat", text, rest + " SEPARATOR ''", inner),
                         ", char_length(", between, ") + 1)"});
        }
        case json_array_agg:
        case array_agg:
            return gathered(json_value(call.arguments[0]), "[", "]", call);
        case json_object_agg:
            return gathered(
                join({"concat(", part(join({"JSON_QUOTE(", cast_as(call.arguments[0].sql, "CHAR"), ")"})),
                      ", ': ', ", json_value(call.arguments[1]), ")"}),
                "{", "}", call);
        case percentile_cont:
        case percentile_disc:
            return percentile(call);
        case stddev_samp:
        case stddev_pop:
        case var_samp:
        case var_pop: {
            SetFunctionCall inner = call;
            inner.arguments[0].sql = cast_as(inner.arguments[0].sql, "DOUBLE");
            return Dialect::set_function(inner);
        }
        default:
            return Dialect::set_function(call);
    }
}

}  // namespace duet::detail
