#include <duet/handle/session.hpp>

#include <algorithm>

namespace duet::detail {

void throw_no_object(const ModelInfo& model, std::source_location where) {
    throw NotFound("get: no row of " + std::string(model.table) + " has this key", where);
}

bool only_reads(std::string_view sql) noexcept {
    const std::size_t begin = sql.find_first_not_of(" \t\r\n(");
    if (begin == std::string_view::npos) return false;
    const std::string_view word = sql.substr(begin, sql.find_first_of(" \t\r\n(", begin) - begin);
    const auto is = [word](std::string_view wanted) {
        return word.size() == wanted.size() && std::equal(word.begin(), word.end(), wanted.begin(),
                                                          [](char a, char b) { return (a & ~0x20) == b; });
    };
    return is("SELECT") || is("VALUES");
}

}  // namespace duet::detail
