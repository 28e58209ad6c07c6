#pragma once

#include <duet/handle/database.hpp>
#include <duet/handle/session_query.hpp>

#include <memory>
#include <utility>

namespace duet {

namespace detail {

/// Ends what a static_assert has refused, so that it is all that the compiler has to say.
[[noreturn]] inline void never_reached() { throw InvalidQuery("never reached"); }

[[noreturn]] void throw_no_object(const ModelInfo& model, std::source_location where);

template <class M>
struct FindObject : UnitOperation {
    shape::QueryData query{};
    bool again = false;
    auto start() { return unit->find(query, again, where); }
    M* finish(void* object) { return static_cast<M*>(object); }
};
template <class M>
struct GetObject : FindObject<M> {
    using Object = M;
    M* finish(void* object) {
        if (object == nullptr) throw_no_object(model_info<M>, this->where);
        return static_cast<M*>(object);
    }
};
template <class M>
struct MergeObject : UnitOperation {
    using Object = M;
    const M* detached;
    auto start() { return unit->merge(model_info<M>, detached, where); }
    M* finish(void* object) { return static_cast<M*>(object); }
};
struct LoadObjects : UnitOperation {
    std::vector<void*> objects;
    const ModelInfo* model;
    shape::RelatedLoad load{};
    auto start() { return unit->load(objects, *model, load, where); }
    void finish() {}
};
struct RefreshTracked : UnitOperation {
    void* object;
    auto start() { return unit->refresh(object, where); }
    void finish() {}
};

/// flush, commit and their kin.
struct UnitStep : UnitOperation {
    Task<> (engine::UnitOfWork::*step)(std::source_location);
    auto start() { return (unit->*step)(where); }
    void finish() {}
};

template <class Mode>
struct BeginDirect : UnitOperation {
    auto start() { return unit->begun(where); }
    BasicTransaction<Mode> finish(const engine::Call& call) {
        return BasicTransaction<Mode>(*call.transaction);
    }
};

}  // namespace detail

/// A savepoint of a session by hand: rolls back when it goes out of scope uncommitted. What the session's
/// objects are goes back with it.
template <class Mode>
class SessionSavepoint {
    using Where = std::source_location;

public:
    explicit SessionSavepoint(engine::UnitOfWork& unit) : unit_(&unit), depth_(unit.depth()) {}
    SessionSavepoint(SessionSavepoint&& other) noexcept
        : unit_(std::exchange(other.unit_, nullptr)), depth_(other.depth_) {}
    SessionSavepoint& operator=(SessionSavepoint&&) = delete;
    ~SessionSavepoint() {
        if (unit_ != nullptr && unit_->depth() >= depth_) unit_->abandon_nested(depth_ - 1);
    }
    typename Mode::template Result<void> commit(Where where = Where::current()) {
        return Mode::run(detail::UnitStep{{unit_, where}, &engine::UnitOfWork::commit_nested});
    }
    typename Mode::template Result<void> rollback(Where where = Where::current()) {
        return Mode::run(detail::UnitStep{{unit_, where}, &engine::UnitOfWork::rollback_nested});
    }

private:
    engine::UnitOfWork* unit_;
    std::size_t depth_;
};

/// Turns autoflush off until it goes away.
class NoAutoflush {
public:
    explicit NoAutoflush(engine::UnitOfWork& unit)
        : unit_(&unit), before_(std::exchange(unit.autoflush, false)) {}
    NoAutoflush(NoAutoflush&& other) noexcept
        : unit_(std::exchange(other.unit_, nullptr)), before_(other.before_) {}
    NoAutoflush& operator=(NoAutoflush&&) = delete;
    ~NoAutoflush() {
        if (unit_ != nullptr) unit_->autoflush = before_;
    }

private:
    engine::UnitOfWork* unit_;
    bool before_;
};

}  // namespace duet
