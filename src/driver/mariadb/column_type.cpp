#include "driver/mariadb/column_type.hpp"

#include <algorithm>
#include <array>

namespace duet::driver::mariadb {
namespace {

constexpr std::array<std::string_view, 6> integer_types = {"tinyint", "smallint", "mediumint",
                                                           "int",     "bigint",   "year"};
constexpr std::array<std::string_view, 9> number_types = {
    "boolean", "tinyint", "smallint", "mediumint", "int", "bigint", "decimal", "float", "double"};

}  // namespace

std::string canonical_type(std::string_view reported) {
    std::string type(reported);
    for (char& c : type) {
        if (c == '(') break;  // the names of an enum follow
        if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    }
    if (type == "tinyint(1)") return "boolean";
    const std::size_t open = type.find('(');
    if (open == std::string::npos) return type;
    if (std::ranges::find(integer_types, std::string_view(type).substr(0, open)) == integer_types.end())
        return type;
    const std::size_t close = type.find(')', open);
    if (close != std::string::npos) type.erase(open, close + 1 - open);
    return type;
}

std::string mysql_default(std::string_view reported, std::string_view type, std::string_view extra) {
    if (extra.find("DEFAULT_GENERATED") != std::string_view::npos) return std::string(reported);
    const std::string_view name = type.substr(0, type.find_first_of("( "));
    if (std::ranges::find(number_types, name) != number_types.end()) return std::string(reported);
    std::string quoted = "'";
    for (const char c : reported) {
        quoted += c;
        if (c == '\'') quoted += c;
    }
    return quoted + '\'';
}

}  // namespace duet::driver::mariadb
