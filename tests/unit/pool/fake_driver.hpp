#pragma once

#include <duet/base/error.hpp>
#include <duet/pool/pool.hpp>

#include <atomic>
#include <memory>
#include <stdexcept>
#include <string>
#include <utility>

namespace duet::testing {

/// What the connections of a FakeDriver do and have seen.
struct FakeDatabase {
    std::atomic<int> connects{0};
    std::atomic<int> open{0};
    std::atomic<int> rollbacks{0};
    std::atomic<int> connects_to_fail{0};
    std::atomic<bool> rollback_fails{false};
};

class FakeConnection : public driver::Connection {
public:
    explicit FakeConnection(FakeDatabase& database) : database_(database) { ++database_.open; }
    ~FakeConnection() override { --database_.open; }

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
        if (sql == "ROLLBACK") {
            if (database_.rollback_fails) throw DatabaseError("the disk is gone");
            ++database_.rollbacks;
            transaction = false;
        }
        return driver::Wait::done;
    }
    void set_limits(const driver::Limits& limits) override { limits_ = limits; }
    const driver::Limits& limits() const noexcept override { return limits_; }
    void interrupt() noexcept override {}
    bool in_transaction() const noexcept override { return transaction; }
    bool usable() const noexcept override { return good; }

    bool transaction = false;
    bool good = true;
    int users = 0;  // not atomic: a sanitizer sees whoever uses the connection beside its owner

private:
    FakeDatabase& database_;
    driver::Limits limits_;
};

class FakeDriver : public driver::Driver {
public:
    FakeDriver(FakeDatabase& database, driver::Topology topology)
        : database_(database), topology_(topology) {}

    const Dialect& dialect() const noexcept override { std::terminate(); }
    driver::Topology topology() const noexcept override { return topology_; }
    std::unique_ptr<driver::Connection> connect(driver::Access) override {
        if (database_.connects_to_fail > 0) {
            --database_.connects_to_fail;
            throw ConnectionError("nobody listens there");
        }
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
