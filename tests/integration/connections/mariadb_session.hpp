#pragma once

#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include <poll.h>

#include "integration/servers.hpp"
#include "unit/driver/sqlite_support.hpp"

namespace duet::driver::test {

/// Waits for a driver's operation on this thread, as an event loop would. The number of waits.
inline int settle_by_poll(Connection& connection, Wait wait) {
    int waits = 0;
    for (; wait != Wait::done; wait = connection.resume()) {
        ++waits;
        pollfd fd{.fd = connection.socket(), .events = 0, .revents = 0};
        if (wait != Wait::writable) fd.events |= POLLIN;
        if (wait != Wait::readable) fd.events |= POLLOUT;
        constexpr int patience_ms = 30'000;
        if (poll(&fd, 1, patience_ms) <= 0) throw std::runtime_error("nothing happens on the socket");
    }
    return waits;
}

/// One connection to a MariaDB server, which either blocks or is waited for.
class MariaDbSession {
public:
    MariaDbSession(const std::string& url, bool blocking)
        : driver_(open_driver(parse_url(url))), connection_(driver_->connect(Access::write)) {
        connection_->allow_blocking(blocking);
        waits += settle_by_poll(*connection_, connection_->establish());
    }

    Connection& connection() { return *connection_; }
    Driver& driver() { return *driver_; }
    int waits = 0;

    void script(std::string_view sql) {
        waits += settle_by_poll(*connection_, connection_->execute_script(sql));
    }

    std::unique_ptr<Statement> prepare(std::string sql, std::vector<PlanBind> binds = {}, bool raw = false) {
        auto plan = std::make_shared<Plan>();
        plan->sql = std::move(sql);
        plan->binds = std::move(binds);
        plan->raw = raw;
        std::unique_ptr<Statement> statement;
        waits += settle_by_poll(*connection_, connection_->prepare(plan, {}, statement));
        return statement;
    }

    Outcome execute(Statement& statement, const std::vector<BindValue>& values = {}, RowSink* sink = nullptr,
                    std::size_t max_rows = all_rows) {
        Outcome outcome;
        waits +=
            settle_by_poll(*connection_, connection_->execute(statement, values, sink, max_rows, outcome));
        return outcome;
    }

    Outcome fetch(Statement& statement, RowSink* sink, std::size_t max_rows) {
        Outcome outcome;
        waits += settle_by_poll(*connection_, connection_->fetch(statement, sink, max_rows, outcome));
        return outcome;
    }

    Outcome run(std::string sql, const std::vector<BindValue>& values = {}) {
        const auto statement = prepare(std::move(sql), in_order(values.size()));
        return execute(*statement, values);
    }

    template <class T>
    static RowSink sink_of(const DecodeStep& step, std::deque<T>& out) {
        RowSink sink{.steps = &step, .step_count = 1};
        sink.open = [](void* rows, std::size_t) -> void* {
            return &static_cast<std::deque<T>*>(rows)->emplace_back();
        };
        sink.context = &out;
        sink.name = [](void*, std::size_t) -> std::string_view { return "users.field"; };
        return sink;
    }

    template <class T>
    std::deque<T> column(const TypeInfo& type, std::string sql, const std::vector<BindValue>& values = {},
                         std::vector<PlanBind> binds = {}) {
        const auto statement =
            prepare(std::move(sql), binds.empty() ? in_order(values.size()) : std::move(binds));
        std::deque<T> out;
        const DecodeStep step{.type = &type};
        RowSink sink = sink_of(step, out);
        const Outcome outcome = execute(*statement, values, &sink);
        EXPECT_EQ(outcome.rows, out.size());
        return out;
    }

    template <class T>
    T one(const TypeInfo& type, std::string sql, const std::vector<BindValue>& values = {},
          std::vector<PlanBind> binds = {}) {
        std::deque<T> rows = column<T>(type, std::move(sql), values, std::move(binds));
        EXPECT_EQ(rows.size(), 1U);
        return rows.empty() ? T{} : std::move(rows[0]);
    }

    static std::vector<PlanBind> in_order(std::size_t count) {
        std::vector<PlanBind> binds(count);
        for (std::size_t i = 0; i < count; ++i) binds[i].value = static_cast<std::uint16_t>(i);
        return binds;
    }

private:
    std::unique_ptr<Driver> driver_;
    std::unique_ptr<Connection> connection_;
};

}  // namespace duet::driver::test
