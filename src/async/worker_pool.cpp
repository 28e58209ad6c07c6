#include <duet/async/executor.hpp>
#include <duet/async/worker_pool.hpp>

#include <algorithm>
#include <condition_variable>
#include <deque>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

#include "futex.hpp"

namespace duet {

using detail::PromiseBase;

namespace {

struct Job {
    std::coroutine_handle<> handle;
    const PromiseBase* promise = nullptr;  // null for a bare post
};

/// What the calling thread is doing for a pool. The continuation of a coroutine that ends here is posted only
/// after its `resume()` has returned: from then on nothing on this thread touches the frame.
struct Duty {
    const void* pool = nullptr;
    const PromiseBase* promise = nullptr;
    Executor* home = nullptr;
    std::coroutine_handle<> continuation;
};
constinit thread_local Duty duty{};

constexpr std::uint32_t looking = 0, signalled = 1, asleep = 2;

}  // namespace

struct WorkerPool::Impl {
    struct Worker {
        alignas(64) detail::FutexWord signal{looking};
        Job job;
        const void* current = nullptr;  // frame being resumed; guarded by `mutex`
        std::thread thread;
    };

    explicit Impl(std::size_t threads) : limit(threads ? threads : 1) {
        workers.reserve(limit);
        idle.reserve(limit);
    }

    void submit(Job job) {
        std::unique_lock lock(mutex);
        if (!idle.empty()) {
            Worker& worker = *idle.back();
            idle.pop_back();
            const bool sleeps = hand_over(worker, job);
            // Woken under the mutex it would wake up to wait for it. Waking uses the address only.
            lock.unlock();
            if (sleeps) detail::futex_wake(worker.signal);
            return;
        }
        queue.push_back(job);
        if (workers.size() < limit && !stopping) {
            workers.push_back(std::make_unique<Worker>());
            Worker& worker = *workers.back();
            try {
                worker.thread = std::thread([this, &worker] { work(worker); });
            } catch (...) {
                workers.pop_back();
                if (workers.empty()) {
                    queue.pop_back();
                    throw;
                }
            }
        }
    }

    /// True when the worker must be woken.
    [[nodiscard]] bool hand_over(Worker& worker, Job job) noexcept {
        worker.job = job;
        worker.current = job.handle ? job.handle.address() : nullptr;
        return worker.signal.exchange(signalled, std::memory_order_acq_rel) == asleep;
    }

    void work(Worker& self) {
        duty.pool = this;
        detail::SpinBudget budget;
        for (;;) {
            Job job;
            {
                std::unique_lock lock(mutex);
                self.current = nullptr;
                if (waiting_for_release) released.notify_all();
                if (!queue.empty()) {
                    job = queue.front();
                    queue.pop_front();
                    self.current = job.handle.address();
                } else if (stopping) {
                    return;
                } else {
                    self.signal.store(looking, std::memory_order_relaxed);
                    idle.push_back(&self);
                    lock.unlock();
                    await_signal(self.signal, budget);
                    job = self.job;
                }
            }
            if (job.handle) perform(job);
        }
    }

    static void await_signal(detail::FutexWord& signal, detail::SpinBudget& budget) noexcept {
        const auto arrived = [&] { return signal.load(std::memory_order_acquire) == signalled; };
        if (budget.spin(arrived)) return;
        std::uint32_t expected = looking;
        signal.compare_exchange_strong(expected, asleep, std::memory_order_acq_rel);
        while (!arrived()) detail::futex_wait(signal, asleep);
    }

    static void perform(const Job& job) {
        duty.promise = job.promise;
        job.handle.resume();
        duty.promise = nullptr;
        if (Executor* const home = std::exchange(duty.home, nullptr)) {
            home->post(std::exchange(duty.continuation, nullptr));
        }
    }

    /// Takes the coroutine out of the queue or waits for the worker that has it.
    void let_go(const void* frame) noexcept {
        std::unique_lock lock(mutex);
        std::erase_if(queue, [&](const Job& job) { return job.handle.address() == frame; });
        ++waiting_for_release;
        released.wait(lock, [&] {
            return std::none_of(workers.begin(), workers.end(),
                                [&](const auto& worker) { return worker->current == frame; });
        });
        --waiting_for_release;
    }

    void stop() noexcept {
        {
            const std::lock_guard lock(mutex);
            stopping = true;
            for (Worker* worker : idle) {
                if (hand_over(*worker, {})) detail::futex_wake(worker->signal);
            }
            idle.clear();
        }
        for (const auto& worker : workers) worker->thread.join();
    }

    const std::size_t limit;
    std::mutex mutex;
    std::condition_variable released;
    std::size_t waiting_for_release = 0;
    std::deque<Job> queue;
    std::vector<std::unique_ptr<Worker>> workers;
    std::vector<Worker*> idle;  // the last one to go idle is the first to work: its caches are warm
    bool stopping = false;
};

namespace {

/// Pools that exist, so that a Task that outlives its pool does not ask it.
struct Registry {
    std::mutex mutex;
    std::vector<std::pair<const WorkerPool*, std::shared_ptr<WorkerPool::Impl>>> pools;
};
Registry& registry() {
    static Registry* const instance = new Registry;  // never destroyed: pools may be static objects
    return *instance;
}

}  // namespace

WorkerPool::WorkerPool(std::size_t threads) {
    auto impl = std::make_shared<Impl>(threads);
    impl_ = impl.get();
    const std::lock_guard lock(registry().mutex);
    registry().pools.emplace_back(this, std::move(impl));
}

WorkerPool::~WorkerPool() {
    impl_->stop();
    const std::lock_guard lock(registry().mutex);
    std::erase_if(registry().pools, [&](const auto& entry) { return entry.first == this; });
}

void WorkerPool::post(std::coroutine_handle<> handle) { impl_->submit({handle, nullptr}); }

bool WorkerPool::on_worker() const noexcept { return duty.pool == impl_; }

bool WorkerPool::enter(std::coroutine_handle<> handle, PromiseBase* promise) {
    if (promise) {
        if (!promise->home) return false;
        promise->worker = this;
    }
    impl_->submit({handle, promise});
    return true;
}

namespace detail {

// Only for the coroutine that this worker resumed itself: one that came home since then ends like any other.
bool finish_on_worker(PromiseBase& promise) noexcept {
    if (duty.promise != &promise) return false;
    if (promise.continuation) {
        duty.home = promise.home;
        duty.continuation = promise.continuation;
    }
    return true;
}

void let_go(std::coroutine_handle<> handle, PromiseBase& promise) noexcept {
    // What runs on a worker may enter another pool before it is let go.
    const WorkerPool* asked = nullptr;
    while (promise.worker != asked) {
        asked = promise.worker;
        std::shared_ptr<WorkerPool::Impl> pool;
        {
            const std::lock_guard lock(registry().mutex);
            for (const auto& [key, impl] : registry().pools) {
                if (key == asked) pool = impl;
            }
        }
        if (pool) pool->let_go(handle.address());
    }
    if (promise.home && promise.continuation) promise.home->retract(promise.continuation);
}

}  // namespace detail
}  // namespace duet
