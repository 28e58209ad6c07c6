#include "session.hpp"

#include <duet/base/error.hpp>

#include <utility>

#include <poll.h>

#include "error.hpp"

namespace duet::driver::postgres {

namespace {
constexpr int binary = 1;
}

inline void Session::leave_pipeline() noexcept {
    if (first_ != nullptr || !pipelined_ || shared_ || lost()) return;
    PQexitPipelineMode(conn_.get());
    pipelined_ = false;
}

inline Flight* Session::pop() noexcept {
    Flight* done = first_;
    first_ = done->next;
    if (first_ == nullptr) last_ = nullptr;
    done->next = nullptr;
    leave_pipeline();
    return done;
}

void Session::throw_unsent() {
    // What libpq refuses by itself would leave the requests before it half sent.
    const std::string message = PQerrorMessage(conn_.get());
    throw_connection(message.c_str());
}

void Session::enter_pipeline() {
    if (pipelined_) return;
    sent(PQenterPipelineMode(conn_.get()));
    pipelined_ = true;
}

void Session::send_ahead(Flight& flight) {
    for (const std::string& text : ahead_) {
        sent(PQsendQueryParams(conn_.get(), text.c_str(), 0, nullptr, nullptr, nullptr, nullptr, binary));
        flight.expect(Flight::Part::ahead);
    }
    ahead_.clear();
}

void Session::send_parse(Flight& flight, Prepared& prepared, const Parameters& parameters) {
    if (prepares) prepared.name = "duet_" + std::to_string(++names_);
    prepared.described = false;
    ++prepared.version;
    prepared.types.assign(parameters.type_list().begin(), parameters.type_list().end());
    sent(PQsendPrepare(conn_.get(), prepared.name.c_str(), prepared.plan->sql.c_str(), parameters.count(),
                       parameters.types()));
    flight.expect(Flight::Part::parse);
}

void Session::end_pipeline(Flight& flight) {
    sent(PQpipelineSync(conn_.get()));
    push(flight);
}

void Session::sync() {
    if (!unsynced_) return;
    unsynced_ = false;
    if (spare_marks_ == nullptr) {
        marks_.push_back(std::make_unique<Flight>());
        spare_marks_ = marks_.back().get();
    }
    Flight& mark = *std::exchange(spare_marks_, spare_marks_->next);
    mark.reset(nullptr, nullptr, all_rows, nullptr);
    mark.is_mark = true;
    end_pipeline(mark);
}

void Session::execute_otherwise(Flight& flight, Prepared& prepared, const Parameters& parameters,
                                Sync sync_wanted) {
    if (sync_wanted == Sync::own) sync();
    const bool there = !prepared.name.empty() && parameters.same_types(prepared.types);
    if (!there && !prepared.name.empty()) {
        ahead_.push_back("DEALLOCATE " + prepared.name);
        prepared.forget();
    }
    PGconn* const conn = conn_.get();
    const bool alone = !shared_ && ahead_.empty() && (there || !prepares);
    if (!alone) {
        enter_pipeline();
        send_ahead(flight);
        if (!there && prepares) send_parse(flight, prepared, parameters);
    }
    flight.version = prepared.version;
    if (!prepared.name.empty()) [[likely]] {
        sent(send_prepared(prepared, parameters));
    } else {
        sent(PQsendQueryParams(conn, prepared.plan->sql.c_str(), parameters.count(), parameters.types(),
                               parameters.data(), parameters.lengths(), parameters.formats(), binary));
    }
    flight.expect(Flight::Part::rows);
    if (alone) return push(flight);
    if (sync_wanted == Sync::own) return end_pipeline(flight);
    flight.synced = false;
    unsynced_ = true;
    push(flight);
}

void Session::describe(Flight& flight, Prepared& prepared, const Parameters& parameters) {
    enter_pipeline();
    send_ahead(flight);
    send_parse(flight, prepared, parameters);
    flight.version = prepared.version;
    sent(PQsendDescribePrepared(conn_.get(), prepared.name.c_str()));
    flight.expect(Flight::Part::describe);
    end_pipeline(flight);
}

void Session::run_text(Flight& flight, const std::string& declare, const Parameters& parameters,
                       const std::string& rows_of) {
    enter_pipeline();
    send_ahead(flight);
    if (!declare.empty()) {
        sent(PQsendQueryParams(conn_.get(), declare.c_str(), parameters.count(), parameters.types(),
                               parameters.data(), parameters.lengths(), parameters.formats(), binary));
        flight.expect(Flight::Part::ahead);
    }
    if (!rows_of.empty()) {
        sent(PQsendQueryParams(conn_.get(), rows_of.c_str(), 0, nullptr, nullptr, nullptr, nullptr, binary));
        flight.expect(Flight::Part::rows);
    }
    end_pipeline(flight);
}

void Session::copy(Flight& flight, const std::string& sql) { send_script(flight, sql, Flight::Part::copy); }

void Session::script(Flight& flight, const std::string& sql) {
    send_script(flight, sql, Flight::Part::script);
}

void Session::send_script(Flight& flight, const std::string& sql, Flight::Part part) {
    std::string all;
    for (const std::string& text : ahead_) all += text + "; ";
    ahead_.clear();
    all += sql;
    sent(PQsendQuery(conn_.get(), all.c_str()));
    flight.expect(part);
    wants_rows_ = false;
    has_text_ = false;
    push(flight);
}

/// Hands on what has come of COPY ... TO STDOUT; false: more has to arrive first.
bool Session::take_text(bool block) {
    while (has_text_) {
        char* row = nullptr;
        const int size = PQgetCopyData(conn_.get(), &row, block ? 0 : 1);
        if (size == 0) return false;
        if (size < 0) {
            has_text_ = false;  // the results tell how it went
        } else {
            first_->take_text({row, static_cast<std::size_t>(size)});
            PQfreemem(row);
        }
    }
    return true;
}

bool Session::flush() const { return PQflush(conn_.get()) != 1; }

void Session::await_answer() noexcept {
    constexpr int patience = 1000;  // milliseconds
    PGconn* const conn = conn_.get();
    pollfd socket{PQsocket(conn), POLLIN, 0};
    if (socket.fd < 0 || PQflush(conn) != 0) return;
    // What else there may be, such as the end of the connection, PQgetResult() knows how to tell.
    if (::poll(&socket, 1, patience) == 1 && socket.revents == POLLIN) PQconsumeInput(conn);
}

Flight* Session::receive(bool block) {
    PGconn* const conn = conn_.get();
    bool end_is_there = false;
    for (;;) {
        if (first_ == nullptr || wants_rows_) return nullptr;
        if (has_text_ && !take_text(block) && !lost()) return nullptr;
        if (!block && !end_is_there && PQisBusy(conn) != 0) {
            if (!lost()) return nullptr;
        }
        Result result(PQgetResult(conn));
        end_is_there = false;
        if (result == nullptr) {
            if (lost()) {
                first_->lose(PQerrorMessage(conn));
                Flight* const ended = pop();
                if (!ended->is_mark) return ended;
                continue;
            }
            if (!pipelined_) return pop();
            if (first_->part_done() && !first_->synced) return pop();
            continue;
        }
        switch (const ExecStatusType status = PQresultStatus(result.get())) {
            case PGRES_PIPELINE_SYNC: {
                Flight* const ended = pop();
                if (!ended->is_mark) return ended;
                ended->next = std::exchange(spare_marks_, ended);
                break;
            }
            case PGRES_COPY_IN:
                if (first_->expects_rows()) {
                    wants_rows_ = true;
                    return nullptr;
                }
                first_->lack_rows();
                PQputCopyEnd(conn, "COPY is not possible here");
                break;
            case PGRES_COPY_OUT: {
                if (first_->expects_text()) {
                    first_->take_text({});
                    has_text_ = true;
                    break;
                }
                char* row = nullptr;
                while (PQgetCopyData(conn, &row, 0) > 0) PQfreemem(row);
                break;
            }
            default:
                // In a pipeline the null that ends a statement's results does not wait for anything.
                end_is_there = pipelined_ && (status == PGRES_TUPLES_OK || status == PGRES_COMMAND_OK);
                first_->take(std::move(result), status);
        }
    }
}

void Session::share(bool shared) noexcept {
    shared_ = shared;
    leave_pipeline();
}

}  // namespace duet::driver::postgres
