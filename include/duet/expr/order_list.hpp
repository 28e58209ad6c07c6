#pragma once

#include <duet/expr/arguments.hpp>
#include <duet/expr/order.hpp>

namespace duet::expr {

/// A column to order by, by its name ("-created_at": descending).
struct OrderText {
    Text text;

    explicit OrderText(std::string_view t) : text(t) {}

    template <class M>
    static consteval Checked check() {
        return {&any_type};
    }
    template <class M>
    void emit_term(shape::Fragment& out) const {
        emit_order_text(out, duet::detail::model_info<M>, text.view());
    }
    static void emit_order_text(shape::Fragment& out, const ModelInfo& model, std::string_view text);
};

namespace detail {
template <class E>
struct OrderTermOf {
    E operand;

    template <class M>
    static consteval Checked check() {
        return checked<M, E>;
    }
    template <class M>
    void emit_term(shape::Fragment& out) const {
        if constexpr (requires { operand.order_flags(); }) {
            out.u8(operand.order_flags());
        } else {
            out.u8(0);
        }
        operand.template emit<M>(out);
    }
};

template <class T>
auto order_term(const T& term) {
    if constexpr (Expression<T>) {
        return OrderTermOf<T>{term};
    } else if constexpr (std::is_same_v<T, RuntimeText>) {
        return OrderText(term.text);
    } else {
        static_assert(std::is_array_v<T>,
                      "duet: order_by takes literals (\"-created_at\"), columns, duet::desc(...) and other "
                      "expressions, and duet::runtime(text)");
        return OrderText(term);
    }
}
template <class T>
using order_term_t = decltype(order_term(std::declval<const T&>()));
}  // namespace detail

/// Terms of ORDER BY inside a window or an aggregate.
template <class... T>
struct OrderList;
template <>
struct OrderList<> {
    static constexpr std::size_t count = 0;
    template <class M>
    static consteval Checked check() {
        return {&null_type};
    }
    template <class M>
    void emit_terms(shape::Fragment&) const {}
    template <class M>
    void emit(shape::Fragment& out) const {
        out.u8(0);
    }
};
template <class First, class... Rest>
struct OrderList<First, Rest...> {
    static constexpr std::size_t count = 1 + sizeof...(Rest);
    using first_type = First;

    First first;
    OrderList<Rest...> rest;

    template <class M>
    static consteval Checked check() {
        const Checked own = First::template check<M>();
        return own.ok() ? OrderList<Rest...>::template check<M>() : own;
    }
    template <class M>
    void emit_terms(shape::Fragment& out) const {
        first.template emit_term<M>(out);
        rest.template emit_terms<M>(out);
    }
    template <class M>
    void emit(shape::Fragment& out) const {
        out.u8(count);
        emit_terms<M>(out);
    }
};

inline OrderList<> order_list() { return {}; }
template <class T, class... Rest>
auto order_list(const T& first, const Rest&... rest) {
    return OrderList<detail::order_term_t<T>, detail::order_term_t<Rest>...>{detail::order_term(first),
                                                                             order_list(rest...)};
}

}  // namespace duet::expr

namespace duet {

/// The order of the rows of a window or of what an aggregate puts together: literals ("-created_at"),
/// columns, duet::desc(...). Which model a literal speaks of is known when the query is built: a name that
/// the model does not have throws InvalidQuery then. Columns ("created_at"_c) are checked by the compiler.
template <class... T>
auto order_by(const T&... terms) {
    static_assert(sizeof...(T) > 0, "duet: order_by needs at least one term");
    return expr::order_list(terms...);
}

}  // namespace duet
