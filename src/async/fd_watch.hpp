#pragma once

#include <duet/async/executor.hpp>

#include <cstdint>
#include <vector>

namespace duet::detail {

/// The epoll side of EventLoop: which waits want which descriptor. Single-threaded but for `wake`.
///
/// A registration stays in the kernel after its wait has fired, so that asking and waiting again on the same
/// connection costs no system call; it is narrowed when it reports something that nobody waits for.
class FdWatch {
public:
    FdWatch() noexcept = default;
    FdWatch(const FdWatch&) = delete;
    FdWatch& operator=(const FdWatch&) = delete;
    ~FdWatch();

    bool opened() const noexcept { return epoll_ >= 0; }
    /// Waits under way.
    std::size_t active() const noexcept { return active_; }

    void open();
    /// False when the descriptor cannot be watched, which means that it never blocks (or is not open).
    bool add(Wait& wait);
    void remove(Wait& wait) noexcept;
    void forget(int fd) noexcept;
    /// Moves all waits under way into `waits`.
    void take_all(std::vector<Wait*>& waits);
    /// Blocks up to `milliseconds` (-1: without limit) and appends the waits whose descriptors are ready.
    void poll(int milliseconds, std::vector<Wait*>& ready);
    /// Ends a `poll` on another thread.
    void wake() noexcept;

private:
    struct Entry {
        Wait* waits = nullptr;
        unsigned registered = 0;
        std::uint64_t tag = 0;
        bool known = false;
    };
    static unsigned wanted(const Entry& entry) noexcept;
    bool apply(int fd, Entry& entry, unsigned events) noexcept;
    bool unlink(Entry& entry, Wait& wait) noexcept;

    int epoll_ = -1;
    int event_ = -1;
    std::size_t active_ = 0;
    std::vector<Entry> entries_;  // by descriptor
};

}  // namespace duet::detail
