#pragma once

#include <duet/base/fixed_name.hpp>
#include <duet/model/reflect.hpp>
#include <duet/model/row_iterator.hpp>
#include <duet/schema/relation_state.hpp>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <utility>

namespace duet {

namespace detail {
template <class Key, class T>
Key key_of(const T& model);  // the single primary key's value; model/model.hpp
struct RelationAccess;
}  // namespace detail

/// The many side of a relation: the column `<member>_id` and, once loaded, the row it refers to.
///
/// `T` may be incomplete where the member is declared. `Key` is the type of T's primary key when that is not
/// an integer: `BelongsTo<Country, std::string>`. A column that may be NULL is a
/// `std::optional<BelongsTo<T>>`. The loaded object is shared between copies of the row.
template <class T, class Key = std::int64_t>
class BelongsTo {
public:
    using target_type = T;
    using key_type = Key;

    BelongsTo() = default;
    /// Refers to the row with this key; the object itself is not loaded.
    BelongsTo(Key key) : key_(std::move(key)) {}
    /// Refers to `model`, of which a copy counts as loaded.
    BelongsTo(const T& model) : key_(detail::key_of<Key>(model)) {
        static_assert(alignof(T) <= alignof(detail::CopyHeader));
        auto* copy = new detail::CopiedObject<T>(model);
        state_.attach(
            detail::share(copy, [](void* object) { delete static_cast<detail::CopiedObject<T>*>(object); }),
            &copy->object, 1);
        state_.copied = true;
    }

    const Key& key() const noexcept { return key_; }
    bool loaded() const noexcept { return state_.loaded; }

    /// Throws NotLoaded, or NotFound when it was loaded and there is no such row.
    const T& get() const { return *object(); }
    T& get() { return *object(); }
    const T& operator*() const { return *object(); }
    T& operator*() { return *object(); }
    const T* operator->() const { return object(); }
    T* operator->() { return object(); }

    /// Same key; what is loaded does not matter.
    friend bool operator==(const BelongsTo& a, const BelongsTo& b) { return a.key_ == b.key_; }

private:
    friend struct detail::RelationAccess;
    T* object() const {
        if (!state_.loaded) detail::throw_not_loaded(state_, "BelongsTo");
        if (state_.count == 0) detail::throw_no_related_row(state_, "BelongsTo");
        return static_cast<T*>(state_.first);
    }

    detail::RelationState state_;
    Key key_{};
};

namespace detail {

/// What HasMany and ManyToMany share: a view of the loaded rows, as a range.
template <class T>
class LoadedRows {
public:
    using target_type = T;
    using value_type = T;

    using iterator = RowIterator<T>;
    using const_iterator = RowIterator<const T>;

    bool loaded() const noexcept { return state_.loaded; }

    // All of these throw NotLoaded before anything is loaded.
    iterator begin() { return at<T>(0); }
    iterator end() { return at<T>(size()); }
    const_iterator begin() const { return at<const T>(0); }
    const_iterator end() const { return at<const T>(size()); }
    std::size_t size() const {
        require_loaded();
        return state_.count;
    }
    bool empty() const { return size() == 0; }
    T& operator[](std::size_t i) { return *at<T>(i); }
    const T& operator[](std::size_t i) const { return *at<const T>(i); }
    T& front() { return *at<T>(0); }
    const T& front() const { return *at<const T>(0); }
    T& back() { return *at<T>(size() - 1); }
    const T& back() const { return *at<const T>(size() - 1); }
    /// Throws InvalidQuery for the objects of a session, which do not lie one after the other.
    std::span<const T> span() const {
        require_loaded();
        if (state_.scattered) throw_scattered(state_);
        return {static_cast<const T*>(state_.first), state_.count};
    }

protected:
    LoadedRows() = default;

private:
    friend struct RelationAccess;
    void require_loaded() const {
        if (!state_.loaded) throw_not_loaded(state_, "a collection");
    }
    template <class R>
    RowIterator<R> at(std::size_t i) const {
        require_loaded();
        if (state_.scattered) [[unlikely]]
            return RowIterator<R>(static_cast<void* const*>(state_.first) + i);
        return RowIterator<R>(static_cast<R*>(state_.first) + i);
    }
    RelationState state_;
};

}  // namespace detail

/// The one side of a relation: the rows of T whose BelongsTo refers here. Not a column.
///
/// Where several members of T refer back, the second argument names one: `HasMany<Post, "reviewer">`.
/// Loaded rows lie in one block shared by all parents of the load and by copies of this object; those of a
/// session's objects are objects of the session.
template <class T, Name ForeignKey = "">
class HasMany : public detail::LoadedRows<T> {
public:
    HasMany() = default;  // keeps it from being an aggregate, whose braces could reach the base
};

/// Like HasMany where at most one row refers here; the column on the other side is unique.
template <class T, Name ForeignKey = "">
class HasOne {
public:
    using target_type = T;

    bool loaded() const noexcept { return state_.loaded; }
    /// Whether there is such a row. Throws NotLoaded.
    bool has_value() const {
        if (!state_.loaded) detail::throw_not_loaded(state_, "HasOne");
        return state_.count != 0;
    }
    explicit operator bool() const { return has_value(); }
    /// Throws NotLoaded, or NotFound when there is no such row.
    const T& get() const { return *object(); }
    T& get() { return *object(); }
    const T& operator*() const { return *object(); }
    T& operator*() { return *object(); }
    const T* operator->() const { return object(); }
    T* operator->() { return object(); }

private:
    friend struct detail::RelationAccess;
    T* object() const {
        if (!has_value()) detail::throw_no_related_row(state_, "HasOne");
        return static_cast<T*>(state_.first);
    }
    detail::RelationState state_;
};

/// The link table of a ManyToMany is made by the library.
struct AutomaticLink {};

/// Rows of T linked through a table of pairs: an automatic one, or that of the model `Through`, which has a
/// BelongsTo to both.
///
/// The automatic table is named after both tables in alphabetical order (`posts_tags`), its columns after
/// both models
/// (`post_id`, `tag_id`), so that both sides of the relation agree on it.
template <class T, class Through = AutomaticLink>
class ManyToMany : public detail::LoadedRows<T> {
public:
    ManyToMany() = default;
};

namespace detail {

struct RelationAccess {
    template <class T, class Key>
    static const void* key(const BelongsTo<T, Key>& relation) {
        return &relation.key_;
    }
    template <class T, class Key>
    static void* key(BelongsTo<T, Key>& relation) {
        return &relation.key_;
    }
    template <class T, class Key>
    static RelationState& state(BelongsTo<T, Key>& relation) {
        return relation.state_;
    }
    /// Where BelongsTo keeps its key: behind the state, aligned.
    template <class Key>
    static constexpr std::uint32_t key_offset =
        static_cast<std::uint32_t>((sizeof(RelationState) + alignof(Key) - 1) / alignof(Key) * alignof(Key));
};

}  // namespace detail
}  // namespace duet
