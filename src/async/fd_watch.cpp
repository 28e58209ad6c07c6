#include "fd_watch.hpp"

#include <duet/base/error.hpp>

#include <array>
#include <cerrno>
#include <cstdint>

#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <unistd.h>

namespace duet::detail {

FdWatch::~FdWatch() {
    if (event_ >= 0) ::close(event_);
    if (epoll_ >= 0) ::close(epoll_);
}

void FdWatch::open() {
    if (opened()) return;
    const int epoll = ::epoll_create1(EPOLL_CLOEXEC);
    const int event = ::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    epoll_event interest{};
    interest.events = EPOLLIN | EPOLLET;  // edge-triggered, so it need not be read
    interest.data.fd = event;
    if (epoll < 0 || event < 0 || ::epoll_ctl(epoll, EPOLL_CTL_ADD, event, &interest) != 0) {
        if (event >= 0) ::close(event);
        if (epoll >= 0) ::close(epoll);
        throw ConfigurationError(
            "the event loop cannot open its descriptors (is the limit on open files reached?)");
    }
    epoll_ = epoll;
    event_ = event;
}

unsigned FdWatch::wanted(const Entry& entry) noexcept {
    unsigned all = 0;
    for (const Wait* wait = entry.waits; wait; wait = wait->notes.next)
        all |= static_cast<unsigned>(wait->readiness);
    return all;
}

bool FdWatch::apply(int fd, Entry& entry, unsigned events) noexcept {
    epoll_event interest{};
    if (events & static_cast<unsigned>(Readiness::readable)) interest.events |= EPOLLIN | EPOLLRDHUP;
    if (events & static_cast<unsigned>(Readiness::writable)) interest.events |= EPOLLOUT;
    interest.data.fd = fd;
    int result = ::epoll_ctl(epoll_, entry.known ? EPOLL_CTL_MOD : EPOLL_CTL_ADD, fd, &interest);
    // The descriptor was closed and its number is in use again, or it was registered and forgotten.
    if (result != 0 && errno == ENOENT) result = ::epoll_ctl(epoll_, EPOLL_CTL_ADD, fd, &interest);
    if (result != 0 && errno == EEXIST) result = ::epoll_ctl(epoll_, EPOLL_CTL_MOD, fd, &interest);
    entry.known = result == 0;
    entry.registered = result == 0 ? events : 0;
    return result == 0;
}

bool FdWatch::add(Wait& wait) {
    open();
    const auto fd = static_cast<std::size_t>(wait.fd);
    if (fd >= entries_.size()) entries_.resize(fd + 1);
    Entry& entry = entries_[fd];
    // What is registered may belong to a descriptor that is closed: the kernel has forgotten it then.
    if (entry.tag != wait.tag) entry.registered = 0;
    entry.tag = wait.tag;
    wait.notes.next = entry.waits;
    entry.waits = &wait;
    ++active_;
    const unsigned events = wanted(entry) | entry.registered;
    if (events == entry.registered || apply(wait.fd, entry, events)) return true;
    remove(wait);
    return false;
}

bool FdWatch::unlink(Entry& entry, Wait& wait) noexcept {
    for (Wait** link = &entry.waits; *link; link = &(*link)->notes.next) {
        if (*link != &wait) continue;
        *link = wait.notes.next;
        wait.notes.next = nullptr;
        --active_;
        return true;
    }
    return false;
}

void FdWatch::remove(Wait& wait) noexcept {
    const auto fd = static_cast<std::size_t>(wait.fd);
    if (fd < entries_.size()) unlink(entries_[fd], wait);
}

void FdWatch::forget(int fd) noexcept {
    const auto index = static_cast<std::size_t>(fd);
    if (fd < 0 || index >= entries_.size() || !entries_[index].known) return;
    ::epoll_ctl(epoll_, EPOLL_CTL_DEL, fd, nullptr);
    entries_[index].known = false;
    entries_[index].registered = 0;
}

void FdWatch::take_all(std::vector<Wait*>& waits) {
    for (Entry& entry : entries_) {
        while (Wait* const wait = entry.waits) {
            unlink(entry, *wait);
            waits.push_back(wait);
        }
    }
}

void FdWatch::poll(int milliseconds, std::vector<Wait*>& ready) {
    std::array<epoll_event, 64> events;
    const int count = ::epoll_wait(epoll_, events.data(), static_cast<int>(events.size()), milliseconds);
    for (int i = 0; i < count; ++i) {
        const epoll_event& event = events[static_cast<std::size_t>(i)];
        if (event.data.fd == event_) continue;
        Entry& entry = entries_[static_cast<std::size_t>(event.data.fd)];
        unsigned arrived = 0;
        if (event.events & (EPOLLIN | EPOLLRDHUP)) arrived |= static_cast<unsigned>(Readiness::readable);
        if (event.events & EPOLLOUT) arrived |= static_cast<unsigned>(Readiness::writable);
        if (event.events & (EPOLLERR | EPOLLHUP)) arrived |= static_cast<unsigned>(Readiness::both);
        unsigned unclaimed = arrived;
        for (Wait* wait = entry.waits; wait;) {
            Wait* const next = wait->notes.next;
            const auto interest = static_cast<unsigned>(wait->readiness);
            if (interest & arrived) {
                unclaimed &= ~interest;
                unlink(entry, *wait);
                ready.push_back(wait);
            }
            wait = next;
        }
        if (unclaimed & entry.registered) {
            const unsigned still = wanted(entry);
            if (still != 0) {
                apply(event.data.fd, entry, still);
            } else {
                forget(event.data.fd);  // an interest of none would still report errors
            }
        } else if (unclaimed && entry.registered == 0) {
            forget(event.data.fd);
        }
    }
}

void FdWatch::wake() noexcept {
    const std::uint64_t one = 1;
    [[maybe_unused]] const auto written = ::write(event_, &one, sizeof one);
}

}  // namespace duet::detail
