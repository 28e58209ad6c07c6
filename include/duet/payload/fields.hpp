#pragma once

#include <array>
#include <concepts>
#include <cstddef>
#include <string_view>
#include <tuple>

namespace duet {

namespace payload {

/// Where a field comes from, or goes to, when its name does not say it.
struct FieldPlace {
    std::string_view field;
    std::string_view path;
    bool stored = true;
};
template <class F>
struct ComputedField {
    std::string_view field;
    F call;
};
template <class T>
concept AnyFieldEntry = requires(const T& entry) {
    { entry.field } -> std::convertible_to<std::string_view>;
};

/// What `static constexpr auto fields = duet::fields(...)` holds.
template <class... E>
struct Fields {
    std::tuple<E...> entries;
    std::array<std::string_view, sizeof...(E)> names;  // of the fields
};

}  // namespace payload

/// Inside a payload struct: says of fields where they come from, if not from the member of their own name.
///
///     static constexpr auto fields = duet::fields(duet::from("author.name", "author_name"));
template <payload::AnyFieldEntry... E>
consteval payload::Fields<E...> fields(E... entries) {
    return {{entries...}, {entries.field...}};
}

/// `field` is the model's member (or, for reading, what a path across relations leads to) `path`.
consteval payload::FieldPlace from(std::string_view path, std::string_view field) { return {field, path}; }

/// `field` is what `call(model)` returns. For reading. Write a lambda over `const auto& model`.
template <class F>
consteval payload::ComputedField<F> computed(std::string_view field, F call) {
    return {field, call};
}

/// `field` is in the payload, but not in the model: a password to repeat, a token.
consteval payload::FieldPlace not_stored(std::string_view field) { return {field, {}, false}; }

}  // namespace duet
