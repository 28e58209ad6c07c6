#pragma once

#include <duet/engine/unit_of_work.hpp>
#include <duet/handle/handle.hpp>

#include <cstddef>
#include <iterator>
#include <source_location>
#include <utility>
#include <vector>

namespace duet {

/// Objects of a session in some order, as a range of references. Holds as long as they are in the session.
template <class M>
class TrackedList {
public:
    using value_type = M;

    class iterator {
    public:
        using iterator_category = std::random_access_iterator_tag;
        using value_type = M;
        using difference_type = std::ptrdiff_t;
        using pointer = M*;
        using reference = M&;

        iterator() = default;
        explicit iterator(void* const* at) : at_(at) {}
        M& operator*() const { return *static_cast<M*>(*at_); }
        M* operator->() const { return static_cast<M*>(*at_); }
        M& operator[](difference_type n) const { return *static_cast<M*>(at_[n]); }
        iterator& operator++() { return *this += 1; }
        iterator operator++(int) { return iterator(at_++); }
        iterator& operator--() { return *this += -1; }
        iterator operator--(int) { return iterator(at_--); }
        iterator& operator+=(difference_type n) {
            at_ += n;
            return *this;
        }
        iterator& operator-=(difference_type n) { return *this += -n; }
        friend iterator operator+(iterator i, difference_type n) { return i += n; }
        friend iterator operator+(difference_type n, iterator i) { return i += n; }
        friend iterator operator-(iterator i, difference_type n) { return i += -n; }
        friend difference_type operator-(iterator a, iterator b) { return a.at_ - b.at_; }
        friend bool operator==(iterator a, iterator b) { return a.at_ == b.at_; }
        friend auto operator<=>(iterator a, iterator b) { return a.at_ <=> b.at_; }

    private:
        void* const* at_ = nullptr;
    };

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
