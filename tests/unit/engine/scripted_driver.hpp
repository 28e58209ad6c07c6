#pragma once

#include <duet/dialect/sqlite.hpp>
#include <duet/driver/driver.hpp>
#include <duet/duet.hpp>

#include <deque>
#include <exception>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include <sys/eventfd.h>
#include <unistd.h>

namespace duet::testing {

/// SQLite's spelling with the capabilities of a test.
class ScriptedDialect : public Dialect {
public:
    Capabilities can;

    std::string_view name() const noexcept override { return "scripted"; }
    const Capabilities& capabilities() const noexcept override { return can; }
    std::string begin(const BeginOptions& options) const override {
        std::string out = "BEGIN";
        if (options.isolation == Isolation::serializable) out += " SERIALIZABLE";
        if (options.read_only) out += " READ ONLY";
        if (options.deferrable) out += " DEFERRABLE";
        return out;
    }
    std::string explain(std::string_view sql, bool /*analyze*/) const override {
        return "EXPLAIN " + std::string(sql);
    }

    std::string current_timestamp() const override { return base().current_timestamp(); }
    std::string cast(const Operand& operand, Kind to) const override { return base().cast(operand, to); }
    std::string date_part(std::string_view operand, shape::DatePart part) const override {
        return base().date_part(operand, part);
    }
    std::string date_trunc(std::string_view operand, shape::DatePart part) const override {
        return base().date_trunc(operand, part);
    }
    std::string match(shape::Op op, std::string_view operand, std::string_view pattern) const override {
        return base().match(op, operand, pattern);
    }
    Transform pattern_transform(shape::Op op) const override { return base().pattern_transform(op); }
    std::string escape_pattern(shape::Op op, std::string_view pattern) const override {
        return base().escape_pattern(op, pattern);
    }
    std::string in_list(const Operand& operand, std::string_view mark, Kind elements,
                        bool negated) const override {
        return base().in_list(operand, mark, elements, negated);
    }
    std::string array_contains(const Operand& array, const Operand& element) const override {
        return base().array_contains(array, element);
    }
    std::string json_get(std::string_view json, std::string_view path, Kind as) const override {
        return base().json_get(json, path, as);
    }
    std::string json_test(shape::Op op, std::string_view json, std::string_view path,
                          const Operand& operand) const override {
        return base().json_test(op, json, path, operand);
    }
    std::string column_type(const ColumnInfo& column, ColumnUse use) const override {
        return base().column_type(column, use);
    }
    std::string now_default(const ColumnInfo& column) const override { return base().now_default(column); }
    void append_generated_key(std::string& out) const override { base().append_generated_key(out); }

private:
    static const Dialect& base() { return sqlite_dialect(); }
};

using Value = std::variant<std::int64_t, std::string>;

/// How the server answers a statement.
struct Reply {
    std::vector<std::vector<Value>> rows{};
    std::int64_t affected = 1;
    std::int64_t last_key = 0;
    std::exception_ptr error{};  // after the rows
    bool disconnects = false;
};

template <class E>
Reply failing(E error, bool disconnects = false) {
    return {.error = std::make_exception_ptr(std::move(error)), .disconnects = disconnects};
}

/// A server that says what it was told to, and remembers what it was asked.
struct ScriptedServer {
    ScriptedDialect dialect;
    std::vector<std::string> log;
    std::deque<std::pair<std::string, Reply>> replies;  // by the beginning of the statement; each once
    int connects = 0;
    int restarts = 0;              // connections from before are dead
    bool tells_unstarted = false;  // a dead connection notices before it sends
    int closed_cursors = 0;

    void on(std::string beginning, Reply reply) {
        replies.emplace_back(std::move(beginning), std::move(reply));
    }
    Reply answer(const std::string& sql) {
        log.push_back(sql);
        for (auto it = replies.begin(); it != replies.end(); ++it) {
            if (!sql.starts_with(it->first)) continue;
            Reply reply = std::move(it->second);
            replies.erase(it);
            return reply;
        }
        return {};
    }
    std::size_t count(std::string_view beginning) const {
        std::size_t n = 0;
        for (const std::string& sql : log) n += sql.starts_with(beginning) ? 1 : 0;
        return n;
    }
};

class ScriptedStatement : public driver::Statement {
public:
    explicit ScriptedStatement(std::shared_ptr<const Plan> plan) : Statement(std::move(plan)) {}
    std::vector<std::string> column_names() const override { return {}; }
    bool writes() const override { return plan().writes; }

    std::vector<std::vector<Value>> left;  // of a portion
};

/// Each operation has to be waited for.
class ScriptedConnection : public driver::Connection {
public:
    explicit ScriptedConnection(ScriptedServer& server)
        : server_(server), born_(server.restarts), socket_(::eventfd(1, EFD_CLOEXEC)) {}
    ~ScriptedConnection() override { ::close(socket_); }

    driver::Wait establish() override {
        return later([] {});
    }
    driver::Wait prepare(std::shared_ptr<const Plan> plan, std::span<const driver::BindValue>,
                         std::unique_ptr<driver::Statement>& out) override {
        out = std::make_unique<ScriptedStatement>(std::move(plan));
        return driver::Wait::done;
    }
    driver::Wait execute(driver::Statement& statement, std::span<const driver::BindValue>,
                         driver::RowSink* sink, std::size_t max_rows, driver::Outcome& outcome) override {
        return later([this, &statement, sink, max_rows, &outcome] {
            auto& own = static_cast<ScriptedStatement&>(statement);
            Reply reply = run(own.plan().sql);
            own.left = std::move(reply.rows);
            outcome.affected = reply.affected;
            outcome.last_key = reply.last_key;
            deliver(own, sink, max_rows, outcome);
            if (reply.disconnects) usable_ = false;
            if (reply.error) std::rethrow_exception(reply.error);
        });
    }
    driver::Wait fetch(driver::Statement& statement, driver::RowSink* sink, std::size_t max_rows,
                       driver::Outcome& outcome) override {
        return later([&statement, sink, max_rows, &outcome] {
            deliver(static_cast<ScriptedStatement&>(statement), sink, max_rows, outcome);
        });
    }
    void close(driver::Statement& statement) noexcept override {
        static_cast<ScriptedStatement&>(statement).left.clear();
        ++server_.closed_cursors;
    }
    driver::Wait execute_script(std::string_view sql) override {
        return later([this, text = std::string(sql)] {
            const Reply reply = run(text);
            if (reply.error) std::rethrow_exception(reply.error);
        });
    }
    driver::Wait begin(std::string_view sql) override {
        held_ = sql;
        in_transaction_ = true;
        return driver::Wait::done;
    }
    driver::Wait resume() override {
        under_way_ = false;
        const std::function<void()> act = std::exchange(act_, nullptr);
        act();
        return driver::Wait::done;
    }
    driver::Wait ping() override {
        return later([this] { check_alive(); });
    }
    void set_limits(const driver::Limits& limits) override { limits_ = limits; }
    const driver::Limits& limits() const noexcept override { return limits_; }
    void interrupt() noexcept override {}
    bool in_transaction() const noexcept override { return in_transaction_; }
    bool not_started() const noexcept override { return !usable_ && server_.tells_unstarted; }
    bool usable() const noexcept override { return usable_ && !under_way_; }
    int socket() const noexcept override { return socket_; }
    std::uint64_t socket_tag() const noexcept override { return tag_; }

private:
    static std::uint64_t next_tag() {
        static std::uint64_t last = 0;
        return ++last;
    }
    driver::Wait later(std::function<void()> act) {
        act_ = std::move(act);
        under_way_ = true;
        return driver::Wait::readable;
    }
    void check_alive() {
        if (born_ == server_.restarts && usable_) return;
        usable_ = false;
        throw ConnectionError("the server is gone");
    }
    Reply run(const std::string& sql) {
        check_alive();
        if (!held_.empty()) server_.log.push_back(std::exchange(held_, {}));
        Reply reply = server_.answer(sql);
        if (sql == "COMMIT" || sql == "ROLLBACK") in_transaction_ = false;
        return reply;
    }
    static void deliver(ScriptedStatement& statement, driver::RowSink* sink, std::size_t max_rows,
                        driver::Outcome& outcome) {
        outcome.rows = 0;
        while (!statement.left.empty() && outcome.rows < max_rows) {
            const std::vector<Value> row = std::move(statement.left.front());
            statement.left.erase(statement.left.begin());
            ++outcome.rows;
            if (sink == nullptr) continue;
            auto* object = static_cast<std::byte*>(sink->open(sink->context, 0));
            for (std::size_t i = 0; i < sink->step_count; ++i) {
                const driver::DecodeStep& step = sink->steps[i];
                void* field = object + step.offset;
                if (step.type->kind == Kind::text) {
                    *static_cast<std::string*>(field) = std::get<std::string>(row[step.column]);
                } else {
                    duet::detail::write_integer(step.type->kind, field,
                                                std::get<std::int64_t>(row[step.column]));
                }
            }
            if (sink->close != nullptr) sink->close(sink->context);
        }
        outcome.more = !statement.left.empty();
    }

    ScriptedServer& server_;
    const int born_;
    const int socket_;
    const std::uint64_t tag_ = next_tag();
    std::string held_;
    std::function<void()> act_;
    bool under_way_ = false;
    bool in_transaction_ = false;
    bool usable_ = true;
    driver::Limits limits_;
};

class ScriptedDriver : public driver::Driver {
public:
    explicit ScriptedDriver(ScriptedServer& server) : server_(server) {}
    const Dialect& dialect() const noexcept override { return server_.dialect; }
    driver::Topology topology() const noexcept override { return {}; }
    std::unique_ptr<driver::Connection> connect(driver::Access) override {
        ++server_.connects;
        return std::make_unique<ScriptedConnection>(server_);
    }
    DatabaseSchema introspect(driver::Connection&) override { return {}; }

private:
    ScriptedServer& server_;
};

/// The server that "scripted://" means.
inline ScriptedServer*& current_server() {
    static ScriptedServer* current = nullptr;
    return current;
}
inline std::string_view scripted_url(ScriptedServer& server) {
    [[maybe_unused]] static const bool known = [] {
        driver::register_driver("scripted", [](const driver::Url&) -> std::unique_ptr<driver::Driver> {
            return std::make_unique<ScriptedDriver>(*current_server());
        });
        return true;
    }();
    current_server() = &server;
    return "scripted://host/database";
}

}  // namespace duet::testing
