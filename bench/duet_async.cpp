#include <condition_variable>
#include <coroutine>
#include <cstring>
#include <deque>
#include <mutex>
#include <thread>

#include "median.hpp"
#include "models.hpp"
#include "pin.hpp"
#include "raw_sqlite.hpp"

// A point select by co_await through AsyncDatabase, beside the bare hop: a coroutine that hands the
// hand-written select to a worker thread and is resumed on its own thread. SQLite has no other way to be
// asynchronous, so the hop is the floor.
namespace {

using namespace bench;

template <class T>
class Queue {
public:
    void push(T item) {
        {
            const std::lock_guard lock{mutex_};
            items_.push_back(item);
        }
        ready_.notify_one();
    }

    T pop() {
        std::unique_lock lock{mutex_};
        ready_.wait(lock, [this] { return !items_.empty(); });
        T item = items_.front();
        items_.pop_front();
        return item;
    }

private:
    std::mutex mutex_;
    std::condition_variable ready_;
    std::deque<T> items_;
};

struct Fire {
    struct promise_type {
        Fire get_return_object() { return {}; }
        std::suspend_never initial_suspend() noexcept { return {}; }
        std::suspend_never final_suspend() noexcept { return {}; }
        void return_void() {}
        void unhandled_exception() { std::terminate(); }
    };
};

class BareHop {
public:
    BareHop() {
        worker_ = std::thread{[this] {
            while (Select* job = jobs_.pop()) {
                job->run();
                done_.push(job->waiting);
            }
        }};
    }
    BareHop(const BareHop&) = delete;
    BareHop& operator=(const BareHop&) = delete;
    ~BareHop() {
        jobs_.push(nullptr);
        worker_.join();
    }

    double nanoseconds(std::size_t count, std::uint64_t& sum) {
        Stopwatch watch;
        bool finished = false;
        watch.start();
        selects(count, sum, finished);
        while (!finished) done_.pop().resume();
        watch.stop();
        return watch.nanoseconds() / static_cast<double>(count);
    }

private:
    struct Select {
        BareHop& hop;
        std::int64_t key;
        UserRow user{};
        std::coroutine_handle<> waiting{};

        void run() {
            sqlite3_stmt* statement = hop.by_key_.get();
            sqlite3_bind_int64(statement, 1, key);
            if (sqlite3_step(statement) != SQLITE_ROW) raw::fail(hop.connection_.get());
            raw::read_user(statement, user);
            sqlite3_reset(statement);
        }

        bool await_ready() const noexcept { return false; }
        void await_suspend(std::coroutine_handle<> handle) {
            waiting = handle;
            hop.jobs_.push(this);
        }
        const UserRow& await_resume() const noexcept { return user; }
    };

    Fire selects(std::size_t count, std::uint64_t& sum, bool& finished) {
        for (std::size_t step = 0; step < count; ++step) {
            Select select{*this, shuffled_key(step)};  // named: GCC 12 destroys such a temporary twice
            sum += digest(co_await select);
        }
        finished = true;
    }

    raw::Connection connection_ = raw::open({.seed = Seed::users_only}, 0);
    raw::Statement by_key_ = raw::prepare(
        connection_.get(),
        "SELECT id, email, name, age, score, bio, is_active, created_at FROM users WHERE id = ?", 0);
    Queue<Select*> jobs_;
    Queue<std::coroutine_handle<>> done_;
    std::thread worker_;
};

duet::Task<double> duet_nanoseconds(duet::AsyncDatabase& db, std::size_t count, std::uint64_t& sum) {
    Stopwatch watch;
    watch.start();
    for (std::size_t step = 0; step < count; ++step) {
        const auto user = co_await db.get<models::User>(shuffled_key(step));
        sum += digest(*user);
    }
    watch.stop();
    co_return watch.nanoseconds() / static_cast<double>(count);
}

duet::Task<> measure(bool pinned) {
    constexpr std::size_t rounds = 41;
    constexpr std::size_t warm_up = 3;
    constexpr std::size_t count = 500;
    constexpr double target = 1.10;
    BareHop hop;
    duet::AsyncDatabase db{"sqlite:///:memory:"};
    co_await db.execute_script(seed_script(Seed::users_only));

    std::vector<double> bare;
    std::vector<double> ours;
    std::uint64_t bare_sum = 0;
    std::uint64_t our_sum = 0;
    for (std::size_t round = 0; round < rounds + warm_up; ++round) {
        const double first = hop.nanoseconds(count, bare_sum);
        const double second = co_await duet_nanoseconds(db, count, our_sum);
        if (round < warm_up) continue;
        bare.push_back(first);
        ours.push_back(second);
    }
    if (bare_sum != our_sum) throw duet::Error{"the two sides read different rows"};
    const double ratio = median_ratio(ours, bare);
    std::printf("%-22s %12.0f ns %12.0f ns %8.2f %8.2f  ", pinned ? "on one CPU" : "on all CPUs",
                median(bare), median(ours), ratio, target);
    print_verdict(ratio, target);
}

}  // namespace

// Two runs of one process each, because worker threads keep the CPUs that they were started with: `duet_async
// --pin`.
int main(int count, char** arguments) {
    const bool pinned = count > 1 && std::strcmp(arguments[1], "--pin") == 0;
    if (pinned) {
        pin_to_this_cpu();
    } else {
        std::printf(
            "\nAsynchronous point select, to a bare worker-thread hop with the hand-written select, in "
            "memory\n\n");
        std::printf("%-22s %15s %15s %8s %8s  verdict\n", "", "bare hop", "duet", "ratio", "target");
    }
    duet::run([pinned]() -> duet::Task<> { return measure(pinned); });
}
