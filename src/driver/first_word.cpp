#include "driver/first_word.hpp"

#include <algorithm>

namespace duet::driver {

std::string first_word(std::string_view sql) {
    constexpr std::string_view blanks = " \t\r\n\f(";
    for (;;) {
        sql.remove_prefix(std::min(sql.find_first_not_of(blanks), sql.size()));
        std::size_t end = std::string_view::npos;
        if (sql.starts_with("--")) {
            end = sql.find('\n');
        } else if (sql.starts_with("/*")) {
            end = sql.find("*/", 2);
            if (end != std::string_view::npos) ++end;
        } else {
            break;
        }
        if (end == std::string_view::npos) return {};
        sql.remove_prefix(end + 1);
    }
    std::string word;
    for (const char c : sql) {
        const bool small = c >= 'a' && c <= 'z';
        if (!small && !(c >= 'A' && c <= 'Z')) break;
        word += small ? static_cast<char>(c - 'a' + 'A') : c;
    }
    return word;
}

}  // namespace duet::driver
