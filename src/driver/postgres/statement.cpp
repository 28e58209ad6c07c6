#include "statement.hpp"

#include <algorithm>
#include <array>
#include <cctype>

namespace duet::driver::postgres {

namespace {

std::string lowered(std::string_view text) {
    std::string out(text);
    std::ranges::transform(out, out.begin(),
                           [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    return out;
}

/// The first word, in small letters, past blanks, comments and parentheses.
std::string first_word(std::string_view sql) {
    for (;;) {
        sql.remove_prefix(std::min(sql.find_first_not_of(" \t\r\n\f("), sql.size()));
        std::size_t end = std::string_view::npos;
        if (sql.starts_with("--")) {
            end = sql.find('\n');
        } else if (sql.starts_with("/*")) {
            end = sql.find("*/", 2);
        } else {
            break;
        }
        if (end == std::string_view::npos) return {};
        sql.remove_prefix(end + 1);
        if (sql.starts_with('/')) sql.remove_prefix(1);
    }
    std::size_t length = 0;
    while (length < sql.size() && std::isalpha(static_cast<unsigned char>(sql[length])) != 0) ++length;
    return lowered(sql.substr(0, length));
}

template <std::size_t N>
bool is_one_of(const std::string& word, const std::array<std::string_view, N>& words) {
    return std::ranges::find(words, word) != words.end();
}

}  // namespace

bool looks_read_only(std::string_view sql) {
    static constexpr std::array<std::string_view, 6> readers{"select", "show",    "values",
                                                             "table",  "explain", "fetch"};
    return is_one_of(first_word(sql), readers);
}

bool may_leave_traces(std::string_view sql) {
    static constexpr std::array<std::string_view, 8> harmless{"select", "insert", "update", "delete",
                                                              "with",   "values", "table",  "merge"};
    if (!is_one_of(first_word(sql), harmless)) return true;
    const std::string text = lowered(sql);
    return text.find("set_config") != std::string::npos || text.find("advisory_lock") != std::string::npos ||
           text.find("setval") != std::string::npos || text.find(" into temp") != std::string::npos;
}

PgStatement::PgStatement(std::shared_ptr<const Plan> plan,
                         std::shared_ptr<std::vector<std::string>> leftovers)
    : Statement(plan),
      prepared(std::make_shared<Prepared>(std::move(plan))),
      leftovers_(std::move(leftovers)),
      writes_(this->plan().raw ? !looks_read_only(this->plan().sql) : this->plan().writes) {
    prepared->is_commit = this->plan().sql == "COMMIT";
}

PgStatement::~PgStatement() {
    if (prepared->name.empty()) return;
    try {
        leftovers_->push_back(prepared->name);
    } catch (const std::bad_alloc&) {  // NOLINT(bugprone-empty-catch): the server keeps it until we part
    }
}

}  // namespace duet::driver::postgres
