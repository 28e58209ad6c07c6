#pragma once

#include <duet/async/compiler.hpp>
#include <duet/async/mode.hpp>
#include <duet/engine/listener.hpp>
#include <duet/engine/transaction.hpp>
#include <duet/expr/expr.hpp>
#include <duet/handle/batch.hpp>
#include <duet/handle/by_key.hpp>
#include <duet/handle/payload_of.hpp>
#include <duet/handle/raw_query.hpp>
#include <duet/handle/write_operations.hpp>
#include <duet/model/model.hpp>
#include <duet/query/bound_query.hpp>

#include <optional>
#include <source_location>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

namespace duet {

template <class Mode>
class BasicTransaction;

namespace detail {

/// What a block of a transaction returns, without the Task around it in async code.
template <class R>
struct BlockResult {
    using type = R;
};
template <class R>
struct BlockResult<Task<R>> {
    using type = R;
};

}  // namespace detail

/// The operations that databases and transactions share. `Self` provides `call(where)`.
///
/// In blocking code each runs to its end; in async code each returns a Task, and objects and queries passed
/// by reference must stay until it has ended. Errors carry the place of the call.
template <class Self, class Mode>
class Handle {
protected:
    template <class T>
    using Result = typename Mode::template Result<T>;
    using Where = std::source_location;

public:
    /// INSERT; comes back with its generated key, defaults and timestamps. Throws IntegrityError and its kin.
    template <Model M>
    Result<M> create(const M& object, Where where = Where::current()) {
        static_assert(detail::has_right_hooks<M>);
        return detail::create_object<M>(Mode{}, call(where), object);
    }
    template <class M>
    requires(Model<M> && !std::is_lvalue_reference_v<M>) Result<M> create(M&& object,
                                                                          Where where = Where::current()) {
        static_assert(detail::has_right_hooks<M>);
        static_assert(!Mode::is_async || detail::safe_in_co_await<M>,
                      "duet: GCC 12 breaks temporaries in co_await: name the object first, then co_await "
                      "db.create(object)");
        return detail::create_object<M>(Mode{}, call(where), std::forward<M>(object));
    }
    /// INSERT of what a payload struct says, the other members as the model initialises them. The payload's
    /// rules are run first. Needs <duet/payload.hpp>. Throws ValidationError with all faults.
    template <Model M, class P>
    requires detail::PayloadStruct<P> Result<M> create(P&& payload, Where where = Where::current()) {
        static_assert(!Mode::is_async || detail::safe_in_co_await<P>,
                      "duet: GCC 12 breaks temporaries in co_await: name the payload first, then co_await "
                      "db.create<Model>(payload)");
        constexpr bool is_known = detail::payloads_are_known<M, P>();
        static_assert(is_known, "duet: create() with a payload needs #include <duet/payload.hpp>");
        if constexpr (is_known) {
            return detail::create_object<M>(
                Mode{}, call(where), detail::PayloadOf<M, std::remove_cvref_t<P>>::create(payload, where));
        }
    }
    /// The same for many, all or none; returns how many. Paths of faults begin with the index: /3/email.
    template <Model M, class P>
    requires detail::PayloadStruct<P> Result<std::size_t> create_bulk(const std::vector<P>& payloads,
                                                                      Where where = Where::current()) {
        constexpr bool is_known = detail::payloads_are_known<M, P>();
        static_assert(is_known, "duet: create_bulk() with payloads needs #include <duet/payload.hpp>");
        if constexpr (is_known) {
            return Mode::run(
                detail::CreateList<M>{call(where), detail::PayloadOf<M, P>::create_all(payloads, where)});
        }
    }
    /// INSERT of many in few statements and one transaction; returns how many. Without hooks, unless
    /// duet::with_hooks is passed.
    template <Model M>
    Result<std::size_t> create_bulk(std::vector<M>&& objects, Where where = Where::current()) {
        static_assert(
            !Mode::is_async || detail::safe_in_co_await<std::vector<M>>,
            "duet: GCC 12 breaks temporaries in co_await: name the vector first, then pass it by its name");
        return Mode::run(detail::CreateList<M>{call(where), std::move(objects)});
    }
    /// Likewise; the objects stay and get their keys.
    template <Model M>
    Result<std::size_t> create_bulk(std::vector<M>& objects, Where where = Where::current()) {
        return Mode::run(
            detail::CreateInPlace{call(where), &detail::model_info<M>, objects.data(), objects.size()});
    }
    template <Model M>
    Result<std::size_t> create_bulk(std::vector<M>&& objects, WithHooks, Where where = Where::current()) {
        static_assert(
            !Mode::is_async || detail::safe_in_co_await<std::vector<M>>,
            "duet: GCC 12 breaks temporaries in co_await: name the vector first, then pass it by its name");
        return Mode::run(detail::CreateList<M>{call(where), std::move(objects), true});
    }
    template <Model M>
    Result<std::size_t> create_bulk(std::vector<M>& objects, WithHooks, Where where = Where::current()) {
        return Mode::run(
            detail::CreateInPlace{call(where), &detail::model_info<M>, objects.data(), objects.size(), true});
    }
    /// Likewise; gives them back with their keys.
    template <Model M>
    Result<std::vector<M>> create_bulk_returning(std::vector<M> objects, Where where = Where::current()) {
        return Mode::run(detail::CreateListAndReturn<M>{{call(where), std::move(objects)}});
    }
    template <Model M>
    Result<std::vector<M>> create_bulk_returning(std::vector<M> objects, WithHooks,
                                                 Where where = Where::current()) {
        return Mode::run(detail::CreateListAndReturn<M>{{call(where), std::move(objects), true}});
    }
    /// The row with this primary key, soft-deleted ones excepted. Composite keys: all parts in
    /// the order of primary_key(...), as `duet::key(a, b)`.
    template <Model M, class K>
    Result<std::optional<M>> get(const K& key, Where where = Where::current()) {
        static_assert(detail::model_info<M>.key.size() == 1,
                      "duet: this model has a composite key: get<M>(duet::key(a, b))");
        if constexpr (std::is_integral_v<K> && !std::is_same_v<K, bool>) {
            // Keys of all widths are one type from here on.
            using Wide = std::conditional_t<std::is_signed_v<K>, std::int64_t, std::uint64_t>;
            constexpr bool key_fits = detail::takes_key<M, Wide, 0>();
            static_assert(key_fits, "duet: get() was given a value of another type than the primary key");
            if constexpr (key_fits && Mode::is_async) {
                return Mode::run(detail::FetchByInteger<M, Wide>{call(where), key});
            } else if constexpr (key_fits) {
                return detail::ByInteger<M, Wide>::find(call(where), key);
            }
        } else {
            detail::FetchFirst<M> fetch{{call(where), {}}};
            fetch.query.model = &detail::model_info<M>;
            detail::add_key<M, K, 0>(fetch.query, key);
            return Mode::run(std::move(fetch));
        }
    }
    template <Model M, class... K>
    Result<std::optional<M>> get(const std::tuple<K...>& key, Where where = Where::current()) {
        static_assert(detail::model_info<M>.key.size() == sizeof...(K),
                      "duet: the model's key has another number of columns");
        detail::FetchFirst<M> fetch{{call(where), {}}};
        fetch.query.model = &detail::model_info<M>;
        std::apply(
            [&](const K&... parts) {
                detail::add_keys<M, K...>(fetch.query, std::index_sequence_for<K...>{}, parts...);
            },
            key);
        return Mode::run(std::move(fetch));
    }
    /// INSERT when the object is new, else UPDATE of all its columns. Throws NotFound when its row is gone,
    /// StaleData when its version is.
    template <Model M>
    Result<void> save(M& object, Where where = Where::current()) {
        static_assert(detail::has_right_hooks<M>);
        return Mode::run(detail::SaveObject{about(object, where)});
    }
    /// UPDATE of these columns only; the object follows. Throws NotFound when its row is gone.
    template <Model M, class A, class B = detail::NoChange, class C = detail::NoChange,
              class D = detail::NoChange, class E = detail::NoChange, class F = detail::NoChange>
    requires(!std::is_const_v<M> && (expr::IsAssignment<A> || !detail::PayloadStruct<A>)) Result<void> update(
        M& object, const A& a, const B& b = {}, const C& c = {}, const D& d = {}, const E& e = {},
        const F& f = {}, Where where = Where::current()) {
        static_assert(detail::has_right_hooks<M>);
        detail::UpdateObject operation{about(object, where)};
        operation.changes.model = &detail::model_info<M>;
        const auto add = [&operation]<class T>(const T& change) {
            if constexpr (!std::is_same_v<T, detail::NoChange>)
                expr::add<expr::Role::set, M>(operation.changes.clauses, change);
        };
        add(a), add(b), add(c), add(d), add(e), add(f);
        return Mode::run(std::move(operation));
    }
    /// UPDATE of the columns that a payload struct sets: all fields that are no Patch, and those Patches that
    /// are set. The object follows when it is done; with nothing to set, nothing is sent. Needs
    /// <duet/payload.hpp>. Throws ValidationError with all faults, NotFound, StaleData.
    template <Model M, class P>
    requires(!std::is_const_v<M> &&
             detail::PayloadStruct<P>) Result<void> update(M& object, P&& payload,
                                                           Where where = Where::current()) {
        static_assert(!Mode::is_async || detail::safe_in_co_await<P>,
                      "duet: GCC 12 breaks temporaries in co_await: name the payload first, then co_await "
                      "db.update(object, payload)");
        constexpr bool is_known = detail::payloads_are_known<M, P>();
        static_assert(is_known, "duet: update() with a payload needs #include <duet/payload.hpp>");
        if constexpr (is_known) {
            return Mode::run(
                detail::PayloadOf<M, std::remove_cvref_t<P>>::update(call(where), object, payload, where));
        }
    }
    /// Reads all columns again; loaded relations are dropped. Throws NotFound.
    template <Model M>
    Result<void> refresh(M& object, Where where = Where::current()) {
        return Mode::run(detail::RefreshObject{about(object, where)});
    }
    /// Loads one relation (or a path) of an object or a list of them.
    template <Model M, class C>
    Result<void> load(M& object, const C& relation, Where where = Where::current()) {
        return load_all(&object, 1, relation, where);
    }
    template <Model M, class C>
    Result<void> load(std::vector<M>& objects, const C& relation, Where where = Where::current()) {
        return load_all(objects.data(), objects.size(), relation, where);
    }
    /// DELETE; a model with SoftDelete is marked instead. Throws NotFound when the row is gone.
    template <Model M>
    Result<void> remove(M& object, Where where = Where::current()) {
        static_assert(detail::has_right_hooks<M>);
        return Mode::run(detail::RemoveObject{about(object, where), engine::Removal::normal});
    }
    template <Model M>
    Result<void> remove(M& object, Hard, Where where = Where::current()) {
        return Mode::run(detail::RemoveObject{about(object, where), engine::Removal::hard});
    }
    template <Model M>
    Result<void> remove(M& object, SoftCascade, Where where = Where::current()) {
        return Mode::run(detail::RemoveObject{about(object, where), engine::Removal::soft_cascade});
    }

    // What these say of objects that cannot change.
    template <Model M>
    Result<void> save(const M& object) {
        return save(detail::changeable(object));
    }
    template <Model M, class A, class... More>
    requires(sizeof...(More) < 6) Result<void> update(const M& object, const A&, const More&...) {
        return refresh(detail::changeable(object));
    }
    template <Model M>
    Result<void> refresh(const M& object) {
        return refresh(detail::changeable(object));
    }
    template <Model M, class C>
    Result<void> load(const M& object, const C& relation) {
        return load(detail::changeable(object), relation);
    }
    template <Model M, class... How>
    Result<void> remove(const M& object, const How&...) {
        return remove(detail::changeable(object));
    }

    /// Takes the mark of a soft delete away; false when the row was not deleted.
    template <Model M>
    Result<bool> restore(M& object, Where where = Where::current()) {
        return Mode::run(detail::RestoreObject{about(object, where), false});
    }
    /// Also of the rows below that were marked along with it.
    template <Model M>
    Result<bool> restore(M& object, SoftCascade, Where where = Where::current()) {
        return Mode::run(detail::RestoreObject{about(object, where), true});
    }

    /// The row that `by` names, or a new one; `second` tells whether it was created. Safe against another
    /// creator of the same row when a unique constraint stands behind `by`.
    template <Model M, class... B, class... D>
    Result<std::pair<M, bool>> get_or_create(By<B...> by, Defaults<D...> defaults,
                                             Where where = Where::current()) {
        return Mode::run(detail::GetOrCreate<M, By<B...>, Defaults<D...>>{call(where), std::move(by),
                                                                          std::move(defaults)});
    }
    template <Model M, class... B>
    Result<std::pair<M, bool>> get_or_create(By<B...> by, Where where = Where::current()) {
        return get_or_create<M>(std::move(by), Defaults<>{}, where);
    }
    /// The same, but a row that is there gets the values of `defaults` too.
    template <Model M, class... B, class... D>
    Result<std::pair<M, bool>> update_or_create(By<B...> by, Defaults<D...> defaults,
                                                Where where = Where::current()) {
        return Mode::run(detail::GetOrCreate<M, By<B...>, Defaults<D...>>{call(where), std::move(by),
                                                                          std::move(defaults), true});
    }
    /// INSERT, or UPDATE of the row that is in the way; the object takes the row's final state. True.
    template <Model M, class... A>
    Result<bool> upsert(M& object, const ConflictOn& on, const SetOnConflict<A...>& set,
                        Where where = Where::current()) {
        detail::UpsertObject operation{about(object, where)};
        operation.on(on);
        std::apply(
            [&operation](const auto&... item) { (detail::change_on_conflict<M>(operation, item), ...); },
            set.changes);
        return Mode::run(std::move(operation));
    }
    /// INSERT unless a row is in the way. False when one was; the object is then as it was.
    template <Model M>
    Result<bool> upsert(M& object, const ConflictOn& on, DoNothing, Where where = Where::current()) {
        detail::UpsertObject operation{about(object, where)};
        operation.on(on);
        operation.ignore = true;
        return Mode::run(std::move(operation));
    }

    /// A many-to-many relation of an object, to be changed.
    template <Model M, class C>
    auto relation(const M& object, const C& /*relation*/, Where where = Where::current()) {
        constexpr const expr::Resolved& found = C::template resolution<M>();
        static_assert(found.ok && found.relation >= 0 && found.hops == 0,
                      "duet: relation() needs a relation of the model");
        constexpr auto index = static_cast<std::size_t>(found.relation);
        static_assert(
            detail::model_info<M>.relations[index].kind == RelationKind::many_to_many,
            "duet: relation() changes many-to-many relations; set the BelongsTo on the other side instead");
        using Target = typename detail::RelationOf<M, C>::Target;
        return RelationHandle<Mode, Target>(detail::ChangeLinks{call(where), &detail::model_info<M>, index,
                                                                &object, engine::LinkChange::add});
    }

    /// A query over M, run by this handle.
    template <Model M>
    BoundQuery<Mode, M> query(Where where = Where::current()) {
        return BoundQuery<Mode, M>(call(where));
    }
    template <Model M>
    BoundQuery<Mode, M> query(const Query<M>& query, Where where = Where::current()) {
        return BoundQuery<Mode, M>(call(where), query);
    }
    template <Model M>
    Result<std::vector<M>> all(const Query<M>& query, Where where = Where::current()) {
        return BoundQuery<Mode, M>(call(where), query).all();
    }
    template <Model M>
    Result<std::optional<M>> first(const Query<M>& query, Where where = Where::current()) {
        return BoundQuery<Mode, M>(call(where), query).first();
    }
    template <Model M>
    Result<std::int64_t> count(const Query<M>& query, Where where = Where::current()) {
        return BoundQuery<Mode, M>(call(where), query).count();
    }

    /// The rows of a statement (duet::select, query.statement(); <duet/statement.hpp>), or what a statement
    /// that writes gives back.
    template <class S>
    auto execute(const S& statement, Where where = Where::current()) {
        constexpr bool is_statement = requires { typename S::duet_statement; };
        static_assert(
            is_statement,
            "duet: execute() takes a statement, as duet::select(...).from<M>() or query.statement() "
            "make it; text goes through db.sql()");
        if constexpr (is_statement) return statement.template bound_to<Mode>(call(where));
    }

    /// SQL with bound values: `db.sql("SELECT name, age FROM users WHERE age > {}", 30).as<NameAge>()`.
    template <class... V>
    RawQuery<Mode> sql(std::type_identity_t<SqlText<sizeof...(V)>> text, const V&... values) {
        return RawQuery<Mode>(detail::raw_operation(call(text.where()), text.text(), values...));
    }
    /// Several statements without values.
    Result<void> execute_script(std::string_view script, Where where = Where::current()) {
        struct Run {
            engine::Call call;
            std::string script;
            auto start() { return engine::run_script(call, script); }
            void finish() {}
        };
        return Mode::run(Run{call(where), std::string(script)});
    }

    /// Runs `COPY ... TO STDOUT` and calls `sink(std::string_view part)` with what comes, portion by portion,
    /// cut anywhere; returns the number of rows. The statement takes no values. What the sink throws comes
    /// out of here, when the rest has been read; in async code it runs on the executor and must not block.
    /// PostgreSQL only, else UnsupportedByDialect.
    ///
    ///     db.copy_out("COPY (SELECT id, email FROM users) TO STDOUT (FORMAT csv, HEADER)",
    ///                 [&](std::string_view part) { file.write(part.data(), part.size()); });
    template <class Sink>
    Result<std::int64_t> copy_out(std::string_view statement, Sink sink, Where where = Where::current()) {
        struct Run {
            engine::Call call;
            std::string statement;
            Sink sink;
            std::int64_t rows = 0;
            static void take(void* context, std::string_view part) { (*static_cast<Sink*>(context))(part); }
            auto start() { return engine::copy_out(call, statement, {&sink, &take}, rows); }
            std::int64_t finish() { return rows; }
        };
        return Mode::run(Run{call(where), std::string(statement), std::move(sink)});
    }

    /// Sends a message to all who listen to the channel, once the transaction has committed; never when it is
    /// rolled back. The payload is text of less than 8000 bytes, else ValidationError. PostgreSQL only, else
    /// UnsupportedByDialect; InvalidQuery for channel names of more than 63 bytes.
    Result<void> notify(std::string_view channel, std::string_view payload = {},
                        Where where = Where::current()) {
        struct Notify {
            engine::Call call;
            std::string channel;
            std::string payload;
            auto start() { return engine::notify(call, channel, payload); }
            void finish() {}
        };
        return Mode::run(Notify{call(where), std::string(channel), std::string(payload)});
    }

    /// Collects writes in `block(batch)` and runs them together: all or none, in one transaction, or in this
    /// one. See Batch. Throws what the first of them throws.
    template <class F>
    Result<void> batch(F&& block, Where where = Where::current()) {
        struct Run {
            engine::Call call;
            Batch batch;
            auto start() { return batch.run(call); }
            void finish() {}
        };
        Run run{call(where), {}};
        block(run.batch);
        return Mode::run(std::move(run));
    }

    /// Runs `block(transaction)`: commits at its end, rolls back when it throws, and returns what it returns.
    /// Inside a transaction it is a savepoint.
    template <class F>
    auto transaction(F&& block, TransactionOptions options = {}, Where where = Where::current()) {
        static_assert(!Mode::is_async || detail::safe_in_co_await<F>,
                      "duet: GCC 12 breaks lambdas that own captures in co_await: name the block first, or "
                      "capture by reference");
        return run_block<F>(block, options, where);
    }

private:
    engine::Call call(Where where) { return static_cast<Self&>(*this).make_call(where); }
    template <class M>
    detail::ObjectOperation about(M& object, Where where) {
        return {call(where), &detail::model_info<M>, &object};
    }

    template <class M, class C>
    Result<void> load_all(M* objects, std::size_t count, const C& relation, Where where) {
        detail::LoadRelation operation{call(where), &detail::model_info<M>, objects, count, {}};
        if constexpr (std::is_same_v<C, RuntimeText>) {
            shape::QueryData scratch;
            scratch.model = &detail::model_info<M>;
            detail::add_related(scratch, relation.text, false);
            operation.load = std::move(scratch.related.front());
        } else if constexpr (detail::names_relation<M, C>()) {
            const auto path = C::template resolution<M>().path_to_relation();
            operation.load.path.assign(path.begin(), path.end());
        }
        return Mode::run(std::move(operation));
    }

    template <class F>
    auto run_block(std::remove_reference_t<F>& block, const TransactionOptions& options, Where where);
};

}  // namespace duet
