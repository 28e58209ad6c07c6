#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <libpq-fe.h>

#include "flight.hpp"
#include "parameters.hpp"

namespace duet::driver::postgres {

/// A connection of libpq and the requests that are under way on it, oldest first. Knows how to send them and
/// whose results come in; does not wait.
class Session {
public:
    explicit Session(PGconn* connection) : conn_(connection) {}

    PGconn* raw() const noexcept { return conn_.get(); }
    bool idle() const noexcept { return first_ == nullptr; }
    /// Calls `fn(flight)` for the requests that the server may be at: up to the first sync that it has not
    /// answered, before which it keeps all results to itself.
    template <class F>
    void each_oldest(F fn) const {
        const Flight* flight = first_;
        while (flight != nullptr && flight->is_mark) flight = flight->next;
        for (; flight != nullptr && !flight->is_mark; flight = flight->next) {
            fn(*flight);
            if (flight->synced) return;
        }
    }
    bool lost() const noexcept { return PQstatus(conn_.get()) == CONNECTION_BAD; }

    /// Texts without parameters that travel with the next request.
    std::vector<std::string>& ahead() noexcept { return ahead_; }
    const std::vector<std::string>& ahead() const noexcept { return ahead_; }

    /// Whether statements are kept on the server.
    bool prepares = true;
    /// Several requests may be under way at once.
    void share(bool shared) noexcept;
    /// No request is remembered any more; the connection must not be used again if there were any.
    void forget() noexcept { first_ = last_ = nullptr; }

    /// Who shares a sync: requests of which none changes anything, so that all but a failed one can be sent
    /// again.
    enum class Sync : std::uint8_t { own, joint };

    // Each sends one request. Throws ConnectionError when the connection is gone.
    void execute(Flight& flight, Prepared& prepared, const Parameters& parameters, Sync sync = Sync::own) {
        const bool alone = !shared_ && !unsynced_ && ahead_.empty();
        if (!alone || prepared.name.empty() || !parameters.same_types(prepared.types)) [[unlikely]]
            return execute_otherwise(flight, prepared, parameters, sync);
        flight.version = prepared.version;
        sent(send_prepared(prepared, parameters));
        flight.expect(Flight::Part::rows);
        push(flight);
    }
    /// The sync for the requests since the last one.
    void sync();
    void describe(Flight& flight, Prepared& prepared, const Parameters& parameters);
    /// A statement without a name, after others.
    void run_text(Flight& flight, const std::string& declare, const Parameters& parameters,
                  const std::string& rows_of);
    void script(Flight& flight, const std::string& sql);
    /// COPY ... FROM STDIN: receive() then comes back without a request, and wants_rows().
    void copy(Flight& flight, const std::string& sql);
    /// COPY ... TO STDOUT.
    void copy_out(Flight& flight, const std::string& sql) {
        send_script(flight, sql, Flight::Part::copy_out);
    }
    bool in_pipeline() const noexcept { return pipelined_; }
    bool wants_rows() const noexcept { return wants_rows_; }
    void rows_sent() noexcept { wants_rows_ = false; }

    /// Sends what is left to be sent; false: there is more, wait until the socket can be written.
    bool flush() const;
    /// Reads what has arrived, without waiting.
    void read() noexcept { PQconsumeInput(conn_.get()); }
    /// For what blocks: waits until the answer to a small request, sent when nothing else was under way,
    /// begins to arrive. Saves most of what PQgetResult() does to wait, which it still does where this gives
    /// up.
    void await_answer() noexcept;
    /// Handles results until a request is complete, which is returned; null when more has to arrive first.
    /// With `block` it waits for that.
    Flight* receive(bool block);

private:
    struct Close {
        void operator()(PGconn* connection) const noexcept { PQfinish(connection); }
    };
    void push(Flight& flight) noexcept {
        (last_ == nullptr ? first_ : last_->next) = &flight;
        last_ = &flight;
    }
    void execute_otherwise(Flight& flight, Prepared& prepared, const Parameters& parameters, Sync sync);
    int send_prepared(const Prepared& prepared, const Parameters& parameters) {
        constexpr int binary = 1;
        return PQsendQueryPrepared(conn_.get(), prepared.name.c_str(), parameters.count(), parameters.data(),
                                   parameters.lengths(), parameters.formats(), binary);
    }
    Flight* pop() noexcept;
    void enter_pipeline();
    void leave_pipeline() noexcept;
    bool take_text(bool block);
    void send_ahead(Flight& flight);
    void send_script(Flight& flight, const std::string& sql, Flight::Part part);
    void send_parse(Flight& flight, Prepared& prepared, const Parameters& parameters);
    void end_pipeline(Flight& flight);
    void sent(int ok) {
        if (ok == 0) [[unlikely]]
            throw_unsent();
    }
    [[noreturn]] void throw_unsent();

    std::unique_ptr<PGconn, Close> conn_;
    Flight* first_ = nullptr;
    Flight* last_ = nullptr;
    Flight* spare_marks_ = nullptr;
    std::vector<std::unique_ptr<Flight>> marks_;  // stand in the queue for a joint sync
    std::vector<std::string> ahead_;
    unsigned names_ = 0;
    bool pipelined_ = false;
    bool shared_ = false;
    bool wants_rows_ = false;
    bool unsynced_ = false;
    bool has_text_ = false;  // between the beginning and the end of COPY ... TO STDOUT
};

}  // namespace duet::driver::postgres
