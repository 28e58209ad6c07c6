#pragma once

#include <duet/expr/value.hpp>

namespace duet::expr {

/// For operands that only run time knows. Throws InvalidQuery.
void require_comparable(const TypeInfo& left, const TypeInfo& right);
void require_text(const TypeInfo& type);
void require_boolean(const TypeInfo& type);

/// A place inside a JSON document: a JSON array of keys and indexes, without its closing bracket.
void emit_json_path(shape::Fragment& out, std::string_view path);

template <class E>
[[gnu::always_inline]] inline bool is_null_value(const E& e) {
    if constexpr (is_value_node<E>) {
        return e.is_null();
    } else {
        return false;
    }
}

/// `left op right`; with an empty value on one side a test for NULL.
template <class L, class R, bool Ordered>
struct Comparison : Node {
    shape::Op op;
    L left;
    R right;

    Comparison(shape::Op o, L l, R r) : op(o), left(std::move(l)), right(std::move(r)) {}

    template <class M>
    static consteval Checked check() {
        return check_comparison(checked<M, L>, checked<M, R>, is_value_node<L>, is_value_node<R>, Ordered);
    }
    template <class M>
    void emit(shape::Fragment& out) const {
        const TypeInfo* const left_type = type_of<M>(left);
        const TypeInfo* const right_type = type_of<M>(right);
        if constexpr (is_late<M, L> || is_late<M, R>) {
            require_comparable(*left_type, *right_type);
        }
        if constexpr (!Ordered && (is_value_node<L> || is_value_node<R>)) {
            const bool null_right = is_null_value(right);
            if (null_right || is_null_value(left)) {
                out.op(op == shape::Op::eq || op == shape::Op::is ? shape::Op::is_null
                                                                  : shape::Op::is_not_null);
                if (null_right) return emit_beside<M>(out, left, right_type);
                return emit_beside<M>(out, right, left_type);
            }
        }
        out.op(op);
        emit_beside<M>(out, left, right_type);
        emit_beside<M>(out, right, left_type);
    }
};

template <bool Ordered, class L, class R>
auto compare(shape::Op op, const L& left, const R& right) {
    return Comparison<node_t<L>, node_t<R>, Ordered>(op, as_node(left), as_node(right));
}

template <class L, class R>
requires Expression<L> || Expression<R>
auto operator==(const L& left, const R& right) { return compare<false>(shape::Op::eq, left, right); }
template <class L, class R>
requires Expression<L> || Expression<R>
auto operator!=(const L& left, const R& right) { return compare<false>(shape::Op::ne, left, right); }
template <class L, class R>
requires Expression<L> || Expression<R>
auto operator<(const L& left, const R& right) { return compare<true>(shape::Op::lt, left, right); }
template <class L, class R>
requires Expression<L> || Expression<R>
auto operator<=(const L& left, const R& right) { return compare<true>(shape::Op::le, left, right); }
template <class L, class R>
requires Expression<L> || Expression<R>
auto operator>(const L& left, const R& right) { return compare<true>(shape::Op::gt, left, right); }
template <class L, class R>
requires Expression<L> || Expression<R>
auto operator>=(const L& left, const R& right) { return compare<true>(shape::Op::ge, left, right); }

/// `operand BETWEEN low AND high`, both included.
template <class E, class L, class H>
struct Between : Node {
    E operand;
    L low;
    H high;

    Between(E e, L l, H h) : operand(std::move(e)), low(std::move(l)), high(std::move(h)) {}

    template <class M>
    static consteval Checked check() {
        return condition_of(
            check_comparison(checked<M, E>, checked<M, L>, is_value_node<E>, is_value_node<L>, true),
            check_comparison(checked<M, E>, checked<M, H>, is_value_node<E>, is_value_node<H>, true));
    }
    template <class M>
    void emit(shape::Fragment& out) const {
        const TypeInfo* const type = type_of<M>(operand);
        if constexpr (is_late<M, E>) {
            require_comparable(*type, *type_of<M>(low));
            require_comparable(*type, *type_of<M>(high));
        }
        out.op(shape::Op::between);
        emit_beside<M>(out, operand, type_of<M>(low));
        emit_beside<M>(out, low, type);
        emit_beside<M>(out, high, type);
    }
};

/// `operand IS NULL` and the like.
template <class E>
struct NullTest : Node {
    shape::Op op;
    E operand;

    NullTest(shape::Op o, E e) : op(o), operand(std::move(e)) {}

    template <class M>
    static consteval Checked check() {
        Checked out = condition_of(checked<M, E>);
        out.nullable = false;
        return out;
    }
    template <class M>
    void emit(shape::Fragment& out) const {
        out.op(op);
        operand.template emit<M>(out);
    }
};

/// `operand IS TRUE`, of a boolean or inside JSON.
template <class E>
struct TruthTest : Node {
    bool wanted;
    E operand;

    TruthTest(bool w, E e) : wanted(w), operand(std::move(e)) {}

    template <class M>
    static consteval Checked check() {
        const Checked of = checked<M, E>;
        Checked out = condition_of(of);
        out.nullable = false;
        if (!out.ok()) return out;
        const Family f = family(*of.type);
        return f == Family::boolean || f == Family::json_scalar || f == Family::any
                   ? out
                   : refuse(out, Fault::not_boolean);
    }
    template <class M>
    void emit(shape::Fragment& out) const {
        if constexpr (requires { operand.template emit_truth<M>(out, wanted); }) {
            operand.template emit_truth<M>(out, wanted);
        } else {
            if constexpr (is_late<M, E>) require_boolean(*type_of<M>(operand));
            out.op(wanted ? shape::Op::is_true : shape::Op::is_false);
            operand.template emit<M>(out);
        }
    }
};

/// `operand LIKE pattern` in all its forms.
template <class E, class P>
struct Match : Node {
    shape::Op op;
    E operand;
    P pattern;

    Match(shape::Op o, E e, P p) : op(o), operand(std::move(e)), pattern(std::move(p)) {}

    template <class M>
    static consteval Checked check() {
        return check_match(checked<M, E>, checked<M, P>);
    }
    template <class M>
    void emit(shape::Fragment& out) const {
        if constexpr (is_late<M, E>) require_text(*type_of<M>(operand));
        out.op(op);
        emit_beside<M>(out, operand, &duet::detail::text_value);
        emit_beside<M>(out, pattern, &duet::detail::text_value);
    }
};

/// An array column holds an element.
template <class E, class V>
struct ArrayContains : Node {
    E array;
    V element;

    ArrayContains(E e, V v) : array(std::move(e)), element(std::move(v)) {}

    template <class M>
    static consteval Checked check() {
        const Checked of = checked<M, E>;
        const Checked out = condition_of(of, checked<M, V>);
        if (!out.ok()) return out;
        return types_meet(*without_null(*of.type).base, *checked<M, V>.type)
                   ? out
                   : refuse(out, Fault::not_comparable);
    }
    template <class M>
    void emit(shape::Fragment& out) const {
        out.op(shape::Op::array_contains);
        array.template emit<M>(out);
        emit_beside<M>(out, element, without_null(*checked<M, E>.type).base);
    }
};

/// Whether a range holds a value or another range, or meets it.
constexpr Checked check_range(Checked range, Checked part, bool element_fits) {
    const Checked out = condition_of(range, part);
    if (!out.ok()) return out;
    const std::string_view of = range.type->sql_type;
    const Family f = family(*part.type);
    const bool numbers = of == "int4range" || of == "int8range" || of == "numrange";
    const bool element = f == Family::any || f == Family::null || (numbers && f == Family::number) ||
                         (of == "daterange" && f == Family::date) ||
                         (of == "tstzrange" && (f == Family::timestamp || f == Family::date));
    const bool fits = (element_fits && element) || (f == Family::custom && part.type->sql_type == of);
    return is_range(*range.type) && fits ? out : refuse(out, Fault::not_range);
}

template <class E, class V>
struct RangeTest : Node {
    shape::Function function;
    E range;
    V part;

    RangeTest(shape::Function f, E e, V v) : function(f), range(std::move(e)), part(std::move(v)) {}

    template <class M>
    static consteval Checked check() {
        return check_range(checked<M, E>, checked<M, V>, false);
    }
    template <class M>
    void emit(shape::Fragment& out) const {
        out.op(shape::Op::call);
        out.u8(static_cast<std::size_t>(function));
        out.u8(2);
        range.template emit<M>(out);
        emit_beside<M>(out, part, nullptr);
    }
};

/// contains() of a text, an array, a range or inside JSON: which of them, the column tells.
template <class E, class V>
struct Contains : Node {
    E operand;
    V part;

    Contains(E e, V v) : operand(std::move(e)), part(std::move(v)) {}

    template <class M>
    static consteval Checked check() {
        const Checked of = checked<M, E>;
        if (!of.ok()) return of;
        const Family f = family(*of.type);
        if (f == Family::array) return ArrayContains<E, V>::template check<M>();
        if (is_range(*of.type)) return check_range(of, checked<M, V>, true);
        if (f == Family::json_scalar || f == Family::json) {
            const Checked out = condition_of(of, checked<M, V>);
            return !out.ok() || types_meet(json_scalar_type, *checked<M, V>.type)
                       ? out
                       : refuse(out, Fault::not_comparable);
        }
        return check_match(of, checked<M, V>);
    }
    template <class M>
    void emit(shape::Fragment& out) const {
        constexpr Family f = family(*checked<M, E>.type);
        if constexpr (f == Family::array) {
            ArrayContains<E, V>(operand, part).template emit<M>(out);
        } else if constexpr (is_range(*checked<M, E>.type)) {
            RangeTest<E, V>(shape::Function::range_contains, operand, part).template emit<M>(out);
        } else if constexpr (requires { operand.template emit_contains<M>(out, part); }) {
            operand.template emit_contains<M>(out, part);
        } else if constexpr (f == Family::json) {
            out.op(shape::Op::json_contains);
            operand.template emit<M>(out);
            emit_json_path(out, "[");
            emit_beside<M>(out, part, nullptr);
        } else {
            Match<E, V>(shape::Op::contains, operand, part).template emit<M>(out);
        }
    }
};

}  // namespace duet::expr
