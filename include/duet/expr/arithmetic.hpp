#pragma once

#include <duet/expr/lookups.hpp>

namespace duet::expr {

/// For operands that only run time knows. Throws InvalidQuery.
void require_number(const TypeInfo& type);

/// `(left op right)` over numbers, or moments and durations. A division may yield NULL.
template <shape::Op O, class L, class R>
struct Arithmetic : Lookups<Arithmetic<O, L, R>> {
    L left;
    R right;

    Arithmetic(L l, R r) : left(std::move(l)), right(std::move(r)) {}

    template <class M>
    static consteval Checked check() {
        Checked out = check_arithmetic(O, checked<M, L>, checked<M, R>);
        out.nullable = out.nullable || O == shape::Op::div || O == shape::Op::mod;
        return out;
    }
    template <class M>
    void emit(shape::Fragment& out) const {
        const TypeInfo* const left_type = type_of<M>(left);
        const TypeInfo* const right_type = type_of<M>(right);
        if constexpr (is_late<M, L>) require_number(*left_type);
        if constexpr (is_late<M, R>) require_number(*right_type);
        out.op(O);
        emit_beside<M>(out, left, right_type);
        emit_beside<M>(out, right, left_type);
    }
};

template <class E>
struct Negated : Lookups<Negated<E>> {
    E operand;

    explicit Negated(E e) : operand(std::move(e)) {}

    template <class M>
    static consteval Checked check() {
        return check_arithmetic(shape::Op::negate, checked<M, E>, checked<M, E>);
    }
    template <class M>
    void emit(shape::Fragment& out) const {
        if constexpr (is_late<M, E>) require_number(*type_of<M>(operand));
        out.op(shape::Op::negate);
        emit_beside<M>(out, operand, &duet::detail::int64_value);
    }
};

template <shape::Op O, class L, class R>
auto calculate(const L& left, const R& right) {
    return Arithmetic<O, node_t<L>, node_t<R>>(as_node(left), as_node(right));
}

template <class L, class R>
requires Expression<L> || Expression<R>
auto operator+(const L& left, const R& right) { return calculate<shape::Op::add>(left, right); }
template <class L, class R>
requires Expression<L> || Expression<R>
auto operator-(const L& left, const R& right) { return calculate<shape::Op::sub>(left, right); }
template <class L, class R>
requires Expression<L> || Expression<R>
auto operator*(const L& left, const R& right) { return calculate<shape::Op::mul>(left, right); }
template <class L, class R>
requires Expression<L> || Expression<R>
auto operator/(const L& left, const R& right) { return calculate<shape::Op::div>(left, right); }
template <class L, class R>
requires Expression<L> || Expression<R>
auto operator%(const L& left, const R& right) { return calculate<shape::Op::mod>(left, right); }
template <Expression E>
auto operator-(const E& operand) {
    return Negated<E>(operand);
}

}  // namespace duet::expr
