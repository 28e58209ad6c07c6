#pragma once

#include <duet/expr/cpp_types.hpp>
#include <duet/expr/expression.hpp>
#include <duet/types/decimal.hpp>
#include <duet/types/json.hpp>
#include <duet/types/time.hpp>
#include <duet/types/uuid.hpp>

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

namespace duet::expr {

namespace detail {
template <Family F, Kind K>
struct ComputedType {
    using type = std::int64_t;
};
template <Kind K>
requires(is_floating(K)) struct ComputedType<Family::number, K> {
    using type = double;
};
template <Kind K>
requires(is_decimal(K)) struct ComputedType<Family::number, K> {
    using type = Decimal;
};
template <Kind K>
struct ComputedType<Family::boolean, K> {
    using type = bool;
};
template <Kind K>
struct ComputedType<Family::text, K> {
    using type = std::string;
};
template <Kind K>
struct ComputedType<Family::enumeration, K> {
    using type = std::string;
};
template <Kind K>
struct ComputedType<Family::json_scalar, K> {
    using type = std::string;
};
template <Kind K>
struct ComputedType<Family::any, K> {
    using type = std::string;
};
template <Kind K>
struct ComputedType<Family::date, K> {
    using type = Date;
};
template <Kind K>
struct ComputedType<Family::time, K> {
    using type = Time;
};
template <Kind K>
struct ComputedType<Family::timestamp, K> {
    using type = Timestamp;
};
template <Kind K>
struct ComputedType<Family::duration, K> {
    using type = std::chrono::microseconds;
};
template <Kind K>
struct ComputedType<Family::uuid, K> {
    using type = Uuid;
};
template <Kind K>
struct ComputedType<Family::json, K> {
    using type = Json;
};

template <class T>
struct Nullable {
    using type = std::optional<T>;
};
template <class T>
struct Nullable<std::optional<T>> {
    using type = std::optional<T>;
};

/// The C++ type of E without a word on NULL: E's own answer, or one by kind.
template <class M, class E>
struct Bare {
    using type = typename ComputedType<family(*checked<M, E>.type), checked<M, E>.type->kind>::type;
};
template <class M, class E>
requires requires { typename E::template cpp_type<M>; }
struct Bare<M, E> {
    using type = typename E::template cpp_type<M>;
};
template <class T>
struct NotNullable {
    using type = T;
};
template <class T>
struct NotNullable<std::optional<T>> {
    using type = T;
};
template <class M, class E, bool CanBeNull>
struct Result : NotNullable<typename Bare<M, E>::type> {};
template <class M, class E>
struct Result<M, E, true> : Nullable<typename Bare<M, E>::type> {};
}  // namespace detail

/// The C++ type that E yields in a select list over M; a std::optional where it may be NULL.
template <class M, class E>
using result_t = typename detail::Result<M, E, checked<M, E>.nullable>::type;

}  // namespace duet::expr
