#pragma once

#include <duet/expr/aggregates.hpp>
#include <duet/expr/frame.hpp>
#include <duet/expr/functions.hpp>
#include <duet/expr/order_list.hpp>

/// Windows: what `.over(...)` takes and makes.
namespace duet::expr {

template <class... E>
struct PartitionBy {
    static constexpr std::size_t count = sizeof...(E);
    Arguments<E...> expressions;

    template <class M>
    static consteval Checked check() {
        for (const Checked& expression : {Checked{&null_type}, checked<M, E>...}) {
            if (!expression.ok()) return expression;
        }
        return {&null_type};
    }
    template <class M>
    void emit(shape::Fragment& out) const {
        out.u8(count);
        expressions.template emit<M>(out, nullptr);
    }
};

/// A window: rows that belong together, their order, and a frame around each.
template <class P, class O>
struct Window {
    Text name;
    P partition;
    O order;
    Frame frame;

    template <class M>
    static consteval Checked check() {
        const Checked of = P::template check<M>();
        return of.ok() ? O::template check<M>() : of;
    }
    template <class M>
    void emit(shape::Fragment& out) const {
        emit_window_name(out, name.view());
        partition.template emit<M>(out);
        order.template emit<M>(out);
        emit_frame(out, frame);
    }
};

namespace detail {

enum class WindowPart : std::uint8_t { none, name, partition, order, frame };
template <class T>
inline constexpr WindowPart window_part =
    std::is_convertible_v<const T&, std::string_view> ? WindowPart::name : WindowPart::none;
template <class... E>
inline constexpr WindowPart window_part<PartitionBy<E...>> = WindowPart::partition;
template <class... T>
inline constexpr WindowPart window_part<OrderList<T...>> = WindowPart::order;
template <>
inline constexpr WindowPart window_part<Frame> = WindowPart::frame;

inline auto pick_partition() { return PartitionBy<>{}; }
template <class T, class... Rest>
auto pick_partition(const T& part, const Rest&... rest) {
    if constexpr (window_part<T> == WindowPart::partition) {
        return part;
    } else {
        return pick_partition(rest...);
    }
}
inline auto pick_order() { return OrderList<>{}; }
template <class T, class... Rest>
auto pick_order(const T& part, const Rest&... rest) {
    if constexpr (window_part<T> == WindowPart::order) {
        return part;
    } else {
        return pick_order(rest...);
    }
}
template <class... W>
Frame pick_frame(const W&... parts) {
    Frame out;
    [[maybe_unused]] const auto pick = [&out]<class T>(const T& part) {
        if constexpr (window_part<T> == WindowPart::frame) out = part;
    };
    (pick(parts), ...);
    return out;
}
template <class... W>
Text pick_name(const W&... parts) {
    std::string_view out;
    [[maybe_unused]] const auto pick = [&out]<class T>(const T& part) {
        if constexpr (window_part<T> == WindowPart::name) out = part;
    };
    (pick(parts), ...);
    return Text(out);
}

template <class... W>
constexpr bool is_window() {
    constexpr bool parts = ((window_part<W> != WindowPart::none) && ...);
    static_assert(parts,
                  "duet: a window is made of duet::partition_by(...), duet::order_by(...), a frame as "
                  "duet::rows(...) makes it, and the name of a window that it builds upon");
    constexpr int times[] = {(0 + ... + (window_part<W> == WindowPart::name)),
                             (0 + ... + (window_part<W> == WindowPart::partition)),
                             (0 + ... + (window_part<W> == WindowPart::order)),
                             (0 + ... + (window_part<W> == WindowPart::frame))};
    constexpr bool once = times[0] <= 1 && times[1] <= 1 && times[2] <= 1 && times[3] <= 1;
    static_assert(
        once, "duet: each part of a window can be there once; partition_by and order_by take several terms");
    return parts && once;
}

}  // namespace detail

template <class... W>
auto window(const W&... parts) {
    auto partition = detail::pick_partition(parts...);
    auto order = detail::pick_order(parts...);
    return Window<decltype(partition), decltype(order)>{detail::pick_name(parts...), std::move(partition),
                                                        std::move(order), detail::pick_frame(parts...)};
}

/// Whether E may stand in front of OVER.
template <class E>
inline constexpr bool takes_window = requires {
    E::takes_window;
};
template <shape::Aggregate A, class E, class F>
inline constexpr bool takes_window<Aggregate<A, E, F>> = true;
template <class T, class... A>
inline constexpr bool takes_window<NamedCall<T, A...>> = true;

/// `function OVER (window)`.
template <class E, class W>
struct Over : Lookups<Over<E, W>> {
    template <class M>
    using cpp_type = typename detail::Bare<M, E>::type;

    E function;
    W over_window;

    Over(E e, W w) : function(std::move(e)), over_window(std::move(w)) {}

    template <class M>
    static consteval Checked check() {
        Checked out = checked<M, E>;
        if (out.fault == Fault::no_window) out.fault = Fault::none;
        if (!out.ok()) return out;
        const Checked place = W::template check<M>();
        return place.ok() ? out : place;
    }
    template <class M>
    void emit(shape::Fragment& out) const {
        out.op(shape::Op::over);
        over_window.template emit<M>(out);
        function.template emit<M>(out);
    }
};

template <class E, class... W>
struct OverOf<void, E, W...> {
    static auto make(const E& function, const W&... parts) {
        constexpr bool is_a_figure = takes_window<E>;
        static_assert(
            is_a_figure,
            "duet: over() is for aggregates and window functions, as in duet::sum(\"pages\"_c).over(...)");
        if constexpr (is_a_figure && detail::is_window<W...>()) {
            auto made = window(parts...);
            return Over<E, decltype(made)>(function, std::move(made));
        } else {
            return function;
        }
    }
};

/// Adds a named window.
template <class M, class... W>
struct WindowOf<void, M, W...> {
    static void add(shape::Fragment& clauses, std::string_view name, const W&... parts) {
        if constexpr (detail::is_window<W...>()) {
            constexpr Checked outcome = decltype(window(parts...))::template check<M>();
            static_assert(outcome.ok(), "duet: this window names a column that the model does not have");
            const std::size_t begun = clauses.begin(shape::Clause::window);
            clauses.name(name);
            window(parts...).template emit<M>(clauses);
            clauses.end(begun);
        }
    }
};

namespace detail {
/// Functions that take a value from another row have its C++ type.
template <class... A>
struct PassedOn {};
template <class First, class... Rest>
struct PassedOn<First, Rest...> {
    template <class M>
    using cpp_type = typename Bare<M, First>::type;
};
}  // namespace detail

/// What a window function is; it says that it needs a window, too.
constexpr Checked check_window_call(shape::WindowFunction f, const Checked* arguments, std::size_t count) {
    using enum shape::WindowFunction;
    Checked out{&duet::detail::int64_value};
    if (count == 0) {
        if (f == percent_rank || f == cume_dist) out.type = &duet::detail::float64_value;
        return refuse(out, Fault::no_window);
    }
    out = arguments[0];
    if (!out.ok()) return out;
    out.refers = nullptr;
    out.nullable = true;
    if (count > 1) {
        if (!arguments[1].ok()) return arguments[1];
        if (!types_meet(*out.type, *arguments[1].type)) return refuse(out, Fault::mixed_results);
        out.nullable = arguments[0].nullable || arguments[1].nullable;
    }
    return refuse(out, Fault::no_window);
}

/// A function that is nothing without a window.
template <shape::WindowFunction F, class... A>
struct WindowCall : Lookups<WindowCall<F, A...>>, detail::PassedOn<A...> {
    static constexpr bool takes_window = true;
    static constexpr bool reads_rows = sizeof...(A) > 0;

    std::uint32_t number;
    std::uint8_t flags = 0;
    Arguments<A...> arguments;

    explicit WindowCall(std::uint32_t n, A... a) : number(n), arguments(std::move(a)...) {}

    /// Passes over rows in which the value is NULL. UnsupportedByDialect where the database has no such
    /// words.
    WindowCall ignore_nulls() const requires(reads_rows) {
        WindowCall copy = *this;
        copy.flags |= shape::ignores_nulls;
        return copy;
    }

    template <class M>
    static consteval Checked check() {
        const Checked all[] = {checked<M, A>..., Checked{}};
        return check_window_call(F, all, sizeof...(A));
    }
    template <class M>
    void emit(shape::Fragment& out) const {
        out.op(shape::Op::window_call);
        out.u8(static_cast<std::size_t>(F));
        out.u8(flags);
        out.u32(number);
        out.u8(sizeof...(A));
        if constexpr (reads_rows) {
            arguments.template emit<M>(out, type_of<M>(arguments.first));
        }
    }
};

/// A number that is part of a window function. Throws InvalidQuery below `least`.
std::uint32_t window_number(std::int64_t number, std::int64_t least);

template <shape::WindowFunction F, class... A>
auto window_call(std::uint32_t number, const A&... arguments) {
    return WindowCall<F, node_t<A>...>(number, as_node(arguments)...);
}

}  // namespace duet::expr

namespace duet {

/// Rows with equal values belong together.
template <expr::Expression... E>
auto partition_by(const E&... expressions) {
    static_assert(sizeof...(E) > 0, "duet: partition_by needs at least one expression");
    return expr::PartitionBy<E...>{expr::Arguments<E...>(expressions...)};
}

// Window functions: each needs `.over(...)`.

/// 1, 2, 3, ... in the order of the window.
inline auto row_number() { return expr::window_call<shape::WindowFunction::row_number>(0); }
/// Like row_number, but equal rows share a place; behind them places are left out (dense_rank: are not).
inline auto rank() { return expr::window_call<shape::WindowFunction::rank>(0); }
inline auto dense_rank() { return expr::window_call<shape::WindowFunction::dense_rank>(0); }
/// (rank - 1) / (rows - 1), from 0 to 1.
inline auto percent_rank() { return expr::window_call<shape::WindowFunction::percent_rank>(0); }
/// The share of rows that come no later, above 0 and up to 1.
inline auto cume_dist() { return expr::window_call<shape::WindowFunction::cume_dist>(0); }
/// Which of `buckets` parts of (nearly) equal size the row falls into, from 1. Throws InvalidQuery below 1.
inline auto ntile(std::int64_t buckets) {
    return expr::window_call<shape::WindowFunction::ntile>(expr::window_number(buckets, 1));
}
/// The value in the row `offset` rows before; NULL, or `otherwise`, where there is none. Throws InvalidQuery
/// for a negative offset.
template <expr::Expression E>
auto lag(const E& e, std::int64_t offset = 1) {
    return expr::window_call<shape::WindowFunction::lag>(expr::window_number(offset, 0), e);
}
template <expr::Expression E, class V>
auto lag(const E& e, std::int64_t offset, const V& otherwise) {
    return expr::window_call<shape::WindowFunction::lag>(expr::window_number(offset, 0), e, otherwise);
}
/// Likewise in the row `offset` rows behind.
template <expr::Expression E>
auto lead(const E& e, std::int64_t offset = 1) {
    return expr::window_call<shape::WindowFunction::lead>(expr::window_number(offset, 0), e);
}
template <expr::Expression E, class V>
auto lead(const E& e, std::int64_t offset, const V& otherwise) {
    return expr::window_call<shape::WindowFunction::lead>(expr::window_number(offset, 0), e, otherwise);
}
/// The value in the first (last, n-th) row of the frame; NULL where there is none. Mind that a window with an
/// order has a frame that ends with the current row unless it says otherwise.
template <expr::Expression E>
auto first_value(const E& e) {
    return expr::window_call<shape::WindowFunction::first_value>(0, e);
}
template <expr::Expression E>
auto last_value(const E& e) {
    return expr::window_call<shape::WindowFunction::last_value>(0, e);
}
template <expr::Expression E>
auto nth_value(const E& e, std::int64_t n) {
    return expr::window_call<shape::WindowFunction::nth_value>(expr::window_number(n, 1), e);
}

}  // namespace duet
