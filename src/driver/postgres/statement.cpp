#include "statement.hpp"

#include <algorithm>
#include <array>
#include <cctype>

#include "driver/first_word.hpp"

namespace duet::driver::postgres {

namespace {

std::string lowered(std::string_view text) {
    std::string out(text);
    std::ranges::transform(out, out.begin(),
                           [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    return out;
}

template <std::size_t N>
bool is_one_of(const std::string& word, const std::array<std::string_view, N>& words) {
    return std::ranges::find(words, word) != words.end();
}

/// SELECT ... INTO TEMP t, also INTO pg_temp.t, with whatever stands between the words.
bool may_make_temporary_table(std::string_view text) {
    const auto is_word = [&](std::size_t at) {
        return at < text.size() &&
               (std::isalnum(static_cast<unsigned char>(text[at])) != 0 || text[at] == '_');
    };
    if (text.find("into") == std::string_view::npos) return false;
    for (std::size_t at = text.find("temp"); at != std::string_view::npos; at = text.find("temp", at + 1)) {
        const std::size_t end = at + (text.substr(at).starts_with("temporary") ? 9 : 4);
        const bool schema = at >= 3 && text.substr(at - 3, 3) == "pg_";
        if ((schema || at == 0 || !is_word(at - 1)) && !is_word(end)) return true;
    }
    return false;
}

}  // namespace

bool looks_read_only(std::string_view sql) {
    static constexpr std::array<std::string_view, 6> readers{"SELECT", "SHOW",    "VALUES",
                                                             "TABLE",  "EXPLAIN", "FETCH"};
    return is_one_of(first_word(sql), readers);
}

bool may_leave_traces(std::string_view sql) {
    static constexpr std::array<std::string_view, 8> harmless{"SELECT", "INSERT", "UPDATE", "DELETE",
                                                              "WITH",   "VALUES", "TABLE",  "MERGE"};
    if (!is_one_of(first_word(sql), harmless)) return true;
    // Nobody looks at what comes behind the first statement of a script.
    const std::size_t end = sql.find(';');
    if (end != std::string_view::npos && !first_word(sql.substr(end + 1)).empty()) return true;
    const std::string text = lowered(sql);
    return text.find("set_config") != std::string::npos || text.find("advisory_lock") != std::string::npos ||
           text.find("setval") != std::string::npos || may_make_temporary_table(text);
}

PgStatement::PgStatement(std::shared_ptr<const Plan> plan,
                         std::shared_ptr<std::vector<std::string>> leftovers)
    : Statement(plan),
      prepared(std::make_shared<Prepared>(std::move(plan))),
      leftovers_(std::move(leftovers)),
      writes_(this->plan().raw ? !looks_read_only(this->plan().sql) : this->plan().writes),
      leaves_traces_((this->plan().raw || this->plan().own_words) && may_leave_traces(this->plan().sql)) {
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
