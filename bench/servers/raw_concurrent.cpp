#include "raw_concurrent.hpp"

#include <deque>
#include <thread>
#include <vector>

#include <sys/epoll.h>
#include <unistd.h>

#include "raw_postgres.hpp"

namespace bench {
namespace {

struct TaskState {
    std::size_t number = 0;
    std::size_t step = 0;
};

std::int64_t key_of(const TaskState& task, std::size_t steps) {
    return shuffled_key(task.number * steps + task.step);
}

std::vector<pg::Connection> open_all(const std::string& url, std::size_t count) {
    std::vector<pg::Connection> connections;
    for (std::size_t index = 0; index < count; ++index) {
        connections.push_back(pg::open(url));
        pg::prepare(connections.back().get(), "by_key", pg::user_by_key);
    }
    return connections;
}

std::uint64_t digest_of(const PGresult* result) {
    UserRow user;
    pg::read_user(result, 0, user);
    return digest(user);
}

// Watches connections for input.
class Epoll {
public:
    explicit Epoll(const std::vector<pg::Connection>& connections)
        : fd_{epoll_create1(0)}, events_(connections.size()) {
        for (std::size_t index = 0; index < connections.size(); ++index) {
            epoll_event event{};
            event.events = EPOLLIN;
            event.data.u64 = index;
            PQsetnonblocking(connections[index].get(), 1);
            epoll_ctl(fd_, EPOLL_CTL_ADD, PQsocket(connections[index].get()), &event);
        }
    }
    Epoll(const Epoll&) = delete;
    Epoll& operator=(const Epoll&) = delete;
    ~Epoll() { ::close(fd_); }

    template <class Body>
    void wait(Body body) {
        const int ready = epoll_wait(fd_, events_.data(), static_cast<int>(events_.size()), -1);
        for (int index = 0; index < ready; ++index) body(events_[static_cast<std::size_t>(index)].data.u64);
    }

private:
    int fd_;
    std::vector<epoll_event> events_;
};

}  // namespace

struct RawEpoll::Impl {
    std::vector<pg::Connection> connections;
    Epoll epoll{connections};
};

RawEpoll::RawEpoll(const std::string& url, std::size_t connections)
    : impl_{new Impl{.connections = open_all(url, connections)}} {}
RawEpoll::~RawEpoll() = default;

std::uint64_t RawEpoll::run(std::size_t tasks, std::size_t steps) {
    std::deque<TaskState> waiting;
    for (std::size_t number = 0; number < tasks; ++number) waiting.push_back({number, 0});
    std::vector<TaskState> running(impl_->connections.size());
    std::uint64_t sum = 0;
    std::size_t busy = 0;
    pg::Parameters<1> parameters;
    const auto start = [&](std::size_t index) {
        if (waiting.empty()) return;
        running[index] = waiting.front();
        waiting.pop_front();
        parameters.number(0, key_of(running[index], steps));
        parameters.send(impl_->connections[index].get(), "by_key");
        PQflush(impl_->connections[index].get());
        ++busy;
    };
    for (std::size_t index = 0; index < running.size(); ++index) start(index);
    while (busy > 0) {
        impl_->epoll.wait([&](std::size_t index) {
            PGconn* const db = impl_->connections[index].get();
            if (PQconsumeInput(db) != 1) pg::fail(db);
            if (PQisBusy(db) != 0) return;
            while (PGresult* result = PQgetResult(db)) sum += digest_of(pg::checked(db, result).get());
            --busy;
            TaskState& task = running[index];
            if (++task.step < steps) waiting.push_back(task);
            start(index);
        });
    }
    return sum;
}

struct RawPipelines::Impl {
    std::vector<pg::Connection> connections;
    bool sync_each;
    Epoll epoll{connections};
};

RawPipelines::RawPipelines(const std::string& url, std::size_t connections, bool sync_each)
    : impl_{new Impl{.connections = open_all(url, connections), .sync_each = sync_each}} {
    for (const pg::Connection& connection : impl_->connections) {
        if (PQenterPipelineMode(connection.get()) != 1) pg::fail(connection.get());
    }
}
RawPipelines::~RawPipelines() = default;

std::uint64_t RawPipelines::run(std::size_t tasks, std::size_t steps) {
    struct Pipe {
        std::deque<TaskState> flying;
        std::vector<TaskState> ready;
    };
    std::vector<Pipe> pipes(impl_->connections.size());
    for (std::size_t number = 0; number < tasks; ++number)
        pipes[number % pipes.size()].ready.push_back({number, 0});
    std::uint64_t sum = 0;
    std::size_t left = tasks * steps;
    std::size_t syncs = 0;  // the last ones are read as well, or they would be in the way of the next run
    pg::Parameters<1> parameters;
    const auto sync = [&](PGconn* db) {
        if (PQpipelineSync(db) != 1) pg::fail(db);  // sends what has been written
        ++syncs;
    };
    const auto send = [&](std::size_t index) {
        Pipe& pipe = pipes[index];
        PGconn* const db = impl_->connections[index].get();
        if (pipe.ready.empty()) return;
        for (const TaskState& task : pipe.ready) {
            parameters.number(0, key_of(task, steps));
            parameters.send(db, "by_key");
            pipe.flying.push_back(task);
            if (impl_->sync_each) sync(db);
        }
        pipe.ready.clear();
        if (!impl_->sync_each) sync(db);
    };
    const auto receive = [&](std::size_t index) {
        PGconn* const db = impl_->connections[index].get();
        Pipe& pipe = pipes[index];
        if (PQconsumeInput(db) != 1) pg::fail(db);
        while (PQisBusy(db) == 0) {
            const pg::Result result{PQgetResult(db)};
            if (!result && pipe.flying.empty()) break;
            if (!result) continue;  // the end of a statement's results
            if (PQresultStatus(result.get()) == PGRES_PIPELINE_SYNC) {
                --syncs;
                continue;
            }
            if (PQresultStatus(result.get()) != PGRES_TUPLES_OK) pg::fail(db);
            sum += digest_of(result.get());
            --left;
            TaskState task = pipe.flying.front();
            pipe.flying.pop_front();
            if (++task.step < steps) pipe.ready.push_back(task);
            if (PQgetResult(db) != nullptr) std::exit(2);
        }
        if (impl_->sync_each || pipe.flying.empty()) send(index);
    };
    for (std::size_t index = 0; index < pipes.size(); ++index) send(index);
    while (left > 0 || syncs > 0) impl_->epoll.wait(receive);
    return sum;
}

struct RawThreads::Impl {
    std::vector<pg::Connection> connections;
};

RawThreads::RawThreads(const std::string& url, std::size_t connections)
    : impl_{new Impl{.connections = open_all(url, connections)}} {}
RawThreads::~RawThreads() = default;

std::uint64_t RawThreads::run(std::size_t tasks, std::size_t steps) {
    std::vector<std::uint64_t> sums(impl_->connections.size());
    std::vector<std::thread> threads;
    const std::size_t share = tasks * steps / sums.size();
    for (std::size_t index = 0; index < sums.size(); ++index) {
        threads.emplace_back([&, index] {
            PGconn* const db = impl_->connections[index].get();
            pg::Parameters<1> parameters;
            for (std::size_t step = index * share; step < (index + 1) * share; ++step) {
                parameters.number(0, shuffled_key(step));
                sums[index] += digest_of(pg::checked(db, parameters.run(db, "by_key")).get());
            }
        });
    }
    for (std::thread& thread : threads) thread.join();
    std::uint64_t sum = 0;
    for (const std::uint64_t part : sums) sum += part;
    return sum;
}

}  // namespace bench
