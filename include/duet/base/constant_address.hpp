#pragma once

#include <type_traits>

/// Comparisons of addresses that hold in constant expressions everywhere. With -fsanitize=undefined GCC takes
/// no address of an inline variable for a constant there: neither against null nor against another one.
namespace duet::detail {

constexpr bool same_object(const void* a, const void* b) {
#if defined(__GNUC__) && !defined(__clang__)
    if (std::is_constant_evaluated()) return __builtin_constant_p(a == b) && a == b;
#endif
    return a == b;
}

constexpr bool is_set(const void* a) {
#if defined(__GNUC__) && !defined(__clang__)
    if (std::is_constant_evaluated()) return !__builtin_constant_p(a == nullptr) || a != nullptr;
#endif
    return a != nullptr;
}

}  // namespace duet::detail
