#include <algorithm>
#include <utility>
#include <vector>

#include "typer.hpp"

// The part of Typer that knows what functions, aggregates and windows yield.
namespace duet::detail {

using shape::Op;

ExpressionType Typer::call() {
    using enum shape::Function;
    const auto function = static_cast<shape::Function>(c_.u8());
    const std::size_t count = c_.u8();
    std::vector<ExpressionType> types;
    for (std::size_t i = 0; i < count; ++i) types.push_back(run());
    const auto may_be_null = [](const ExpressionType& t) { return t.may_be_null; };
    const bool aggregates =
        std::any_of(types.begin(), types.end(), [](const ExpressionType& t) { return t.aggregates; });
    const bool any_null = std::any_of(types.begin(), types.end(), may_be_null);
    switch (function) {
        case length:
            return of_kind(Kind::int64, any_null, aggregates);
        case random:
            return of_kind(Kind::int64, false);
        case concat:
            return of_kind(Kind::text, false, aggregates);
        case abs:
            return of_kind(types[0].kind, any_null, aggregates);
        case round:
            return of_kind(types[0].kind == Kind::decimal ? Kind::decimal : Kind::float64, any_null,
                           aggregates);
        case coalesce:
        case greatest:
        case least:
        case nullif: {
            const bool all_null = std::all_of(types.begin(), types.end(), may_be_null);
            return of_kind(common(types), function == nullif || all_null, aggregates);
        }
        case text_matches:
        case trigram_similar:
        case range_contains:
        case range_overlaps:
            return of_kind(Kind::boolean, any_null, aggregates);
        case ts_rank:
        case ts_rank_cd:
        case similarity:
        case word_similarity:
            return of_kind(Kind::float64, any_null, aggregates);
        default:
            return of_kind(Kind::text, any_null, aggregates);
    }
}

Kind Typer::common(const std::vector<ExpressionType>& types) {
    Kind out = Kind::null;
    for (const ExpressionType& type : types) {
        if (is_number(out) && is_number(type.kind)) {
            if (out != type.kind) out = of_both(out, type.kind);
        } else if (out == Kind::null) {
            out = type.kind;
        }
    }
    return out;
}

ExpressionType Typer::case_when() {
    const std::size_t branches = c_.u8();
    const bool has_else = c_.u8() != 0;
    std::vector<ExpressionType> results;
    bool aggregates = false;
    for (std::size_t i = 0; i < branches; ++i) {
        aggregates = run().aggregates || aggregates;
        results.push_back(run());
    }
    if (has_else) results.push_back(run());
    bool may_be_null = !has_else;
    for (const ExpressionType& result : results) {
        may_be_null = may_be_null || result.may_be_null;
        aggregates = aggregates || result.aggregates;
    }
    return of_kind(common(results), may_be_null, aggregates);
}

ExpressionType Typer::aggregate() {
    const auto which = static_cast<shape::Aggregate>(c_.u8());
    const std::uint8_t flags = c_.u8();
    Kind of = Kind::int64;
    bool within = false;
    const bool windowed = windowed_;
    const int around = enter_aggregate();
    if ((flags & shape::aggregate_star) == 0) {
        const ExpressionType operand = run();
        of = operand.kind;
        within = operand.aggregates;
    }
    if ((flags & shape::aggregate_filtered) != 0) within = run().aggregates || within;
    leave_aggregate(windowed, within, around);
    switch (which) {
        case shape::Aggregate::count:
            return of_kind(Kind::int64, false, true);
        case shape::Aggregate::avg:
            return of_kind(Kind::float64, true, true);
        case shape::Aggregate::sum:
            return of_kind(of_both(of, of), true, true);
        default:
            return of_kind(of, true, true);
    }
}

ExpressionType Typer::over() {
    const bool aggregates = window();
    const auto op = static_cast<Op>(*c_.at);
    const bool is_aggregate = op == Op::aggregate || op == Op::set_function;
    windowed_ = is_aggregate;
    ExpressionType out = run();
    out.type = nullptr;
    out.is_value = false;
    out.aggregates = aggregates || (is_aggregate ? within_ : out.aggregates);
    return out;
}

ExpressionType Typer::set_function() {
    using enum shape::SetFunction;
    const auto function = static_cast<shape::SetFunction>(c_.u8());
    const std::uint8_t flags = c_.u8();
    const std::size_t count = c_.u8();
    const bool windowed = windowed_;
    const int around = enter_aggregate();
    ExpressionType key;
    bool within = order(&key);
    ExpressionType of;
    for (std::size_t i = 0; i < count; ++i) {
        const ExpressionType argument = run();
        if (i == 0) of = argument;
        within = argument.aggregates || within;
    }
    if ((flags & shape::aggregate_filtered) != 0) within = run().aggregates || within;
    leave_aggregate(windowed, within, around);
    switch (function) {
        case string_agg:
            return of_kind(Kind::text, true, true);
        case json_array_agg:
        case json_object_agg:
            return of_kind(Kind::json, false, true);
        case array_agg:
            return of_kind(Kind::array, false, true);
        case bool_and:
        case bool_or:
            return of_kind(Kind::boolean, true, true);
        case percentile_disc:
        case mode:
            return of_kind(key.kind, true, true);
        default:
            return of_kind(Kind::float64, true, true);
    }
}

ExpressionType Typer::window_call() {
    using enum shape::WindowFunction;
    const auto function = static_cast<shape::WindowFunction>(c_.u8());
    c_.u8();
    c_.u32();
    const std::size_t count = c_.u8();
    if (count == 0)
        return of_kind(function == percent_rank || function == cume_dist ? Kind::float64 : Kind::int64,
                       false);
    ExpressionType out = run();
    out.is_value = false;
    out.may_be_null = true;
    if (count > 1) out.aggregates = run().aggregates || out.aggregates;
    return out;
}

bool Typer::order(ExpressionType* first) {
    bool aggregates = false;
    for (std::size_t terms = c_.u8(); terms > 0; --terms) {
        c_.u8();
        const ExpressionType term = run();
        aggregates = term.aggregates || aggregates;
        if (first != nullptr) *std::exchange(first, nullptr) = term;
    }
    return aggregates;
}

bool Typer::window() {
    c_.name();
    bool aggregates = arguments(c_.u8());
    aggregates = order() || aggregates;
    constexpr std::size_t bound = 1 + 1 + 8;
    if (c_.u8() != 0) c_.at += bound + bound + 1;
    return aggregates;
}

}  // namespace duet::detail
