#pragma once

#include <duet/expr/expression.hpp>

#include <utility>

namespace duet::expr {

/// Whether something of this type can be a condition.
constexpr Checked as_condition(Checked of) {
    if (!of.ok()) return of;
    const Family f = family(*of.type);
    return f == Family::boolean || f == Family::any ? condition_of(of) : refuse(of, Fault::no_condition);
}

template <class L, class R>
struct Logical : Node {
    shape::Op op;
    L left;
    R right;

    Logical(shape::Op o, L l, R r) : op(o), left(std::move(l)), right(std::move(r)) {}

    template <class M>
    static consteval Checked check() {
        return condition_of(as_condition(checked<M, L>), as_condition(checked<M, R>));
    }
    template <class M>
    void emit(shape::Fragment& out) const {
        out.op(op);
        left.template emit<M>(out);
        right.template emit<M>(out);
    }
};

template <class E>
struct Not : Node {
    E operand;

    explicit Not(E e) : operand(std::move(e)) {}

    template <class M>
    static consteval Checked check() {
        return as_condition(checked<M, E>);
    }
    template <class M>
    void emit(shape::Fragment& out) const {
        out.op(shape::Op::logical_not);
        operand.template emit<M>(out);
    }
};

/// A condition that holds for every row, or for none.
struct Constant : Node {
    bool holds;

    explicit Constant(bool h) : holds(h) {}

    template <class M>
    static consteval Checked check() {
        return {&duet::detail::boolean_value};
    }
    template <class M>
    void emit(shape::Fragment& out) const {
        out.op(holds ? shape::Op::always : shape::Op::never);
    }
};

// Condition<M> has operators of its own.
template <class E>
concept PlainExpression = Expression<E> && !requires {
    typename E::condition_model;
};

template <PlainExpression L, PlainExpression R>
auto operator&&(const L& left, const R& right) {
    return Logical<L, R>(shape::Op::logical_and, left, right);
}
template <PlainExpression L, PlainExpression R>
auto operator||(const L& left, const R& right) {
    return Logical<L, R>(shape::Op::logical_or, left, right);
}
template <PlainExpression E>
auto operator!(const E& operand) {
    return Not<E>(operand);
}

}  // namespace duet::expr

namespace duet {

/// A condition that every row satisfies.
inline expr::Constant always() { return expr::Constant(true); }
/// A condition that no row satisfies.
inline expr::Constant never() { return expr::Constant(false); }

}  // namespace duet
