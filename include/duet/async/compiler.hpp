#pragma once

#include <type_traits>

namespace duet::detail {

/// GCC 12 destroys some temporaries of an expression with co_await twice: aggregates such as `User{...}`, and
/// lambdas that own what they capture. duet refuses those at compile time instead of letting the program
/// crash.
#if defined(__GNUC__) && !defined(__clang__) && __GNUC__ == 12
inline constexpr bool temporaries_break_in_co_await = true;
#else
inline constexpr bool temporaries_break_in_co_await = false;
#endif

/// Whether an argument of type `T&&` (a forwarding reference) may be a temporary within a co_await.
template <class T>
inline constexpr bool safe_in_co_await =
    !temporaries_break_in_co_await || std::is_lvalue_reference_v<T> || std::is_trivially_destructible_v<T>;

}  // namespace duet::detail
