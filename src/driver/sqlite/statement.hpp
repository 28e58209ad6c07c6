#pragma once

#include <duet/driver/connection.hpp>

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "driver/scratch.hpp"
#include "handle.hpp"
#include "reader.hpp"

namespace duet::driver::sqlite {

/// Compiles the first statement of `sql`, which must be followed by a zero byte; null when there is nothing
/// but blanks and comments. `tail` gets what follows.
StatementHandle compile(sqlite3* db, std::string_view sql, unsigned flags, std::string_view& tail);

class SqliteStatement final : public Statement {
public:
    /// Throws InvalidQuery when the plan's text is not exactly one statement with as many placeholders as the
    /// plan has binds.
    SqliteStatement(sqlite3* db, std::shared_ptr<const Plan> plan);

    std::vector<std::string> column_names() const override;
    bool writes() const override { return writes_; }

    sqlite3_stmt* raw() const { return stmt_.get(); }
    /// INSERT, UPDATE or DELETE: the statements that sqlite3_changes() speaks of.
    bool counts_changes() const { return counts_changes_; }

    /// Binds; the statement is ready to step. What `values` point to must stay until finish().
    void start(std::span<const BindValue> values) {
        if (running_) [[unlikely]]
            finish();
        bind(values);
        running_ = true;
    }
    /// Ends the execution: lets go of locks and of the lists that were bound.
    void finish() noexcept {
        sqlite3_reset(stmt_.get());
        running_ = false;
        if (lists_bound_) [[unlikely]]
            forget_lists();
    }
    bool running() const { return running_; }
    ColumnLayout& layout() { return layout_; }

private:
    void bind(std::span<const BindValue> values);
    void forget_lists() noexcept;

    StatementHandle stmt_;
    ColumnLayout layout_;
    Scratch scratch_;
    std::string buffer_;
    std::size_t values_needed_ = 0;
    bool writes_ = false;
    bool counts_changes_ = false;
    bool running_ = false;
    bool lists_bound_ = false;
};

}  // namespace duet::driver::sqlite
