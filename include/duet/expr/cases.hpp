#pragma once

#include <duet/expr/logic.hpp>
#include <duet/expr/lookups.hpp>

namespace duet::expr {

/// The common type of two results.
constexpr Checked check_results(Checked a, Checked b) {
    if (!a.ok()) return a;
    if (!b.ok()) return b;
    if (!types_meet(*a.type, *b.type)) return refuse(b, Fault::mixed_results);
    Checked out = family(*a.type) == Family::null ? b : a;
    if (family(*a.type) != Family::null) out.type = common_type(a.type, b.type);
    out.nullable = a.nullable || b.nullable;
    out.refers = nullptr;
    return out;
}

struct NoBranch {
    static constexpr std::size_t branches = 0;
    template <class M>
    static consteval Checked results() {
        return {&null_type};
    }
    template <class M>
    static consteval Checked conditions() {
        return {&duet::detail::boolean_value};
    }
    template <class M>
    void emit_branches(shape::Fragment&, const TypeInfo*) const {}
};

template <class Case, class V>
struct CaseElse;

/// CASE WHEN ... THEN ... [WHEN ...] END; NULL where no condition holds.
template <class Before, class C, class V>
struct Case : Lookups<Case<Before, C, V>> {
    static constexpr std::size_t branches = Before::branches + 1;

    Before before;
    C condition;
    V value;

    Case(Before b, C c, V v) : before(std::move(b)), condition(std::move(c)), value(std::move(v)) {}

    template <Expression Next, class W>
    auto when(const Next& next, const W& then) const {
        return Case<Case, Next, node_t<W>>(*this, next, as_node(then));
    }
    template <class W>
    auto otherwise(const W& then) const {
        return CaseElse<Case, node_t<W>>(*this, as_node(then));
    }

    template <class M>
    static consteval Checked results() {
        return check_results(Before::template results<M>(), checked<M, V>);
    }
    template <class M>
    static consteval Checked conditions() {
        return condition_of(Before::template conditions<M>(), as_condition(checked<M, C>));
    }
    template <class M>
    static consteval Checked check() {
        Checked out = conditions<M>();
        if (out.ok()) out = results<M>();
        out.nullable = true;
        return out;
    }
    template <class M>
    void emit_branches(shape::Fragment& out, const TypeInfo* peer) const {
        before.template emit_branches<M>(out, peer);
        condition.template emit<M>(out);
        emit_beside<M>(out, value, peer);
    }
    template <class M>
    void emit_as(shape::Fragment& out, const TypeInfo* peer) const {
        out.op(shape::Op::case_when);
        out.u8(branches);
        out.u8(0);
        emit_branches<M>(out, peer);
    }
    template <class M>
    void emit(shape::Fragment& out) const {
        emit_as<M>(out, checked<M, Case>.type);
    }
};

template <class Cases, class V>
struct CaseElse : Lookups<CaseElse<Cases, V>> {
    Cases cases;
    V value;

    CaseElse(Cases c, V v) : cases(std::move(c)), value(std::move(v)) {}

    template <class M>
    static consteval Checked check() {
        const Checked conditions = Cases::template conditions<M>();
        return conditions.ok() ? check_results(Cases::template results<M>(), checked<M, V>) : conditions;
    }
    template <class M>
    void emit_as(shape::Fragment& out, const TypeInfo* peer) const {
        out.op(shape::Op::case_when);
        out.u8(Cases::branches);
        out.u8(1);
        cases.template emit_branches<M>(out, peer);
        emit_beside<M>(out, value, peer);
    }
    template <class M>
    void emit(shape::Fragment& out) const {
        emit_as<M>(out, checked<M, CaseElse>.type);
    }
};

struct CaseStart {
    template <Expression C, class V>
    auto when(const C& condition, const V& value) const {
        return Case<NoBranch, C, node_t<V>>(NoBranch{}, condition, as_node(value));
    }
};

}  // namespace duet::expr

namespace duet {

/// `duet::case_().when("age"_c < 18, "minor").otherwise("adult")`
inline expr::CaseStart case_() { return {}; }

}  // namespace duet
