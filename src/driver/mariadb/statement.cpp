#include "driver/mariadb/statement.hpp"

#include <duet/base/error.hpp>

#include <algorithm>
#include <new>
#include <utility>

#include "driver/mariadb/error.hpp"
#include "driver/mariadb/sql_words.hpp"

namespace duet::driver::mariadb {
namespace {

[[noreturn]] void refuse(const std::string& why, std::string_view sql) {
    InvalidQuery error(why);
    error.attach_sql(sql);
    throw error;
}

}  // namespace

MariaDbStatement::MariaDbStatement(std::shared_ptr<const Plan> plan)
    : Statement(std::move(plan)), parameters_(this->plan().binds.size()) {
    const std::string& sql = this->plan().sql;
    if (sql.find('\0') != std::string::npos) refuse("the SQL text holds a NUL byte", sql);
    for (const PlanBind& bind : this->plan().binds)
        values_needed_ = std::max(values_needed_, std::size_t{bind.value} + 1);
    writes_ = may_write(sql);
    counts_changes_ = writes_ && mariadb::counts_changes(sql);
    leaves_traces_ = (this->plan().raw || this->plan().own_words) && mariadb::leaves_traces(sql);
    described_late_ = this->plan().raw && mariadb::described_late(sql);
}

void MariaDbStatement::make_handle(MYSQL* mysql) {
    if (stmt_ != nullptr) return;
    stmt_.reset(mysql_stmt_init(mysql));
    if (stmt_ == nullptr) throw std::bad_alloc();
    cursor_ = false;
}

void MariaDbStatement::prepared() {
    const std::size_t placeholders = mysql_stmt_param_count(stmt_.get());
    if (placeholders != plan().binds.size()) {
        refuse("the SQL text has " + std::to_string(placeholders) + " placeholders, but " +
                   std::to_string(plan().binds.size()) + " values go with it",
               plan().sql);
    }
    parameters_.forget();
    columns_.clear();
    needs_prepare_ = false;
}

void MariaDbStatement::run_as_text() {
    if (!plan().binds.empty()) refuse("the server cannot run this statement with values", plan().sql);
    as_text_ = true;
    needs_prepare_ = false;
}

void MariaDbStatement::take(std::span<const BindValue> values) {
    if (values.size() < values_needed_)
        refuse("fewer values than the statement's placeholders need", plan().sql);
    parameters_.take(plan().binds, values);
}

void MariaDbStatement::bind(std::size_t portion) {
    if (parameters_.moved()) {
        if (mysql_stmt_bind_param(stmt_.get(), parameters_.data()) != 0)
            throw_error(failure_of(stmt_.get()), plan().sql);
        parameters_.bound();
    }
    if (!in_portions_) return;
    if (!cursor_) {
        const unsigned long type = CURSOR_TYPE_READ_ONLY;
        mysql_stmt_attr_set(stmt_.get(), STMT_ATTR_CURSOR_TYPE, &type);
        cursor_ = true;
    }
    constexpr unsigned long most = 100'000;
    const unsigned long rows = std::clamp<unsigned long>(portion, 1, most);
    mysql_stmt_attr_set(stmt_.get(), STMT_ATTR_PREFETCH_ROWS, &rows);
}

bool MariaDbStatement::same_columns() const {
    MYSQL_STMT* const stmt = stmt_.get();
    if (columns_.empty() || columns_.size() != stmt->field_count || columns_[0].bind != stmt->bind)
        return false;
    for (std::size_t i = 0; i < columns_.size(); ++i) {
        const MYSQL_FIELD& now = stmt->fields[i];
        const MYSQL_FIELD& then = described_[i];
        if (now.type != then.type || now.flags != then.flags || now.charsetnr != then.charsetnr) return false;
    }
    return true;
}

void MariaDbStatement::open_result() {
    if (same_columns()) [[likely]]
        return;
    MYSQL_STMT* const stmt = stmt_.get();
    const std::size_t count = stmt->field_count;
    // The library shall only find the values in each row and leave them where they are.
    std::vector<MYSQL_BIND> places(count);
    for (MYSQL_BIND& place : places) {
        place.buffer_type = MYSQL_TYPE_STRING;
        place.flags = MADB_BIND_DUMMY;
    }
    if (mysql_stmt_bind_result(stmt, places.data()) != 0) throw_error(failure_of(stmt), plan().sql);
    columns_.resize(count);
    described_.assign(stmt->fields, stmt->fields + count);
    for (std::size_t i = 0; i < count; ++i) columns_[i] = describe(stmt->fields[i], stmt->bind[i]);
}

std::vector<std::string> MariaDbStatement::column_names() const {
    std::vector<std::string> names;
    if (stmt_ == nullptr || as_text_) return names;
    const std::size_t count = mysql_stmt_field_count(stmt_.get());
    names.reserve(count);
    for (std::size_t i = 0; i < count; ++i) {
        const MYSQL_FIELD& field = stmt_->fields[i];
        names.emplace_back(field.name == nullptr ? "" : field.name);
    }
    return names;
}

void MariaDbStatement::drop() noexcept {
    running_ = false;
    stmt_.reset();
    columns_.clear();
    needs_prepare_ = true;
}

}  // namespace duet::driver::mariadb
