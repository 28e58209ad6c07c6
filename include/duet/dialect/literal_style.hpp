#pragma once

#include <string_view>

namespace duet {

/// How values are spelled in SQL that is written out for reading. Those of SQLite are the standard.
struct LiteralStyle {
    bool backslashes = false;  // stand for themselves in texts only when doubled
    bool booleans = false;     // TRUE and FALSE
    bool arrays = false;       // ARRAY[1, 2] rather than JSON
    bool intervals = false;    // INTERVAL '1.5 seconds' rather than microseconds
    // In front of texts that are values of a type, with a blank behind; may be empty.
    std::string_view date{};
    std::string_view time{};
    std::string_view timestamp{};
    std::string_view uuid{};
    std::string_view json{};
    std::string_view real{};  // of NaN and infinities
    std::string_view zone{};  // behind a timestamp
    std::string_view blob = "x'";
};

}  // namespace duet
