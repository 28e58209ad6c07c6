#pragma once

#include <duet/driver/connection.hpp>

#include <mysql.h>

namespace duet::driver::mariadb {

/// A function of the library in its two forms: as one call that blocks, and in pieces.
template <auto Plain, auto Start, auto Cont>
struct Function {
    template <class R, class Handle, class... Args>
    static void plain(R& result, Handle* handle, Args... args) {
        result = Plain(handle, args...);
    }
    template <class R, class Handle, class... Args>
    static int start(R& result, Handle* handle, Args... args) {
        return Start(&result, handle, args...);
    }
    template <class R, class Handle>
    static int go_on(R& result, Handle* handle, int events) {
        return Cont(&result, handle, events);
    }
};

using RealConnect = Function<&mysql_real_connect, &mysql_real_connect_start, &mysql_real_connect_cont>;
using RealQuery = Function<&mysql_real_query, &mysql_real_query_start, &mysql_real_query_cont>;
using StoreResult = Function<&mysql_store_result, &mysql_store_result_start, &mysql_store_result_cont>;
using NextResult = Function<&mysql_next_result, &mysql_next_result_start, &mysql_next_result_cont>;
using Ping = Function<&mysql_ping, &mysql_ping_start, &mysql_ping_cont>;
using ResetConnection =
    Function<&mysql_reset_connection, &mysql_reset_connection_start, &mysql_reset_connection_cont>;
using SelectDb = Function<&mysql_select_db, &mysql_select_db_start, &mysql_select_db_cont>;
using StmtPrepare = Function<&mysql_stmt_prepare, &mysql_stmt_prepare_start, &mysql_stmt_prepare_cont>;
using StmtExecute = Function<&mysql_stmt_execute, &mysql_stmt_execute_start, &mysql_stmt_execute_cont>;
using StmtFetch = Function<&mysql_stmt_fetch, &mysql_stmt_fetch_start, &mysql_stmt_fetch_cont>;
using StmtFreeResult =
    Function<&mysql_stmt_free_result, &mysql_stmt_free_result_start, &mysql_stmt_free_result_cont>;
using StmtNextResult =
    Function<&mysql_stmt_next_result, &mysql_stmt_next_result_start, &mysql_stmt_next_result_cont>;

/// Waits on this thread for what the library waits for (MYSQL_WAIT_*); answers what happened.
int poll_for(int socket, int events) noexcept;
/// The same with the library's own socket and time limit.
int poll_for(MYSQL* mysql, int events) noexcept;
/// Empties this thread's list of OpenSSL's errors: the library takes what another connection, or anybody
/// else, has left there for a failure of its own.
void forget_tls_errors() noexcept;
/// What of `events` has happened already.
int happened(int socket, int events) noexcept;

/// Makes the calls of one connection, at most one at a time, either at once or in pieces with waits between.
class Caller {
public:
    /// Whether the next calls may block.
    bool blocking = false;
    /// Over TLS the socket never blocks, which the library's blocking calls cannot do with: calls are made in
    /// pieces even where they may block.
    MYSQL* in_pieces = nullptr;

    /// Begins the call, or goes on with it when it is under way. False: it is not done, see wait(). A call
    /// that went on has to be asked for with the same handle; its other arguments are those of the start.
    template <class F, class R, class Handle, class... Args>
    bool done(R& result, Handle* handle, Args... args) {
        if (in_pieces != nullptr) [[unlikely]]
            forget_tls_errors();
        if (events_ == 0) [[likely]] {
            if (blocking && in_pieces == nullptr) [[likely]] {
                F::plain(result, handle, args...);
                return true;
            }
            events_ = F::start(result, handle, args...);
        } else {
            events_ =
                F::go_on(result, handle, given_up_ ? MYSQL_WAIT_TIMEOUT : events_ & ~MYSQL_WAIT_TIMEOUT);
        }
        if (events_ != 0 && blocking && !given_up_) [[unlikely]] {
            while (events_ != 0) {
                const int happened =
                    in_pieces != nullptr ? poll_for(in_pieces, events_) : poll_for(socket, events_);
                events_ = F::go_on(result, handle, happened);
            }
        }
        return events_ == 0;
    }

    /// From now on all waits end at once, as if their time were over: calls fail, and the library cleans up.
    void give_up() noexcept { given_up_ = true; }

    bool under_way() const noexcept { return events_ != 0; }
    int events() const noexcept { return events_; }
    Wait wait() const noexcept {
        const bool readable = (events_ & (MYSQL_WAIT_READ | MYSQL_WAIT_EXCEPT)) != 0;
        const bool writable = (events_ & MYSQL_WAIT_WRITE) != 0;
        if (readable && writable) return Wait::either;
        return writable ? Wait::writable : Wait::readable;
    }

    int socket = -1;

private:
    int events_ = 0;
    bool given_up_ = false;
};

}  // namespace duet::driver::mariadb
