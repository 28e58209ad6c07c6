#pragma once

#include <duet/base/fixed_name.hpp>
#include <duet/model/members.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <type_traits>
#include <utility>

/// Names, types and offsets of the members of a plain struct, found by the compiler. C++26 reflection can
/// replace this file.
namespace duet::detail {

struct Anything {
    template <class T>
    operator T&() const&;
    template <class T>
    operator T&&() const&&;
};

template <class T, std::size_t... I>
consteval bool takes(std::index_sequence<I...> /*count*/) {
    return requires { T{(static_cast<void>(I), Anything{})...}; };
}

// Initialisers may be left out at the end of an aggregate, so "takes n" holds for every n up to the number of
// members.
template <class T, std::size_t Low, std::size_t High>
consteval std::size_t count_between() {
    if constexpr (Low == High) {
        return Low;
    } else {
        constexpr std::size_t middle = (Low + High + 1) / 2;
        if constexpr (takes<T>(std::make_index_sequence<middle>{})) {
            return count_between<T, middle, High>();
        } else {
            return count_between<T, Low, middle - 1>();
        }
    }
}

/// Doubles its step until the struct takes no more, so that small structs cost little.
template <class T, std::size_t Step = 8>
consteval std::size_t count_members() {
    if constexpr (takes<T>(std::make_index_sequence<Step>{})) {
        return count_members<T, Step * 2>();
    } else {
        return count_between < T, Step == 8 ? 0 : Step / 2, Step - 1 > ();
    }
}
template <class T>
inline constexpr std::size_t member_count = count_members<T>();

/// An object of T that is never constructed: only addresses of its members are formed.
#if defined(__clang__)
// Clang allows no constexpr object of a union with a non-literal member; a declaration without definition
// serves as well.
#pragma clang diagnostic push
#pragma clang diagnostic ignored "-Wundefined-var-template"
#pragma clang diagnostic ignored "-Wundefined-internal"
template <class T>
struct Unborn {
    T value;
};
template <class T>
extern const Unborn<T> unborn;
#else
template <class T>
union Unborn {
    char none;
    T value;
    constexpr Unborn() : none{} {}
    constexpr ~Unborn() {}
    Unborn(const Unborn&) = delete;
    Unborn& operator=(const Unborn&) = delete;
};
template <class T>
inline constexpr Unborn<T> unborn{};
#endif

template <class Pointer>
struct AddressOf {
    Pointer pointer;
};
template <auto Address>
consteval std::string_view spelled() {
#if defined(__GNUC__)
    return __PRETTY_FUNCTION__;
#else
#error "duet needs GCC 12 or Clang 16"
#endif
}

/// GCC: `...::User::name)}; ...`, Clang: `...&unborn.value.name}]`.
consteval std::string_view last_identifier(std::string_view text) {
#if defined(__clang__)
    std::size_t end = text.rfind('}');
#else
    std::size_t end = text.find(")}");
#endif
    std::size_t begin = end;
    const auto in_name = [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
    };
    while (begin > 0 && in_name(text[begin - 1])) --begin;
    return text.substr(begin, end - begin);
}

/// A member's name with room for the suffix of a key column, so that both names are views of one text.
struct MemberName {
    static constexpr std::size_t max_length = 60;
    char text[max_length + 4]{};
    std::uint8_t length = 0;

    constexpr MemberName() = default;
    constexpr explicit MemberName(std::string_view name) : length(static_cast<std::uint8_t>(name.size())) {
        for (std::size_t i = 0; i < name.size(); ++i) text[i] = name[i];
        constexpr std::string_view suffix = "_id";
        for (std::size_t i = 0; i < suffix.size(); ++i) text[name.size() + i] = suffix[i];
    }
    constexpr std::string_view view() const { return {text, length}; }
    constexpr std::string_view key_column() const { return {text, std::size_t{length} + 3}; }
};

template <class... Types>
struct TypeList {};

template <std::size_t I, class T>
struct Leaf {
    const T* address;
};
template <class Sequence, class... Types>
struct Leaves;
template <std::size_t... I, class... Types>
struct Leaves<std::index_sequence<I...>, Types...> : Leaf<I, Types>... {
    using types = TypeList<Types...>;
};

struct CollectLeaves {
    template <class... Types>
    constexpr auto operator()(const Types&... members) const {
        return Leaves<std::index_sequence_for<Types...>, Types...>{{&members}...};
    }
};
template <class T>
struct Members {
    static constexpr auto leaves = with_members<member_count<T>>(unborn<T>.value, CollectLeaves{});

    template <std::size_t I, class Type>
    static Type type_at(const Leaf<I, Type>&);
};

/// The types of all members. Walk over these where there are many to look at: each member_type has to be
/// looked for anew.
template <class T>
using member_types = typename decltype(Members<T>::leaves)::types;

template <class T, std::size_t I>
using member_type = decltype(Members<T>::template type_at<I>(Members<T>::leaves));

template <class T, std::size_t... I, class... Types>
consteval auto collect_names(std::index_sequence<I...> /*members*/, TypeList<Types...> /*types*/) {
    return std::array<MemberName, sizeof...(I)>{MemberName(
        last_identifier(spelled<AddressOf<const Types*>{
                            static_cast<const Leaf<I, Types>&>(Members<T>::leaves).address}>()))...};
}
template <class T>
inline constexpr auto member_names = collect_names<T>(std::make_index_sequence<member_count<T>>{},
                                                      member_types<T>{});

#if defined(__clang__)
#pragma clang diagnostic pop
#endif

/// The name of the type itself, without its namespaces.
template <class T>
consteval std::string_view spelled_type() {
    return __PRETTY_FUNCTION__;
}
template <class T>
consteval std::string_view type_name() {
    std::string_view text = spelled_type<T>();
#if defined(__clang__)
    text = text.substr(text.find("T = ") + 4);
    text = text.substr(0, text.rfind(']'));
#else
    text = text.substr(text.find("T = ") + 4);
    text = text.substr(0, text.find("; std::string_view"));
    if (text.ends_with(']')) text.remove_suffix(1);
#endif
    if (text.find('<') == std::string_view::npos) {
        if (const std::size_t colon = text.rfind(':'); colon != std::string_view::npos)
            text.remove_prefix(colon + 1);
    }
    return text;
}

}  // namespace duet::detail
