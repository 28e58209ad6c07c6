#include "statement.hpp"

#include <duet/base/error.hpp>

#include <algorithm>

#include "bind.hpp"
#include "driver/first_word.hpp"
#include "error.hpp"

namespace duet::driver::sqlite {
namespace {

constexpr std::string_view blanks = " \t\r\n\f";

[[noreturn]] void refuse(const char* why, std::string_view sql) {
    InvalidQuery error(why);
    error.attach_sql(sql);
    throw error;
}

StatementHandle compile_one(sqlite3* db, const std::string& sql) {
    if (sql.find('\0') != std::string::npos) refuse("the SQL text holds a NUL byte", sql);
    std::string_view tail;
    StatementHandle stmt = compile(db, sql, SQLITE_PREPARE_PERSISTENT, tail);
    if (stmt == nullptr) refuse("the SQL text holds no statement", sql);
    // Only a comment or a semicolon may follow. What cannot even be compiled is not that.
    while (tail.find_first_not_of(blanks) != std::string_view::npos) {
        StatementHandle another;
        try {
            another = compile(db, tail, 0, tail);
        } catch (const Error&) {
            refuse("the SQL text holds more than one statement", sql);
        }
        if (another != nullptr) refuse("the SQL text holds more than one statement", sql);
    }
    return stmt;
}

}  // namespace

StatementHandle compile(sqlite3* db, std::string_view sql, unsigned flags, std::string_view& tail) {
    sqlite3_stmt* raw = nullptr;
    const char* rest = nullptr;
    if (sql.size() >= 0x7fffffff) refuse("the SQL text is too long", sql.substr(0, 1000));
    // Counting the zero byte in saves SQLite a copy of the text.
    const int code = sqlite3_prepare_v3(db, sql.data(), static_cast<int>(sql.size() + 1), flags, &raw, &rest);
    StatementHandle stmt(raw);
    const std::size_t used = rest == nullptr ? sql.size() : static_cast<std::size_t>(rest - sql.data());
    if (code != SQLITE_OK) throw_error(db, code, sql);
    tail = sql.substr(std::min(used, sql.size()));
    return stmt;
}

SqliteStatement::SqliteStatement(sqlite3* db, std::shared_ptr<const Plan> plan)
    : Statement(std::move(plan)), stmt_(compile_one(db, this->plan().sql)) {
    const std::string& sql = this->plan().sql;
    const auto placeholders = static_cast<std::size_t>(sqlite3_bind_parameter_count(stmt_.get()));
    if (placeholders != this->plan().binds.size()) {
        InvalidQuery error("the SQL text has " + std::to_string(placeholders) + " placeholders, but " +
                           std::to_string(this->plan().binds.size()) + " values go with it");
        error.attach_sql(sql);
        throw error;
    }
    for (const PlanBind& bind : this->plan().binds) {
        values_needed_ = std::max(values_needed_, std::size_t{bind.value} + 1);
    }
    writes_ = sqlite3_stmt_readonly(stmt_.get()) == 0;
    if (writes_) {
        const std::string word = first_word(sql);
        counts_changes_ =
            word == "INSERT" || word == "UPDATE" || word == "DELETE" || word == "REPLACE" || word == "WITH";
    }
}

std::vector<std::string> SqliteStatement::column_names() const {
    std::vector<std::string> names;
    const int count = sqlite3_column_count(stmt_.get());
    names.reserve(static_cast<std::size_t>(count));
    for (int i = 0; i < count; ++i) {
        const char* name = sqlite3_column_name(stmt_.get(), i);
        names.emplace_back(name == nullptr ? "" : name);
    }
    return names;
}

void SqliteStatement::bind(std::span<const BindValue> values) {
    if (values.size() < values_needed_)
        refuse("fewer values than the statement's placeholders need", plan().sql);
    scratch_.clear();
    Binder binder(stmt_.get(), scratch_, buffer_, plan().sql);
    for (const PlanBind& bind : plan().binds) {
        ++binder.position;
        const BindValue& value = values[bind.value];
        lists_bound_ |= value.list;
        if (bind.transform == Transform::none) [[likely]] {
            binder.value(value);
        } else {
            binder.transformed(value, bind.transform);
        }
    }
}

void SqliteStatement::forget_lists() noexcept {
    sqlite3_clear_bindings(stmt_.get());
    lists_bound_ = false;
}

}  // namespace duet::driver::sqlite
