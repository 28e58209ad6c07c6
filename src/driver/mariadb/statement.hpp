#pragma once

#include <duet/driver/connection.hpp>

#include <span>
#include <string>
#include <vector>

#include "driver/mariadb/bind.hpp"
#include "driver/mariadb/cell.hpp"
#include "driver/mariadb/session.hpp"

namespace duet::driver::mariadb {

class MariaDbStatement final : public Statement {
public:
    /// Throws InvalidQuery for text that is no statement. Nothing is sent.
    explicit MariaDbStatement(std::shared_ptr<const Plan> plan);

    std::vector<std::string> column_names() const override;
    bool known_columns() const override { return as_text_ || !described_late_; }
    bool writes() const override { return writes_; }
    void read_in_portions() override { in_portions_ = true; }

    MYSQL_STMT* raw() const { return stmt_.get(); }
    /// The server does not have it, or does no longer: it has to be prepared before it runs.
    bool needs_prepare() const { return needs_prepare_; }
    bool has_lost_session() const { return stmt_ != nullptr && stmt_->mysql == nullptr; }
    /// A new handle, when there is none: what the next preparation works on. A reset of the session takes
    /// handles away from it, so this is for after that.
    void make_handle(MYSQL* mysql);
    /// The server has it. Throws InvalidQuery unless it has as many placeholders as the plan has binds.
    void prepared();
    /// The server cannot prepare such a statement: it travels as text, without values and rows.
    void run_as_text();
    bool runs_as_text() const { return as_text_; }

    void take(std::span<const BindValue> values);
    std::size_t text_bytes() const { return parameters_.text_bytes(); }
    /// Before each execution. `portion`: the rows that will be read at a time.
    void bind(std::size_t portion);
    /// The result that an execution has brought: looks at its columns and points them at the rows to come.
    void open_result();
    /// They may have changed.
    void forget_columns() { columns_.clear(); }
    std::span<const Column> columns() const { return columns_; }
    std::string& buffer() { return buffer_; }

    bool counts_changes() const { return counts_changes_; }
    bool leaves_traces() const { return leaves_traces_; }
    bool in_portions() const { return in_portions_; }

    /// Rows are left for fetch().
    bool running() const { return running_; }
    void set_running(bool running) { running_ = running; }
    /// Lets the server forget the statement and its cursor, without waiting for anything.
    void drop() noexcept;

private:
    bool same_columns() const;

    StatementHandle stmt_;
    Parameters parameters_;
    std::vector<Column> columns_;
    std::vector<MYSQL_FIELD> described_;  // only the parts that describe() reads matter
    std::string buffer_;
    std::size_t values_needed_ = 0;
    bool needs_prepare_ = true;
    bool as_text_ = false;
    bool writes_ = false;
    bool counts_changes_ = false;
    bool leaves_traces_ = false;
    bool described_late_ = false;
    bool in_portions_ = false;
    bool cursor_ = false;
    bool running_ = false;
};

}  // namespace duet::driver::mariadb
