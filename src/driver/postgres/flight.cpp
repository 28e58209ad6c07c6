#include "flight.hpp"

#include <duet/base/error.hpp>

#include <charconv>
#include <cstring>

#include "error.hpp"

namespace duet::driver::postgres {

void Flight::lose(const char* message) {
    if (lost_) return;
    lost_ = true;
    lost_message_ = message;
}

inline void Flight::count(PGresult* result) {
    switch (*PQcmdStatus(result)) {  // INSERT, UPDATE, DELETE, MERGE, COPY
        case 'I':
        case 'U':
        case 'D':
        case 'M':
        case 'C':
            break;
        default:
            return;
    }
    const char* rows = PQcmdTuples(result);
    std::from_chars(rows, rows + std::strlen(rows), outcome_->affected);
}

[[gnu::always_inline]] inline void Flight::take_rows(const PGresult* result) {
    const int there = PQntuples(result);
    if (sink_ == nullptr || prepared_ == nullptr) {
        outcome_->rows = static_cast<std::size_t>(there);
        return;
    }
    if (!prepared_->described) {
        prepared_->columns.describe(result);
        prepared_->described = !prepared_->name.empty();
        prepared_->decoder.forget();
    }
    outcome_->more = static_cast<std::size_t>(there) > max_rows_;
    const int wanted = outcome_->more ? static_cast<int>(max_rows_) : there;
    ResultReader reader(result, prepared_->columns);
    RowDecoder& decoder = prepared_->decoder;
    if (decoder.fits(*sink_) || (sink_->lasting && decoder.prepare(*sink_, prepared_->columns))) {
        decoder.decode(result, wanted, reader, *sink_);
        outcome_->rows = static_cast<std::size_t>(wanted);
        return;
    }
    for (int row = 0; row < wanted; ++row) {
        reader.set_row(row);
        decode_row(reader, *sink_);
    }
    outcome_->rows = static_cast<std::size_t>(wanted);
}

void Flight::take(Result result, ExecStatusType status) {
    switch (status) {
        case PGRES_TUPLES_OK:
            if (parts_[at_] == Part::rows) {
                // What only reads changes no rows.
                if (prepared_ == nullptr || prepared_->plan->writes || prepared_->plan->raw)
                    count(result.get());
                try {
                    take_rows(result.get());
                } catch (...) {
                    failure_ = std::current_exception();
                }
                if (prepared_ == nullptr) last_ = std::move(result);
            } else if (parts_[at_] == Part::script || parts_[at_] == Part::copy) {
                last_ = std::move(result);
            }
            break;
        case PGRES_COMMAND_OK:
            if (parts_[at_] == Part::copy_out && !has_text_) break;
            if (parts_[at_] == Part::copy || parts_[at_] == Part::copy_out) {
                count(result.get());
            } else if (parts_[at_] == Part::rows) {
                count(result.get());
                if (prepared_ != nullptr && prepared_->is_commit &&
                    std::strcmp(PQcmdStatus(result.get()), "ROLLBACK") == 0) {
                    DatabaseError error(
                        "nothing was committed: a statement of this transaction had failed, so the database "
                        "has rolled it back");
                    error.attach_code("25P02");
                    failure_ = std::make_exception_ptr(error);
                }
            } else if (parts_[at_] == Part::describe) {
                take_names(result.get());
            }
            break;
        case PGRES_EMPTY_QUERY:
            break;
        case PGRES_PIPELINE_ABORTED:
            skipped_ = true;
            if (parts_[at_] == Part::parse) forget_prepared();
            break;
        default:
            if (!error_) error_ = std::move(result);
            if (parts_[at_] <= Part::parse) forget_prepared();
    }
}

void Flight::take_text(std::string_view part) noexcept {
    has_text_ = true;
    if (part.empty() || copy_sink_.take == nullptr || failure_ != nullptr) return;
    try {
        copy_sink_.take(copy_sink_.context, part);
    } catch (...) {
        failure_ = std::current_exception();
    }
}

void Flight::take_names(const PGresult* result) {
    prepared_->column_names.clear();
    for (int i = 0; i < PQnfields(result); ++i) prepared_->column_names.emplace_back(PQfname(result, i));
}

std::string_view Flight::state() const noexcept {
    const char* state = error_ == nullptr ? nullptr : PQresultErrorField(error_.get(), PG_DIAG_SQLSTATE);
    return state == nullptr ? std::string_view() : std::string_view(state);
}

bool Flight::is_stale() const noexcept {
    if (lost_ || error_ == nullptr || prepared_ == nullptr) return false;
    const std::string_view code = state();
    if (code == "26000") return true;
    if (code != "0A000") return false;
    const char* source = PQresultErrorField(error_.get(), PG_DIAG_SOURCE_FUNCTION);
    return source != nullptr && std::strcmp(source, "RevalidateCachedQuery") == 0;
}

void Flight::forget_prepared() const {
    if (prepared_ != nullptr && prepared_->version == version) prepared_->forget();
}

void Flight::forget_stale(std::vector<std::string>& leftovers) const {
    const bool known_to_the_server = state() != "26000" && !prepared_->name.empty();
    if (known_to_the_server && prepared_->version == version) leftovers.push_back(prepared_->name);
    forget_prepared();
}

void Flight::check(std::string_view sql) const {
    if (lacks_rows_ && error_ != nullptr) {
        InvalidQuery error("there are no rows for COPY ... FROM STDIN here: create_bulk loads rows by COPY");
        error.attach_sql(sql);
        throw error;
    }
    if (error_ != nullptr && !(lost_ && state().empty())) throw_result(error_.get(), sql);
    if (lost_) throw_connection(lost_message_.c_str(), sql);
    if (skipped_) {
        DatabaseError error("not run: a statement before it, in the same batch, had failed");
        error.attach_code("25P02");
        error.attach_sql(sql);
        throw error;
    }
    if (failure_ == nullptr) return;
    try {
        std::rethrow_exception(failure_);
    } catch (Error& error) {
        error.attach_sql(sql);
        throw;
    }
}

}  // namespace duet::driver::postgres
