#pragma once

#include <duet/base/error.hpp>
#include <duet/pool/pool.hpp>

#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <sys/eventfd.h>
#include <unistd.h>

namespace duet::testing {

/// What the connections of a FakeDriver do and have seen.
struct FakeDatabase {
    std::atomic<int> connects{0};
    std::atomic<int> open{0};
    std::atomic<int> rollbacks{0};
    std::atomic<int> pings{0};
    std::atomic<int> resets{0};
    std::atomic<int> connects_to_fail{0};
    std::atomic<int> pings_to_fail{0};
    std::atomic<bool> rollback_fails{false};
    std::atomic<bool> reset_loses_statements{false};
    /// Network: whether operations have to be waited for, and whether they are ever answered.
    std::atomic<bool> waits{false};
    std::atomic<bool> silent{false};

    void ran(std::string_view sql) {
        const std::lock_guard lock(mutex_);
        scripts_.emplace_back(sql);
    }
    std::vector<std::string> scripts() {
        const std::lock_guard lock(mutex_);
        return scripts_;
    }

private:
    std::mutex mutex_;
    std::vector<std::string> scripts_;
};

class FakeConnection : public driver::Connection {
public:
    explicit FakeConnection(FakeDatabase& database) : database_(database) { ++database_.open; }
    ~FakeConnection() override {
        --database_.open;
        if (event_ >= 0) ::close(event_);
    }

    driver::Wait establish() override {
        if (--database_.connects_to_fail >= 0) return fail_with("nobody listens there");
        ++database_.connects_to_fail;
        return started();
    }
    driver::Wait ping() override {
        ++database_.pings;
        if (--database_.pings_to_fail >= 0) return fail_with("the connection is dead");
        ++database_.pings_to_fail;
        return started();
    }
    driver::Wait resume() override {
        under_way_ = false;
        std::uint64_t value = 0;
        static_cast<void>(::read(event_, &value, sizeof value));
        if (!failure_.empty()) {
            good = false;
            throw ConnectionError(std::exchange(failure_, {}));
        }
        return driver::Wait::done;
    }
    int socket() const noexcept override { return event_; }
    std::uint64_t socket_tag() const noexcept override { return tag_; }
    void abandon() noexcept override { good = false; }
    void allow_blocking(bool allowed) noexcept override { may_block = allowed; }
    bool dirty() const noexcept override { return traces; }
    void keep_traces() noexcept override { traces = false; }
    bool start_reset() noexcept override {
        ++database_.resets;
        traces = transaction = false;
        if (database_.rollback_fails) good = false;
        return !database_.reset_loses_statements;
    }

    driver::Wait prepare(std::shared_ptr<const Plan>, std::span<const driver::BindValue>,
                         std::unique_ptr<driver::Statement>&) override {
        return driver::Wait::done;
    }
    driver::Wait execute(driver::Statement&, std::span<const driver::BindValue>, driver::RowSink*,
                         std::size_t, driver::Outcome&) override {
        return driver::Wait::done;
    }
    driver::Wait fetch(driver::Statement&, driver::RowSink*, std::size_t, driver::Outcome&) override {
        return driver::Wait::done;
    }
    void close(driver::Statement&) noexcept override {}
    driver::Wait execute_script(std::string_view sql) override {
        database_.ran(sql);
        traces |= sql.starts_with("SET");
        if (sql == "ROLLBACK") {
            if (database_.rollback_fails) throw DatabaseError("the disk is gone");
            ++database_.rollbacks;
            transaction = false;
        }
        if (sql == "nonsense") throw DatabaseError("syntax error");
        return started();
    }
    void set_limits(const driver::Limits& limits) override { limits_ = limits; }
    const driver::Limits& limits() const noexcept override { return limits_; }
    void interrupt() noexcept override {}
    bool in_transaction() const noexcept override { return transaction; }
    bool usable() const noexcept override { return good && !under_way_; }

    bool transaction = false;
    bool traces = false;
    bool good = true;
    bool may_block = false;
    int users = 0;  // not atomic: a sanitizer sees whoever uses the connection beside its owner

private:
    driver::Wait started() {
        if (!database_.waits) return driver::Wait::done;
        if (event_ < 0) {
            static std::atomic<std::uint64_t> tags{1};
            event_ = ::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
            tag_ = tags++;
        }
        under_way_ = true;
        const std::uint64_t one = 1;
        if (!database_.silent) static_cast<void>(!::write(event_, &one, sizeof one));
        return driver::Wait::readable;
    }
    driver::Wait fail_with(const char* message) {
        if (!database_.waits) {
            good = false;
            throw ConnectionError(message);
        }
        failure_ = message;
        return started();
    }

    FakeDatabase& database_;
    driver::Limits limits_;
    int event_ = -1;
    std::uint64_t tag_ = 0;
    bool under_way_ = false;
    std::string failure_;
};

class FakeDriver : public driver::Driver {
public:
    FakeDriver(FakeDatabase& database, driver::Topology topology)
        : database_(database), topology_(topology) {}

    const Dialect& dialect() const noexcept override { std::terminate(); }
    driver::Topology topology() const noexcept override { return topology_; }
    std::unique_ptr<driver::Connection> connect(driver::Access) override {
        ++database_.connects;
        return std::make_unique<FakeConnection>(database_);
    }
    DatabaseSchema introspect(driver::Connection&) override { return {}; }

private:
    FakeDatabase& database_;
    driver::Topology topology_;
};

inline constexpr driver::Topology one_for_all{.single = true, .separate_writer = false, .blocking = true};
inline constexpr driver::Topology one_writer{.single = false, .separate_writer = true, .blocking = true};
inline constexpr driver::Topology all_equal{.single = false, .separate_writer = false, .blocking = false};

/// A pool of fake connections.
struct FakePool {
    explicit FakePool(driver::Topology topology, PoolOptions options = {})
        : pool(std::make_unique<FakeDriver>(database, topology), options) {}

    FakeDatabase database;
    Pool pool;
};

inline FakeConnection& fake(Lease& lease) { return static_cast<FakeConnection&>(*lease.open().connection); }

template <class E, class F>
std::string message_of(F&& act) {
    try {
        std::forward<F>(act)();
    } catch (const E& error) {
        return error.what();
    }
    return "nothing was thrown";
}

}  // namespace duet::testing
