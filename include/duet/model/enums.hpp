#pragma once

#include <duet/schema/type_info.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <type_traits>
#include <utility>

namespace duet {

/// Specialise for an enum to say how it is stored and which values to look at for names.
///
/// Without a specialisation an enum is stored as text by its enumerators' names, found among the values 0 to
/// 127
/// (-16 to 127 for signed underlying types).
template <class E>
struct enum_options {
    static constexpr bool as_integer = false;
    static constexpr int first = std::is_signed_v<std::underlying_type_t<E>> ? -16 : 0;
    static constexpr int last = 127;
};

namespace detail {

template <class E, E... Values>
consteval std::string_view spelled_values() {
    return __PRETTY_FUNCTION__;
}

/// Takes `{ns::Color::red, (ns::Color)1, ns::Color::green}` apart; unnamed values come as casts.
template <std::size_t N>
struct EnumeratorTable {
    std::array<Enumerator, N> entries{};
    std::size_t count = 0;

    consteval EnumeratorTable(std::string_view text, std::int64_t first) {
#if defined(__clang__)
        text = text.substr(text.find("Values = <") + 10);
        text = text.substr(0, text.rfind('>'));
#else
        text = text.substr(text.find("Values = {") + 10);
        text = text.substr(0, text.find('}'));
#endif
        for (std::int64_t value = first; !text.empty(); ++value) {
            std::size_t end = 0;
            for (int depth = 0; end < text.size() && (depth > 0 || text[end] != ','); ++end) {
                if (text[end] == '(') ++depth;
                if (text[end] == ')') --depth;
            }
            std::string_view item = text.substr(0, end);
            text = end + 2 <= text.size() ? text.substr(end + 2) : std::string_view();
            // A cast ends in a number; an enumerator's name cannot start with a digit.
            const std::size_t colon = item.rfind(':');
            const std::string_view name = colon == std::string_view::npos ? item : item.substr(colon + 1);
            const bool is_name = !name.empty() && name.find(')') == std::string_view::npos &&
                                 (name[0] < '0' || name[0] > '9') && name[0] != '-' && name[0] != '(';
            if (is_name) entries[count++] = {name, value};
        }
    }
};

// By its bits: no conversion may leave the range of an enum without an underlying type of its own.
template <class E>
consteval E enum_value(int value) {
    return __builtin_bit_cast(E, static_cast<std::underlying_type_t<E>>(value));
}

#if defined(__clang__)
// To Clang, such an enum has no values but those of as many bits as its enumerators need; 16 to 19 only warn.
#pragma clang diagnostic push
#pragma clang diagnostic ignored "-Wenum-constexpr-conversion"
template <class E, int Value, class = void>
inline constexpr bool can_hold = false;
template <class E, int Value>
inline constexpr bool can_hold<E, Value, std::void_t<std::integral_constant<E, static_cast<E>(Value)>>> =
    true;
#else
template <class E, int Value>
inline constexpr bool can_hold = true;
#endif

template <class E, int Wanted, int Bits = 15>
consteval int last_value() {
    if constexpr (requires { E{0}; } || Wanted <= 0 || can_hold<E, Wanted>) {
        return Wanted;
    } else {
        constexpr int highest = (1 << Bits) - 1;
        if constexpr (Bits == 0 || (highest < Wanted && can_hold<E, highest>)) {
            return highest;
        } else {
            return last_value<E, Wanted, Bits - 1>();
        }
    }
}
template <class E, int Wanted>
consteval int first_value() {
    if constexpr (requires { E{0}; } || Wanted >= 0 || can_hold<E, Wanted>) {
        return Wanted;
    } else {
        return first_value<E, Wanted / 2>();
    }
}

template <class E, int First, int... Offsets>
consteval auto enumerator_table(std::integer_sequence<int, Offsets...> /*offsets*/) {
    return EnumeratorTable<sizeof...(Offsets)>(spelled_values<E, enum_value<E>(First + Offsets)...>(), First);
}
#if defined(__clang__)
#pragma clang diagnostic pop
#endif

template <class E>
struct EnumNames {
    using Options = enum_options<E>;
    static constexpr int first = first_value<E, Options::first>();
    static constexpr int last = last_value<E, Options::last>();
    static constexpr auto table =
        enumerator_table<E, first>(std::make_integer_sequence<int, last - first + 1>{});
    static constexpr EnumInfo make(std::string_view type_name) {
        return {{table.entries.data(), table.count},
                type_name,
                std::is_signed_v<std::underlying_type_t<E>>,
                Options::as_integer};
    }
};

}  // namespace detail
}  // namespace duet
