#pragma once

#include <string>

#include "support.hpp"

/// What several test files ask of a failing or writing operation.
namespace duet::test {

/// For tests that are written for one mode.
using Servers = ::testing::Types<SqliteMemory, SqliteFile>;
struct ServerNames {
    template <class Server>
    static std::string GetName(int /*index*/) {
        return Server::name;
    }
};

/// The exception of type E that the operation ends with; a failure of the test when it ends otherwise.
template <class E, class F>
E thrown(F operation) {
    try {
        did(std::move(operation));
    } catch (const E& error) {
        return error;
    } catch (const std::exception& error) {
        ADD_FAILURE() << "another exception was thrown: " << error.what();
        return E("another exception was thrown");
    }
    ADD_FAILURE() << "nothing was thrown";
    return E("nothing was thrown");
}

template <class M, class Handle>
std::int64_t count(Handle& handle) {
    return got(handle.count(duet::query<M>()));
}
/// All rows in the order of their keys.
template <class M, class Handle>
std::vector<M> rows(Handle& handle) {
    return got(handle.all(duet::query<M>().order_by("id")));
}
template <class M, class Handle, class Key>
std::optional<M> find(Handle& handle, const Key& key) {
    return got(handle.template get<M>(key));
}

inline Timestamp at_second(std::int64_t second, std::int64_t micros = 0) {
    return Timestamp{std::chrono::seconds{second} + std::chrono::microseconds{micros}};
}

}  // namespace duet::test
