#include <duet/base/error.hpp>
#include <duet/dialect/render.hpp>
#include <duet/engine/listener.hpp>
#include <duet/types/utf8.hpp>

namespace duet::engine {

namespace {

// Of PostgreSQL: a name, and a message on one page of its queue.
constexpr std::size_t longest_channel = 63;
constexpr std::size_t longest_payload = 7999;

void check_payload(std::string_view payload) {
    if (payload.size() > longest_payload) {
        throw ValidationError("the payload of a notification has " + std::to_string(payload.size()) +
                              " bytes; " + std::to_string(longest_payload) +
                              " is the most: store it in a table and send its key");
    }
    if (payload.find('\0') != std::string_view::npos || !duet::detail::is_valid_utf8(payload))
        throw ValidationError("the payload of a notification must be text in UTF-8 without NUL");
}

}  // namespace

void check_channel(std::string_view name) {
    if (name.empty()) throw InvalidQuery("the name of a channel is empty");
    if (name.size() > longest_channel) {
        throw InvalidQuery("the name of a channel has " + std::to_string(name.size()) + " bytes; " +
                           std::to_string(longest_channel) + " is the most: " + std::string(name));
    }
    if (name.find('\0') != std::string_view::npos || !duet::detail::is_valid_utf8(name))
        throw InvalidQuery("the name of a channel must be text in UTF-8 without NUL");
}

Task<> notify(Call call, std::string_view channel, std::string_view payload) {
    const std::string_view database = call.engine->dialect().name();
    try {
        if (database != "postgresql")
            throw UnsupportedByDialect(std::string(database) +
                                       " has no notifications: notify is not available");
        check_channel(channel);
        check_payload(payload);
    } catch (Error& error) {
        error.attach_where(call.where);
        throw;
    }
    shape::Values values;
    values.add_text(duet::detail::text_value, channel);
    values.add_text(duet::detail::text_value, payload);
    const RawStatement statement{"SELECT pg_notify($1, $2)", &values};
    co_await execute_raw(call, statement);
}

}  // namespace duet::engine
