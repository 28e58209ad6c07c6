#pragma once

#include <duet/expr/cpp_types.hpp>
#include <duet/expr/expression.hpp>
#include <duet/model/model.hpp>

#include <chrono>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>
#include <type_traits>
#include <utility>

namespace duet::expr {

/// Characters of a value, owned: expressions outlive what they were made from.
class Text {
public:
    explicit Text(std::string_view text) { characters_.append(text.data(), text.size()); }
    std::string_view view() const noexcept { return {characters_.data(), characters_.size()}; }

private:
    duet::detail::SmallBuffer<char, 48> characters_;
};

struct Null {};

/// In place of a value that cannot be part of a query.
template <class T, Fault F>
struct Unsupported {};

/// The key of a row of M.
template <class M, class Key>
struct RowKey {
    Key key;
};

// Values in the form that suits the column they stand beside. `peer` may be null.
void emit_value(shape::Fragment& out, std::int64_t value, const TypeInfo* peer);
void emit_value(shape::Fragment& out, std::uint64_t value, const TypeInfo* peer);
void emit_value(shape::Fragment& out, double value, const TypeInfo* peer);
void emit_value(shape::Fragment& out, bool value, const TypeInfo* peer);
void emit_value(shape::Fragment& out, const Text& value, const TypeInfo* peer);
void emit_value(shape::Fragment& out, Null value, const TypeInfo* peer);
/// Any C++ object that could be a column. Throws ValidationError for what cannot be stored.
void emit_object(shape::Fragment& out, const TypeInfo& type, const void* object, const TypeInfo* peer);
/// `count` objects of `type`, one after the other, as a list.
void emit_list(shape::Fragment& out, const TypeInfo& type, const void* objects, std::size_t count,
               const TypeInfo* peer);

template <class T>
struct ValueTraits {
    static consteval Checked check() { return {&duet::detail::type_info<T>}; }
    static void emit(shape::Fragment& out, const T& value, const TypeInfo* peer) {
        emit_object(out, duet::detail::type_info<T>, &value, peer);
    }
    static bool is_null(const T&) { return false; }
};
template <class T, const TypeInfo& Type>
struct PlainTraits {
    static consteval Checked check() { return {&Type, std::is_same_v<T, Null>}; }
    static void emit(shape::Fragment& out, const T& value, const TypeInfo* peer) {
        emit_value(out, value, peer);
    }
    static bool is_null(const T&) { return std::is_same_v<T, Null>; }
};
template <>
struct ValueTraits<std::int64_t> : PlainTraits<std::int64_t, duet::detail::int64_value> {};
template <>
struct ValueTraits<std::uint64_t> : PlainTraits<std::uint64_t, duet::detail::uint64_value> {};
template <>
struct ValueTraits<double> : PlainTraits<double, duet::detail::float64_value> {};
template <>
struct ValueTraits<bool> : PlainTraits<bool, duet::detail::boolean_value> {};
template <>
struct ValueTraits<Text> : PlainTraits<Text, duet::detail::text_value> {};
template <>
struct ValueTraits<Null> : PlainTraits<Null, null_type> {};
template <class T>
struct ValueTraits<std::optional<T>> {
    static consteval Checked check() {
        Checked out = ValueTraits<T>::check();
        out.nullable = true;
        return out;
    }
    static void emit(shape::Fragment& out, const std::optional<T>& value, const TypeInfo* peer) {
        if (value) return ValueTraits<T>::emit(out, *value, peer);
        out.null_value();
    }
    static bool is_null(const std::optional<T>& value) { return !value.has_value(); }
};
template <class T, Fault F>
struct ValueTraits<Unsupported<T, F>> {
    static consteval Checked check() { return {&null_type, true, F}; }
    static void emit(shape::Fragment&, Unsupported<T, F>, const TypeInfo*) {}
    static bool is_null(Unsupported<T, F>) { return false; }
};
template <class M, class Key>
struct ValueTraits<RowKey<M, Key>> {
    static consteval Checked check() {
        Checked out{&duet::detail::type_info<Key>};
        out.refers = &duet::detail::target_of<M>();
        return out;
    }
    static void emit(shape::Fragment& out, const RowKey<M, Key>& value, const TypeInfo* peer) {
        if constexpr (std::is_integral_v<Key>) {
            emit_value(out, static_cast<std::int64_t>(value.key), peer);
        } else {
            emit_object(out, duet::detail::type_info<Key>, &value.key, peer);
        }
    }
    static bool is_null(const RowKey<M, Key>&) { return false; }
};

/// A C++ value as an operand; it becomes a bound parameter.
template <class T>
struct Value {
    T value;

    static constexpr bool is_value = true;
    template <class M>
    static consteval Checked check() {
        return ValueTraits<T>::check();
    }
    template <class M>
    [[gnu::always_inline]] void emit_as(shape::Fragment& out, const TypeInfo* peer) const {
        ValueTraits<T>::emit(out, value, peer);
    }
    template <class M>
    void emit(shape::Fragment& out) const {
        ValueTraits<T>::emit(out, value, nullptr);
    }
    bool is_null() const { return ValueTraits<T>::is_null(value); }
};

template <class E>
inline constexpr bool is_value_node = requires {
    E::is_value;
};

namespace detail {
template <class T>
struct BelongsToParts {};
template <class T, class K>
struct BelongsToParts<BelongsTo<T, K>> {
    using Target = T;
    using Key = K;
};
template <class T>
concept IsBelongsTo = requires {
    typename BelongsToParts<T>::Target;
};
/// A moment in other units than those of Timestamp and Date, such as what the system's clock tells.
template <class T>
inline constexpr bool is_other_moment = false;
template <class D>
inline constexpr bool is_other_moment<std::chrono::sys_time<D>> =
    !std::is_same_v<D, Timestamp::duration> && !std::is_same_v<D, Date::duration>;
}  // namespace detail

/// A C++ value in the form in which expressions keep it.
template <class T>
auto stored(const T& value) {
    if constexpr (std::is_same_v<T, bool>) {
        return value;
    } else if constexpr (std::is_integral_v<T> && duet::detail::is_column_type<T>()) {
        if constexpr (std::is_signed_v<T>)
            return static_cast<std::int64_t>(value);
        else
            return static_cast<std::uint64_t>(value);
    } else if constexpr (std::is_floating_point_v<T>) {
        return static_cast<double>(value);
    } else if constexpr (std::is_null_pointer_v<T> || std::is_same_v<T, std::nullopt_t>) {
        return Null{};
    } else if constexpr (std::is_convertible_v<const T&, std::string_view> && !duet::detail::UserColumn<T>) {
        return Text(value);
    } else if constexpr (duet::detail::is_optional<T>::value) {
        using Inner = decltype(stored(*value));
        return value ? std::optional<Inner>(stored(*value)) : std::optional<Inner>();
    } else if constexpr (detail::IsBelongsTo<T>) {
        using Parts = detail::BelongsToParts<T>;
        return RowKey<typename Parts::Target, typename Parts::Key>{value.key()};
    } else if constexpr (Model<T>) {
        if constexpr (duet::detail::model_info<T>.key.size() == 1) {
            using Key = typename detail::KeyOf<T>::type;
            return RowKey<T, Key>{duet::detail::key_of<Key>(value)};
        } else {
            return Unsupported<T, Fault::composite_key>{};
        }
    } else if constexpr (detail::is_other_moment<T>) {
        return std::chrono::floor<Timestamp::duration>(value);
    } else if constexpr (duet::detail::is_column_type<T>()) {
        return value;
    } else {
        return Unsupported<T, Fault::unsupported_value>{};
    }
}

/// An operand: an expression as it is, any other value as a parameter.
template <class T>
auto as_node(const T& operand) {
    if constexpr (Expression<T>) {
        return operand;
    } else {
        return Value<decltype(stored(operand))>{stored(operand)};
    }
}
template <class T>
using node_t = decltype(as_node(std::declval<const T&>()));

}  // namespace duet::expr
