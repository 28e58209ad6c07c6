#pragma once

#include <duet/types/time_text.hpp>

#include <string>
#include <string_view>

#include "workload.hpp"

/// Timestamps for libraries that exchange them as text, by the functions that duet itself uses for databases
/// with text timestamps.
namespace bench {

inline std::string timestamp_text(Timestamp time) {
    char text[32];
    return {text, duet::detail::write_timestamp(text, time)};
}

inline Timestamp timestamp_of(std::string_view text) {
    Timestamp time{};
    duet::detail::parse_timestamp(text, time);
    return time;
}

}  // namespace bench
