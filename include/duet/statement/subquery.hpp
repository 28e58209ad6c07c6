#pragma once

#include <duet/expr/value.hpp>
#include <duet/statement/select.hpp>

#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace duet {

namespace expr {

/// The single value that a statement yields; NULL when it has no row.
template <class T>
struct ScalarStatement : Lookups<ScalarStatement<T>> {
    template <class M>
    using cpp_type = T;

    shape::Fragment query;

    explicit ScalarStatement(shape::Fragment q) : query(std::move(q)) {}

    template <class M>
    static consteval Checked check() {
        return {&duet::detail::type_info<T>, true};
    }
    template <class M>
    void emit(shape::Fragment& out) const {
        out.op(shape::Op::scalar_query);
        out.append(query);
    }
};

}  // namespace expr

namespace detail {

/// The columns of a statement become the fields of S.
template <class S, class Q>
consteval void require_columns() {
    using Match = RowsMatch<Types<S>, typename Q::pieces>;
    constexpr bool same_number = Match::count;
    static_assert(same_number,
                  "duet: the struct has another number of fields than the statement has columns");
    constexpr bool same_types = !same_number || Match::kinds;
    static_assert(same_types,
                  "duet: a field of the struct has another type than the statement's column in its place");
}
/// Throws InvalidQuery for a name that is none.
std::shared_ptr<const CommonTableData> make_common_table(std::string_view name, std::uint8_t flags,
                                                         const ModelInfo& model, const shape::QueryData& body,
                                                         int watched = -1);
shape::Fragment payload_of_common(std::string_view name);
shape::Fragment payload_of_query(const shape::QueryData& statement);
/// The start of a list of values. Throws InvalidQuery for an empty one, and for more than 65535 rows.
shape::Fragment payload_of_values(std::size_t rows);

}  // namespace detail

/// Rows are read once, and kept: WITH ... AS MATERIALIZED; or the opposite. For databases that have such
/// words; others decide themselves.
struct Materialized {
    std::uint8_t flag;
};
inline constexpr Materialized materialized{shape::with_materialized};
inline constexpr Materialized not_materialized{shape::with_not_materialized};

/// A CTE: `WITH name AS (statement)`. The columns of the statement become the fields of S, in their order. It
/// becomes part of each statement that selects from it or joins it.
template <class S, class Q>
Rows<S> cte(std::string_view name, const Q& statement, Materialized hint = {0}) {
    const auto body = statement.statement();
    using Body = std::remove_cvref_t<decltype(body)>;
    detail::require_columns<S, Body>();
    return Rows<S>(std::string(name), shape::SourceKind::with, detail::payload_of_common(name),
                   detail::make_common_table(name, hint.flag, detail::model_info<detail::source_model_t<S>>,
                                             body.data()));
}

/// How the rows of a recursive CTE come together.
enum class Recursion : std::uint8_t {
    every_row,     // UNION ALL: ends when a step finds nothing, which in a graph with cycles is never
    new_rows_only  // UNION: a row that is there already is not followed again
};

/// For recursive_cte: no step leads to a row whose value in this column is on the way to it already. Each row
/// carries that way along, as text.
template <class C>
struct WithoutCycles {};
template <expr::AnyColumn C>
WithoutCycles<C> without_cycles(const C& /*column*/) {
    return {};
}

namespace detail {
template <class M, class C>
constexpr int watched_column(WithoutCycles<C> /*column*/) {
    constexpr bool found = expr::checked<M, C>.ok() && C::template resolution<M>().hops == 0;
    static_assert(found, "duet: without_cycles() needs a field of the struct of the CTE");
    if constexpr (found) return C::template resolution<M>().column;
    return -1;
}
}  // namespace detail

/// A CTE that refers to itself: the rows of `base`, and then again and again those of `step(self)`, where
/// `self` stands for the rows found last. `how`: a Recursion, or without_cycles("id"_c).
template <class S, class Q, class Step, class How = Recursion>
Rows<S> recursive_cte(std::string_view name, const Q& base, const Step& step,
                      const How& how = Recursion::every_row) {
    using M = detail::source_model_t<S>;
    const auto first = base.statement();
    const Rows<S> found(std::string(name), shape::SourceKind::with, detail::payload_of_common(name));
    const auto next = step(found).statement();
    using First = std::remove_cvref_t<decltype(first)>;
    using Next = std::remove_cvref_t<decltype(next)>;
    detail::require_columns<S, First>();
    detail::require_columns<S, Next>();
    auto operation = shape::SetOperation::union_all;
    int watched = -1;
    if constexpr (std::is_same_v<How, Recursion>) {
        if (how == Recursion::new_rows_only) operation = shape::SetOperation::union_distinct;
    } else {
        watched = detail::watched_column<M>(how);
    }
    return Rows<S>(
        std::string(name), shape::SourceKind::with, detail::payload_of_common(name),
        detail::make_common_table(name, shape::with_recursive, detail::model_info<M>,
                                  detail::compound_of(operation, first.data(), next.data()), watched));
}

/// A statement in FROM, `(SELECT ...) AS name`: the fields of S are its columns by name.
template <class S, class Q>
Rows<S> subquery(std::string_view name, const Q& statement) {
    const auto body = statement.statement();
    using Body = std::remove_cvref_t<decltype(body)>;
    detail::require_columns<S, Body>();
    return Rows<S>(std::string(name), shape::SourceKind::query, detail::payload_of_query(body.data()));
}

/// Values as rows: one parameter for each field of each row. Throws InvalidQuery for an empty list.
template <class S>
Rows<S> values(std::string_view name, const std::vector<S>& rows) {
    shape::Fragment payload = detail::payload_of_values(rows.size());
    for (const S& row : rows) {
        for (const ColumnInfo& column : detail::model_info<detail::source_model_t<S>>.columns)
            expr::emit_object(payload, *column.type, column.in(&row), nullptr);
    }
    return Rows<S>(std::string(name), shape::SourceKind::values, std::move(payload));
}

/// The value of a statement's only column in its first row; NULL when there is none.
template <class Q>
requires(!std::is_void_v<typename Q::scalar_type>) auto scalar(const Q& statement) {
    return expr::ScalarStatement<typename Q::scalar_type>(expr::nested(statement.data()));
}

}  // namespace duet
