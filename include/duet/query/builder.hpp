#pragma once

#include <duet/expr/expr.hpp>
#include <duet/model/model.hpp>
#include <duet/query/query_form.hpp>
#include <duet/shape/query_data.hpp>

#include <cstdint>
#include <utility>

namespace duet {

template <Model M>
class Query;

struct Joined {};
/// Loads a to-one relation in the same statement: `.related("author"_c, duet::joined)`.
inline constexpr Joined joined{};

struct SkipLocked {};
struct NoWait {};
inline constexpr SkipLocked skip_locked{};
inline constexpr NoWait no_wait{};

/// The rows of the query's own model, in `duet::of(duet::self, "author"_c)`.
struct OwnRows {};
inline constexpr OwnRows self{};
template <class... R>
struct LockedTables {};
/// Which rows a query locks: those of these relations, to-one all along, and of duet::self.
template <class... R>
constexpr LockedTables<R...> of(const R&... /*relations*/) {
    return {};
}

/// Passed to a bulk write that is meant for the whole table.
struct AllRows {};
inline constexpr AllRows all_rows{};
/// Passed to remove and delete_bulk: really delete rows that are soft-deleted as a rule.
struct Hard {};
inline constexpr Hard hard{};

namespace detail {

/// Adds a relation to load; joined ones also become part of the statement.
void add_related(shape::QueryData& query, std::span<const std::uint8_t> path, bool joined,
                 const shape::QueryData* filter);
void add_related(shape::QueryData& query, std::string_view runtime_path, bool joined);
void drop_order(shape::QueryData& query);
void drop_clauses(shape::QueryData& query, shape::Clause unwanted);
/// Replaces the lock that a query asked for before.
void set_lock(shape::QueryData& query, std::uint32_t flags);
void add_locked(shape::QueryData& query, std::span<const std::uint8_t> path);

template <class M, class C>
struct RelationOf;
template <class M, Name N, class Owner>
struct RelationOf<M, expr::Column<N, Owner>> {
    using Target = expr::relation_target<M, N>;
};

template <class M, class C>
constexpr bool names_relation() {
    constexpr bool found = C::template resolution<M>().ok && C::template resolution<M>().relation >= 0;
    static_assert(found, "duet: related() needs the name of a relation of the model");
    return found;
}

/// Makes the statement of a query; <duet/statement.hpp> has it.
template <class M>
struct StatementHook;

/// The words that build a query; each returns a new one and leaves this one alone.
template <class Self, Model M>
class QueryBuilder {
public:
    using model_type = M;

    /// Rows that satisfy `condition`, on top of what was asked before.
    template <class E>
    Self where(const E& condition) const& {
        Self copy(self());
        expr::add<expr::Role::where, M>(copy.data().clauses, condition);
        return copy;
    }
    template <class E>
    Self where(const E& condition) && {
        expr::add<expr::Role::where, M>(data_.clauses, condition);
        return take();
    }

    /// `"name"` ascending, `"-name"` descending, paths across relations, expressions; behind the order asked
    /// for before. A to-many path orders by its smallest (descending: largest) value.
    Self order_by(const OrderTerm<M>& a, const OrderTerm<M>& b = {}, const OrderTerm<M>& c = {},
                  const OrderTerm<M>& d = {}, const OrderTerm<M>& e = {}, const OrderTerm<M>& f = {}) const& {
        return Self(self()).order_by(a, b, c, d, e, f);
    }
    Self order_by(const OrderTerm<M>& a, const OrderTerm<M>& b = {}, const OrderTerm<M>& c = {},
                  const OrderTerm<M>& d = {}, const OrderTerm<M>& e = {}, const OrderTerm<M>& f = {}) && {
        shape::Fragment& clauses = data_.clauses;
        a.add_to(clauses), b.add_to(clauses), c.add_to(clauses);
        d.add_to(clauses), e.add_to(clauses), f.add_to(clauses);
        return take();
    }
    /// Forgets the order asked for so far.
    Self unordered() const {
        Self copy(self());
        drop_order(copy.data());
        return copy;
    }

    /// Throws InvalidQuery for negative numbers. The last call counts.
    Self limit(std::int64_t rows) const& { return Self(self()).limit(rows); }
    Self limit(std::int64_t rows) && {
        data_.set_limit(rows);
        return take();
    }
    Self offset(std::int64_t rows) const& { return Self(self()).offset(rows); }
    Self offset(std::int64_t rows) && {
        data_.set_offset(rows);
        return take();
    }
    Self distinct() const { return with_flag(shape::distinct); }

    /// Soft-deleted rows as well (of loaded relations too).
    Self with_deleted() const { return with_flag(shape::with_deleted); }
    Self only_deleted() const { return with_flag(shape::only_deleted); }

    /// Locks the rows until the transaction ends; outside of one the query throws InvalidQuery. Options:
    /// `duet::skip_locked` leaves out the rows that others have locked, `duet::no_wait` throws LockTimeout,
    /// `duet::of(...)` says whose rows, those of the model itself when it is missing; rows without the
    /// relation that it names are left out. The last call counts. UnsupportedByDialect where there is no such
    /// lock.
    template <class... O>
    Self for_update(O... options) const {
        return locked(shape::for_update, options...);
    }
    /// The weaker lock: others may read the rows and lock them so, too, but not change them.
    template <class... O>
    Self for_share(O... options) const {
        return locked(shape::for_update | shape::for_share, options...);
    }

    /// Loads a relation (or a path of them) along with the rows: one more statement for each, however many
    /// rows.
    template <class C>
    Self related(const C& /*relation*/) const& {
        Self copy(self());
        if constexpr (names_relation<M, C>()) {
            add_related(copy.data(), C::template resolution<M>().path_to_relation(), false, nullptr);
        }
        return copy;
    }
    template <class C>
    requires(!std::is_same_v<C, RuntimeText>) Self related(const C& /*relation*/) && {
        if constexpr (names_relation<M, C>())
            add_related(data_, C::template resolution<M>().path_to_relation(), false, nullptr);
        return take();
    }
    /// The same in the statement itself; to-one relations only.
    template <class C>
    Self related(const C& /*relation*/, Joined) const {
        Self copy(self());
        if constexpr (names_relation<M, C>()) {
            constexpr bool to_one = !C::template resolution<M>().many_hop;
            static_assert(to_one, "duet: only to-one relations can be loaded joined; leave duet::joined out");
            add_related(copy.data(), C::template resolution<M>().path_to_relation(), true, nullptr);
        }
        return copy;
    }
    /// Only those related rows that satisfy a condition on them, or those of a query over them (its
    /// conditions and order).
    template <class C, class F>
    Self related(const C& /*relation*/, const F& filter) const {
        Self copy(self());
        if constexpr (names_relation<M, C>()) {
            using Target = typename RelationOf<M, C>::Target;
            if constexpr (requires { filter.data(); }) {
                static_assert(std::is_same_v<typename F::model_type, Target>,
                              "duet: the query is over another model than the relation");
                add_related(copy.data(), C::template resolution<M>().path_to_relation(), false,
                            &filter.data());
            } else {
                const auto query = Query<Target>().where(filter);
                add_related(copy.data(), C::template resolution<M>().path_to_relation(), false,
                            &query.data());
            }
        }
        return copy;
    }
    /// A path that is known at run time. Throws InvalidQuery when the model has no such relation.
    Self related(const RuntimeText& path) const& { return Self(self()).related(path); }
    Self related(const RuntimeText& path) && {
        add_related(data_, path.text, false);
        return take();
    }

    template <class... E>
    Self group_by(const E&... columns) const {
        Self copy(self());
        (expr::add<expr::Role::group, M>(copy.data().clauses, columns), ...);
        return copy;
    }
    template <class E>
    Self having(const E& condition) const {
        Self copy(self());
        expr::add<expr::Role::having, M>(copy.data().clauses, condition);
        return copy;
    }

    /// A window by a name that `.over("name")` refers to. Needs <duet/functions.hpp>.
    template <class... W>
    Self window(std::string_view name, const W&... parts) const {
        Self copy(self());
        expr::WindowOf<void, M, W...>::add(copy.data().clauses, name, parts...);
        return copy;
    }

    // The statements that become of the query, to be looked at; a query with a handle knows its dialect.

    /// That of all(), with placeholders. Nothing is sent. Throws UnsupportedByDialect and InvalidQuery as
    /// all() would.
    std::string to_sql(DialectName dialect) const { return form(engine::QueryForm::rows).to_sql(dialect); }
    /// For reading: pretty-printed, with literals in place of placeholders, or both (duet::for_reading).
    ReadableSql to_sql(DialectName dialect, const SqlStyle& style) const {
        return form(engine::QueryForm::rows).to_sql(dialect, style);
    }
    auto as_count() const { return self().form(engine::QueryForm::count); }
    auto as_exists() const { return self().form(engine::QueryForm::exists); }
    /// That of select() or aggregate().
    template <class... E>
    auto as_select(const E&... expressions) const {
        Self copy(self());
        (expr::add<expr::Role::select, M>(copy.data().clauses, expressions), ...);
        return copy.form(engine::QueryForm::rows);
    }
    /// That of update_bulk(), with or without a where.
    template <class... A>
    auto as_update(const A&... assignments) const {
        Self copy(self());
        [[maybe_unused]] const auto add = [&copy]<class T>(const T& argument) {
            if constexpr (!std::is_same_v<T, AllRows>)
                expr::add<expr::Role::set, M>(copy.data().clauses, argument);
        };
        (add(assignments), ...);
        return copy.form(engine::QueryForm::update);
    }
    /// That of delete_bulk(), likewise; takes duet::hard.
    template <class... Options>
    auto as_delete(const Options&... /*options*/) const {
        constexpr bool hard = (std::is_same_v<Options, Hard> || ...);
        return self().form(hard ? engine::QueryForm::remove_hard : engine::QueryForm::remove);
    }

    /// `fn(query)`: for scopes that do more than filter.
    template <class F>
    auto apply(F&& fn) const {
        return std::forward<F>(fn)(Self(self()));
    }

    /// The SQL statement of this query as a value, to go on with where queries end. Needs
    /// <duet/statement.hpp>.
    template <class Hook = StatementHook<M>>
    auto statement() const {
        constexpr bool is_known = requires { Hook::make(data_); };
        static_assert(is_known, "duet: statement() needs #include <duet/statement.hpp>");
        if constexpr (is_known) return Hook::make(data_);
    }

    const shape::QueryData& data() const noexcept { return data_; }
    shape::QueryData& data() noexcept { return data_; }

    /// What the words above make.
    QueryForm form(engine::QueryForm form) const { return {data_, form}; }

protected:
    QueryBuilder() { data_.model = &model_info<M>; }

private:
    [[gnu::always_inline]] const Self& self() const noexcept { return static_cast<const Self&>(*this); }
    [[gnu::always_inline]] Self&& take() noexcept { return static_cast<Self&&>(*this); }
    Self with_flag(std::uint32_t flags) const {
        Self copy(self());
        copy.data().flags |= flags;
        return copy;
    }

    template <class... O>
    Self locked(std::uint32_t flags, O... options) const {
        Self copy(self());
        set_lock(copy.data(), flags);
        (add_lock_option(copy.data(), options), ...);
        return copy;
    }
    static void add_lock_option(shape::QueryData& query, SkipLocked) { query.flags |= shape::skip_locked; }
    static void add_lock_option(shape::QueryData& query, NoWait) { query.flags |= shape::no_wait; }
    /// Of statements: duet::of(aliases).
    template <class O>
    requires requires(const O& o, shape::QueryData& q) { o.lock(q); }
    static void add_lock_option(shape::QueryData& query, const O& aliases) { aliases.lock(query); }
    template <class... R>
    static void add_lock_option(shape::QueryData& query, LockedTables<R...>) {
        query.flags |= shape::lock_of;
        (add_locked_table<R>(query), ...);
    }
    template <class R>
    static void add_locked_table(shape::QueryData& query) {
        if constexpr (std::is_same_v<R, OwnRows>) {
            add_locked(query, {});
        } else if constexpr (names_relation<M, R>()) {
            constexpr bool to_one = !R::template resolution<M>().many_hop;
            static_assert(to_one, "duet: for_update(duet::of(...)) locks rows of to-one relations only");
            add_locked(query, R::template resolution<M>().path_to_relation());
        }
    }

    shape::QueryData data_;
};

}  // namespace detail

/// A query over M as an ordinary value: one type however it was built. Run it with any handle: `db.all(q)`,
/// `db.query(q).count()`.
template <Model M>
class Query : public detail::QueryBuilder<Query<M>, M> {
public:
    Query() = default;
    /// Takes over the clauses of a query that is bound to a handle.
    explicit Query(const shape::QueryData& data) { this->data() = data; }
};

template <Model M>
Query<M> query() {
    return {};
}

}  // namespace duet
