#pragma once

#include <duet/driver/connection.hpp>
#include <duet/driver/driver.hpp>

#include <exception>
#include <memory>
#include <span>
#include <string_view>

#include "guard.hpp"
#include "handle.hpp"
#include "options.hpp"
#include "statement.hpp"

namespace duet::driver::sqlite {

class SqliteConnection final : public Connection {
public:
    /// Throws ConnectionError when there is no usable database.
    SqliteConnection(const Options& options, Access access);

    Wait prepare(std::shared_ptr<const Plan> plan, std::span<const BindValue> values,
                 std::unique_ptr<Statement>& out) override;
    Wait execute(Statement& statement, std::span<const BindValue> values, RowSink* sink, std::size_t max_rows,
                 Outcome& outcome) override;
    Wait fetch(Statement& statement, RowSink* sink, std::size_t max_rows, Outcome& outcome) override;
    void close(Statement& statement) noexcept override;
    Wait execute_script(std::string_view sql) override;

    void set_limits(const Limits& limits) override { guard_.set_limits(limits); }
    const Limits& limits() const noexcept override { return guard_.limits(); }
    void interrupt() noexcept override { guard_.interrupt(); }
    bool in_transaction() const noexcept override { return sqlite3_get_autocommit(db_.get()) == 0; }
    bool usable() const noexcept override { return usable_; }

    sqlite3* raw() const { return db_.get(); }

private:
    void run(SqliteStatement& statement, std::span<const BindValue> values, RowSink* sink,
             std::size_t max_rows, Outcome& outcome);
    [[noreturn]] void fail(int code, std::string_view sql, std::span<const BindValue> values);

    // Before the handle: closing it may still call back.
    Guard guard_;
    std::exception_ptr callback_failure_;
    Handle db_;
    bool in_memory_;
    bool usable_ = true;
};

}  // namespace duet::driver::sqlite
