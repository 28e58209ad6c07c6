#pragma once

#include <duet/expr/add.hpp>
#include <duet/expr/comparison.hpp>
#include <duet/expr/resolve.hpp>
#include <duet/expr/value.hpp>
#include <duet/shape/query_data.hpp>

namespace duet::expr {

/// What can stand in the place of a nested query: duet::Query<T>.
template <class Q>
concept QuerySource = requires(const Q& q) {
    { q.data() } -> std::convertible_to<const shape::QueryData&>;
    typename Q::model_type;
};

/// Puts clauses behind those of `out`.
void append_clauses(shape::Fragment& out, const shape::Fragment& clauses);
/// A query written as part of another.
shape::Fragment nested(const shape::QueryData& query);
/// The same with a select list of one expression (a clause in `select`) in place of its columns.
shape::Fragment nested(const shape::QueryData& query, const shape::Fragment& select);

/// What a nested query results in: its key or the expression asked for.
template <class Inner>
struct InnerKey {
    static consteval Checked check() {
        constexpr const ModelInfo& model = duet::detail::model_info<Inner>;
        if (model.key.size() != 1) return {&null_type, false, Fault::composite_key};
        Checked out{model.columns[static_cast<std::size_t>(model.key[0])].type};
        out.refers = &model;
        return out;
    }
};

/// `operand IN (SELECT ...)`.
template <class E, class Inner, class C>
struct InQuery : Node {
    bool negated;
    E operand;
    shape::Fragment query;

    InQuery(bool n, E e, shape::Fragment q) : negated(n), operand(std::move(e)), query(std::move(q)) {}

    template <class M>
    static consteval Checked check() {
        Checked inner = InnerKey<Inner>::check();
        if constexpr (!std::is_void_v<C>) inner = checked<Inner, C>;
        // The key of rows of another model says nothing about this column.
        const Checked own = checked<M, E>;
        if (own.ok() && std::is_void_v<C> && other_row(own, inner)) {
            return refuse(own, Fault::not_comparable);
        }
        inner.refers = nullptr;
        return check_comparison(own, inner, false, false, false);
    }
    template <class M>
    void emit(shape::Fragment& out) const {
        out.op(negated ? shape::Op::not_in_query : shape::Op::in_query);
        operand.template emit<M>(out);
        out.append(query);
    }
};

template <class E, class Q>
auto in_query(bool negated, const E& operand, const Q& query) {
    return InQuery<E, typename Q::model_type, void>(negated, operand, nested(query.data()));
}
template <class E, class Q, class C>
auto in_query(bool negated, const E& operand, const Q& query, const C& column) {
    using Inner = typename Q::model_type;
    shape::Fragment clauses;
    if constexpr (checked<Inner, C>.ok()) {
        add<Role::select, Inner>(clauses, column);
        // One NULL among the rows would make NOT IN unknown for every value.
        if constexpr (checked<Inner, C>.nullable) {
            if ((query.data().flags & (shape::has_limit | shape::has_offset)) == 0) {
                add<Role::where, Inner>(clauses, NullTest<C>(shape::Op::is_not_null, column));
            }
        }
    }
    return InQuery<E, Inner, C>(negated, operand, nested(query.data(), clauses));
}

/// A statement that yields one column of type T.
template <class Q>
concept ScalarSource = QuerySource<Q> && requires {
    typename Q::scalar_type;
    requires !std::is_void_v<typename Q::scalar_type>;
};

/// `operand IN (SELECT ...)`, of a statement.
template <class E, class T>
struct InStatement : Node {
    bool negated;
    E operand;
    shape::Fragment query;

    InStatement(bool n, E e, shape::Fragment q) : negated(n), operand(std::move(e)), query(std::move(q)) {}

    template <class M>
    static consteval Checked check() {
        return check_comparison(checked<M, E>, ValueTraits<T>::check(), false, false, false);
    }
    template <class M>
    void emit(shape::Fragment& out) const {
        out.op(negated ? shape::Op::not_in_query : shape::Op::in_query);
        operand.template emit<M>(out);
        out.append(query);
    }
};

struct Exists : Node {
    shape::Fragment query;

    explicit Exists(shape::Fragment q) : query(std::move(q)) {}

    template <class M>
    static consteval Checked check() {
        return {&duet::detail::boolean_value};
    }
    template <class M>
    void emit(shape::Fragment& out) const {
        out.op(shape::Op::exists);
        out.append(query);
    }
};

}  // namespace duet::expr

namespace duet {

/// Whether `query` has any row; `duet::outer<M>(column)` in its conditions refers to the query around it.
template <expr::QuerySource Q>
expr::Exists exists(const Q& query) {
    return expr::Exists(expr::nested(query.data()));
}

}  // namespace duet
