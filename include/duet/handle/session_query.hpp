#pragma once

#include <duet/base/input_iterator.hpp>
#include <duet/engine/unit_of_work.hpp>
#include <duet/handle/handle.hpp>

#include <cstddef>
#include <iterator>
#include <memory>
#include <source_location>
#include <span>
#include <utility>
#include <vector>

namespace duet {

/// Objects of a session in some order, as a range of references. Holds as long as they are in the session.
template <class M>
class TrackedList {
public:
    using value_type = M;

    using iterator = detail::RowIterator<M>;

    TrackedList() = default;
    explicit TrackedList(std::vector<void*> objects) : objects_(std::move(objects)) {}

    std::size_t size() const noexcept { return objects_.size(); }
    bool empty() const noexcept { return objects_.empty(); }
    iterator begin() const { return iterator(objects_.data()); }
    iterator end() const { return iterator(objects_.data() + objects_.size()); }
    M& operator[](std::size_t i) const { return *static_cast<M*>(objects_[i]); }
    M& front() const { return (*this)[0]; }
    M& back() const { return (*this)[size() - 1]; }
    const std::vector<void*>& addresses() const noexcept { return objects_; }

private:
    std::vector<void*> objects_;
};

namespace detail {

/// What a session's operations have in common.
struct UnitOperation {
    engine::UnitOfWork* unit;
    std::source_location where;
};

/// An operation whose result is a pointer to an object, as a reference in async code.
template <class Op>
struct ByReference : Op {
    template <class V>
    auto& finish(V&& value) {
        return *Op::finish(std::forward<V>(value));
    }
};
template <class Mode, class Op>
typename Mode::template Result<typename Op::Object&> run_reference(Op operation) {
    if constexpr (Mode::is_async) {
        return Mode::run(ByReference<Op>{std::move(operation)});
    } else {
        return *Mode::run(std::move(operation));
    }
}

template <class M>
struct FetchObjects : UnitOperation {
    shape::QueryData query;
    std::vector<void*> objects{};
    auto start() { return unit->fetch(query, objects, where); }
    TrackedList<M> finish(std::size_t) { return TrackedList<M>(std::move(objects)); }
};
template <class M>
struct FetchFirstObject : FetchObjects<M> {
    M* finish(std::size_t count) { return count == 0 ? nullptr : static_cast<M*>(this->objects.front()); }
};
template <class M>
struct FetchOneOrNoObject : FetchObjects<M> {
    M* finish(std::size_t count) {
        if (count > 1) throw_not_one(count, model_info<M>, this->where);
        return count == 0 ? nullptr : static_cast<M*>(this->objects.front());
    }
};
template <class M>
struct FetchOneObject : FetchObjects<M> {
    using Object = M;
    M* finish(std::size_t count) {
        if (count != 1) throw_not_one(count, model_info<M>, this->where);
        return static_cast<M*>(this->objects.front());
    }
};

template <class M>
struct FetchObjectPage : FetchObjects<M> {
    std::int64_t limit, offset;
    std::int64_t total = 0;
    Task<> start() {
        shape::QueryData slice = this->query;
        take_page(slice, limit, offset);
        co_await this->unit->before_query(this->query, this->where);
        const engine::Call call = co_await this->unit->begun(this->where);
        total = co_await engine::count(call, this->query);
        co_await this->unit->fetch(slice, this->objects, this->where);
    }
    Page<M, TrackedList<M>> finish() {
        return {TrackedList<M>(std::move(this->objects)), total, limit, offset};
    }
};
template <class M>
struct FetchObjectsAfter : FetchObjects<M> {
    engine::FetchedRows rows{};
    auto start() { return this->unit->fetch(this->query, this->objects, this->where, &rows); }
    KeysetPage<M, TrackedList<M>> finish(std::size_t count) {
        KeysetPage<M, TrackedList<M>> page{TrackedList<M>(std::move(this->objects)), {}};
        if (count > rows.most && rows.last != nullptr) page.next = keyset_cursor(this->query, rows.last);
        return page;
    }
};

/// A query that yields no objects, behind what it could see of the session's changes.
template <class R, class M, class F>
Task<R> run_behind_flush(UnitOperation at, shape::QueryData query, F run, bool writes) {
    co_await at.unit->before_query(query, at.where);
    const engine::Call call = co_await at.unit->begun(at.where);
    const Query<M> plain(query);
    const BoundQuery<Async, M> bound(call, plain);
    R result = co_await run(bound);
    if (writes) at.unit->expire_model(model_info<M>);
    co_return result;
}

}  // namespace detail

/// The objects of a session's `iterate` in blocking code: an input range that is walked once.
///
/// The objects of a batch are the session's until the next one is read, or the last one has been walked over:
/// then what was changed (anywhere in the session) is written, and those that the session had not had before
/// are freed. References to them end there; `expunge(object)` keeps one. Leaving the loop before its end
/// leaves its last objects in the session. Holds no longer than the transaction.
template <Model M>
class ObjectStream {
public:
    ObjectStream(detail::UnitOperation at, shape::QueryData query, std::size_t batch)
        : cursor_(std::make_unique<engine::ObjectCursor>(*at.unit, std::move(query), batch, at.where)) {}

    using iterator = detail::InputIterator<ObjectStream, M>;

    iterator begin() {
        read();
        return iterator(this);
    }
    std::default_sentinel_t end() const { return {}; }

private:
    friend iterator;
    M& current() { return *static_cast<M*>(objects_[next_]); }
    void advance() {
        if (++next_ == objects_.size()) read();
    }
    bool ended() const { return next_ == objects_.size(); }
    void read() {
        next_ = 0;
        objects_ = detail::complete_inline(cursor_->next());
    }
    std::unique_ptr<engine::ObjectCursor> cursor_;
    std::span<void* const> objects_{};
    std::size_t next_ = 0;
};

/// The same in coroutines: `while (Account* account = co_await rows.next())`.
template <Model M>
class AsyncObjectStream {
public:
    AsyncObjectStream(detail::UnitOperation at, shape::QueryData query, std::size_t batch)
        : cursor_(std::make_unique<engine::ObjectCursor>(*at.unit, std::move(query), batch, at.where)) {}

    /// The next object, or null at the end. One call at a time.
    Task<M*> next() {
        if (next_ == objects_.size()) {
            next_ = 0;
            objects_ = co_await cursor_->next();
            if (objects_.empty()) co_return nullptr;
        }
        co_return static_cast<M*>(objects_[next_++]);
    }

private:
    std::unique_ptr<engine::ObjectCursor> cursor_;
    std::span<void* const> objects_{};
    std::size_t next_ = 0;
};

namespace detail {
template <class Mode, class M>
struct ObjectStreamOf {
    using type = ObjectStream<M>;
};
template <class M>
struct ObjectStreamOf<Async, M> {
    using type = AsyncObjectStream<M>;
};
}  // namespace detail

/// A query of a session: rows become the session's objects, the same row the same object. What the session
/// has changed and not written yet is written before a query that could see it, unless autoflush is off.
/// Objects that are there already keep their values; refresh() reads them again, for_update() those that
/// were not changed here.
template <class Mode, Model M>
class SessionQuery : public detail::QueryBuilder<SessionQuery<Mode, M>, M> {
    template <class T>
    using Result = typename Mode::template Result<T>;
    using Bound = BoundQuery<Mode, M>;

public:
    explicit SessionQuery(detail::UnitOperation at) : at_(at) {}
    SessionQuery(detail::UnitOperation at, const Query<M>& query) : at_(at) { this->data() = query.data(); }

    /// All objects, in order.
    Result<TrackedList<M>> all() const { return Mode::run(detail::FetchObjects<M>{at_, this->data()}); }
    /// The first, by primary key when no order was asked for; null when there is none.
    Result<M*> first() const {
        detail::FetchFirstObject<M> fetch{{at_, this->data()}};
        detail::order_by_key_unless_ordered(fetch.query);
        fetch.query.cap_limit(1);
        return Mode::run(std::move(fetch));
    }
    /// The only one. Throws NotFound or MultipleFound.
    Result<M&> one() const {
        detail::FetchOneObject<M> fetch{{at_, this->data()}};
        fetch.query.cap_limit(2);
        return detail::run_reference<Mode>(std::move(fetch));
    }
    /// The only one, or null. Throws MultipleFound.
    Result<M*> one_or_none() const {
        detail::FetchOneOrNoObject<M> fetch{{at_, this->data()}};
        fetch.query.cap_limit(2);
        return Mode::run(std::move(fetch));
    }
    /// `limit` objects behind the first `offset` rows, and how many rows there are in all (two statements).
    Result<Page<M, TrackedList<M>>> paginate(std::int64_t limit, std::int64_t offset = 0) const {
        return Mode::run(detail::FetchObjectPage<M>{{at_, this->data()}, limit, offset});
    }
    /// `limit` objects behind the place that `cursor` (KeysetPage::next) marks; an empty cursor is the start.
    /// The order is completed by the primary key.
    Result<KeysetPage<M, TrackedList<M>>> page_after(std::string_view cursor, std::int64_t limit) const {
        detail::FetchObjectsAfter<M> fetch{{at_, this->data()}};
        detail::prepare_keyset(fetch.query, cursor, limit);
        fetch.rows.most = static_cast<std::size_t>(limit);
        return Mode::run(std::move(fetch));
    }
    /// All objects in batches of `batch_size`, with flat memory, by primary key when no order was asked for:
    /// see ObjectStream. Do not change what the query is ordered by meanwhile.
    auto iterate(std::size_t batch_size = 1000) const {
        shape::QueryData query = this->data();
        detail::order_by_key_unless_ordered(query);
        return typename detail::ObjectStreamOf<Mode, M>::type(at_, std::move(query), batch_size);
    }
    /// The same query without its session, to store or pass on.
    Query<M> unbound() const { return Query<M>(this->data()); }

    Result<std::int64_t> count() const {
        return direct([](const Bound& q) { return q.count(); });
    }
    Result<bool> exists() const {
        return direct([](const Bound& q) { return q.exists(); });
    }

    // Values, not objects: see BoundQuery.

    template <class S>
    Result<std::vector<S>> all() const {
        return direct([](const Bound& q) { return q.template all<S>(); });
    }
    template <class... E>
    auto select(const E&... expressions) const {
        return direct([... e = expressions](const Bound& q) { return q.select(e...); });
    }
    template <class S, class... E>
    requires detail::RowStruct<S>
    auto select(const E&... expressions) const {
        return direct([... e = expressions](const Bound& q) { return q.template select<S>(e...); });
    }
    template <class... E>
    auto aggregate(const E&... expressions) const {
        return direct([... e = expressions](const Bound& q) { return q.aggregate(e...); });
    }
    /// See BoundQuery.
    Result<QueryPlan> explain(ExplainOptions options = {}) const {
        return direct([options](const Bound& q) { return q.explain(options); });
    }
    /// UPDATE of all rows of the query. Objects of the model are read again when they are next asked for.
    template <class... A>
    Result<std::int64_t> update_bulk(const A&... assignments) const {
        return direct([... a = assignments](const Bound& q) { return q.update_bulk(a...); }, true);
    }
    /// DELETE of all rows of the query. Likewise; objects of rows that are gone are then not found.
    template <class... Options>
    Result<std::int64_t> delete_bulk(const Options&... options) const {
        return direct([... o = options](const Bound& q) { return q.delete_bulk(o...); }, true);
    }

private:
    template <class F>
    auto direct(F run, bool writes = false) const {
        if constexpr (Mode::is_async) {
            using R = typename decltype(run(std::declval<const Bound&>()))::value_type;
            return detail::run_behind_flush<R, M>(at_, this->data(), std::move(run), writes);
        } else {
            detail::complete_inline(at_.unit->before_query(this->data(), at_.where));
            const engine::Call call = detail::complete_inline(at_.unit->begun(at_.where));
            auto result = run(Bound(call, Query<M>(this->data())));
            if (writes) at_.unit->expire_model(detail::model_info<M>);
            return result;
        }
    }

    detail::UnitOperation at_;
};

}  // namespace duet
