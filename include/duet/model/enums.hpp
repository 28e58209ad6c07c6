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
/// Without a specialisation an enum is stored as text by its enumerators' names, found among the values 0 to 127
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
            const bool is_name = !name.empty() && name.find(')') == std::string_view::npos && (name[0] < '0' || name[0] > '9') &&
                                 name[0] != '-' && name[0] != '(';
            if (is_name) entries[count++] = {name, value};
        }
    }
};

template <class E, int First, int... Offsets>
consteval auto enumerator_table(std::integer_sequence<int, Offsets...> /*offsets*/) {
    return EnumeratorTable<sizeof...(Offsets)>(spelled_values<E, static_cast<E>(First + Offsets)...>(), First);
}

template <class E>
struct EnumNames {
    using Options = enum_options<E>;
    static constexpr auto table =
        enumerator_table<E, Options::first>(std::make_integer_sequence<int, Options::last - Options::first + 1>{});
    static constexpr EnumInfo make(std::string_view type_name) {
        return {{table.entries.data(), table.count}, type_name, std::is_signed_v<std::underlying_type_t<E>>, Options::as_integer};
    }
};

}  // namespace detail
}  // namespace duet
