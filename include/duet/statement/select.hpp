#pragma once

#include <duet/dialect/dialect_name.hpp>
#include <duet/dialect/render.hpp>
#include <duet/query/builder.hpp>
#include <duet/statement/grouping.hpp>
#include <duet/statement/hint_text.hpp>
#include <duet/statement/joins.hpp>
#include <duet/statement/result.hpp>
#include <duet/statement/source.hpp>

#include <string>
#include <string_view>
#include <tuple>
#include <utility>

namespace duet {

template <Model M, class... Row>
class Select;

namespace detail {

/// All columns of the root.
void add_rows_clause(shape::QueryData& statement, std::string_view source);
/// The statement of a query. What it loads joined becomes a load by keys.
shape::QueryData statement_of(const shape::QueryData& query);
/// Takes the select list away.
void drop_columns(shape::QueryData& statement);
/// `left operation right`, as rows of the left one's model.
shape::QueryData compound_of(shape::SetOperation operation, const shape::QueryData& left,
                             const shape::QueryData& right);
void add_hint(shape::QueryData& statement, DialectName database, std::string_view text);
void add_locked_source(shape::QueryData& statement, std::string_view name);
std::string statement_text(const Dialect& dialect, const shape::QueryData& statement);

/// A value in a select list.
template <class V>
struct SelectedValue : expr::Node {
    const V& value;

    explicit SelectedValue(const V& v) : value(v) {}

    template <class M>
    static consteval expr::Checked check() {
        return expr::checked<M, expr::node_t<V>>;
    }
    template <class M>
    void emit(shape::Fragment& out) const {
        expr::as_node(value).template emit<M>(out);
    }
};

template <class T>
struct OwnedValue {
    using type = T;
};
template <>
struct OwnedValue<expr::Text> {
    using type = std::string;
};
template <>
struct OwnedValue<std::optional<expr::Text>> {
    using type = std::optional<std::string>;
};
/// What an item of a select list adds to the rows.
template <class Root, class Item>
struct PieceOf {
    using type = typename OwnedValue<decltype(expr::stored(std::declval<const Item&>()))>::type;
};
template <class Root, expr::Expression Item>
struct PieceOf<Root, Item> {
    using type = expr::result_t<Root, Item>;
};
template <class Root, class Item>
requires(expr::Expression<Item> && !expr::checked<Root, Item>.ok()) struct PieceOf<Root, Item> {
    using type = std::int64_t;  // refused elsewhere
};
template <class Root, StatementSource Item>
struct PieceOf<Root, Item> {
    using type = typename Item::row_type;
};
template <class Root>
struct PieceOf<Root, OwnRows> {
    using type = row_of_model_t<Root>;
};
template <class Root, class S>
struct PieceOf<Root, MissableRows<S>> {
    using type = std::optional<S>;
};
template <class Root, class Item>
using piece_t = typename PieceOf<Root, Item>::type;

template <class T>
inline constexpr bool is_missable_rows = false;
template <class S>
inline constexpr bool is_missable_rows<MissableRows<S>> = true;

/// Adds an item to the select list.
template <class Root, class Item>
void add_item(shape::QueryData& statement, const Item& item) {
    if constexpr (std::is_same_v<Item, OwnRows>) {
        add_rows_clause(statement, {});
    } else if constexpr (is_missable_rows<Item>) {
        add_rows_clause(statement, item.name);
    } else if constexpr (StatementSource<Item>) {
        add_rows_clause(statement, item.name());
    } else if constexpr (expr::Expression<Item>) {
        expr::add<expr::Role::select, Root>(statement.clauses, item);
    } else {
        expr::add<expr::Role::select, Root>(statement.clauses, SelectedValue<Item>(item));
    }
}

/// What for_update(duet::of(aliases)) locks.
template <std::size_t N>
struct LockedSources {
    std::string_view names[N];
    void lock(shape::QueryData& statement) const {
        for (const std::string_view name : names) add_locked_source(statement, name);
    }
};

template <Model M>
struct TableOf {};

/// Columns before it is known what they are selected from.
template <class... E>
class SelectList {
public:
    explicit SelectList(const E&... items) : items_(items...) {}

    /// From the table of M.
    template <Model M>
    auto from() const {
        return select<M>(shape::QueryData());
    }
    /// The same by a value, which needs no `.template` in generic code.
    template <Model M>
    auto from(TableOf<M> /*table*/) const {
        return select<M>(shape::QueryData());
    }
    /// From an alias, a CTE, a statement or a list of values.
    template <StatementSource S>
    auto from(const S& source) const {
        using M = typename S::source_model;
        shape::QueryData data;
        add_root(data, source);
        return select<M>(std::move(data));
    }

    template <StatementSource S>
    static void add_root(shape::QueryData& data, const S& source) {
        if constexpr (requires { source.add_needed(data); }) source.add_needed(data);
        const std::size_t begun = data.clauses.begin(shape::Clause::from);
        emit_source_of<typename S::source_model>(data.clauses, source);
        data.clauses.end(begun);
    }

private:
    template <class M>
    auto select(shape::QueryData data) const {
        data.model = &model_info<M>;
        data.flags |= shape::statement;
        std::apply([&data](const E&... item) { (add_item<M>(data, item), ...); }, items_);
        return Select<M, piece_t<M, E>...>(std::move(data));
    }

    std::tuple<E...> items_;
};

}  // namespace detail

/// A SELECT statement as a value: the words of a query, and everything else that SQL has. Immutable: each
/// word returns a new statement. M: the model that plain names are looked up in; Row: what its rows consist
/// of, in order, each a model or the type of a column. Run it by any handle: `db.execute(statement)`.
///
/// Values never become part of the text. What a database cannot do throws UnsupportedByDialect before
/// anything is sent, a source that is missing InvalidQuery. May be shared between threads as long as nobody
/// assigns to it.
template <Model M, class... Row>
class Select : public detail::QueryBuilder<Select<M, Row...>, M> {
    using Base = detail::QueryBuilder<Select<M, Row...>, M>;

public:
    using duet_statement = void;
    using row_type = detail::row_type_t<Row...>;
    using scalar_type = typename detail::ScalarOf<Row...>::type;
    using pieces = detail::Types<Row...>;

    explicit Select(shape::QueryData data) { this->data() = std::move(data); }

    /// More columns behind those that there are: expressions, aliases (all of their columns), duet::self.
    template <class... E>
    auto add_columns(const E&... items) const {
        shape::QueryData data = this->data();
        (detail::add_item<M>(data, items), ...);
        return Select<M, Row..., detail::piece_t<M, E>...>(std::move(data));
    }
    /// These columns in place of those that there are.
    template <class... E>
    auto columns(const E&... items) const {
        shape::QueryData data = this->data();
        detail::drop_columns(data);
        (detail::add_item<M>(data, items), ...);
        return Select<M, detail::piece_t<M, E>...>(std::move(data));
    }

    using Base::related;
    /// As without duet::joined: the rows of a statement are not those of the database alone.
    template <class C>
    Select related(const C& relation, Joined) const {
        return Base::related(relation);
    }

    /// Joins the table at the end of a relation of the model, `join("author"_c)`, so that only rows with a
    /// partner stay; its columns are `"author.name"_c`, or those of the alias that is given. Or joins any
    /// source on a condition: `join(boss, boss("id"_c) == "boss"_c)`. The relation may be one of another
    /// source of the statement: `join(boss("team"_c))`.
    template <class S, class... More>
    Select join(const S& what, const More&... more) const {
        return joined(shape::JoinKind::inner, what, more...);
    }
    /// Likewise; rows without a partner stay. What may be missing is read by duet::nullable.
    template <class S, class... More>
    Select left_join(const S& what, const More&... more) const {
        return joined(shape::JoinKind::left, what, more...);
    }
    template <class S, class... More>
    Select right_join(const S& what, const More&... more) const {
        return joined(shape::JoinKind::right, what, more...);
    }
    template <class S, class... More>
    Select full_join(const S& what, const More&... more) const {
        return joined(shape::JoinKind::full, what, more...);
    }
    /// Every row with every row of the source.
    template <detail::StatementSource S>
    Select cross_join(const S& source) const {
        Select copy(*this);
        detail::add_source_join<M>(copy.data(), shape::JoinKind::cross, source,
                                   [](shape::Fragment& out) { out.u8(0); });
        return copy;
    }
    /// Joins a statement that may refer to the sources before it: once for each of their rows.
    template <class S>
    Select lateral_join(const Rows<S>& query) const {
        return cross_join(query.lateral());
    }
    template <class S, expr::Expression On>
    Select lateral_join(const Rows<S>& query, const On& condition) const {
        return join(query.lateral(), condition);
    }
    template <class S>
    Select left_lateral_join(const Rows<S>& query) const {
        return left_join(query.lateral(), always());
    }
    template <class S, expr::Expression On>
    Select left_lateral_join(const Rows<S>& query, const On& condition) const {
        return left_join(query.lateral(), condition);
    }

    /// One row (the first in order) for each value of these.
    template <expr::Expression... E>
    Select distinct_on(const E&... keys) const {
        Select copy(*this);
        const auto add = [&copy](const auto& key) {
            shape::Fragment& out = copy.data().clauses;
            const std::size_t begun = out.begin(shape::Clause::distinct_on);
            expr::add<expr::Role::value, M>(out, key);
            out.end(begun);
        };
        (add(keys), ...);
        return copy;
    }

    /// Columns and other expressions, duet::rollup, duet::cube, duet::grouping_sets.
    template <class... E>
    Select group_by(const E&... keys) const {
        Select copy(*this);
        const auto add = [&copy]<class K>(const K& key) {
            if constexpr (detail::IsGrouping<K>) {
                key.template add_to<M>(copy.data().clauses);
            } else {
                expr::add<expr::Role::group, M>(copy.data().clauses, key);
            }
        };
        (add(keys), ...);
        return copy;
    }

    /// The rows that are equal in order to the last one within the limit, too. PostgreSQL and MariaDB.
    Select with_ties() const {
        Select copy(*this);
        copy.data().flags |= shape::with_ties;
        return copy;
    }

    /// For the optimiser of one database; the others do not see it. Only a literal: on PostgreSQL a comment
    /// for pg_hint_plan, on SQLite what stands behind the table ("INDEXED BY ..."), on MariaDB and MySQL
    /// likewise for "USE INDEX ...", "FORCE ..." and "IGNORE ...", other words stand behind SELECT (on MySQL
    /// as a comment).
    Select hint(DialectName database, HintText text) const {
        Select copy(*this);
        detail::add_hint(copy.data(), database, text.text());
        return copy;
    }

    // Set operations, row by row as the columns come; order_by and limit behind them are over the whole.
    template <class Other>
    Select union_(const Other& other) const {
        return compound(shape::SetOperation::union_distinct, other);
    }
    template <class Other>
    Select union_all(const Other& other) const {
        return compound(shape::SetOperation::union_all, other);
    }
    template <class Other>
    Select intersect(const Other& other) const {
        return compound(shape::SetOperation::intersect_distinct, other);
    }
    template <class Other>
    Select intersect_all(const Other& other) const {
        return compound(shape::SetOperation::intersect_all, other);
    }
    template <class Other>
    Select except(const Other& other) const {
        return compound(shape::SetOperation::except_distinct, other);
    }
    template <class Other>
    Select except_all(const Other& other) const {
        return compound(shape::SetOperation::except_all, other);
    }

    /// The statement as it is.
    const Select& statement() const noexcept { return *this; }

    /// The SQL text for a database, with placeholders.
    std::string to_sql(const Dialect& dialect) const { return detail::statement_text(dialect, this->data()); }
    std::string to_sql(DialectName database) const { return to_sql(dialect_of(database)); }
    /// For reading: pretty-printed, with literals in place of placeholders, or both (duet::for_reading).
    ReadableSql to_sql(DialectName database, const SqlStyle& style) const {
        return engine::sql_of(dialect_of(database), this->data(), engine::QueryForm::rows, style);
    }

    /// What `execute` of a handle makes of it.
    template <class Mode>
    auto bound_to(const engine::Call& call) const {
        return StatementResult<Mode, row_type, Row...>(call, this->data());
    }

private:
    template <class S, class On>
    Select joined(shape::JoinKind kind, const S& source, const On& condition) const {
        Select copy(*this);
        if constexpr (detail::JoinedRelation<M, S>::is) {
            detail::add_aliased_join<M>(copy.data(), kind, source, condition);
        } else {
            detail::add_source_join<M>(copy.data(), kind, source, [&condition](shape::Fragment& out) {
                out.u8(1);
                expr::add<expr::Role::condition, M>(out, condition);
            });
        }
        return copy;
    }
    template <class S>
    Select joined(shape::JoinKind kind, const S& relation) const {
        constexpr bool is_relation = detail::JoinedRelation<M, S>::is;
        static_assert(is_relation,
                      "duet: join() takes a relation, as in join(\"author\"_c), or a source and a condition");
        Select copy(*this);
        if constexpr (is_relation) detail::add_relation_join<M>(copy.data(), kind, relation);
        return copy;
    }
    template <class Other>
    Select compound(shape::SetOperation operation, const Other& other) const {
        using Match = detail::RowsMatch<pieces, typename Other::pieces>;
        constexpr bool same_number = Match::count;
        static_assert(same_number, "duet: both sides of a set operation need the same number of columns");
        constexpr bool same_types = !same_number || Match::kinds;
        static_assert(same_types, "duet: both sides of a set operation need columns of the same types");
        return Select(detail::compound_of(operation, this->data(), other.data()));
    }
};

/// Which rows a statement locks: those of these sources.
template <detail::StatementSource... S>
requires(sizeof...(S) > 0) detail::LockedSources<sizeof...(S)> of(const S&... sources) {
    return {{sources.name()...}};
}

/// `duet::select("name"_c, duet::count()).from<User>()`: items are expressions, aliases and duet::self.
template <class... E>
requires(sizeof...(E) > 0) detail::SelectList<std::decay_t<const E>...> select(const E&... items) {
    return detail::SelectList<std::decay_t<const E>...>(items...);
}
/// All rows of M, as objects.
template <Model M>
Select<M, M> select() {
    return detail::SelectList<OwnRows>(self).template from<M>();
}
/// All rows of a source.
template <detail::StatementSource S>
auto select_from(const S& source) {
    return detail::SelectList<OwnRows>(self).from(source);
}

/// The table of M: `from(duet::table_of<User>)` is `from<User>()`.
template <Model M>
inline constexpr detail::TableOf<M> table_of{};

namespace detail {
template <class M>
struct StatementHook {
    static Select<M, M> make(const shape::QueryData& query) { return Select<M, M>(statement_of(query)); }
};
}  // namespace detail

}  // namespace duet
