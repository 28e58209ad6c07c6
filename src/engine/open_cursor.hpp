#pragma once

#include <duet/base/error.hpp>
#include <duet/engine/engine.hpp>

#include <exception>
#include <memory>
#include <utility>

#include "connected.hpp"

namespace duet::engine {

/// An open result that is read in batches, whatever its rows become.
struct OpenCursor : OpenStatement {
    OpenCursor(const Call& for_call, shape::QueryData for_query, std::size_t rows, driver::Access wanted);
    ~OpenCursor();
    OpenCursor(const OpenCursor&) = delete;
    OpenCursor& operator=(const OpenCursor&) = delete;

    /// Tells the connection that the rest of the rows is not wanted.
    void give_up() noexcept;

    Call call;
    shape::QueryData query;
    std::size_t batch;
    driver::Access access;
    Lease lease;
    std::unique_ptr<driver::Statement> statement;  // its own: another query of this shape must not rewind it
    bool attached = false;                         // to the transaction, which may end first
    bool cut_off = false;
    bool started = false;  // a batch was read
    bool arrived = false;  // a row has reached its owner, if that cannot tell by itself
    bool finished = false;
    Search search;  // for a server, in a database with replicas
};

/// The next batch: `read(connected)`, a coroutine, gets it; `empty()` says whether nothing has arrived yet,
/// so that another server can be asked.
template <class Read, class Empty>
Task<std::size_t> next_batch(OpenCursor& self, Read read, Empty empty) {
    if (self.cut_off) throw InvalidQuery("this transaction has ended, and its iterations with it");
    if (self.finished) co_return std::size_t{0};
    if (self.call.transaction != nullptr && !self.attached) {
        self.call.transaction->attach(self);
        self.attached = true;
    }
    Session* const session = self.call.route.session;
    const bool choice = session != nullptr && self.call.transaction == nullptr;
    for (;;) {
        if (choice && !self.started) {
            self.call.engine =
                co_await session->choose(about(self.call, self.query.model), self.search, false);
        }
        std::exception_ptr lost;
        try {
            const std::size_t rows =
                co_await on_held_connection<std::size_t>(self.call, self.lease, self.access, read);
            self.started = true;
            co_return rows;
        } catch (const ConnectionError&) {
            const bool unknown = self.statement != nullptr && self.statement->plan().own_words;
            if (self.started || self.call.transaction != nullptr || !empty() || unknown) throw;
            if (choice) {
                lost = std::current_exception();
            } else if (!self.lease || self.lease->connection->usable()) {
                throw;
            }
        }
        if (lost) {
            self.statement.reset();
            self.lease.release();
            if (!session->another(self.search, *self.call.engine)) std::rethrow_exception(lost);
            continue;
        }
        // A connection that was gone already when it was taken: another one can begin.
        self.started = true;  // once
        self.statement.reset();
        self.lease.release();
        self.lease = co_await acquire_alive(self.call.engine->pool(), self.access);
    }
}

}  // namespace duet::engine
