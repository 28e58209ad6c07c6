#pragma once

#include <duet/expr/check.hpp>
#include <duet/shape/fragment.hpp>

#include <type_traits>

namespace duet::expr {

/// Part of a query that can be told from other C++ values. Each has
///     template <class M> static consteval Checked check();     // what it is for the model M
///     template <class M> void emit(shape::Fragment&) const;    // writes it; check<M>() was fine
struct Node {
    using duet_expression = void;
};

/// In place of an expression that cannot be one.
template <Fault F>
struct Mistaken : Node {
    template <class M>
    static consteval Checked check() {
        return {&null_type, true, F};
    }
    template <class M>
    void emit(shape::Fragment&) const {}
};

template <class T>
concept Expression = requires {
    typename T::duet_expression;
};

/// What E is for M; computed once.
template <class M, class E>
inline constexpr Checked checked = E::template check<M>();

/// Whether only run time knows the type of E.
template <class M, class E>
inline constexpr bool is_late = family(*checked<M, E>.type) == Family::any;

// What follows is small and made for each model and operand: calling it costs more to compile than it does.

/// The type of `e`, which only run-time columns learn late.
template <class M, class E>
[[gnu::always_inline]] inline const TypeInfo* type_of(const E& e) {
    if constexpr (requires { e.template runtime_type<M>(); }) {
        return e.template runtime_type<M>();
    } else {
        return checked<M, E>.type;
    }
}

/// Writes `e`, whose form may depend on the type of what it stands beside.
template <class M, class E>
[[gnu::always_inline]] inline void emit_beside(shape::Fragment& out, const E& e, const TypeInfo* peer) {
    if constexpr (requires { e.template emit_as<M>(out, peer); }) {
        e.template emit_as<M>(out, peer);
    } else {
        e.template emit<M>(out);
    }
}

}  // namespace duet::expr
