#pragma once

#include <cstdint>
#include <memory>
#include <string>

/// The point select of the workload for many at once, by hand. `tasks` independent sequences of `steps`
/// selects each; returns the sum of the digests.
namespace bench {

/// One thread with epoll over some connections, one select at a time on each.
class RawEpoll {
public:
    RawEpoll(const std::string& url, std::size_t connections);
    ~RawEpoll();
    std::uint64_t run(std::size_t tasks, std::size_t steps);

private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

/// One thread over some connections in pipeline mode, on which the tasks' selects travel together: with one
/// sync point for all that is ready at a moment, or with one for each select.
class RawPipelines {
public:
    RawPipelines(const std::string& url, std::size_t connections, bool sync_each = false);
    ~RawPipelines();
    std::uint64_t run(std::size_t tasks, std::size_t steps);

private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

/// A thread for each connection, which does its share of the tasks' selects one after the other.
class RawThreads {
public:
    RawThreads(const std::string& url, std::size_t connections);
    ~RawThreads();
    std::uint64_t run(std::size_t tasks, std::size_t steps);

private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace bench
