#pragma once

#include <duet/async/mode.hpp>
#include <duet/expr/expr.hpp>
#include <duet/query/builder.hpp>
#include <duet/query/keyset.hpp>
#include <duet/query/operations.hpp>
#include <duet/query/page.hpp>
#include <duet/query/stream.hpp>

#include <string>
#include <tuple>
#include <utility>
#include <vector>

namespace duet {

/// Passed to bulk writes: runs the hooks of the model, and of those who listen, for each object.
struct WithHooks {};
inline constexpr WithHooks with_hooks{};

namespace detail {

/// `first()` without an order asks for the first by primary key.
void order_by_key_unless_ordered(shape::QueryData& query);
/// Narrows a query to a slice of its rows, within the limit and offset that it has. Throws InvalidQuery for
/// negative numbers.
void take_page(shape::QueryData& query, std::int64_t limit, std::int64_t offset);
/// For figures over all rows of a query. Throws InvalidQuery.
void require_all_rows(const shape::QueryData& query);
/// Throws InvalidQuery for a query that locks rows, outside of a transaction.
void require_transaction(const engine::Call& call, const shape::QueryData& query);

/// Whether a field of one type takes the values of a column of another.
consteval bool reads_as(const TypeInfo& column, const TypeInfo& field) {
    const bool same_kind = column.kind == field.kind || (is_integer(column.kind) && is_integer(field.kind)) ||
                           (column.kind == Kind::decimal_text && field.kind == Kind::decimal);
    return same_kind && expr::types_meet(column, field);
}
template <class M, class S, std::size_t I>
void select_member(shape::QueryData& query) {
    constexpr std::string_view name = member_names<S>[I].view();
    constexpr expr::Resolved found = expr::resolve(model_info<M>, name);
    static_assert(found.ok && found.column >= 0, "duet: a field of this struct is no column of the model");
    if constexpr (found.ok && found.column >= 0) {
        constexpr bool same_type = reads_as(*found.type, type_info<member_type<S, I>>);
        static_assert(same_type, "duet: a field of this struct has another type than the column of its name");
        const std::size_t begun = query.clauses.begin(shape::Clause::select);
        query.clauses.name("_");
        query.clauses.column(static_cast<std::size_t>(found.column));
        query.clauses.end(begun);
    }
}
template <class M, class S, std::size_t... I>
void select_members(shape::QueryData& query, std::index_sequence<I...> /*members*/) {
    (select_member<M, S, I>(query), ...);
}

/// The C++ type of one row of a select list; none for what is no expression, such as the S of select<S>.
template <class M, class... E>
struct SelectedRow {};
template <class M, expr::Expression... E>
struct SelectedRow<M, E...> {
    using type = std::tuple<expr::result_t<M, E>...>;
};
template <class M, expr::Expression E>
struct SelectedRow<M, E> {
    using type = expr::result_t<M, E>;
};

template <class Mode, class M>
struct StreamOf {
    using type = RowStream<M>;
};
template <class M>
struct StreamOf<Async, M> {
    using type = AsyncRowStream<M>;
};

template <class M>
struct FetchPage : QueryOperation {
    std::int64_t limit, offset;
    Page<M> page{};
    std::int64_t total_ = 0;
    Task<> start() {
        page.limit = limit;
        page.offset = offset;
        shape::QueryData slice = query;
        take_page(slice, limit, offset);
        page.total = co_await engine::count(call, query);
        co_await engine::fetch_all(call, slice, {&ListAccess<M>::ops, &page.items});
    }
    Page<M> finish() { return std::move(page); }
};

template <class M>
struct FetchKeysetPage : QueryOperation {
    std::size_t limit;
    KeysetPage<M> page{};
    auto start() { return engine::fetch_all(call, query, {&ListAccess<M>::ops, &page.items}); }
    KeysetPage<M> finish(std::size_t count) {
        if (count > limit) {
            page.items.pop_back();
            page.next = keyset_cursor(query, &page.items.back());
        }
        return std::move(page);
    }
};

}  // namespace detail

/// A query with the handle that runs it.
template <class Mode, Model M>
class BoundQuery : public detail::QueryBuilder<BoundQuery<Mode, M>, M> {
    template <class T>
    using Result = typename Mode::template Result<T>;

public:
    explicit BoundQuery(const engine::Call& call) : call_(call) {}
    BoundQuery(const engine::Call& call, const Query<M>& query) : call_(call) { this->data() = query.data(); }

    /// The same query without its handle, to store or pass on.
    Query<M> unbound() const { return Query<M>(this->data()); }

    /// All rows, in order.
    Result<std::vector<M>> all() const { return detail::fetch_all<M>(Mode{}, call_, this->data()); }
    /// All rows as S, a struct whose fields are columns of M; only those are read.
    template <class S>
    Result<std::vector<S>> all() const {
        static_assert(detail::RowStruct<S>, "duet: all<S>() needs a plain struct whose fields are columns");
        detail::FetchRows<S> fetch{detail::operation(call_, this->data())};
        detail::select_members<M, S>(fetch.query, std::make_index_sequence<detail::member_count<S>>{});
        return Mode::run(std::move(fetch));
    }
    /// The first row, if there is any; by primary key when no order was asked for.
    Result<std::optional<M>> first() const {
        detail::FetchFirst<M> fetch{detail::operation(call_, this->data())};
        detail::order_by_key_unless_ordered(fetch.query);
        fetch.query.cap_limit(1);
        return Mode::run(std::move(fetch));
    }
    /// The only row. Throws NotFound or MultipleFound.
    Result<M> one() const {
        detail::FetchOne<M> fetch{{detail::operation(call_, this->data())}};
        fetch.query.cap_limit(2);
        return Mode::run(std::move(fetch));
    }
    /// The only row, or nothing. Throws MultipleFound.
    Result<std::optional<M>> one_or_none() const {
        detail::FetchOneOrNone<M> fetch{{detail::operation(call_, this->data())}};
        fetch.query.cap_limit(2);
        return Mode::run(std::move(fetch));
    }
    /// How many rows `all()` would return: limit, offset and distinct count.
    Result<std::int64_t> count() const {
        return Mode::run(detail::CountRows{detail::operation(call_, this->data())});
    }
    Result<bool> exists() const {
        return Mode::run(detail::RowsExist{detail::operation(call_, this->data())});
    }

    /// Rows in batches of `batch_size`, with flat memory; by primary key when no order was asked for.
    auto iterate(std::size_t batch_size = 1000) const {
        shape::QueryData query = this->data();
        detail::order_by_key_unless_ordered(query);
        if ((query.flags & shape::for_update) != 0) detail::require_transaction(call_, query);
        return typename detail::StreamOf<Mode, M>::type(call_, std::move(query), batch_size);
    }

    /// `limit` rows behind the first `offset`, and how many there are in all (two statements).
    Result<Page<M>> paginate(std::int64_t limit, std::int64_t offset = 0) const {
        return Mode::run(detail::FetchPage<M>{detail::operation(call_, this->data()), limit, offset});
    }
    /// `limit` rows behind the place that `cursor` (KeysetPage::next) marks; an empty cursor is the start.
    /// The order is completed by the primary key, so that rows with equal keys are neither lost nor repeated.
    Result<KeysetPage<M>> page_after(std::string_view cursor, std::int64_t limit) const {
        detail::FetchKeysetPage<M> fetch{detail::operation(call_, this->data()),
                                         static_cast<std::size_t>(limit)};
        detail::prepare_keyset(fetch.query, cursor, limit);
        return Mode::run(std::move(fetch));
    }

    /// One row of aggregates: a tuple, or the value itself for a single one. Throws InvalidQuery for a query
    /// with a limit, an offset, groups or distinct.
    template <class... E>
    Result<typename detail::SelectedRow<M, E...>::type> aggregate(const E&... expressions) const {
        detail::require_all_rows(this->data());
        return Mode::run(
            selecting<detail::FetchRow<typename detail::SelectedRow<M, E...>::type>>(expressions...));
    }
    /// Rows of expressions: tuples, or a flat list for a single one.
    template <class... E>
    Result<std::vector<typename detail::SelectedRow<M, E...>::type>> select(const E&... expressions) const {
        return Mode::run(
            selecting<detail::FetchRows<typename detail::SelectedRow<M, E...>::type>>(expressions...));
    }
    /// Says what is wrong with anything else.
    template <class... E>
    requires(!(expr::Expression<E> && ...)) auto select(const E&... /*names*/) const {
        constexpr bool are_expressions = (expr::Expression<E> && ...);
        static_assert(are_expressions,
                      "duet: select() takes columns and other expressions, as in \"name\"_c");
    }
    /// The same into structs, field by field.
    template <class S, class... E>
    requires detail::RowStruct<S> Result<std::vector<S>> select(const E&... expressions)
    const {
        static_assert(detail::RowFields<S>::count == sizeof...(E),
                      "duet: select<S>() needs one expression for each field of S");
        return Mode::run(selecting<detail::FetchRows<S>>(expressions...));
    }

    /// UPDATE of all rows of the query; returns how many. Throws InvalidQuery without a where, unless
    /// duet::all_rows is passed. With duet::with_hooks the rows are loaded in batches for their hooks to run.
    template <class... A>
    Result<std::int64_t> update_bulk(const A&... assignments) const {
        detail::UpdateRows update{detail::operation(call_, this->data())};
        update.hooks = (std::is_same_v<A, WithHooks> || ...);
        if (update.hooks) update.changes.model = &detail::model_info<M>;
        shape::Fragment& changes = update.hooks ? update.changes.clauses : update.query.clauses;
        const auto add = [&update, &changes]<class T>(const T& argument) {
            if constexpr (std::is_same_v<T, AllRows>) {
                update.all_rows = true;
            } else if constexpr (!std::is_same_v<T, WithHooks>) {
                expr::add<expr::Role::set, M>(changes, argument);
            }
        };
        (add(assignments), ...);
        return Mode::run(std::move(update));
    }
    /// DELETE (or the mark of a soft delete) of all rows of the query; returns how many. Takes
    /// duet::all_rows, duet::hard and duet::with_hooks.
    template <class... Options>
    Result<std::int64_t> delete_bulk(const Options&... /*options*/) const {
        detail::RemoveRows remove{detail::operation(call_, this->data())};
        remove.all_rows = (std::is_same_v<Options, AllRows> || ...);
        remove.hooks = (std::is_same_v<Options, WithHooks> || ...);
        if ((std::is_same_v<Options, Hard> || ...)) remove.removal = engine::Removal::hard;
        return Mode::run(std::move(remove));
    }

    /// How the database is going to run the query: a tree that prints itself, with what is suspicious about
    /// it. `duet::analyze` runs the query, too, and shows what it really does.
    Result<QueryPlan> explain(ExplainOptions options = {}) const {
        return form(engine::QueryForm::rows).explain(options);
    }
    using detail::QueryBuilder<BoundQuery, M>::to_sql;
    /// The statement of all() with placeholders; nothing is sent.
    std::string to_sql() const { return form(engine::QueryForm::rows).to_sql(); }
    /// The same for reading.
    ReadableSql to_sql(const SqlStyle& style) const { return form(engine::QueryForm::rows).to_sql(style); }
    BoundQueryForm<Mode> form(engine::QueryForm form) const { return {call_, this->data(), form}; }

private:
    template <class Op, class... E>
    Op selecting(const E&... expressions) const {
        Op fetch{{detail::operation(call_, this->data())}};
        (expr::add<expr::Role::select, M>(fetch.query.clauses, expressions), ...);
        return fetch;
    }

    engine::Call call_;
};

}  // namespace duet
