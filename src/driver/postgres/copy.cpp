#include <duet/base/error.hpp>

#include <utility>

#include "connection.hpp"
#include "error.hpp"

namespace duet::driver::postgres {

namespace {
// What libpq takes at a time: more would only be copied about.
constexpr std::size_t portion = 64UL * 1024;
}  // namespace

Wait PgConnection::copy_in(const CopyRows& rows, Outcome& outcome) {
    outcome = {};
    statement_ = nullptr;
    script_ = "COPY " + std::string(rows.target) + " FROM STDIN (FORMAT binary)";
    copy_rows_ = rows;
    copied_ = 0;
    outcome_ = &outcome;
    copy_failure_ = nullptr;
    const auto known = copy_types_.find(std::string(rows.target));
    if (known != copy_types_.end() && known->second.empty()) {
        outcome.affected = -1;
        return Wait::done;
    }
    return start(known == copy_types_.end() ? Step::asking_types : Step::copying);
}

/// An empty result has the types of the table's columns.
void PgConnection::ask_for_types() {
    const std::size_t columns = copy_rows_.target.find(" (");
    const std::string_view list = copy_rows_.target.substr(columns + 2);
    session_.run_text(flight_, {}, parameters_,
                      "SELECT " + std::string(list.substr(0, list.size() - 1)) + " FROM " +
                          std::string(copy_rows_.target.substr(0, columns)) + " LIMIT 0");
}

/// Whether the rows can be written for the columns that there are.
bool PgConnection::take_types() {
    const PGresult* const result = flight_.last();
    std::vector<Oid> types;
    bool fit = static_cast<std::size_t>(PQnfields(result)) == copy_rows_.columns.size();
    for (int i = 0; fit && i < PQnfields(result); ++i) {
        types.push_back(PQftype(result, i));
        fit = CopyEncoder::can_write(*copy_rows_.columns[static_cast<std::size_t>(i)].type, types.back());
    }
    if (!fit) types.clear();
    copy_types_[std::string(copy_rows_.target)] = std::move(types);
    return fit;
}

/// Hands rows on until all are on their way.
Wait PgConnection::send_rows() {
    PGconn* const conn = session_.raw();
    const std::vector<Oid>& types = copy_types_[std::string(copy_rows_.target)];
    std::string& buffer = copy_encoder_.buffer();
    if (copied_ == 0 && buffer.empty()) copy_encoder_.begin();
    PQsetnonblocking(conn, may_block() ? 0 : 1);
    for (;;) {
        if (!buffer.empty()) {
            const int taken = PQputCopyData(conn, buffer.data(), static_cast<int>(buffer.size()));
            if (taken == 0) return Wait::either;
            if (taken < 0) break;  // the results tell why
            buffer.clear();
        }
        if (copied_ == copy_rows_.count) break;
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
    if (PQputCopyEnd(conn, copy_failure_ == nullptr ? nullptr : "a value does not fit") == 0)
        return Wait::either;
    PQsetnonblocking(conn, 1);
    return Wait::done;
}

/// The server has had its say on the rows.
Wait PgConnection::copied() {
    end();
    if (flight_.failed()) copy_types_.erase(std::string(copy_rows_.target));
    if (copy_failure_ != nullptr) std::rethrow_exception(std::exchange(copy_failure_, nullptr));
    flight_.check(script_);
    return Wait::done;
}

}  // namespace duet::driver::postgres
