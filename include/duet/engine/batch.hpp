#pragma once

#include <duet/base/owned.hpp>
#include <duet/engine/engine.hpp>

#include <memory>
#include <span>

namespace duet::engine {

/// One of several operations that do not need each other's results.
class BatchOperation {
public:
    virtual ~BatchOperation() = default;
    /// Starts it; the operation lives until the Task has ended.
    virtual Task<> start(Call call) = 0;
    /// Whether it may fail by what comes back, although the database found no fault: a row that is gone.
    virtual bool checks_result() const noexcept = 0;
    /// Once the transaction of the batch has been rolled back: takes out of objects what tells of rows that
    /// are not there.
    virtual void take_back() noexcept {}
    /// The model whose hooks it runs; null when it runs none.
    virtual const ModelInfo* hooked_model() const noexcept { return nullptr; }
};

/// INSERT of an object, UPDATE of the columns that `changes` sets, and DELETE (or what `removal` says), as
/// insert(), update() and remove() do them. The object must live until the operation has ended.
duet::detail::Owned<BatchOperation> insertion_of(const ModelInfo& model, void* object);
duet::detail::Owned<BatchOperation> update_of(const ModelInfo& model, void* object, shape::QueryData changes);
duet::detail::Owned<BatchOperation> removal_of(const ModelInfo& model, void* object, Removal removal);

/// Runs all in one transaction, or in that of the call: all or none. Where the driver pipelines they go out
/// together, with what begins the transaction and, unless a result has to be checked first, what commits it.
/// When hooks have to do with one of them they run one by one, in order.
/// Throws what the first of them threw.
Task<> run_batch(Call call, std::span<const duet::detail::Owned<BatchOperation>> operations);

}  // namespace duet::engine
