#include <duet/base/error.hpp>

#include <atomic>
#include <cstdlib>

#include "connection.hpp"
#include "error.hpp"

namespace duet::driver::postgres {

namespace {

std::atomic<std::uint64_t> next_tag{1};

PGconn* start_connecting(const Options& options) {
    const std::vector<const char*> keywords = options.keyword_pointers();
    const std::vector<const char*> values = options.value_pointers();
    PGconn* const connection = PQconnectStartParams(keywords.data(), values.data(), 0);
    if (connection == nullptr) throw std::bad_alloc();
    return connection;
}

}  // namespace

PgConnection::PgConnection(const Options& options)
    : options_(options),
      session_(start_connecting(options)),
      leftovers_(std::make_shared<std::vector<std::string>>()),
      tag_(next_tag.fetch_add(1, std::memory_order_relaxed)) {
    session_.prepares = options.prepare;
    PQsetNoticeReceiver(
        session_.raw(), [](void*, const PGresult*) {}, nullptr);
    if (options.connect_timeout != std::chrono::milliseconds::max())
        limits_.deadline = std::chrono::steady_clock::now() + options.connect_timeout;
}

PgConnection::~PgConnection() {
    // The server does not notice by itself that nobody wants its answer any more.
    const bool at_work = step_ != Step::connecting && !session_.idle() && !session_.lost();
    if (at_work && !cancel_requested_.load(std::memory_order_relaxed)) cancel_.request();
}

// While connecting, libpq goes from one socket to the next, often with the same number.
std::uint64_t PgConnection::socket_tag() const noexcept {
    if (step_ == Step::connecting) return next_tag.fetch_add(1, std::memory_order_relaxed);
    return tag_;
}

void PgConnection::fail_connecting() {
    broken_ = true;
    if (cancel_requested_.load(std::memory_order_relaxed)) {
        throw ConnectionError("the server did not answer within " +
                              std::to_string(options_.connect_timeout.count()) +
                              " ms: is it running, and is the way to it open? (connect_timeout in the URL)");
    }
    throw_connection(PQerrorMessage(session_.raw()));
}

Wait PgConnection::establish() {
    if (session_.lost()) fail_connecting();
    return Wait::writable;
}

Wait PgConnection::connect_step() {
    if (cancel_requested_.load(std::memory_order_relaxed)) fail_connecting();
    switch (PQconnectPoll(session_.raw())) {
        case PGRES_POLLING_READING:
            return Wait::readable;
        case PGRES_POLLING_WRITING:
            return Wait::writable;
        case PGRES_POLLING_OK:
            break;
        default:
            fail_connecting();
    }
    PQsetnonblocking(session_.raw(), 1);
    cancel_ = Cancel(session_.raw());
    step_ = Step::setting_up;
    flight_.reset(nullptr, nullptr, all_rows, nullptr);
    session_.script(flight_, "SET TimeZone = 'UTC'; SELECT pg_backend_pid()");
    return session_.flush() ? Wait::readable : Wait::either;
}

Wait PgConnection::finish_setup() {
    flight_.check("opening the connection");
    const PGresult* const last = flight_.last();
    if (last != nullptr && PQnfields(last) == 1 && PQntuples(last) == 1) {
        // A pooler that hands out server connections by transaction invents the process number.
        pooled_elsewhere_ = std::atoi(PQgetvalue(last, 0, 0)) != PQbackendPID(session_.raw());
        if (pooled_elsewhere_) session_.prepares = false;
        if (!options_.session_sql.empty()) {
            if (pooled_elsewhere_) {
                broken_ = true;
                throw ConfigurationError(
                    "statement_timeout and lock_timeout cannot be kept behind a pooler that changes the "
                    "server connection with each transaction: set them for the database role");
            }
            flight_.reset(nullptr, nullptr, all_rows, nullptr);
            session_.script(flight_, options_.session_sql);
            return session_.flush() ? Wait::readable : Wait::either;
        }
    }
    end();
    limits_ = {};
    return Wait::done;
}

}  // namespace duet::driver::postgres
