#include <duet/dialect/mariadb.hpp>
#include <duet/dialect/postgres.hpp>
#include <duet/dialect/pretty_sql.hpp>
#include <duet/dialect/sqlite.hpp>

#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "dialect/sql_tokens.hpp"

namespace {

void require(bool condition) {
    if (!condition) std::abort();
}

std::string without_space(const std::vector<duet::detail::SqlToken>& tokens) {
    std::string out;
    for (const auto& token : tokens) {
        out += static_cast<char>('0' + static_cast<int>(token.type));
        out += std::to_string(token.text.size());
        out += ':';
        out += token.text;
    }
    return out;
}

void check(std::string_view sql, const std::string& printed, const duet::detail::SqlLexis& lexis) {
    const auto before = duet::detail::sql_tokens(sql, lexis);
    const auto after = duet::detail::sql_tokens(printed, lexis);
    require(without_space(before) == without_space(after));
    // What stood apart stays apart.
    for (std::size_t i = 1; i < before.size(); ++i) require(after[i].space_before || !before[i].space_before);
    std::size_t bytes = 0;
    for (const auto& token : before) bytes += token.text.size() + 100;
    require(printed.size() <= bytes);
}

}  // namespace

// Pretty-printing changes white space between tokens and nothing else, whatever the text is.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view sql(reinterpret_cast<const char*>(data), size);
    check(sql, duet::pretty_sql(sql), {});
    for (const duet::Dialect* dialect :
         {&duet::sqlite_dialect(), &duet::postgres_dialect(), &duet::mariadb_dialect()}) {
        const std::string printed = duet::detail::pretty_sql(sql, *dialect, 1 + size % 120);
        check(sql, printed, duet::detail::lexis_of(*dialect));
        require(duet::detail::pretty_sql(printed, *dialect, 1 + size % 120).size() <=
                2 * printed.size() + 100);
    }
    return 0;
}
