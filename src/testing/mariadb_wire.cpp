#include "testing/mariadb_wire.hpp"

#include <duet/base/error.hpp>

#include <cstdint>
#include <utility>

namespace duet::testing {
namespace {

std::uint64_t little_endian(std::string_view bytes, std::size_t count) {
    std::uint64_t value = 0;
    for (std::size_t i = count; i-- > 0;) value = value << 8 | static_cast<unsigned char>(bytes.at(i));
    return value;
}

std::string little_endian(std::uint32_t value, std::size_t count) {
    std::string bytes;
    for (std::size_t i = 0; i < count; ++i, value >>= 8) bytes += static_cast<char>(value & 0xff);
    return bytes;
}

enum : unsigned char { ok = 0x00, null = 0xfb, end_of_list = 0xfe, failure = 0xff };

unsigned char kind_of(const std::string& packet) {
    return packet.empty() ? static_cast<unsigned char>(failure) : static_cast<unsigned char>(packet[0]);
}

bool ends_list(const std::string& packet) { return kind_of(packet) == end_of_list && packet.size() < 9; }

/// The text at the start of a row.
std::string first_column(std::string_view row) {
    const auto head = static_cast<unsigned char>(row.at(0));
    if (head == null) return {};
    if (head < null) return std::string(row.substr(1, head));
    const std::size_t width = head == 0xfc ? 2 : head == 0xfd ? 3 : 8;
    return std::string(row.substr(1 + width, little_endian(row.substr(1), width)));
}

template <class E>
[[noreturn]] void throw_error(std::string_view packet) {
    // One byte, two of the error's number, and then (once both sides know each other) '#' and five of
    // SQLSTATE.
    const bool has_state = packet.size() >= 9 && packet[3] == '#';
    E error(std::string(packet.size() > 3 ? packet.substr(has_state ? 9 : 3)
                                          : "the server closed the connection"));
    if (has_state) error.attach_code(std::string(packet.substr(4, 5)));
    throw error;
}

}  // namespace

MariaDbWire::MariaDbWire(const std::filesystem::path& socket, std::string_view user,
                         std::string_view database, std::chrono::milliseconds timeout)
    : socket_(socket, timeout) {
    using namespace std::string_literals;
    const std::string greeting = receive();
    if (kind_of(greeting) == failure) throw_error<ConnectionError>(greeting);
    // CLIENT_LONG_PASSWORD, CONNECT_WITH_DB, PROTOCOL_41, TRANSACTIONS, SECURE_CONNECTION, PLUGIN_AUTH;
    // packets of 16 MiB; utf8mb4; and a password of no bytes.
    send(little_endian(0x8a209, 4) + little_endian(1U << 24, 4) + '\x2d' + std::string(23, '\0') +
         std::string(user) + "\0\0"s + std::string(database) + "\0mysql_native_password\0"s);
    std::string answer = receive();
    if (kind_of(answer) == end_of_list) {
        send("");
        answer = receive();
    }
    if (kind_of(answer) != ok) throw_error<ConnectionError>(answer);
}

void MariaDbWire::send(std::string_view body) {
    socket_.send(little_endian(static_cast<std::uint32_t>(body.size()), 3) + sequence_++ + std::string(body));
}

std::string MariaDbWire::receive() {
    const std::string head = socket_.receive(4);
    sequence_ = static_cast<char>(head[3] + 1);
    return socket_.receive(static_cast<std::size_t>(little_endian(head, 3)));
}

std::string MariaDbWire::ask(std::string_view sql) {
    sequence_ = 0;
    send('\x03' + std::string(sql));
    const std::string head = receive();
    if (kind_of(head) == failure) throw_error<DatabaseError>(head);
    if (kind_of(head) == ok) return {};
    while (!ends_list(receive())) {
        // What the columns are called is of no interest.
    }
    std::string answer;
    for (;;) {
        const std::string row = receive();
        if (ends_list(row)) return answer;
        if (kind_of(row) == failure) throw_error<DatabaseError>(row);
        answer = first_column(row);
    }
}

std::string mariadb_name(std::string_view name) {
    std::string quoted = "`";
    for (const char c : name) {
        if (c == '`') quoted += '`';
        quoted += c;
    }
    return quoted + '`';
}

void create_mariadb_database(MariaDbWire& server, std::string_view name) {
    server.ask("CREATE DATABASE " + mariadb_name(name) + " CHARACTER SET utf8mb4");
}

void drop_mariadb_database(MariaDbWire& server, std::string_view name) {
    std::string text = "'";
    for (const char c : name) {
        if (c == '\'' || c == '\\') text += '\\';
        text += c;
    }
    // A transaction that somebody left open would hold the DROP up for a day.
    const std::string next = "SELECT id FROM information_schema.processlist WHERE db = " + text + "' LIMIT 1";
    for (int left = 1000; left > 0; --left) {
        const std::string connection = server.ask(next);
        if (connection.empty()) break;
        try {
            server.ask("KILL " + connection);
        } catch (const DatabaseError&) {
            // It has left by itself.
        }
    }
    server.ask("DROP DATABASE IF EXISTS " + mariadb_name(name));
}

}  // namespace duet::testing
