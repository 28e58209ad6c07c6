#pragma once

#include <duet/expr/arguments.hpp>

namespace duet::expr {

constexpr bool takes_equal_types(shape::Function f) {
    using enum shape::Function;
    return f == coalesce || f == nullif || f == greatest || f == least;
}

constexpr Fault fault_of_argument(shape::Function f, std::size_t index, const Checked& argument,
                                  const Checked& first) {
    using enum shape::Function;
    const TypeInfo& type = *argument.type;
    switch (f) {
        case coalesce:
        case greatest:
        case least:
            return types_meet(*first.type, type) ? Fault::none : Fault::mixed_results;
        case nullif:
            return types_meet(*first.type, type) ? Fault::none : Fault::not_comparable;
        case abs:
        case round:
            return is_number_like(type) ? Fault::none : Fault::not_number;
        case substr:
            if (index > 0) return is_number_like(type) ? Fault::none : Fault::not_number;
            return is_text_like(type) ? Fault::none : Fault::not_text;
        case concat:
            return is_text_like(type) || is_number_like(type) ? Fault::none : Fault::not_text;
        default:
            return is_text_like(type) ? Fault::none : Fault::not_text;
    }
}

constexpr Checked check_call(shape::Function f, const Checked* arguments, std::size_t count) {
    using enum shape::Function;
    if (f == random) return {&duet::detail::int64_value};
    bool any_null = false;
    bool all_null = true;
    for (std::size_t i = 0; i < count; ++i) {
        if (!arguments[i].ok()) return arguments[i];
        if (const Fault fault = fault_of_argument(f, i, arguments[i], arguments[0]); fault != Fault::none) {
            return refuse(arguments[i], fault);
        }
        any_null = any_null || arguments[i].nullable;
        all_null = all_null && arguments[i].nullable;
    }
    Checked out = arguments[0];
    out.refers = nullptr;
    switch (f) {
        case coalesce:
        case greatest:
        case least:
            for (std::size_t i = 1; i < count; ++i) out.type = common_type(out.type, arguments[i].type);
            out.nullable = all_null;
            return out;
        case nullif:
            out.nullable = true;
            return out;
        case abs:
            return computed(number_type(*out.type, *out.type), out, any_null);
        case round:
            return computed(is_decimal(out.type->kind) ? decimal_type : duet::detail::float64_value, out,
                            any_null);
        case length:
            return computed(duet::detail::int64_value, out, any_null);
        case concat:
            return computed(duet::detail::text_value, out, false);
        default:
            return computed(duet::detail::text_value, out, any_null);
    }
}

namespace detail {
/// Functions that pass a value on have its C++ type; of numbers of several types, one that holds them all.
template <shape::Function F, class... A>
struct CallType {};
template <shape::Function F, class M, class... A>
consteval Kind kind_of_call() {
    const Checked all[] = {checked<M, A>...};
    return check_call(F, all, sizeof...(A)).type->kind;
}
template <shape::Function F, class M, class First, class... Rest>
struct PassedType : Bare<M, First> {};
template <shape::Function F, class M, class First, class... Rest>
requires(number_rank(kind_of_call<F, M, First, Rest...>()) >
         number_rank(checked<M, First>.type->kind)) struct PassedType<F, M, First, Rest...>
    : ComputedType<Family::number, kind_of_call<F, M, First, Rest...>()> {
};
template <shape::Function F, class First, class... Rest>
requires(takes_equal_types(F)) struct CallType<F, First, Rest...> {
    template <class M>
    using cpp_type = typename PassedType<F, M, First, Rest...>::type;
};
}  // namespace detail

template <shape::Function F, class... A>
struct Call : Lookups<Call<F, A...>>, detail::CallType<F, A...> {
    Arguments<A...> arguments;

    explicit Call(A... a) : arguments(std::move(a)...) {}

    template <class M>
    static consteval Checked check() {
        const Checked all[] = {checked<M, A>..., Checked{}};
        return check_call(F, all, sizeof...(A));
    }
    template <class M>
    void emit(shape::Fragment& out) const {
        out.op(shape::Op::call);
        out.u8(static_cast<std::size_t>(F));
        out.u8(sizeof...(A));
        const TypeInfo* peer = nullptr;
        if constexpr (takes_equal_types(F)) peer = type_of<M>(arguments.first);
        arguments.template emit<M>(out, peer);
    }
};

/// A function of the database by its name, which yields a T.
template <class T, class... A>
struct NamedCall : Lookups<NamedCall<T, A...>> {
    template <class M>
    using cpp_type = T;

    std::string_view name;
    Arguments<A...> arguments;

    NamedCall(std::string_view n, A... a) : name(n), arguments(std::move(a)...) {}

    template <class M>
    static consteval Checked check() {
        Checked out{&duet::detail::type_info<T>, duet::detail::is_optional<T>::value};
        for (const Checked& argument : {out, checked<M, A>...}) {
            if (!argument.ok()) return argument;
        }
        return out;
    }
    template <class M>
    void emit(shape::Fragment& out) const {
        out.op(shape::Op::call_named);
        out.name(name);
        out.u8(sizeof...(A));
        arguments.template emit<M>(out, nullptr);
    }
};

/// A string literal that is an SQL identifier: letters, digits and underscores; dots behind a schema.
struct FunctionName {
    std::string_view text;

    template <std::size_t N>
    consteval FunctionName(const char (&literal)[N]) : text(literal, N - 1) {
        bool fine = N > 1 && N <= 128;
        bool begins = true;  // a part of the name
        for (const char c : text) {
            const bool digit = c >= '0' && c <= '9';
            fine = fine && (begins ? !digit && c != '.' : true) &&
                   ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || digit || c == '_' || c == '.');
            begins = c == '.';
        }
        fine = fine && !begins;
        if (!fine) fn_takes_the_name_of_a_function_made_of_letters_digits_and_underscores();
    }

private:
    static void fn_takes_the_name_of_a_function_made_of_letters_digits_and_underscores();
};

template <class T>
struct NamedFunction {
    std::string_view name;

    template <class... A>
    auto operator()(const A&... arguments) const {
        return NamedCall<T, node_t<A>...>(name, as_node(arguments)...);
    }
};

/// A value as a T.
template <class E, class T>
struct Cast : Lookups<Cast<E, T>> {
    template <class M>
    using cpp_type = T;

    E operand;

    explicit Cast(E e) : operand(std::move(e)) {}

    template <class M>
    static consteval Checked check() {
        return computed(duet::detail::type_info<T>, checked<M, E>, checked<M, E>.nullable);
    }
    template <class M>
    void emit(shape::Fragment& out) const {
        out.op(shape::Op::cast);
        out.u8(static_cast<std::size_t>(duet::detail::type_info<T>.kind));
        operand.template emit<M>(out);
    }
};

/// The moment at which the statement runs, by the database's clock.
struct Now : Lookups<Now> {
    template <class M>
    static consteval Checked check() {
        return {&timestamp_type};
    }
    template <class M>
    void emit(shape::Fragment& out) const {
        out.op(shape::Op::now);
    }
};

template <shape::Function F, class... A>
auto call(const A&... arguments) {
    return Call<F, node_t<A>...>(as_node(arguments)...);
}

}  // namespace duet::expr

namespace duet {

// Functions of the database. Where no expression is among the arguments, these are out of the running.

template <expr::Expression E>
auto lower(const E& text) {
    return expr::call<shape::Function::lower>(text);
}
template <expr::Expression E>
auto upper(const E& text) {
    return expr::call<shape::Function::upper>(text);
}
/// Characters of a text.
template <expr::Expression E>
auto length(const E& text) {
    return expr::call<shape::Function::length>(text);
}
/// Without the spaces around it; ltrim and rtrim: before it, behind it.
template <expr::Expression E>
auto trim(const E& text) {
    return expr::call<shape::Function::trim>(text);
}
template <expr::Expression E>
auto ltrim(const E& text) {
    return expr::call<shape::Function::ltrim>(text);
}
template <expr::Expression E>
auto rtrim(const E& text) {
    return expr::call<shape::Function::rtrim>(text);
}
/// Each `from` in the text replaced by `to`.
template <expr::Expression E, class From, class To>
auto replace(const E& text, const From& from, const To& to) {
    return expr::call<shape::Function::replace>(text, from, to);
}
/// The part that starts at character `start`, counted from 1.
template <expr::Expression E, class Start>
auto substr(const E& text, const Start& start) {
    return expr::call<shape::Function::substr>(text, start);
}
template <expr::Expression E, class Start, class Length>
auto substr(const E& text, const Start& start, const Length& length) {
    return expr::call<shape::Function::substr>(text, start, length);
}
/// Texts (and numbers) one behind the other; NULL counts as empty.
template <class... A>
requires(expr::Expression<A> || ...) auto concat(const A&... parts) {
    return expr::call<shape::Function::concat>(parts...);
}
/// The first that is not NULL.
template <expr::Expression E, class... A>
auto coalesce(const E& first, const A&... others) {
    return expr::call<shape::Function::coalesce>(first, others...);
}
/// NULL where both are equal, else `e`.
template <expr::Expression E, class V>
auto nullif(const E& e, const V& value) {
    return expr::call<shape::Function::nullif>(e, value);
}
template <expr::Expression E>
auto abs(const E& number) {
    return expr::call<shape::Function::abs>(number);
}
template <expr::Expression E>
auto round(const E& number) {
    return expr::call<shape::Function::round>(number);
}
template <expr::Expression E>
auto round(const E& number, int digits) {
    return expr::call<shape::Function::round>(number, digits);
}
/// The greatest (least) of the values that are not NULL.
template <expr::Expression E, class... A>
auto greatest(const E& first, const A&... others) {
    return expr::call<shape::Function::greatest>(first, others...);
}
template <expr::Expression E, class... A>
auto least(const E& first, const A&... others) {
    return expr::call<shape::Function::least>(first, others...);
}
/// A random number; order by it to shuffle.
inline auto random() { return expr::Call<shape::Function::random>(); }
/// The present, by the database's clock.
inline expr::Now now() { return {}; }
/// The value converted to a T by the database: a number, text, bool, date or the like.
template <class T, expr::Expression E>
auto cast(const E& e) {
    return expr::Cast<E, T>(e);
}
/// Any function of the database: `duet::fn<double>("sqrt")("area"_c)`, `duet::fn<int>("billing.rate")(...)`.
/// T: what it yields (a std::optional where that may be NULL).
template <class T>
expr::NamedFunction<T> fn(expr::FunctionName name) {
    return {name.text};
}

}  // namespace duet
