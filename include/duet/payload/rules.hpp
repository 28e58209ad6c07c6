#pragma once

#include <duet/model/reflect.hpp>
#include <duet/payload/pattern.hpp>
#include <duet/payload/shape.hpp>

#include <array>
#include <concepts>
#include <cstddef>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <utility>

namespace duet {

/// Passed to a rule across fields that wants to say more than yes or no.
using payload::Faults;

namespace payload {

/// A rule that is a function: of a field's value, or of the whole object.
template <class F>
struct CallRule {
    Rule rule;
    F call;
};

constexpr const Rule& rule_of(const Rule& rule) { return rule; }
template <class F>
constexpr const Rule& rule_of(const CallRule<F>& rule) {
    return rule.rule;
}

template <class T>
concept AnyRule = requires(const T& rule) {
    { rule_of(rule) } -> std::same_as<const Rule&>;
};

template <class N>
constexpr Bound bound(N value) {
    if constexpr (std::is_integral_v<N>) {
        return {Bound::Type::integer, static_cast<std::int64_t>(value), 0};
    } else {
        return {Bound::Type::real, 0, static_cast<double>(value)};
    }
}

template <class T>
void check_model(const void* object);

/// What `static constexpr auto rules = duet::rules(...)` holds.
template <class... R>
struct Rules {
    std::tuple<R...> items;
    static constexpr std::size_t count = sizeof...(R);

    template <class M>
    static void check(const void* object) {
        check_model<M>(object);
    }
};

}  // namespace payload

/// The rules of a payload struct or of a model, declared inside of it. Names are checked at compile time.
///
///     static constexpr auto rules = duet::rules(duet::length("name", 1, 80), duet::email("email"));
///
/// An optional that is empty and a Patch that is unset break no rule. All that is broken is reported
/// together.
template <payload::AnyRule... R>
consteval payload::Rules<R...> rules(R... items) {
    return {{items...}};
}

/// Characters of a text (code points), elements of a list or a map, bytes of a blob.
consteval payload::Rule length(std::string_view field, std::size_t least, std::size_t most) {
    payload::Rule rule{.kind = payload::RuleKind::length, .field = field};
    rule.least = least;
    rule.most = most;
    return rule;
}
/// A number within both bounds, which belong to it.
template <class Low, class High>
consteval payload::Rule range(std::string_view field, Low low, High high) {
    payload::Rule rule{.kind = payload::RuleKind::range, .field = field};
    rule.low = payload::bound(low);
    rule.high = payload::bound(high);
    return rule;
}
template <class Low>
consteval payload::Rule at_least(std::string_view field, Low low) {
    payload::Rule rule{.kind = payload::RuleKind::range, .field = field};
    rule.low = payload::bound(low);
    return rule;
}
template <class High>
consteval payload::Rule at_most(std::string_view field, High high) {
    payload::Rule rule{.kind = payload::RuleKind::range, .field = field};
    rule.high = payload::bound(high);
    return rule;
}
/// The whole text matches a regular expression: literals, `.`, `[a-z]`, `\d \w \s` and their opposites,
/// groups, `|`, `* + ? {2,5}`. There are no references and no lookaround, and the time that a match takes
/// grows with the text's length only. A malformed expression does not compile.
consteval payload::Rule pattern(std::string_view field, std::string_view expression,
                                std::string_view message = {}) {
    payload::require_pattern(expression);
    payload::Rule rule{.kind = payload::RuleKind::pattern, .field = field};
    rule.text = expression;
    rule.message = message;
    return rule;
}
/// An address as HTML's input fields take them, at most 254 bytes.
consteval payload::Rule email(std::string_view field) {
    return {.kind = payload::RuleKind::email, .field = field};
}
/// An absolute URL with http or https and a host.
consteval payload::Rule url(std::string_view field) {
    return {.kind = payload::RuleKind::url, .field = field};
}
/// One of up to 16 texts.
template <std::convertible_to<std::string_view>... Choices>
consteval payload::Rule one_of(std::string_view field, Choices... choices) {
    static_assert(sizeof...(Choices) >= 1 && sizeof...(Choices) <= payload::Rule::max_choices,
                  "duet: one_of takes 1 to 16 texts");
    payload::Rule rule{.kind = payload::RuleKind::one_of, .field = field};
    ((rule.choices[rule.count++] = choices), ...);
    return rule;
}
/// `call(value)` is true. For an optional or a Patch it gets the value inside.
template <class F>
consteval payload::CallRule<F> custom(std::string_view field, F call, std::string_view message) {
    return {{.kind = payload::RuleKind::custom, .field = field, .message = message}, call};
}
/// `call(object)` is true; `field` is the one that the fault points to, empty for the object as a whole. The
/// struct is not complete where its rules stand, so write a lambda over `const auto& object`. A call that
/// takes
/// `(const auto& object, duet::Faults& faults)` reports by itself, and its result does not matter.
template <class F>
consteval payload::CallRule<F> across(F call, std::string_view message = {}, std::string_view field = {}) {
    return {{.kind = payload::RuleKind::across, .field = field, .message = message}, call};
}
/// The field may be missing in JSON and CSV and then keeps its initialiser. Optionals and Patches always may.
consteval payload::Rule may_be_missing(std::string_view field) {
    return {.kind = payload::RuleKind::may_be_missing, .field = field};
}

}  // namespace duet
