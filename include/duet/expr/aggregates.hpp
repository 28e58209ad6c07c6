#pragma once

#include <duet/expr/logic.hpp>
#include <duet/expr/lookups.hpp>

namespace duet::expr {

constexpr Checked check_aggregate(shape::Aggregate a, Checked of) {
    if (!of.ok()) return of;
    of.refers = nullptr;
    switch (a) {
        case shape::Aggregate::count:
            return computed(duet::detail::int64_value, of, false);
        case shape::Aggregate::sum:
        case shape::Aggregate::avg:
            if (!is_number_like(*of.type)) return refuse(of, Fault::not_number);
            if (a == shape::Aggregate::avg) return computed(duet::detail::float64_value, of, true);
            return computed(number_type(*of.type, *of.type), of, true);
        default:
            of.nullable = true;
            return of;
    }
}

/// COUNT(*).
struct Star {
    template <class M>
    static consteval Checked check() {
        return {&duet::detail::int64_value};
    }
    template <class M>
    void emit(shape::Fragment&) const {}
};

namespace detail {
template <bool PassesOn, class E>
struct AggregateType {};
template <class E>
struct AggregateType<true, E> {
    template <class M>
    using cpp_type = typename Bare<M, E>::type;
};
}  // namespace detail

/// A figure over all rows, or those of a group; F: the condition on rows that count, or void.
template <shape::Aggregate A, class E, class F = void>
struct Aggregate : Lookups<Aggregate<A, E, F>>,
                   detail::AggregateType<A == shape::Aggregate::min || A == shape::Aggregate::max, E> {
    bool distinct;
    E operand;
    F condition;

    Aggregate(bool d, E e, F f) : distinct(d), operand(std::move(e)), condition(std::move(f)) {}

    template <class M>
    static consteval Checked check() {
        const Checked filter = as_condition(checked<M, F>);
        return filter.ok() ? check_aggregate(A, checked<M, E>) : filter;
    }
    template <class M>
    void emit(shape::Fragment& out) const {
        Aggregate<A, E>(distinct, operand).template emit_call<M>(out, shape::aggregate_filtered);
        condition.template emit<M>(out);
    }
};

template <shape::Aggregate A, class E>
struct Aggregate<A, E, void>
    : Lookups<Aggregate<A, E, void>>,
      detail::AggregateType<A == shape::Aggregate::min || A == shape::Aggregate::max, E> {
    bool distinct;
    E operand;

    Aggregate(bool d, E e) : distinct(d), operand(std::move(e)) {}

    /// Counts only rows that satisfy the condition.
    template <Expression C>
    auto filter(const C& condition) const {
        return Aggregate<A, E, C>(distinct, operand, condition);
    }

    template <class M>
    static consteval Checked check() {
        return check_aggregate(A, checked<M, E>);
    }
    template <class M>
    void emit_call(shape::Fragment& out, std::size_t flags) const {
        out.op(shape::Op::aggregate);
        out.u8(static_cast<std::size_t>(A));
        if (distinct) flags |= shape::aggregate_distinct;
        if (std::is_same_v<E, Star>) flags |= shape::aggregate_star;
        out.u8(flags);
        operand.template emit<M>(out);
    }
    template <class M>
    void emit(shape::Fragment& out) const {
        emit_call<M>(out, 0);
    }
};

/// A column of the select list by its label; T: its type, where that is asked for.
template <class T>
struct Label : Lookups<Label<T>> {
    Text text;

    explicit Label(std::string_view label) : text(label) {}

    template <class M>
    static consteval Checked check() {
        if constexpr (std::is_void_v<T>) {
            return {&any_type};
        } else {
            return {&duet::detail::type_info<T>, duet::detail::is_optional<T>::value};
        }
    }
    template <class M>
    void emit(shape::Fragment& out) const {
        out.op(shape::Op::label);
        out.name(text.view());
    }
};

}  // namespace duet::expr

namespace duet {

/// Rows.
inline auto count() { return expr::Aggregate<shape::Aggregate::count, expr::Star>(false, {}); }
/// Rows in which this is not NULL.
template <expr::Expression E>
auto count(const E& e) {
    return expr::Aggregate<shape::Aggregate::count, E>(false, e);
}
template <expr::Expression E>
auto count_distinct(const E& e) {
    return expr::Aggregate<shape::Aggregate::count, E>(true, e);
}
// NULL over no rows.
template <expr::Expression E>
auto sum(const E& e) {
    return expr::Aggregate<shape::Aggregate::sum, E>(false, e);
}
template <expr::Expression E>
auto avg(const E& e) {
    return expr::Aggregate<shape::Aggregate::avg, E>(false, e);
}
template <expr::Expression E>
auto min(const E& e) {
    return expr::Aggregate<shape::Aggregate::min, E>(false, e);
}
template <expr::Expression E>
auto max(const E& e) {
    return expr::Aggregate<shape::Aggregate::max, E>(false, e);
}

/// A column of the select list by the name that `.as(name)` gave it, to order by.
template <class T = void>
expr::Label<T> label(std::string_view name) {
    return expr::Label<T>(name);
}

}  // namespace duet
