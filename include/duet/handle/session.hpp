#pragma once

#include <duet/base/owned.hpp>
#include <duet/handle/database.hpp>
#include <duet/handle/session_collection.hpp>
#include <duet/handle/session_operations.hpp>
#include <duet/handle/session_query.hpp>
#include <duet/handle/session_statement.hpp>

#include <memory>
#include <optional>
#include <span>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

namespace duet {

using engine::PendingCounts;

/// A unit of work: the same row is the same object, and what was changed is written at the end, in an order
/// that foreign keys allow, by few statements.
///
///     db.session([&](duet::Session& s) {
///         Account& from = s.get<Account>(1);
///         from.balance -= 10;                       // UPDATE of this one column, at the end
///     });
///
/// Objects live as long as the session, at an address that stays (mind the `&`: a copy is an ordinary struct,
/// which nobody watches). Whether they were changed is found by holding them against what was read, so any
/// code may change them. What touches the database is awaited in async code; add, remove and the like only
/// take note, and return at once in both modes.
///
/// One operation at a time; not thread-safe. When writing fails nothing of it stays, and the objects are what
/// they were before: mend them, or roll back.
template <class Mode>
class BasicSession {
    template <class T>
    using Result = typename Mode::template Result<T>;
    using Where = std::source_location;

public:
    explicit BasicSession(engine::UnitOfWork& unit) noexcept : unit_(&unit) {}
    explicit BasicSession(detail::Owned<engine::UnitOfWork> owned) noexcept
        : owned_(std::move(owned)), unit_(owned_.get()) {}

    // Reading.

    /// The object of the row with this primary key; no statement when the session has it. Composite keys as
    /// `duet::key(a, b)`. Throws NotFound, also for a row that this session removes.
    template <class M, class K>
    Result<M&> get(const K& key, Where where = Where::current()) {
        constexpr bool is_model = Model<M>;
        static_assert(is_model, "duet: a session's get<M>() needs a model");
        if constexpr (is_model) {
            if constexpr (!Mode::is_async && is_plain_key<K>) {
                if (void* const known =
                        unit_->find_now(detail::model_info<M>, static_cast<std::int64_t>(key)))
                    return *static_cast<M*>(known);
            }
            return detail::run_reference<Mode>(keyed<detail::GetObject<M>, M>(key, false, where));
        } else {
            detail::never_reached();
        }
    }
    /// The same, or null.
    template <class M, class K>
    Result<M*> find(const K& key, Where where = Where::current()) {
        constexpr bool is_model = Model<M>;
        static_assert(is_model, "duet: a session's find<M>() needs a model");
        if constexpr (is_model) {
            if constexpr (!Mode::is_async && is_plain_key<K>) {
                if (void* const known =
                        unit_->find_now(detail::model_info<M>, static_cast<std::int64_t>(key)))
                    return static_cast<M*>(known);
            }
            return Mode::run(keyed<detail::FindObject<M>, M>(key, false, where));
        } else {
            detail::never_reached();
        }
    }
    /// Reads the row in any case and locks it until the transaction ends. What was changed here stays
    /// changed. Throws StaleData when somebody else has changed the row of a changed object with a Version.
    template <class M, class K>
    Result<M&> get_for_update(const K& key, Where where = Where::current()) {
        constexpr bool is_model = Model<M>;
        static_assert(is_model, "duet: a session's get_for_update<M>() needs a model");
        if constexpr (is_model) {
            return detail::run_reference<Mode>(keyed<detail::GetObject<M>, M>(key, true, where));
        } else {
            detail::never_reached();
        }
    }
    template <Model M>
    SessionQuery<Mode, M> query(Where where = Where::current()) {
        return SessionQuery<Mode, M>({unit_, where});
    }
    template <Model M>
    SessionQuery<Mode, M> query(const Query<M>& query, Where where = Where::current()) {
        return SessionQuery<Mode, M>({unit_, where}, query);
    }
    template <Model M>
    Result<TrackedList<M>> all(const Query<M>& query, Where where = Where::current()) {
        return SessionQuery<Mode, M>({unit_, where}, query).all();
    }
    /// The rows of a statement (duet::select, query.statement(); <duet/statement.hpp>) as values, or what a
    /// statement that writes gives back: see SessionStatement.
    template <class S>
    auto execute(const S& statement, Where where = Where::current()) {
        constexpr bool is_statement = requires { typename S::duet_statement; };
        static_assert(is_statement,
                      "duet: execute() takes a statement, as duet::select(...).from<M>() or "
                      "query.statement() make it; text goes through sql()");
        if constexpr (is_statement) {
            using Plain = decltype(statement.template bound_to<Blocking>(std::declval<engine::Call>()));
            if constexpr (std::is_same_v<Plain, std::int64_t>) {
                return detail::behind_all<Mode>(
                    detail::UnitOperation{unit_, where},
                    [statement](const engine::Call& call) { return statement.template bound_to<Mode>(call); },
                    true);
            } else {
                return SessionStatement<Mode, S>({unit_, where}, statement);
            }
        }
    }
    /// SQL with bound values: `s.sql("SELECT count(*) FROM users WHERE age > {}", 30).scalar<int>()`.
    template <class... V>
    SessionSql<Mode> sql(std::type_identity_t<SqlText<sizeof...(V)>> text, const V&... values) {
        return {{unit_, text.where()},
                detail::raw_operation(unit_->call(text.where()), text.text(), values...)};
    }

    /// Loads a relation (or a path) of an object or a list of them; to-one relations then hold the session's
    /// objects, to-many ones are read by collection().
    template <Model M, class C>
    Result<void> load(M& object, const C& relation, Where where = Where::current()) {
        return load_all<M>({&object}, relation, where);
    }
    template <Model M, class C>
    Result<void> load(const TrackedList<M>& objects, const C& relation, Where where = Where::current()) {
        return load_all<M>(objects.addresses(), relation, where);
    }
    /// A HasMany, HasOne or ManyToMany of an object.
    template <Model M, class C>
    auto collection(M& object, const C& /*relation*/) {
        constexpr const expr::Resolved& found = C::template resolution<M>();
        constexpr bool is_relation = found.ok && found.relation >= 0 && found.hops == 0;
        static_assert(is_relation, "duet: collection() needs a relation of the model");
        if constexpr (is_relation) {
            constexpr auto index = static_cast<std::size_t>(found.relation);
            constexpr bool to_many = detail::model_info<M>.relations[index].kind != RelationKind::belongs_to;
            static_assert(to_many,
                          "duet: collection() needs a HasMany or a ManyToMany; set a BelongsTo itself");
            using Target = typename detail::RelationOf<M, C>::Target;
            return SessionCollection<Mode, M, Target>(*unit_, unit_->collection(&object, index), index);
        }
    }

    // Changing. None of this touches the database.

    /// Takes a new object in, to be inserted; the reference is the session's object. What a BelongsTo holds
    /// comes along when it is new, too; one that was set to an object of the session refers to that. An
    /// object that is the session's already is returned as it is, and one that was to be removed stays.
    template <class M>
    requires Model<std::remove_cvref_t<M>> std::remove_cvref_t<M>
    &add(M&& object) {
        using Object = std::remove_cvref_t<M>;
        if (void* const known = unit_->add_again(&object)) return *static_cast<Object*>(known);
        auto& placed = *static_cast<Object*>(unit_->place(detail::model_info<Object>));
        placed = std::forward<M>(object);
        unit_->add(detail::model_info<Object>, &placed);
        return placed;
    }
    /// The object itself, without a copy.
    template <Model M>
    M& add(std::unique_ptr<M> object) {
        M& kept = *object;
        unit_->adopt(detail::model_info<M>, &kept, std::shared_ptr<void>(std::move(object)));
        return kept;
    }
    template <Model M>
    TrackedList<M> add_all(std::vector<M> objects) {
        std::vector<void*> out;
        out.reserve(objects.size());
        for (M& object : objects) out.push_back(&add(std::move(object)));
        return TrackedList<M>(std::move(out));
    }
    /// Has the row deleted, or marked when the model has SoftDelete. An object that has no row yet just goes.
    template <Model M>
    void remove(M& object) {
        unit_->remove(&object, engine::Removal::normal);
    }
    template <Model M>
    void remove(M& object, Hard) {
        unit_->remove(&object, engine::Removal::hard);
    }
    template <Model M>
    void remove(M& object, SoftCascade) {
        unit_->remove(&object, engine::Removal::soft_cascade);
    }
    /// Makes a BelongsTo refer to an object of the session, which need not have a row yet; the member holds
    /// it. Assigning the member does the same, once the session writes.
    template <Model M, class C, Model T>
    void set(M& object, const C& /*relation*/, T& target) {
        unit_->set_reference(&object, reference<M, C, T>(), &target);
    }
    template <Model M, class C>
    void set(M& object, const C& /*relation*/, std::nullptr_t) {
        unit_->set_reference(&object, reference<M, C, typename detail::RelationOf<M, C>::Target>(), nullptr);
    }
    /// Leaves an object to itself: an ordinary struct, as it is, until the session ends or expunge_all().
    template <Model M>
    void expunge(M& object) {
        unit_->expunge(&object);
    }
    /// Lets go of all objects, and of what has not been written; all references end. A rollback does not
    /// bring them back.
    void expunge_all() noexcept { unit_->expunge_all(); }
    /// What was changed is forgotten, and the row read again when it is next asked for by get, find or a
    /// query. The members keep their values until then; what is changed before counts as a change.
    template <Model M>
    void expire(M& object) {
        unit_->expire(&object);
    }
    void expire_all() { unit_->expire_all(); }
    /// Reads the row again now; what was changed is forgotten. Throws NotFound, and InvalidQuery for an
    /// object that has no row, or is to be removed.
    template <Model M>
    Result<void> refresh(M& object, Where where = Where::current()) {
        return Mode::run(detail::RefreshTracked{{unit_, where}, &object});
    }
    /// The session's object of the row of `detached`, read if need be, with the values of `detached`; a new
    /// one when there is no such row. Throws StaleData when they have different versions.
    template <Model M>
    Result<M&> merge(const M& detached, Where where = Where::current()) {
        return detail::run_reference<Mode>(detail::MergeObject<M>{{unit_, where}, &detached});
    }
    template <class M>
    requires(Model<M> && !std::is_lvalue_reference_v<M>) Result<M&> merge(M&& detached,
                                                                          Where where = Where::current()) {
        static_assert(!Mode::is_async || detail::safe_in_co_await<M>,
                      "duet: GCC 12 breaks temporaries in co_await: name the object first, then co_await "
                      "s.merge(object)");
        return merge(std::as_const(detached), where);
    }

    // Asking.

    template <Model M>
    bool contains(const M& object) const noexcept {
        return unit_->contains(&object);
    }
    template <Model M>
    bool is_modified(const M& object) const {
        return unit_->is_modified(&object);
    }
    /// Members whose values are not those of the row.
    template <Model M>
    std::vector<std::string_view> changes(const M& object) const {
        return unit_->changes(&object);
    }
    PendingCounts pending() const { return unit_->pending(); }
    /// How many objects it has.
    std::size_t size() const noexcept { return unit_->size(); }

    // Writing.

    /// Writes what was changed, all or nothing. IntegrityError and its kin, StaleData, NotFound.
    Result<void> flush(Where where = Where::current()) { return step(&engine::UnitOfWork::flush, where); }
    /// Writes and commits; objects are read again when they are next asked for. The session goes on with
    /// another transaction. When it throws, everything is as after rollback().
    Result<void> commit(Where where = Where::current()) { return step(&engine::UnitOfWork::commit, where); }
    /// Takes everything back since the last commit: objects have the values that were read, new ones are no
    /// longer the session's, removed ones are again. The session goes on with another transaction.
    Result<void> rollback(Where where = Where::current()) {
        return step(&engine::UnitOfWork::rollback, where);
    }

    /// Runs `block(session)` in a savepoint: when it throws, rows and objects are what they were before.
    template <class F>
    auto transaction(F&& block, Where where = Where::current()) {
        static_assert(!Mode::is_async || detail::safe_in_co_await<F>,
                      "duet: GCC 12 breaks lambdas that own captures in co_await: name the block first, or "
                      "capture by reference");
        using Returned = decltype(block(*this));
        if constexpr (Mode::is_async) {
            using R = typename detail::BlockResult<Returned>::type;
            return nested_task<R, std::remove_cvref_t<F>>(*this, std::forward<F>(block), where);
        } else {
            return nested<Returned>(block, where);
        }
    }
    /// The same by hand.
    Result<SessionSavepoint<Mode>> begin_nested(Where where = Where::current()) {
        struct Begin : detail::UnitOperation {
            auto start() { return unit->begin_nested(where); }
            SessionSavepoint<Mode> finish() { return SessionSavepoint<Mode>(*unit); }
        };
        return Mode::run(Begin{{unit_, where}});
    }

    /// Whether a query first writes what it could see; true unless set.
    void autoflush(bool on) noexcept { unit_->autoflush = on; }
    [[nodiscard("autoflush is on again when this is destroyed")]] NoAutoflush no_autoflush() {
        return NoAutoflush(*unit_);
    }
    /// Whether objects are read again after a commit; true unless set.
    void expire_on_commit(bool on) noexcept { unit_->expire_on_commit = on; }

    /// The session's transaction, for work that passes its objects by: flush() first, expire() afterwards.
    Result<BasicTransaction<Mode>> direct(Where where = Where::current()) {
        return Mode::run(detail::BeginDirect<Mode>{{unit_, where}});
    }

private:
    template <class K>
    static constexpr bool is_plain_key = std::is_integral_v<K> && !std::is_same_v<K, bool>;

    template <class Op, class M, class K>
    Op keyed(const K& key, bool lock, Where where) {
        static_assert(detail::model_info<M>.key.size() == 1,
                      "duet: this model has a composite key: get<M>(duet::key(a, b))");
        Op operation{make_operation<Op, M>(lock, where)};
        detail::add_key<M, K, 0>(operation.query, key);
        return operation;
    }
    template <class Op, class M, class... K>
    Op keyed(const std::tuple<K...>& key, bool lock, Where where) {
        static_assert(detail::model_info<M>.key.size() == sizeof...(K),
                      "duet: the model's key has another number of columns");
        Op operation{make_operation<Op, M>(lock, where)};
        std::apply(
            [&](const K&... parts) {
                detail::add_keys<M, K...>(operation.query, std::index_sequence_for<K...>{}, parts...);
            },
            key);
        return operation;
    }
    template <class Op, class M>
    Op make_operation(bool lock, Where where) {
        Op operation{};
        operation.unit = unit_;
        operation.where = where;
        operation.query.model = &detail::model_info<M>;
        if (lock) operation.query.flags |= unit_->lock_flags();
        operation.again = lock;
        return operation;
    }
    template <class M, class C>
    Result<void> load_all(std::vector<void*> objects, const C& /*relation*/, Where where) {
        detail::LoadObjects operation{{unit_, where}, std::move(objects), &detail::model_info<M>};
        if constexpr (detail::names_relation<M, C>()) {
            const auto path = C::template resolution<M>().path_to_relation();
            operation.load.path.assign(path.begin(), path.end());
        }
        return Mode::run(std::move(operation));
    }
    template <class M, class C, class T>
    static constexpr std::size_t reference() {
        constexpr const expr::Resolved& found = C::template resolution<M>();
        constexpr bool is_relation = found.ok && found.relation >= 0 && found.hops == 0;
        static_assert(is_relation, "duet: set() needs a BelongsTo of the model");
        if constexpr (is_relation) {
            constexpr auto index = static_cast<std::size_t>(found.relation);
            constexpr bool to_one = detail::model_info<M>.relations[index].kind == RelationKind::belongs_to;
            static_assert(to_one, "duet: set() needs a BelongsTo; collections are changed by collection()");
            static_assert(std::is_same_v<T, typename detail::RelationOf<M, C>::Target>,
                          "duet: set() was given an object of another model than the relation");
            return index;
        }
        return 0;
    }
    Result<void> step(Task<> (engine::UnitOfWork::*which)(Where), Where where) {
        return Mode::run(detail::UnitStep{{unit_, where}, which});
    }

    template <class R, class F>
    R nested(F& block, Where where) {
        detail::complete_inline(unit_->begin_nested(where));
        const std::size_t depth = unit_->depth();
        try {
            if constexpr (std::is_void_v<R>) {
                block(*this);
                detail::complete_inline(unit_->commit_nested(where));
            } else {
                R result = block(*this);
                detail::complete_inline(unit_->commit_nested(where));
                return result;
            }
        } catch (...) {
            unit_->abandon_nested(depth);
            if (unit_->depth() == depth) detail::complete_inline(unit_->rollback_nested(where));
            throw;
        }
    }
    template <class R, class F>
    static Task<R> nested_task(BasicSession& session, F block, Where where) {
        engine::UnitOfWork& unit = *session.unit_;
        co_await unit.begin_nested(where);
        const std::size_t depth = unit.depth();
        std::exception_ptr error;
        std::optional<std::conditional_t<std::is_void_v<R>, bool, R>> result;
        try {
            if constexpr (std::is_void_v<R>) {
                co_await block(session);
            } else {
                result.emplace(co_await block(session));
            }
            co_await unit.commit_nested(where);
        } catch (...) {
            error = std::current_exception();
        }
        if (error) {
            unit.abandon_nested(depth);
            if (unit.depth() == depth) co_await unit.rollback_nested(where);
            std::rethrow_exception(error);
        }
        if constexpr (!std::is_void_v<R>) co_return std::move(*result);
    }

    detail::Owned<engine::UnitOfWork> owned_;
    engine::UnitOfWork* unit_;
};

using Session = BasicSession<Blocking>;
using AsyncSession = BasicSession<Async>;

}  // namespace duet
