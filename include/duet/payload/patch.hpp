#pragma once

#include <concepts>
#include <cstddef>
#include <optional>
#include <type_traits>
#include <utility>

namespace duet {

namespace detail {
struct Anything;
template <class T>
struct is_optional;
}  // namespace detail

/// A field of a change: unset (leave the column alone), or a value. `Patch<std::optional<T>>` may also be set
/// to NULL, which is different from unset.
///
///     struct UserUpdate {
///         duet::Patch<std::string> name{};
///         duet::Patch<std::optional<std::string>> bio{};
///     };
///     db.update(ada, UserUpdate{.bio = nullptr});  // NULL; the name stays
template <class T>
class Patch {
    static constexpr bool can_be_null = detail::is_optional<T>::value;

public:
    using value_type = T;

    /// Unset.
    constexpr Patch() = default;
    template <class U = T>
    requires(!std::same_as<std::remove_cvref_t<U>, Patch> &&
             !std::same_as<std::remove_cvref_t<U>, detail::Anything> &&
             !std::same_as<std::remove_cvref_t<U>, std::nullptr_t> && std::constructible_from<T, U&&>)
        // NOLINTNEXTLINE(google-explicit-constructor,bugprone-forwarding-reference-overload)
        constexpr Patch(U&& value)
        : value_(std::in_place, std::forward<U>(value)) {}
    /// Set to NULL.
    // NOLINTNEXTLINE(google-explicit-constructor)
    constexpr Patch(std::nullptr_t) requires can_be_null : value_(std::in_place) {}

    constexpr bool is_set() const noexcept { return value_.has_value(); }
    constexpr explicit operator bool() const noexcept { return is_set(); }
    /// Set, and set to NULL.
    constexpr bool is_null() const noexcept requires can_be_null { return is_set() && !value_->has_value(); }
    /// Unset from now on.
    constexpr void reset() noexcept { value_.reset(); }
    template <class... A>
    constexpr T& emplace(A&&... arguments) {
        return value_.emplace(std::forward<A>(arguments)...);
    }

    /// Only while it is set.
    constexpr const T& value() const& noexcept { return *value_; }
    constexpr T& value() & noexcept { return *value_; }
    constexpr T&& value() && noexcept { return *std::move(value_); }
    constexpr const T& operator*() const noexcept { return *value_; }
    constexpr T& operator*() noexcept { return *value_; }
    constexpr const T* operator->() const noexcept { return &*value_; }
    constexpr T* operator->() noexcept { return &*value_; }
    template <class U>
    constexpr T value_or(U&& fallback) const {
        return value_.value_or(std::forward<U>(fallback));
    }

    /// Two unset ones are equal; an unset one equals no value.
    friend constexpr bool operator==(const Patch& a, const Patch& b) { return a.value_ == b.value_; }
    template <class U>
    requires(!std::same_as<U, Patch>) friend constexpr bool operator==(const Patch& a, const U& b) {
        return a.is_set() && *a.value_ == b;
    }

private:
    std::optional<T> value_{};
};

}  // namespace duet
