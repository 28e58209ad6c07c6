#include "listener.hpp"

#include <duet/base/error.hpp>

#include "error.hpp"

namespace duet::driver::postgres {

void PgListener::check() const {
    if (connection_.keeps_session()) return;
    throw ConfigurationError(
        "notifications do not come through a pooler that changes the server connection with each "
        "transaction (PgBouncer): give the listener the URL of the server itself, ListenOptions::url");
}

bool PgListener::take(Notification& out) {
    PGconn* const conn = connection_.raw();
    struct Free {
        void operator()(PGnotify* message) const noexcept { PQfreemem(message); }
    };
    std::unique_ptr<PGnotify, Free> message(PQnotifies(conn));
    if (message == nullptr) {
        const bool alive = PQconsumeInput(conn) != 0;
        message.reset(PQnotifies(conn));
        if (message == nullptr && (!alive || PQstatus(conn) == CONNECTION_BAD))
            throw_connection(PQerrorMessage(conn));
    }
    if (message == nullptr) return false;
    out = {message->relname, message->extra, message->be_pid, false};
    return true;
}

std::string PgListener::statement(const std::string& channel, bool listen) const {
    std::string text = listen ? "LISTEN \"" : "UNLISTEN \"";
    for (const char c : channel) {
        if (c == '"') text += '"';
        text += c;
    }
    return text + "\";";
}

}  // namespace duet::driver::postgres
