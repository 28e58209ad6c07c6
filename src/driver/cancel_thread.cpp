#include "driver/cancel_thread.hpp"

#include <exception>
#include <utility>

namespace duet::driver {

CancelThread::~CancelThread() {
    {
        const std::lock_guard lock(mutex_);
        stop_ = true;
        jobs_.clear();
    }
    wake_.notify_one();
    if (thread_.joinable()) thread_.join();
}

void CancelThread::submit(std::shared_ptr<CancelJob> job) noexcept {
    try {
        const std::lock_guard lock(mutex_);
        if (!thread_.joinable()) thread_ = std::thread([this] { work(); });
        jobs_.push_back(std::move(job));
        wake_.notify_one();
    } catch (const std::exception&) {
    }
}

void CancelThread::work() noexcept {
    std::vector<std::shared_ptr<CancelJob>> taken;
    for (;;) {
        {
            std::unique_lock lock(mutex_);
            wake_.wait(lock, [this] { return stop_ || !jobs_.empty(); });
            if (stop_) return;
            taken.swap(jobs_);
        }
        for (const std::shared_ptr<CancelJob>& job : taken) job->run();
        taken.clear();
    }
}

}  // namespace duet::driver
