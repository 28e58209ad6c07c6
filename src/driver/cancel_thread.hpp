#pragma once

#include <condition_variable>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

namespace duet::driver {

/// Something short that may block, such as asking a server over a second connection to stop a statement.
class CancelJob {
public:
    virtual ~CancelJob() = default;
    virtual void run() noexcept = 0;
};

/// Runs jobs one after the other on a thread of its own, which starts with the first of them, so that nobody
/// who asks for a cancellation has to wait. Thread-safe.
class CancelThread {
public:
    CancelThread() = default;
    CancelThread(const CancelThread&) = delete;
    CancelThread& operator=(const CancelThread&) = delete;
    /// Waits for the job under way; jobs that have not begun are dropped.
    ~CancelThread();

    /// A job that there is no memory or no thread for is dropped.
    void submit(std::shared_ptr<CancelJob> job) noexcept;

private:
    void work() noexcept;

    std::mutex mutex_;
    std::condition_variable wake_;
    std::vector<std::shared_ptr<CancelJob>> jobs_;
    std::thread thread_;
    bool stop_ = false;
};

}  // namespace duet::driver
