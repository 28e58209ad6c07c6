#include "testing/postgres_wire.hpp"

#include <duet/base/error.hpp>

#include <cstdint>
#include <cstdlib>
#include <utility>

namespace duet::testing {
namespace {

std::string number(std::uint32_t value) {
    return {static_cast<char>(value >> 24), static_cast<char>(value >> 16), static_cast<char>(value >> 8),
            static_cast<char>(value)};
}

std::uint32_t number(std::string_view bytes) {
    std::uint32_t value = 0;
    for (int i = 0; i < 4; ++i)
        value = value << 8 | static_cast<unsigned char>(bytes.at(static_cast<std::size_t>(i)));
    return value;
}

/// The fields of an error that are worth repeating: its code and its sentence.
std::pair<std::string, std::string> read_error(std::string_view body) {
    std::string code;
    std::string sentence;
    while (!body.empty() && body.front() != '\0') {
        const char field = body.front();
        const std::size_t end = body.find('\0');
        const std::string_view text = body.substr(1, end - 1);
        if (field == 'C') code = text;
        if (field == 'M') sentence = text;
        if (end == std::string_view::npos) break;
        body.remove_prefix(end + 1);
    }
    return {code, sentence};
}

template <class E>
[[noreturn]] void throw_error(std::string_view body) {
    auto [code, sentence] = read_error(body);
    E error(std::move(sentence));
    error.attach_code(std::move(code));
    throw error;
}

}  // namespace

PostgresWire::PostgresWire(const std::filesystem::path& socket, std::string_view user,
                           std::string_view database, std::chrono::milliseconds timeout)
    : socket_(socket, timeout) {
    using namespace std::string_literals;
    const std::string body =
        number(196608) + "user\0"s + std::string(user) + "\0database\0"s + std::string(database) + "\0\0"s;
    socket_.send(number(static_cast<std::uint32_t>(body.size() + 4)) + body);
    for (;;) {
        const Message message = receive();
        if (message.kind == 'Z') return;
        if (message.kind == 'E') throw_error<ConnectionError>(message.body);
        if (message.kind == 'R' && number(message.body) != 0) {
            throw ConnectionError("The server wants a password for the user '" + std::string(user) + "'");
        }
    }
}

PostgresWire::~PostgresWire() {
    try {
        socket_.send(std::string_view("X\0\0\0\4", 5));
    } catch (const ConnectionError&) {
        // It is gone already.
    }
}

PostgresWire::Message PostgresWire::receive() const {
    const std::string head = socket_.receive(5);
    const std::uint32_t size = number(std::string_view(head).substr(1));
    if (size < 4) throw ConnectionError("The server does not speak PostgreSQL's protocol");
    return {head[0], socket_.receive(size - 4)};
}

std::string PostgresWire::ask(std::string_view sql) {
    socket_.send('Q' + number(static_cast<std::uint32_t>(sql.size() + 5)) + std::string(sql) + '\0');
    std::string answer;
    std::string error;
    for (;;) {
        Message message = receive();
        if (message.kind == 'D') {
            // Two bytes with the number of columns, four with the length of the first, which is -1 for NULL.
            const std::uint32_t size = message.body.size() > 2
                                           ? number(std::string_view(message.body).substr(2))
                                           : ~std::uint32_t{0};
            answer = size == ~std::uint32_t{0} ? std::string() : message.body.substr(6, size);
        }
        if (message.kind == 'E') {
            // After FATAL there is no more to come.
            if (message.body.find("SFATAL") != std::string::npos) throw_error<ConnectionError>(message.body);
            error = std::move(message.body);
        }
        if (message.kind == 'Z') break;
    }
    if (!error.empty()) throw_error<DatabaseError>(error);
    return answer;
}

std::string postgres_name(std::string_view name) {
    std::string quoted = "\"";
    for (const char c : name) {
        if (c == '"') quoted += '"';
        quoted += c;
    }
    return quoted + '"';
}

void create_postgres_database(PostgresWire& server, std::string_view name) {
    // Without syncing to disk a copy of the files is cheaper than writing each page to the log.
    const bool can_choose = std::atoi(server.ask("SHOW server_version_num").c_str()) >= 150000;
    server.ask("CREATE DATABASE " + postgres_name(name) + (can_choose ? " STRATEGY FILE_COPY" : ""));
}

void drop_postgres_database(PostgresWire& server, std::string_view name) {
    const bool can_force = std::atoi(server.ask("SHOW server_version_num").c_str()) >= 130000;
    server.ask("DROP DATABASE IF EXISTS " + postgres_name(name) + (can_force ? " WITH (FORCE)" : ""));
}

}  // namespace duet::testing
