#pragma once

#include <duet/handle/session_query.hpp>

#include <cstddef>
#include <utility>

namespace duet {

namespace detail {
template <class M>
struct LoadCollection : UnitOperation {
    engine::UnitOfWork::Collection* collection;
    shape::RelatedLoad load;
    void* owner = nullptr;
    Task<> start() {
        if (engine::UnitOfWork::loaded(*collection)) return {};
        owner = unit->owner(*collection);
        return unit->load({&owner, 1}, model_info<M>, load, where);
    }
    void finish() {}
};
}  // namespace detail

/// A to-many relation of a session's object, to read and to change: `session.collection(user, "posts"_c)`.
///
/// Both sides follow: what is added refers to the owner at once, and objects whose BelongsTo is set elsewhere
/// come and go. Holds as long as the owner is in the session.
template <class Mode, class Owner, class T>
class SessionCollection {
public:
    using value_type = T;
    using iterator = typename TrackedList<T>::iterator;

    SessionCollection(engine::UnitOfWork& unit, engine::UnitOfWork::Collection& collection,
                      std::size_t relation)
        : unit_(&unit), collection_(&collection), relation_(relation) {}

    /// Whether its objects are known: after load(), or after a query with `.related(...)`, and that of a new
    /// object from the start.
    bool loaded() const noexcept { return engine::UnitOfWork::loaded(*collection_); }
    /// Reads it unless it is loaded.
    typename Mode::template Result<void> load(std::source_location where = std::source_location::current()) {
        detail::LoadCollection<Owner> operation{{unit_, where}, collection_, {}};
        operation.load.path.push_back(static_cast<std::uint8_t>(relation_));
        return Mode::run(std::move(operation));
    }

    // All of these throw NotLoaded. Iterators hold until the collection is asked or changed the next time.
    std::size_t size() const { return unit_->rows(*collection_).size(); }
    bool empty() const { return size() == 0; }
    iterator begin() const { return iterator(unit_->rows(*collection_).data()); }
    iterator end() const {
        const auto rows = unit_->rows(*collection_);
        return iterator(rows.data() + rows.size());
    }
    T& operator[](std::size_t i) const { return *static_cast<T*>(unit_->rows(*collection_)[i]); }
    T& front() const { return (*this)[0]; }
    bool contains(const T& object) const {
        for (const void* row : unit_->rows(*collection_)) {
            if (row == &object) return true;
        }
        return false;
    }

    /// Adds an object of the session, loaded or not. One that belonged elsewhere belongs here now. A HasOne
    /// that is loaded takes out what it held, as remove() does.
    T& add(T& object) {
        unit_->link(*collection_, &object);
        return object;
    }
    /// Adds a new object, to the session as well.
    T& add(T&& object) {
        auto& placed = *static_cast<T*>(unit_->place(detail::model_info<T>));
        placed = std::move(object);
        unit_->add(detail::model_info<T>, &placed);
        return add(placed);
    }
    /// Takes an object out: its BelongsTo becomes empty, the link goes, or, with duet::cascade_orphans, the
    /// object itself. False when it was not in. Throws InvalidQuery when the BelongsTo is not optional.
    bool remove(T& object) { return unit_->unlink(*collection_, &object); }

private:
    engine::UnitOfWork* unit_;
    engine::UnitOfWork::Collection* collection_;
    std::size_t relation_;
};

}  // namespace duet
