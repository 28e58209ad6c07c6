#include <algorithm>
#include <exception>

#include "session.hpp"
#include "unit_of_work_impl.hpp"

// Transactions and savepoints, and the state of objects that comes back with them.

namespace duet::engine {

Task<> UnitOfWork::Impl::ensure_begun(Where where) {
    Level& root = levels.front();
    if (root.transaction != nullptr && root.transaction->active()) co_return;
    if (levels.size() > 1) throw InvalidQuery("the transaction of this session has ended");
    root.transaction = nullptr;
    root.owned = std::make_unique<TransactionState>(*base.engine, nullptr, options, base.route);
    co_await root.owned->begin(where);
    root.transaction = root.owned.get();
}

Task<Call> UnitOfWork::begun(Where where) {
    co_await impl_->ensure_begun(where);
    co_return call(where);
}

TransactionState* UnitOfWork::transaction() noexcept { return impl_->level().transaction; }

Call UnitOfWork::call(Where where) noexcept {
    Call out = impl_->base;
    out.where = where;
    out.transaction = impl_->level().transaction;
    // What a hook asks goes where it runs.
    if (impl_->flush_transaction != nullptr) out.transaction = &impl_->flush_transaction->innermost();
    if (out.transaction != nullptr) {
        out.engine = &out.transaction->engine();
        out.route = {};
    }
    return out;
}

std::size_t UnitOfWork::depth() const noexcept { return impl_->levels.size() - 1; }

void UnitOfWork::Impl::new_transaction() noexcept {
    Level& root = levels.front();
    root.serial = ++serial;
    root.journal.clear();
    root.snapshots.clear();
    root.collections.clear();
    root.transaction = nullptr;
}

void UnitOfWork::Impl::abandon() noexcept {
    unit.abandon_nested(0);
    Level& root = levels.front();
    try {
        take_back_level(root);
    } catch (...) {  // NOLINT(bugprone-empty-catch): out of memory, within a destructor
    }
    make_stale();
    TransactionState* const others = root.owned == nullptr ? root.transaction : nullptr;
    root.owned.reset();
    new_transaction();
    root.transaction = others;
}

void UnitOfWork::Impl::make_stale() noexcept {
    for (TrackedModel& model : models) {
        for (Tracked& t : model.objects) {
            t.stale = t.state == TrackedState::stored;
            t.born = false;
        }
    }
}

namespace {

/// Does something when the Task that it belongs to is destroyed before its end: nobody knows then what the
/// database has done.
template <class F>
class UnlessFinished {
public:
    explicit UnlessFinished(F otherwise) : otherwise_(otherwise) {}
    UnlessFinished(const UnlessFinished&) = delete;
    ~UnlessFinished() {
        if (!finished_) otherwise_();
    }
    void finished() noexcept { finished_ = true; }

private:
    F otherwise_;
    bool finished_ = false;
};

}  // namespace

Task<> UnitOfWork::commit(Where where) {
    if (depth() != 0) throw InvalidQuery("commit: a savepoint of this session is open");
    impl_->refuse_while_flushing("commit");
    std::exception_ptr error;
    Impl& impl = *impl_;
    UnlessFinished guard([&impl] { impl.abandon(); });
    try {
        co_await impl_->flush(where, true);
        TransactionState* const open = impl_->levels.front().transaction;
        if (open != nullptr && open->active()) co_await open->commit(where);
    } catch (...) {
        error = std::current_exception();
    }
    if (error != nullptr) {
        TransactionState* const open = impl_->levels.front().transaction;
        // An action after the commit may have failed: then there is nothing to take back.
        if (open == nullptr || open->active() || !open->ended()) {
            try {
                co_await rollback(where);
            } catch (...) {  // NOLINT(bugprone-empty-catch): the first error is the one to tell
            }
            guard.finished();
            std::rethrow_exception(error);
        }
    }
    guard.finished();
    impl_->new_transaction();
    if (expire_on_commit) {
        impl_->make_stale();
        impl_->unload_collections();
    }
    if (error != nullptr) std::rethrow_exception(error);
}

Task<> UnitOfWork::rollback(Where where) {
    Impl& impl = *impl_;
    impl.refuse_while_flushing("rollback");
    UnlessFinished guard([&impl] { impl.abandon(); });
    while (depth() != 0) co_await rollback_nested(where);
    Level& root = impl_->levels.front();
    std::exception_ptr error;
    if (root.transaction != nullptr && root.transaction->active()) {
        try {
            co_await root.transaction->rollback(where);
        } catch (...) {
            error = std::current_exception();
        }
    }
    guard.finished();
    impl_->take_back_level(root);
    impl_->make_stale();
    impl_->new_transaction();
    if (error != nullptr) std::rethrow_exception(error);
}

Task<> UnitOfWork::begin_nested(Where where) {
    // What was changed before belongs to the transaction around it.
    co_await impl_->flush(where, false);
    const Call around = co_await begun(where);
    auto nested =
        std::make_unique<TransactionState>(*around.engine, around.transaction, TransactionOptions{});
    co_await nested->begin(where);
    impl_->levels.emplace_back();
    Level& level = impl_->level();
    level.serial = ++impl_->serial;
    level.transaction = nested.get();
    level.owned = std::move(nested);
}

Task<> UnitOfWork::commit_nested(Where where) {
    if (depth() == 0) throw InvalidQuery("no savepoint of this session is open");
    co_await impl_->flush(where, true);
    {
        UnlessFinished guard([this] { abandon_nested(depth() - 1); });
        std::exception_ptr error;
        try {
            co_await impl_->level().transaction->commit(where);
        } catch (...) {
            error = std::current_exception();
        }
        guard.finished();
        if (error != nullptr) std::rethrow_exception(error);  // whoever asked rolls back
    }
    Level ended = std::move(impl_->level());
    impl_->levels.pop_back();
    Level& around = impl_->level();
    for (Change change : ended.journal) {
        if (change.tracked->journaled_in == ended.serial) change.tracked->journaled_in = around.serial;
        change.begin += around.snapshots.size();
        around.journal.push_back(change);
    }
    around.snapshots += ended.snapshots;
    for (CollectionChange& change : ended.collections) {
        const bool known = std::any_of(around.collections.begin(), around.collections.end(),
                                       [&](const auto& c) { return c.collection == change.collection; });
        if (!known) around.collections.push_back(std::move(change));
    }
}

Task<> UnitOfWork::rollback_nested(Where where) {
    if (depth() == 0) throw InvalidQuery("no savepoint of this session is open");
    impl_->refuse_while_flushing("rollback");
    std::exception_ptr error;
    UnlessFinished guard([this] { abandon_nested(depth() - 1); });
    try {
        co_await impl_->level().transaction->rollback(where);
    } catch (...) {
        error = std::current_exception();
    }
    guard.finished();
    Level ended = std::move(impl_->level());
    impl_->levels.pop_back();
    impl_->take_back_level(ended);
    if (error != nullptr) std::rethrow_exception(error);
}

void UnitOfWork::abandon_nested(std::size_t wanted) noexcept {
    while (depth() > wanted) {
        Level ended = std::move(impl_->level());
        impl_->levels.pop_back();
        ended.owned.reset();
        try {
            impl_->take_back_level(ended);
        } catch (...) {  // NOLINT(bugprone-empty-catch): out of memory, within a destructor
        }
    }
}

void UnitOfWork::Impl::take_back_change(const Level& ended, const Change& change) {
    Tracked& t = *change.tracked;
    if (t.expunged) return;
    const bool had_row = t.state == TrackedState::stored || t.state == TrackedState::removed;
    if (change.state == TrackedState::gone) return forget(t);
    if (change.state == TrackedState::added) {
        if (t.state == TrackedState::gone) addresses.insert(number_of(t.object), &t);
        if (had_row && t.model->keys.find(t.object) == &t) t.model->keys.erase(t.object);
        if (change.has_snapshot) {
            const SnapshotLayout& layout = t.model->layout;
            const RowSnapshot before(ended.snapshot(change));
            layout.restore(t.object, before, layout.changes(t.object, before));
            t.snapshot.clear();
        }
    } else {
        if (change.has_snapshot) t.snapshot = ended.snapshot(change);
        if (t.state == TrackedState::gone) {
            restore_changes(t);
            addresses.insert(number_of(t.object), &t);
            t.model->keys.insert(t.object, &t);
        }
    }
    set_state(t, change.state);
}

void UnitOfWork::Impl::take_back_level(Level& ended) {
    ++epoch;
    for (auto it = ended.journal.rbegin(); it != ended.journal.rend(); ++it) take_back_change(ended, *it);
    for (TrackedModel& model : models) {
        for (Tracked& t : model.objects) {
            if (t.state != TrackedState::stored) continue;
            restore_changes(t);
            if (t.loaded_in >= ended.serial) t.stale = true;
            if (t.journaled_in == ended.serial) t.journaled_in = 0;
        }
    }
    for (auto it = ended.collections.rbegin(); it != ended.collections.rend(); ++it) {
        it->collection->rows = std::move(it->rows);
        it->collection->linked = std::move(it->linked);
        it->collection->unlinked = std::move(it->unlinked);
        it->collection->loaded = it->loaded;
        if (!it->collection->linked.empty() || !it->collection->unlinked.empty()) ++links;
    }
    for (const auto& [owner, list] : collections) {
        for (const auto& c : list) {
            if (c->loaded_in >= ended.serial) c->loaded = false;
        }
    }
    show_collections();
}

Task<> UnitOfWork::finish(Where where) {
    if (depth() != 0) throw InvalidQuery("a savepoint of this session is still open at its end");
    co_await impl_->flush(where, true);
    Level& root = impl_->levels.front();
    if (root.owned != nullptr && root.owned->active()) co_await root.owned->commit(where);
}

namespace {

struct SessionRun {
    Call call;
    TransactionOptions options;
    SessionBlock block;

    static Task<> invoke(void* context, TransactionState& transaction) {
        const auto& self = *static_cast<const SessionRun*>(context);
        UnitOfWork unit(self.call, self.options, &transaction);
        co_await self.block.call(self.block.context, unit);
        co_await unit.finish(self.call.where);
    }
};

}  // namespace

Task<> run_session(Call call, TransactionOptions options, SessionBlock block) {
    SessionRun run{call, options, block};
    co_await run_transaction(call, options, {&SessionRun::invoke, &run});
}

}  // namespace duet::engine
