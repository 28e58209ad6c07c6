#pragma once

#include <array>
#include <bit>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <string>
#include <string_view>

#include <libpq-fe.h>

#include "workload.hpp"

/// What the hand-written programs on libpq share: the binary format of the workload's types, statements
/// prepared once, and the end of the program when the server says no.
namespace bench::pg {

struct Finish {
    void operator()(PGconn* connection) const { PQfinish(connection); }
    void operator()(PGresult* result) const { PQclear(result); }
};
using Connection = std::unique_ptr<PGconn, Finish>;
using Result = std::unique_ptr<PGresult, Finish>;

inline constexpr std::chrono::seconds epoch{946'684'800};  // 2000-01-01

[[noreturn]] inline void fail(PGconn* connection) {
    std::fprintf(stderr, "libpq: %s", PQerrorMessage(connection));
    std::exit(2);
}

inline Connection open(const std::string& url) {
    Connection connection{PQconnectdb(url.c_str())};
    if (PQstatus(connection.get()) != CONNECTION_OK) fail(connection.get());
    return connection;
}

inline Result checked(PGconn* connection, PGresult* result) {
    Result owned{result};
    const ExecStatusType status = PQresultStatus(result);
    if (status != PGRES_TUPLES_OK && status != PGRES_COMMAND_OK && status != PGRES_COPY_IN) fail(connection);
    return owned;
}

inline Result execute(PGconn* connection, const char* sql) {
    return checked(connection, PQexec(connection, sql));
}

inline void prepare(PGconn* connection, const char* name, const std::string& sql) {
    checked(connection, PQprepare(connection, name, sql.c_str(), 0, nullptr));
}

template <class T>
T swapped(T value) {
    if constexpr (sizeof(T) == 8) {
        return static_cast<T>(__builtin_bswap64(static_cast<std::uint64_t>(value)));
    } else if constexpr (sizeof(T) == 4) {
        return static_cast<T>(__builtin_bswap32(static_cast<std::uint32_t>(value)));
    } else {
        return static_cast<T>(__builtin_bswap16(static_cast<std::uint16_t>(value)));
    }
}

template <class T>
T number_at(const PGresult* result, int row, int column) {
    T value;
    std::memcpy(&value, PQgetvalue(result, row, column), sizeof value);
    return swapped(value);
}

inline std::string_view text_at(const PGresult* result, int row, int column) {
    return {PQgetvalue(result, row, column), static_cast<std::size_t>(PQgetlength(result, row, column))};
}

inline constexpr const char* user_columns = "id, email, name, age, score, bio, is_active, created_at";
inline constexpr const char* user_by_key =
    "SELECT id, email, name, age, score, bio, is_active, created_at FROM users WHERE id = $1";

inline void read_user(const PGresult* result, int row, UserRow& user) {
    user.id = number_at<std::int64_t>(result, row, 0);
    user.email = text_at(result, row, 1);
    user.name = text_at(result, row, 2);
    user.age = number_at<std::int32_t>(result, row, 3);
    user.score = std::bit_cast<double>(number_at<std::int64_t>(result, row, 4));
    if (PQgetisnull(result, row, 5) == 0) user.bio = text_at(result, row, 5);
    user.is_active = *PQgetvalue(result, row, 6) != 0;
    user.created_at = Timestamp{epoch + std::chrono::microseconds{number_at<std::int64_t>(result, row, 7)}};
}

/// The parameters of one statement, all in binary.
template <std::size_t N>
struct Parameters {
    std::array<const char*, N> values{};
    std::array<int, N> lengths{};
    std::array<std::int64_t, N> numbers{};
    inline static const std::array<int, N> formats = [] {
        std::array<int, N> all{};
        all.fill(1);
        return all;
    }();

    void text(std::size_t place, std::string_view value) {
        values[place] = value.data();
        lengths[place] = static_cast<int>(value.size());
    }
    template <class T>
    void number(std::size_t place, T value) {
        const T wire = swapped(value);
        std::memcpy(&numbers[place], &wire, sizeof wire);
        values[place] = reinterpret_cast<const char*>(&numbers[place]);
        lengths[place] = sizeof wire;
    }
    void boolean(std::size_t place, bool value) {
        numbers[place] = 0;
        const char wire = value ? 1 : 0;
        std::memcpy(&numbers[place], &wire, 1);
        values[place] = reinterpret_cast<const char*>(&numbers[place]);
        lengths[place] = 1;
    }

    PGresult* run(PGconn* connection, const char* statement) const {
        return PQexecPrepared(connection, statement, N, values.data(), lengths.data(), formats.data(), 1);
    }
    /// In pipeline mode.
    void send(PGconn* connection, const char* statement) const {
        if (PQsendQueryPrepared(connection, statement, N, values.data(), lengths.data(), formats.data(), 1) !=
            1) {
            fail(connection);
        }
    }
};

inline std::int64_t microseconds_of(Timestamp time) {
    return std::chrono::duration_cast<std::chrono::microseconds>(time.time_since_epoch() - epoch).count();
}

/// Bytes in the order of the network.
class Bytes {
public:
    template <class T>
    void number(T value) {
        const T wire = swapped(value);
        const std::size_t size = bytes_.size();
        bytes_.resize(size + sizeof wire);
        std::memcpy(bytes_.data() + size, &wire, sizeof wire);
    }
    template <class T>
    void field(T value) {
        number(static_cast<std::int32_t>(sizeof value));
        number(value);
    }
    void field(std::string_view text) {
        number(static_cast<std::int32_t>(text.size()));
        bytes_.append(text);
    }
    void field(bool value) {
        number(std::int32_t{1});
        bytes_ += value ? '\1' : '\0';
    }
    void null() { number(std::int32_t{-1}); }
    void raw(std::string_view bytes) { bytes_.append(bytes); }
    void clear() { bytes_.clear(); }
    std::string_view view() const { return bytes_; }

private:
    std::string bytes_;
};

/// The head of a one-dimensional array; its elements follow as fields.
inline void array_head(Bytes& bytes, std::uint32_t element, std::size_t count, bool nulls) {
    bytes.number(std::int32_t{1});
    bytes.number(static_cast<std::int32_t>(nulls));
    bytes.number(element);
    bytes.number(static_cast<std::int32_t>(count));
    bytes.number(std::int32_t{1});
}

}  // namespace bench::pg
