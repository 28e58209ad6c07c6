#pragma once

#include <duet/base/hook_list.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <source_location>
#include <string_view>

namespace duet {

class Error;

/// One statement that was sent. Valid during the call of the hook only.
struct QueryEvent {
    std::string_view sql;  // with placeholders; values are never shown
    std::chrono::nanoseconds duration;
    std::size_t parameters = 0;    // how many values went along
    std::size_t rows = 0;          // rows read
    std::int64_t affected = 0;     // rows changed
    std::source_location where;    // the user's call
    const Error* error = nullptr;  // null when it succeeded
    std::string_view node{};       // the server's name, in a database with replicas
};

/// One statement that is about to be sent. Valid during the call of the listener only.
struct QueryStart {
    std::string_view sql;  // with placeholders; values are never shown
    std::size_t parameters = 0;
    std::source_location where;  // the user's call
    std::string_view node{};     // the server's name, in a database with replicas
};

/// Keeps a query hook in place; removes it when destroyed.
using QueryHook = HookConnection;

}  // namespace duet
