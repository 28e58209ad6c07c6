#pragma once

#include <duet/types/time.hpp>

#include "connected.hpp"

namespace duet::engine {

bool is_integer(Kind kind);
/// Whether the object has no key yet, so that the database (or the library) assigns one. Throws for keys that cannot be generated.
bool is_new(const ModelInfo& model, const void* object);
/// Fills in what an INSERT needs: UUID keys, defaults, behaviours.
void prepare_insert(const ModelInfo& model, void* object, Timestamp now);
/// The key columns of an object as values.
void bind_key(const ModelInfo& model, const void* object, BindValues& out);
/// `WHERE key = ...` for one object.
shape::QueryData key_query(const ModelInfo& model, const void* object);
/// The same as a condition of a query over the object's model.
void add_key_condition(shape::QueryData& query, const void* object);
[[noreturn]] void throw_gone(const ModelInfo& model, const char* what);

/// Runs `body` in a savepoint of the call's transaction, or in a transaction of its own, on the connection at hand.
/// Several statements of one operation then succeed or fail together.
class Atomic {
public:
    explicit Atomic(Connected& at) : at_(at) {}
    Task<> begin();
    Task<> commit();
    /// Never throws: what went wrong before is the thing to tell.
    Task<> rollback();

private:
    Task<> control(std::string_view sql);
    Connected& at_;
    bool nested_ = false;
};

template <class Body>
Task<> atomically(Connected& at, Body body) {
    Atomic atomic(at);
    co_await atomic.begin();
    std::exception_ptr error;
    try {
        co_await body();
        co_await atomic.commit();
        co_return;
    } catch (...) {
        error = std::current_exception();
    }
    co_await atomic.rollback();
    std::rethrow_exception(error);
}

Task<> insert_on(Connected& at, const ModelInfo& model, void* object);
Task<std::int64_t> update_query_on(Connected& at, shape::QueryData query);

}  // namespace duet::engine
