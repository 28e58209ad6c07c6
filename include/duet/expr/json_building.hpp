#pragma once

#include <duet/expr/arguments.hpp>
#include <duet/expr/array_type.hpp>
#include <duet/expr/result.hpp>

#include <string>
#include <vector>

namespace duet::expr {

/// JSON out of values. `Pairs`: an object of keys and values; else an array.
template <bool Pairs, class... A>
struct JsonBuilt : Lookups<JsonBuilt<Pairs, A...>> {
    Arguments<A...> arguments;

    explicit JsonBuilt(A... a) : arguments(std::move(a)...) {}

    template <class M>
    static consteval Checked check() {
        const Checked all[] = {checked<M, A>..., Checked{&null_type}};
        for (std::size_t i = 0; i < sizeof...(A); ++i) {
            if (!all[i].ok()) return all[i];
            if (Pairs && i % 2 == 0 && !is_text_like(*all[i].type)) return refuse(all[i], Fault::not_text);
        }
        return {&duet::detail::type_info<Json>};
    }
    template <class M>
    void emit(shape::Fragment& out) const {
        out.op(Pairs ? shape::Op::json_object : shape::Op::json_array);
        out.u8(Pairs ? sizeof...(A) / 2 : sizeof...(A));
        arguments.template emit<M>(out, nullptr);
    }
};

/// An array of values of one type.
template <class First, class... Rest>
struct ArrayBuilt : Lookups<ArrayBuilt<First, Rest...>> {
    template <class M>
    using cpp_type = array_t<result_t<M, First>>;

    Arguments<First, Rest...> elements;

    explicit ArrayBuilt(First f, Rest... r) : elements(std::move(f), std::move(r)...) {}

    template <class M>
    static consteval Checked check() {
        Checked out{&null_type};
        for (const Checked& element : {checked<M, First>, checked<M, Rest>...}) {
            if (!element.ok()) return element;
            if (!types_meet(*checked<M, First>.type, *element.type))
                return refuse(element, Fault::mixed_results);
        }
        if constexpr (checked<M, First>.ok()) {
            out.type = &duet::detail::type_info<cpp_type<M>>;
            if (!has_arrays<result_t<M, First>>) return refuse(out, Fault::no_array);
        }
        return out;
    }
    template <class M>
    void emit(shape::Fragment& out) const {
        out.op(shape::Op::array_of);
        out.u8(1 + sizeof...(Rest));
        elements.template emit<M>(out, type_of<M>(elements.first));
    }
};

template <class E>
struct ArrayLength : Lookups<ArrayLength<E>> {
    E array;

    explicit ArrayLength(E e) : array(std::move(e)) {}

    template <class M>
    static consteval Checked check() {
        const Checked of = checked<M, E>;
        if (!of.ok()) return of;
        const Family f = family(*of.type);
        return f == Family::array || f == Family::any ? computed(duet::detail::int64_value, of, of.nullable)
                                                      : refuse(of, Fault::not_array);
    }
    template <class M>
    void emit(shape::Fragment& out) const {
        out.op(shape::Op::array_length);
        array.template emit<M>(out);
    }
};

}  // namespace duet::expr

namespace duet {

/// `duet::json_object("id", "id"_c, "name", "name"_c)`: keys (texts) and values (expressions, JSON, anything
/// that a column can hold). Moments, UUIDs and bytes (as hex) are texts in it, durations microseconds.
template <class... A>
auto json_object(const A&... keys_and_values) {
    constexpr bool are_pairs = sizeof...(A) % 2 == 0;
    static_assert(are_pairs, "duet: json_object takes pairs of a key and a value");
    static_assert(sizeof...(A) <= 254, "duet: json_object takes at most 127 pairs");
    return expr::JsonBuilt<true, expr::node_t<A>...>(expr::as_node(keys_and_values)...);
}
template <class... A>
auto json_array(const A&... elements) {
    static_assert(sizeof...(A) <= 255, "duet: json_array takes at most 255 elements");
    return expr::JsonBuilt<false, expr::node_t<A>...>(expr::as_node(elements)...);
}
/// An array of expressions and values of one type, that of the first: a std::vector in C++.
template <expr::Expression First, class... Rest>
auto array(const First& first, const Rest&... rest) {
    static_assert(sizeof...(Rest) < 255, "duet: array takes at most 255 elements");
    return expr::ArrayBuilt<First, expr::node_t<Rest>...>(first, expr::as_node(rest)...);
}
/// How many elements an array column holds.
template <expr::Expression E>
auto array_length(const E& array) {
    return expr::ArrayLength<E>(array);
}

}  // namespace duet
