#include <duet/base/error.hpp>

#include <utility>

#include "connection.hpp"
#include "error.hpp"

namespace duet::driver::postgres {

namespace {
// What libpq takes at a time: more would only be copied about.
constexpr std::size_t portion = 64UL * 1024;

/// Whether a text begins with COPY; the rest the server knows better.
bool is_copy_out(std::string_view sql) {
    const std::size_t begin = sql.find_first_not_of(" \t\r\n");
    if (begin == std::string_view::npos || sql.size() - begin < 5) return false;
    for (std::size_t i = 0; i < 4; ++i) {
        if ((sql[begin + i] | 0x20) != "copy"[i]) return false;
    }
    return std::string_view(" \t\r\n(").find(sql[begin + 4]) != std::string_view::npos;
}
}  // namespace

Wait PgConnection::copy_in(const CopyRows& rows, Outcome& outcome) {
    outcome = {};
    statement_ = nullptr;
    copy_rows_ = rows;
    // Binary rows of another width or meaning would be taken without a word, so the types of the columns are
    // looked at each time; the lock that the reading takes keeps them as they are.
    script_ = "SELECT " + std::string(copied_columns()) + " FROM " + std::string(copied_table()) +
              " LIMIT 0; COPY " + std::string(rows.target) + " FROM STDIN (FORMAT binary)";
    copied_ = 0;
    copy_again_ = false;
    outcome_ = &outcome;
    copy_failure_ = nullptr;
    const auto known = copy_types_.find(std::string(rows.target));
    if (known != copy_types_.end() && known->second.empty()) {
        outcome.affected = -1;
        return Wait::done;
    }
    return start(known == copy_types_.end() ? Step::asking_types : Step::copying);
}

Wait PgConnection::copy_out(std::string_view sql, CopySink sink, Outcome& outcome) {
    if (sql.find('\0') != std::string_view::npos) throw InvalidQuery("the SQL text holds a NUL byte");
    if (!is_copy_out(sql)) throw InvalidQuery("copy_out takes one statement: COPY ... TO STDOUT");
    outcome = {};
    statement_ = nullptr;
    script_ = sql;
    copy_sink_ = sink;
    outcome_ = &outcome;
    return start(Step::copying_out);
}

std::string_view PgConnection::copied_table() const {
    return copy_rows_.target.substr(0, copy_rows_.target.find("\" (") + 1);
}

std::string_view PgConnection::copied_columns() const {
    const std::string_view list = copy_rows_.target.substr(copied_table().size() + 2);
    return list.substr(0, list.size() - 1);
}

/// One row, with the types of the table's columns and a word on its row-level security, under which there is
/// no COPY.
void PgConnection::ask_for_types() {
    std::string name = "'";
    for (const char c : copied_table()) name.append(c == '\'' ? 2 : 1, c);
    session_.run_text(flight_, {}, parameters_,
                      "SELECT " + std::string(copied_columns()) + ", CAST(row_security_active(" + name +
                          "') AS integer) FROM (SELECT 1) AS one LEFT JOIN " + std::string(copied_table()) +
                          " ON FALSE");
}

std::vector<Oid> PgConnection::types_of(const PGresult* result) const {
    std::vector<Oid> types;
    const auto count = static_cast<int>(copy_rows_.columns.size());
    for (int i = 0; i < count && i < PQnfields(result); ++i) types.push_back(PQftype(result, i));
    return types;
}

/// Whether the rows can be written for the columns that there are.
bool PgConnection::take_types() {
    const PGresult* const result = flight_.last();
    std::vector<Oid> types = types_of(result);
    const auto columns = static_cast<int>(copy_rows_.columns.size());
    bool fit = types.size() == copy_rows_.columns.size() && PQntuples(result) == 1 &&
               PQgetlength(result, 0, columns) == 4 && PQgetvalue(result, 0, columns)[3] == 0;
    for (std::size_t i = 0; fit && i < types.size(); ++i)
        fit = CopyEncoder::can_write(*copy_rows_.columns[i].type, types[i]);
    if (!fit) types.clear();
    copy_types_[std::string(copy_rows_.target)] = std::move(types);
    return fit;
}

/// Hands rows on until all are on their way.
Wait PgConnection::send_rows() {
    PGconn* const conn = session_.raw();
    const std::vector<Oid>& types = copy_types_[std::string(copy_rows_.target)];
    std::string& buffer = copy_encoder_.buffer();
    if (copied_ == 0 && buffer.empty() && !copy_again_) {
        copy_again_ = flight_.last() == nullptr || types_of(flight_.last()) != types;
        if (!copy_again_) copy_encoder_.begin();
    }
    PQsetnonblocking(conn, may_block() ? 0 : 1);
    for (;;) {
        if (!buffer.empty()) {
            const int taken = PQputCopyData(conn, buffer.data(), static_cast<int>(buffer.size()));
            if (taken == 0) return Wait::either;
            if (taken < 0) break;  // the results tell why
            buffer.clear();
        }
        if (copied_ == copy_rows_.count || copy_again_) break;
        try {
            while (copied_ < copy_rows_.count && buffer.size() < portion) {
                copy_encoder_.row(copy_rows_, types.data(), copy_rows_.objects + copied_ * copy_rows_.stride);
                if (++copied_ == copy_rows_.count) copy_encoder_.end();
            }
        } catch (...) {
            copy_failure_ = std::current_exception();
            buffer.clear();
            break;
        }
    }
    const bool stop = copy_failure_ != nullptr || copy_again_;
    if (PQputCopyEnd(conn, stop ? "the rows do not fit the columns" : nullptr) == 0) return Wait::either;
    PQsetnonblocking(conn, 1);
    return Wait::done;
}

/// The server has had its say on the rows. False: the columns have changed since they were last looked at,
/// nothing was written, and another try is to be made.
bool PgConnection::copied() {
    if (flight_.failed()) copy_types_.erase(std::string(copy_rows_.target));
    if (copy_again_ && !in_transaction() && !flight_.lost()) {
        copy_again_ = false;
        return false;
    }
    end();
    if (copy_again_ && !flight_.lost()) {
        DatabaseError error("the columns of " + std::string(copied_table()) +
                            " have changed since rows were last loaded into them; nothing was written");
        error.attach_sql(script_);
        throw error;
    }
    if (copy_failure_ != nullptr) std::rethrow_exception(std::exchange(copy_failure_, nullptr));
    flight_.check(script_);
    return true;
}

}  // namespace duet::driver::postgres
