#pragma once

#include <duet/expr/aggregates.hpp>
#include <duet/expr/arguments.hpp>
#include <duet/expr/array_type.hpp>
#include <duet/expr/order_list.hpp>
#include <duet/expr/result.hpp>

#include <string>
#include <vector>

namespace duet::expr {

using shape::SetFunction;

/// In place of the condition of an aggregate over all rows.
struct NoCondition {};

namespace detail {

constexpr bool is_statistic(SetFunction f) {
    return f >= SetFunction::stddev_samp && f <= SetFunction::var_pop;
}
constexpr bool is_ordered_set(SetFunction f) { return f >= SetFunction::percentile_cont; }
/// Those that yield one of the values that they look at.
constexpr bool picks_a_value(SetFunction f) {
    return f == SetFunction::percentile_disc || f == SetFunction::mode;
}

template <class O>
struct OrderedBy {};
template <class E>
struct OrderedBy<OrderTermOf<E>> {
    using type = E;
};
template <class E>
struct OrderedBy<OrderTermOf<Ordering<E>>> {
    using type = E;
};

/// What they yield in C++.
template <SetFunction F, class O, class... A>
struct SetType {};
template <class O, class E>
struct SetType<SetFunction::array_agg, O, E> {
    template <class M>
    using cpp_type = array_t<result_t<M, E>>;
    template <class M>
    static constexpr bool is_refused = !has_arrays<result_t<M, E>>;
};
template <SetFunction F, class O, class... A>
requires(picks_a_value(F)) struct SetType<F, O, A...> {
    template <class M>
    using cpp_type = typename Bare<M, typename OrderedBy<typename O::first_type>::type>::type;
};

/// The fault of the arguments, if there is one. Text is what everything can become.
template <SetFunction F>
constexpr Checked check_arguments(const Checked* all, std::size_t count) {
    Checked out{&null_type};
    for (std::size_t i = 0; i < count; ++i) {
        if (!all[i].ok()) return all[i];
        const TypeInfo& type = *all[i].type;
        const Family f = family(type);
        const bool number = is_number_like(type) && f != Family::duration;
        if ((is_statistic(F) || is_ordered_set(F)) && !number) return refuse(all[i], Fault::not_number);
        if ((F == SetFunction::bool_and || F == SetFunction::bool_or) && f != Family::boolean &&
            f != Family::any)
            return refuse(all[i], Fault::not_boolean);
        const bool wants_text = F == SetFunction::string_agg || (F == SetFunction::json_object_agg && i == 0);
        if (wants_text && !is_text_like(type) && !is_number_like(type))
            return refuse(all[i], Fault::not_text);
        if (out.name.empty()) out.name = all[i].name;
    }
    return out;
}

}  // namespace detail

/// An aggregate with an order of its own; C: the condition on rows that count, or NoCondition.
template <SetFunction F, class O, class C, class... A>
struct SetCall : Lookups<SetCall<F, O, C, A...>>, detail::SetType<F, O, A...> {
    static constexpr bool takes_window = true;

    bool is_distinct = false;
    O order;
    C condition;
    Arguments<A...> arguments;

    SetCall(bool d, O o, C c, Arguments<A...> a)
        : is_distinct(d), order(std::move(o)), condition(std::move(c)), arguments(std::move(a)) {}

    /// Takes only rows that satisfy the condition.
    template <Expression Condition>
    auto filter(const Condition& rows) const {
        return SetCall<F, O, Condition, A...>(is_distinct, order, rows, arguments);
    }
    /// Takes each value once. An order has to be that of the value itself then, if the database is
    /// PostgreSQL.
    SetCall distinct() const requires(!detail::is_ordered_set(F)) {
        return SetCall(true, order, condition, arguments);
    }

    template <class M>
    static consteval Checked check() {
        const Checked all[] = {checked<M, A>..., Checked{}};
        const Checked of = detail::check_arguments<F>(all, sizeof...(A));
        if (!of.ok()) return of;
        const Checked by = O::template check<M>();
        if (!by.ok()) return by;
        if constexpr (F == SetFunction::percentile_cont) {
            const Checked key = checked<M, typename detail::OrderedBy<typename O::first_type>::type>;
            if (!is_number_like(*key.type) || family(*key.type) == Family::duration)
                return refuse(key, Fault::not_number);
        }
        if constexpr (!std::is_same_v<C, NoCondition>) {
            const Checked rows = as_condition(checked<M, C>);
            if (!rows.ok()) return rows;
        }
        return result<M>(of, by);
    }
    template <class M>
    void emit(shape::Fragment& out) const {
        constexpr bool filtered = !std::is_same_v<C, NoCondition>;
        out.op(shape::Op::set_function);
        out.u8(static_cast<std::size_t>(F));
        out.u8((is_distinct ? unsigned{shape::aggregate_distinct} : 0U) |
               (filtered ? unsigned{shape::aggregate_filtered} : 0U));
        out.u8(sizeof...(A));
        order.template emit<M>(out);
        arguments.template emit<M>(out, nullptr);
        if constexpr (filtered) condition.template emit<M>(out);
    }

private:
    template <class M>
    static consteval Checked result(Checked of, Checked by) {
        using enum SetFunction;
        if constexpr (F == string_agg) {
            return computed(duet::detail::text_value, of, true);
        } else if constexpr (F == json_array_agg || F == json_object_agg) {
            return computed(duet::detail::type_info<Json>, of, false);
        } else if constexpr (F == array_agg) {
            using List = typename detail::Bare<M, SetCall>::type;
            if (SetCall::template is_refused<M>) return refuse(of, Fault::no_array);
            return computed(duet::detail::type_info<List>, of, false);
        } else if constexpr (F == bool_and || F == bool_or) {
            return computed(duet::detail::boolean_value, of, true);
        } else if constexpr (detail::picks_a_value(F)) {
            const Checked key = checked<M, typename detail::OrderedBy<typename O::first_type>::type>;
            return computed(*key.type, by.name.empty() ? key : by, true);
        } else {
            return computed(duet::detail::float64_value, of, true);
        }
    }
};

template <SetFunction F, class O, class... A>
auto set_function(O order, const A&... arguments) {
    return SetCall<F, O, NoCondition, node_t<A>...>(false, std::move(order), {},
                                                    Arguments<node_t<A>...>(as_node(arguments)...));
}

/// An aggregate over values in an order: nothing before that order is given.
template <SetFunction F, class... A>
struct OrderedSet {
    Arguments<A...> arguments;

    /// The value that is looked at, duet::desc(value) backwards.
    template <Expression E>
    auto within_group(const E& value) const {
        using Order = decltype(order_list(value));
        return SetCall<F, Order, NoCondition, A...>(false, order_list(value), {}, arguments);
    }
    template <class T>
    auto within_group(const OrderList<T>& order) const {
        constexpr bool is_typed = !std::is_same_v<T, OrderText>;
        static_assert(is_typed, "duet: within_group takes a column (\"age\"_c) or duet::desc(...) of one");
        return SetCall<F, OrderList<T>, NoCondition, A...>(false, order, {}, arguments);
    }
};

/// A number that is part of the statement: databases want no parameters there. Throws InvalidQuery for what
/// is no fraction.
struct Fraction {
    double number;

    explicit Fraction(double fraction);

    template <class M>
    static consteval Checked check() {
        return {&duet::detail::float64_value};
    }
    template <class M>
    void emit(shape::Fragment& out) const {
        emit_constant(out, number);
    }
    static void emit_constant(shape::Fragment& out, double number);
};

}  // namespace duet::expr

namespace duet {

// Aggregates. Each has `.filter(condition)` and `.distinct()`, and `.over(...)` where the database can.

/// The texts of all rows that have one, with `between` between them; NULL over none.
template <expr::Expression E, class Between>
auto string_agg(const E& text, const Between& between) {
    return expr::set_function<shape::SetFunction::string_agg>(expr::order_list(), text, between);
}
template <expr::Expression E, class Between, class... T>
auto string_agg(const E& text, const Between& between, const expr::OrderList<T...>& order) {
    return expr::set_function<shape::SetFunction::string_agg>(order, text, between);
}
/// A JSON array of the values of all rows, NULLs included; [] over none.
template <expr::Expression E, class... T>
auto json_array_agg(const E& value, const expr::OrderList<T...>& order = expr::OrderList<>()) {
    return expr::set_function<shape::SetFunction::json_array_agg>(order, value);
}
/// A JSON object with a key and a value for each row; {} over none.
template <expr::Expression K, expr::Expression E>
auto json_object_agg(const K& key, const E& value) {
    return expr::set_function<shape::SetFunction::json_object_agg>(expr::order_list(), key, value);
}
/// The values of all rows as a std::vector, of optionals where they may be NULL; empty over none.
template <expr::Expression E, class... T>
auto array_agg(const E& value, const expr::OrderList<T...>& order = expr::OrderList<>()) {
    return expr::set_function<shape::SetFunction::array_agg>(order, value);
}
/// Whether a condition holds for every (some) row, NULLs aside; NULL over none.
template <expr::Expression E>
auto bool_and(const E& condition) {
    return expr::set_function<shape::SetFunction::bool_and>(expr::order_list(), condition);
}
template <expr::Expression E>
auto bool_or(const E& condition) {
    return expr::set_function<shape::SetFunction::bool_or>(expr::order_list(), condition);
}
/// Standard deviation and variance: of a sample (NULL over fewer than two rows), or of all there is.
template <expr::Expression E>
auto stddev(const E& number) {
    return expr::set_function<shape::SetFunction::stddev_samp>(expr::order_list(), number);
}
template <expr::Expression E>
auto stddev_pop(const E& number) {
    return expr::set_function<shape::SetFunction::stddev_pop>(expr::order_list(), number);
}
template <expr::Expression E>
auto variance(const E& number) {
    return expr::set_function<shape::SetFunction::var_samp>(expr::order_list(), number);
}
template <expr::Expression E>
auto var_pop(const E& number) {
    return expr::set_function<shape::SetFunction::var_pop>(expr::order_list(), number);
}
/// `percentile_cont(0.5).within_group("age"_c)`: the value at that share of the sorted numbers, between two
/// of them if need be; percentile_disc: one of the values. Throws InvalidQuery unless 0 <= fraction <= 1.
inline auto percentile_cont(double fraction) {
    return expr::OrderedSet<shape::SetFunction::percentile_cont, expr::Fraction>{
        expr::Arguments<expr::Fraction>(expr::Fraction(fraction))};
}
inline auto percentile_disc(double fraction) {
    return expr::OrderedSet<shape::SetFunction::percentile_disc, expr::Fraction>{
        expr::Arguments<expr::Fraction>(expr::Fraction(fraction))};
}
/// percentile_cont(0.5).
template <expr::Expression E>
auto median(const E& number) {
    return percentile_cont(0.5).within_group(number);
}
/// `mode().within_group("age"_c)`: the most frequent value; of several the first in order.
inline auto mode() { return expr::OrderedSet<shape::SetFunction::mode>{}; }

}  // namespace duet
