#pragma once

#include <duet/model/enums.hpp>
#include <duet/model/reflect.hpp>
#include <duet/schema/type_info.hpp>
#include <duet/schema/value_types.hpp>
#include <duet/types/decimal.hpp>
#include <duet/types/json.hpp>
#include <duet/types/time.hpp>
#include <duet/types/uuid.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <type_traits>
#include <vector>

namespace duet {

/// Specialise to store a type of your own as one of duet's column types:
///
///     template <> struct duet::column_type<Money> {
///         using stored = std::int64_t;
///         static std::int64_t to(const Money& m) { return m.cents; }
///         static Money from(std::int64_t cents) { return {cents}; }
///     };
///
/// `from` may throw ValidationError. The type must be default constructible. With `stored = std::string` and
/// a `static constexpr std::string_view sql_type = "inet"` the column has that type of the database, whose
/// text is what `to` and `from` exchange; databases without it refuse the model.
template <class T>
struct column_type;

namespace detail {

template <class T>
concept UserColumn = requires {
    typename column_type<T>::stored;
};

template <class T>
struct is_optional : std::false_type {};
template <class T>
struct is_optional<std::optional<T>> : std::true_type {};
template <class T>
struct is_vector : std::false_type {};
template <class T>
struct is_vector<std::vector<T>> : std::true_type {};
template <class T>
struct is_duration : std::false_type {};
template <class R, class P>
struct is_duration<std::chrono::duration<R, P>> : std::true_type {};

template <class T>
consteval Kind scalar_kind() {
    if constexpr (std::is_same_v<T, bool>) {
        return Kind::boolean;
    } else if constexpr (std::is_same_v<T, char> || std::is_same_v<T, wchar_t> ||
                         std::is_same_v<T, char8_t> || std::is_same_v<T, char16_t> ||
                         std::is_same_v<T, char32_t>) {
        return Kind::null;
    } else if constexpr (std::is_integral_v<T>) {
        return integer_kind(sizeof(T), std::is_signed_v<T>);
    } else if constexpr (std::is_same_v<T, float>) {
        return Kind::float32;
    } else if constexpr (std::is_same_v<T, double>) {
        return Kind::float64;
    } else if constexpr (std::is_same_v<T, std::string>) {
        return Kind::text;
    } else if constexpr (std::is_same_v<T, std::vector<std::byte>>) {
        return Kind::blob;
    } else if constexpr (std::is_same_v<T, Date>) {
        return Kind::date;
    } else if constexpr (std::is_same_v<T, Time>) {
        return Kind::time;
    } else if constexpr (std::is_same_v<T, Timestamp>) {
        return Kind::timestamp;
    } else if constexpr (std::is_same_v<T, Uuid>) {
        return Kind::uuid;
    } else if constexpr (std::is_same_v<T, Decimal>) {
        return Kind::decimal;
    } else if constexpr (std::is_same_v<T, Json>) {
        return Kind::json;
    } else if constexpr (UserColumn<T>) {
        return Kind::custom;
    } else if constexpr (std::is_enum_v<T>) {
        return Kind::enumeration;
    } else if constexpr (is_duration<T>::value) {
        return Kind::duration;
    } else if constexpr (is_vector<T>::value) {
        return Kind::array;
    } else {
        return Kind::null;
    }
}

/// True for every type that can be a column.
template <class T>
consteval bool is_column_type() {
    if constexpr (is_optional<T>::value) {
        return !is_optional<typename T::value_type>::value && is_column_type<typename T::value_type>();
    } else if constexpr (scalar_kind<T>() == Kind::array) {
        return !std::is_same_v<typename T::value_type, bool> && is_column_type<typename T::value_type>();
    } else {
        return scalar_kind<T>() != Kind::null;
    }
}

template <class T>
consteval TypeInfo make_type();

/// The erased description of a column type; one object per type.
template <class T>
inline constexpr TypeInfo type_info = make_type<T>();

/// duet::Decimal as text of any length, chosen by the table option decimal_as_text.
template <class T>
inline constexpr TypeInfo decimal_text_info = [] {
    TypeInfo info = type_info<T>;
    info.kind = Kind::decimal_text;
    if constexpr (is_optional<T>::value) info.base = &decimal_text_info<typename T::value_type>;
    return info;
}();

template <class T>
struct OptionalAccess {
    static void* emplace(void* p) { return &static_cast<std::optional<T>*>(p)->emplace(); }
    static void reset(void* p) { static_cast<std::optional<T>*>(p)->reset(); }
    static const void* value(const void* p) {
        const auto& o = *static_cast<const std::optional<T>*>(p);
        return o.has_value() ? &*o : nullptr;
    }
    static constexpr NullableOps ops{&emplace, &reset, &value};
};

template <class T>
struct VectorAccess {
    static std::size_t size(const void* p) { return static_cast<const std::vector<T>*>(p)->size(); }
    static const void* at(const void* p, std::size_t i) {
        return static_cast<const std::vector<T>*>(p)->data() + i;
    }
    static void* append(void* p) { return &static_cast<std::vector<T>*>(p)->emplace_back(); }
    static void clear(void* p) { static_cast<std::vector<T>*>(p)->clear(); }
    static constexpr ArrayOps ops{&size, &at, &append, &clear};
};

template <class T>
struct UserAccess {
    using Stored = typename column_type<T>::stored;
    static void load(void* field, void* context, void (*read)(void* context, void* stored)) {
        Stored stored{};
        read(context, &stored);
        *static_cast<T*>(field) = column_type<T>::from(stored);
    }
    static void store(const void* field, void* context, void (*write)(void* context, const void* stored)) {
        const Stored stored = column_type<T>::to(*static_cast<const T*>(field));
        write(context, &stored);
    }
    static constexpr CustomOps ops{&load, &store};
};

template <class T>
struct DurationAccess {
    static std::int64_t to_micros(const void* p) {
        const T value = *static_cast<const T*>(p);
        const double about = std::chrono::duration<double, std::micro>(value).count();
        if (!(about > -9.22e18 && about < 9.22e18)) throw_bad_duration();  // nor may it be NaN
        return std::chrono::duration_cast<std::chrono::duration<std::int64_t, std::micro>>(value).count();
    }
    static void from_micros(void* p, std::int64_t micros) {
        *static_cast<T*>(p) =
            std::chrono::duration_cast<T>(std::chrono::duration<std::int64_t, std::micro>(micros));
    }
    static constexpr DurationOps ops{&to_micros, &from_micros};
};

template <class E>
inline constexpr EnumInfo enum_info = EnumNames<E>::make(type_name<E>());

template <class T>
consteval TypeInfo make_type() {
    TypeInfo info{};
    if constexpr (is_optional<T>::value) {
        using Inner = typename T::value_type;
        info = type_info<Inner>;
        info.base = &type_info<Inner>;
        info.nullable = &OptionalAccess<Inner>::ops;
    } else {
        info.kind = scalar_kind<T>();
        info.cpp_name = type_name<T>();
        if constexpr (scalar_kind<T>() == Kind::array) {
            info.base = &type_info<typename T::value_type>;
            info.ops.array = &VectorAccess<typename T::value_type>::ops;
        } else if constexpr (scalar_kind<T>() == Kind::custom) {
            static_assert(is_column_type<typename column_type<T>::stored>(),
                          "duet: column_type<T>::stored must be a type that a column can have");
            info.base = &type_info<typename column_type<T>::stored>;
            info.ops.custom = &UserAccess<T>::ops;
            if constexpr (requires { column_type<T>::sql_type; }) {
                static_assert(std::is_same_v<typename column_type<T>::stored, std::string>,
                              "duet: a column_type with an sql_type must be stored as std::string");
                info.sql_type = column_type<T>::sql_type;
            }
        } else if constexpr (scalar_kind<T>() == Kind::enumeration) {
            info.ops.enumeration = &enum_info<T>;
            if constexpr (requires { enum_options<T>::sql_type; }) info.sql_type = enum_options<T>::sql_type;
        } else if constexpr (scalar_kind<T>() == Kind::duration) {
            info.ops.duration = &DurationAccess<T>::ops;
        }
    }
    info.size = sizeof(T);
    return info;
}

}  // namespace detail
}  // namespace duet
