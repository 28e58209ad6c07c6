#pragma once

#include <duet/expr/result.hpp>

#include <type_traits>
#include <vector>

namespace duet::expr {

template <class T>
inline constexpr bool has_arrays = duet::detail::is_column_type<std::vector<T>>();

/// Arrays of T in C++; of something else where there are none, which is refused elsewhere.
template <class T>
using array_t = std::conditional_t<has_arrays<T>, std::vector<T>, std::vector<int>>;

}  // namespace duet::expr
