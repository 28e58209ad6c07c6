#pragma once

#include <duet/expr/column.hpp>
#include <duet/expr/cpp_types.hpp>
#include <duet/expr/logic.hpp>

namespace duet::expr {

/// Whether a path ends in a relation, and gets there by way of rows that refer here.
template <class M, class C>
consteval Checked check_relation() {
    constexpr const Resolved& r = C::template resolution<M>();
    Checked out{&duet::detail::boolean_value, false, Fault::none, r.target, C::name()};
    if constexpr (checked<M, C>.fault == Fault::other_model) return refuse(out, Fault::other_model);
    if (!r.ok) return refuse(out, Fault::unknown_name);
    if (r.relation < 0) return refuse(out, Fault::not_a_relation);
    const RelationInfo& last = r.model->relations[static_cast<std::size_t>(r.relation)];
    return r.many_hop || last.kind != RelationKind::belongs_to ? out : refuse(out, Fault::not_many);
}

/// A relation to be loaded or filtered by, as a path from M. The compile error when it is none is issued
/// here.
template <class M, class C>
consteval const Resolved& relation_path() {
    constexpr bool is_relation = C::template resolution<M>().relation >= 0;
    static_assert(is_relation, "duet: the model (or one on the path) has no relation of this name");
    return C::template resolution<M>();
}

struct NoFilter {};

namespace detail {
/// The filter of a relation speaks of the model at its end.
template <class M, class C, class F>
consteval Checked check_related() {
    constexpr Checked path = check_relation<M, C>();
    if constexpr (!path.ok() || std::is_same_v<F, NoFilter>) {
        return path;
    } else {
        return as_condition(checked<typename C::template target<M>, F>);
    }
}
template <class M, class C, class F>
void emit_related(shape::Fragment& out, shape::Op op, const F& filter) {
    constexpr const Resolved& r = C::template resolution<M>();
    out.op(op);
    out.u8(r.path_to_relation().size());
    out.bytes.append(r.relations, r.path_to_relation().size());
    if constexpr (std::is_same_v<F, NoFilter>) {
        out.u8(0);
    } else {
        if constexpr (requires { filter.empty(); }) {
            if (filter.empty()) return out.u8(0);
        }
        out.u8(1);
        filter.template emit<typename C::template target<M>>(out);
    }
}
}  // namespace detail

/// Whether some, all or none of the related rows satisfy a condition.
template <class C, class F>
struct Related : Node {
    shape::Op op;
    F filter;

    Related(shape::Op o, F f) : op(o), filter(std::move(f)) {}

    template <class M>
    static consteval Checked check() {
        const Checked out = detail::check_related<M, C, F>();
        return out.ok() ? condition_of(out) : out;
    }
    template <class M>
    void emit(shape::Fragment& out) const {
        detail::emit_related<M, C>(out, op, filter);
    }
};

/// How many of the related rows do.
template <class C, class F>
struct RelatedCount : Lookups<RelatedCount<C, F>> {
    F filter;

    explicit RelatedCount(F f) : filter(std::move(f)) {}

    template <class M>
    static consteval Checked check() {
        const Checked out = detail::check_related<M, C, F>();
        return out.ok() ? Checked{&duet::detail::int64_value} : out;
    }
    template <class M>
    void emit(shape::Fragment& out) const {
        detail::emit_related<M, C>(out, shape::Op::count_related, filter);
    }
};

template <class C>
concept AnyColumn = is_column<C>;

}  // namespace duet::expr

namespace duet {

/// There is a row at the end of this relation (which satisfies the condition: one on that row's model).
template <expr::AnyColumn C>
auto any(const C&) {
    return expr::Related<C, expr::NoFilter>(shape::Op::any_related, {});
}
template <expr::AnyColumn C, expr::Expression F>
auto any(const C&, const F& condition) {
    return expr::Related<C, F>(shape::Op::any_related, condition);
}
/// All of them satisfy the condition; also where there are none.
template <expr::AnyColumn C, expr::Expression F>
auto all(const C&, const F& condition) {
    return expr::Related<C, F>(shape::Op::all_related, condition);
}
/// There is no such row.
template <expr::AnyColumn C>
auto none(const C&) {
    return expr::Related<C, expr::NoFilter>(shape::Op::none_related, {});
}
template <expr::AnyColumn C, expr::Expression F>
auto none(const C&, const F& condition) {
    return expr::Related<C, F>(shape::Op::none_related, condition);
}
/// How many there are: `duet::count_of("posts"_c) > 10`.
template <expr::AnyColumn C>
auto count_of(const C&) {
    return expr::RelatedCount<C, expr::NoFilter>({});
}
template <expr::AnyColumn C, expr::Expression F>
auto count_of(const C&, const F& condition) {
    return expr::RelatedCount<C, F>(condition);
}

}  // namespace duet
