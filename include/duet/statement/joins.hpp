#pragma once

#include <duet/expr/add.hpp>
#include <duet/statement/source.hpp>

#include <string_view>
#include <type_traits>

/// The clauses that join() and its kin add to a statement.
namespace duet::detail {

/// Where a relation that join() names begins: at the root, or at another source. `is`: whether R is a name.
template <class Root, class R>
struct JoinedRelation {
    static constexpr bool is = false;
};
template <class Root, Name N, class Owner>
struct JoinedRelation<Root, expr::Column<N, Owner>> {
    static constexpr bool is = true;
    using From = Root;
    using Column = expr::Column<N, Owner>;
    static std::string_view start(const Column& /*relation*/) { return {}; }
};
template <class Root, class M, class C>
struct JoinedRelation<Root, expr::AliasColumn<M, C>> {
    static constexpr bool is = true;
    using From = M;
    using Column = C;
    static std::string_view start(const expr::AliasColumn<M, C>& relation) { return relation.alias.view(); }
};

template <class From, class C>
struct JoinTarget {
    using type = void;
};
template <class From, class C>
requires(C::template resolution<From>().relation >= 0) struct JoinTarget<From, C> {
    using type = typename C::template target<From>;
};

/// Joins the table at the end of a relation; `name`: of its alias, may be empty.
template <class Root, class R>
void add_relation_join(shape::QueryData& statement, shape::JoinKind kind, const R& relation,
                       std::string_view name = {}) {
    using Joined = JoinedRelation<Root, R>;
    constexpr const expr::Resolved& path = Joined::Column::template resolution<typename Joined::From>();
    constexpr bool found = path.ok && path.relation >= 0;
    static_assert(found, "duet: join() needs a relation of the model, or a source and a condition");
    if constexpr (found) {
        shape::Fragment& out = statement.clauses;
        const std::size_t begun = out.begin(shape::Clause::join_path);
        out.u8(static_cast<std::size_t>(kind));
        out.name_or_nothing(Joined::start(relation));
        out.name_or_nothing(name);
        out.hops(path.path_to_relation());
        out.end(begun);
    }
}

/// Likewise, under the name of an alias.
template <class Root, class R, class Alias>
void add_aliased_join(shape::QueryData& statement, shape::JoinKind kind, const R& relation,
                      const Alias& alias) {
    constexpr bool is_alias = StatementSource<Alias>;
    static_assert(is_alias, "duet: join() of a relation takes an alias besides, no condition");
    if constexpr (is_alias) {
        using Joined = JoinedRelation<Root, R>;
        using Target = typename JoinTarget<typename Joined::From, typename Joined::Column>::type;
        constexpr bool same = std::is_same_v<typename Alias::source_model, Target>;
        static_assert(same, "duet: the alias is over another model than the relation");
        if constexpr (same) add_relation_join<Root>(statement, kind, relation, alias.name());
    }
}

/// Joins a source. `on` writes whether there is a condition, and that.
template <class Root, class S, class On>
void add_source_join(shape::QueryData& statement, shape::JoinKind kind, const S& source, const On& on) {
    constexpr bool is_source = StatementSource<S>;
    static_assert(is_source, "duet: only an alias, a CTE, a subquery or a list of values can be joined");
    if constexpr (is_source) {
        if constexpr (requires { source.add_needed(statement); }) source.add_needed(statement);
        shape::Fragment& out = statement.clauses;
        const std::size_t begun = out.begin(shape::Clause::join);
        out.u8(static_cast<std::size_t>(kind));
        emit_source_of<Root>(out, source);
        on(out);
        out.end(begun);
    }
}

}  // namespace duet::detail
