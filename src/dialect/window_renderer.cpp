#include <duet/base/error.hpp>

#include "expression_renderer.hpp"
#include "expression_types.hpp"
#include "join_text.hpp"
#include "sql_text.hpp"

namespace duet {

std::string WindowText::definition(bool with_frame) const {
    std::string out;
    for (const std::string* part : {&name, &partition, &order, &frame}) {
        if (part->empty() || (part == &frame && !with_frame)) continue;
        if (!out.empty()) out += ' ';
        out += *part;
    }
    return out;
}

std::string WindowText::over(bool with_frame) const {
    const bool is_name = !name.empty() && partition.empty() && order.empty() && frame.empty();
    return is_name ? " OVER " + name : " OVER (" + definition(with_frame) + ")";
}

namespace {

std::string_view function_name(shape::WindowFunction function) {
    static constexpr std::string_view names[] = {"row_number",  "rank",       "dense_rank", "percent_rank",
                                                 "cume_dist",   "ntile",      "lag",        "lead",
                                                 "first_value", "last_value", "nth_value"};
    return names[static_cast<std::size_t>(function)];
}

}  // namespace

std::string Dialect::window_function(const WindowFunctionCall& call) const {
    using enum shape::WindowFunction;
    const bool has_number =
        call.function == ntile || call.function == lag || call.function == lead || call.function == nth_value;
    std::string out(function_name(call.function));
    out += '(';
    if (!call.arguments.empty()) out += call.arguments[0].sql;
    if (has_number) {
        if (!call.arguments.empty()) out += ", ";
        out += std::to_string(call.number);
    }
    if (call.arguments.size() > 1) out += ", " + call.arguments[1].sql;
    out += ')';
    if (call.ignores_nulls) {
        if (!capabilities().ignore_nulls)
            throw UnsupportedByDialect(std::string(name()) + " has no IGNORE NULLS");
        out += " IGNORE NULLS";
    }
    // The others look at the whole partition, whatever the frame is, and some databases want to hear of none.
    return out + call.window.over(call.function >= first_value);
}

}  // namespace duet

namespace duet::detail {

using shape::Op;

namespace {

// Offsets are numbers of the statement and no values of it: databases want constants here.
std::string frame_end(const Dialect& dialect, shape::FrameBound bound, bool is_time, std::uint64_t offset) {
    const auto measured = [&](std::string_view direction) {
        if (is_time && !dialect.capabilities().frame_intervals) {
            throw UnsupportedByDialect(std::string(dialect.name()) +
                                       " has no frames that are measured in time");
        }
        const std::string number = std::to_string(offset);
        return is_time ? join({"INTERVAL '", number, " microseconds'", direction})
                       : join({number, direction});
    };
    switch (bound) {
        case shape::FrameBound::unbounded_preceding:
            return "UNBOUNDED PRECEDING";
        case shape::FrameBound::preceding:
            return measured(" PRECEDING");
        case shape::FrameBound::current_row:
            return "CURRENT ROW";
        case shape::FrameBound::following:
            return measured(" FOLLOWING");
        case shape::FrameBound::unbounded_following:
            return "UNBOUNDED FOLLOWING";
    }
    return {};
}

std::string_view exclusion_name(shape::FrameExclusion exclusion) {
    switch (exclusion) {
        case shape::FrameExclusion::none:
            return "";
        case shape::FrameExclusion::current_row:
            return " EXCLUDE CURRENT ROW";
        case shape::FrameExclusion::group:
            return " EXCLUDE GROUP";
        case shape::FrameExclusion::ties:
            return " EXCLUDE TIES";
    }
    return "";
}

}  // namespace

std::string ExpressionRenderer::order_list(Cursor& c, Scope& scope, std::vector<SetFunctionCall::Key>* keys) {
    std::string out;
    for (std::size_t terms = c.u8(); terms > 0; --terms) {
        const std::uint8_t flags = c.u8();
        const ExpressionType type = type_of(c, scope);
        const std::string key = order_key(c, scope, (flags & shape::order_descending) != 0);
        if (!out.empty()) out += ", ";
        out += dialect_.order_term(key, flags, type.may_be_null);
        if (keys != nullptr) keys->push_back({key, flags, type.kind});
    }
    return out;
}

std::string ExpressionRenderer::frame(Cursor& c) const {
    const auto unit = static_cast<shape::FrameUnit>(c.u8());
    if (unit == shape::FrameUnit::none) return {};
    const Capabilities& can = dialect_.capabilities();
    if (unit == shape::FrameUnit::groups && !can.frame_groups)
        throw UnsupportedByDialect(std::string(dialect_.name()) + " has no frames of groups");
    const auto end = [&] {
        const auto bound = static_cast<shape::FrameBound>(c.u8());
        const bool is_time = c.u8() != 0;
        const std::uint64_t low = c.u32();
        return frame_end(dialect_, bound, is_time, low | std::uint64_t{c.u32()} << 32);
    };
    const std::string_view name = unit == shape::FrameUnit::rows    ? "ROWS"
                                  : unit == shape::FrameUnit::range ? "RANGE"
                                                                    : "GROUPS";
    const std::string from = end();
    const std::string to = end();
    const auto exclusion = static_cast<shape::FrameExclusion>(c.u8());
    if (exclusion != shape::FrameExclusion::none && !can.frame_exclusion)
        throw UnsupportedByDialect(std::string(dialect_.name()) + " cannot leave rows out of a frame");
    return join({name, " BETWEEN ", from, " AND ", to, exclusion_name(exclusion)});
}

/// Whether the frame that comes makes sense with so many terms of order.
static void require_order(Cursor c, std::size_t terms) {
    const auto unit = static_cast<shape::FrameUnit>(c.u8());
    if (unit == shape::FrameUnit::groups && terms == 0)
        throw InvalidQuery("a frame of groups needs an order, which says what the groups are");
    if (unit != shape::FrameUnit::range) return;
    constexpr std::size_t bound = 1 + 1 + 8;
    const auto measures = [](std::uint8_t b) {
        return static_cast<shape::FrameBound>(b) == shape::FrameBound::preceding ||
               static_cast<shape::FrameBound>(b) == shape::FrameBound::following;
    };
    if ((measures(c.at[0]) || measures(c.at[bound])) && terms != 1)
        throw InvalidQuery("a range around each row is measured along an order of one term");
}

WindowText ExpressionRenderer::window(Cursor& c, Scope& scope) {
    WindowText out;
    const std::string_view name = c.name();
    if (!name.empty()) {
        out.name = quoted(dialect_, name);
        named_windows_.emplace_back(name);
    }
    for (std::size_t expressions = c.u8(); expressions > 0; --expressions) {
        out.partition += out.partition.empty() ? "PARTITION BY " : ", ";
        out.partition += alone(c, scope).sql;
    }
    const std::size_t terms = *c.at;
    if (std::string order = order_list(c, scope); !order.empty()) out.order = "ORDER BY " + order;
    if (name.empty()) require_order(c, terms);
    out.frame = frame(c);
    return out;
}

std::string ExpressionRenderer::over(Cursor& c, Scope& scope) {
    ++windows_;
    const WindowText place = window(c, scope);
    switch (c.op()) {
        case Op::aggregate:
            return aggregate(c, scope, place.over());
        case Op::call_named:
            return call_named(c, scope) + place.over();
        case Op::set_function:
            return set_function(c, scope, place.over());
        case Op::window_call:
            return window_call(c, scope, place);
        default:
            throw InvalidQuery("only aggregates and window functions have a window");
    }
}

std::string ExpressionRenderer::window_call(Cursor& c, Scope& scope, const WindowText& window) {
    const auto function = static_cast<shape::WindowFunction>(c.u8());
    const std::uint8_t flags = c.u8();
    const std::uint32_t number = c.u32();
    const std::size_t count = c.u8();
    const std::vector<Operand> arguments = alike(count, c, scope);
    return dialect_.window_function(
        {function, (flags & shape::ignores_nulls) != 0, number, arguments, window});
}

}  // namespace duet::detail
