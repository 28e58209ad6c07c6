#include "driver/mariadb/sql_words.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <string>

#include "driver/first_word.hpp"

namespace duet::driver::mariadb {
namespace {

constexpr std::array<std::string_view, 7> reading_words = {"SELECT",  "SHOW",   "DESCRIBE", "DESC",
                                                           "EXPLAIN", "VALUES", "TABLE"};

// Statements that leave a session as it was. CREATE and DROP are looked at more closely.
constexpr std::array<std::string_view, 27> clean_words = {
    "SELECT", "SHOW",    "DESCRIBE", "DESC",   "EXPLAIN",  "VALUES",  "TABLE",    "INSERT",    "UPDATE",
    "DELETE", "REPLACE", "WITH",     "COMMIT", "ROLLBACK", "BEGIN",   "START",    "SAVEPOINT", "RELEASE",
    "CREATE", "ALTER",   "DROP",     "RENAME", "TRUNCATE", "ANALYZE", "OPTIMIZE", "CHECK",     "KILL"};

bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; }
bool is_word(char c) { return is_letter(c) || (c >= '0' && c <= '9') || c == '$'; }

// Behind the quoted text or the comment that begins at `at`; `at` itself when none does.
std::size_t behind_quiet(std::string_view sql, std::size_t at) {
    const char c = sql[at];
    const auto behind = [&](std::string_view mark, std::size_t from) {
        const std::size_t end = sql.find(mark, from);
        return end == std::string_view::npos ? sql.size() : end + mark.size();
    };
    if (c == '#' || sql.substr(at).starts_with("-- ")) return behind("\n", at);
    // What stands in /*! and /*M! is run.
    if (c == '/' && sql.substr(at).starts_with("/*") && !sql.substr(at).starts_with("/*!") &&
        !sql.substr(at).starts_with("/*M!"))
        return behind("*/", at + 2);
    if (c != '\'' && c != '"' && c != '`') return at;
    for (std::size_t i = at + 1; i < sql.size(); ++i) {
        if (sql[i] == '\\' && c != '`') {
            ++i;
        } else if (sql[i] == c) {
            return i + 1;  // a doubled quote begins the next piece
        }
    }
    return sql.size();
}

// Calls visit(word in upper case, whether it begins a statement) for each word, visit("@", false) for each @.
// True as soon as a visit answers true.
template <class Visit>
bool any_word(std::string_view sql, Visit visit) {
    bool first = true;
    for (std::size_t at = 0; at < sql.size();) {
        if (const std::size_t behind = behind_quiet(sql, at); behind != at) {
            at = behind;
        } else if (is_letter(sql[at])) {
            std::string word;
            for (; at < sql.size() && is_word(sql[at]); ++at)
                word += sql[at] >= 'a' && sql[at] <= 'z' ? static_cast<char>(sql[at] - 'a' + 'A') : sql[at];
            if (visit(std::string_view(word), first)) return true;
            first = false;
        } else {
            if (sql[at] == '@' && visit(std::string_view("@"), false)) return true;
            first |= sql[at] == ';';
            ++at;
        }
    }
    return false;
}

template <class List>
bool contains(const List& list, std::string_view word) {
    return std::ranges::find(list, word) != list.end();
}

}  // namespace

bool may_write(std::string_view sql) {
    const std::string word = first_word(sql);
    if (word != "WITH") return !contains(reading_words, word);
    return any_word(sql, [](std::string_view any, bool) {
        return any == "UPDATE" || any == "DELETE" || any == "INSERT" || any == "REPLACE";
    });
}

bool counts_changes(std::string_view sql) {
    const std::string word = first_word(sql);
    return word == "INSERT" || word == "UPDATE" || word == "DELETE" || word == "REPLACE" || word == "WITH" ||
           word == "CALL" || word == "LOAD";
}

bool described_late(std::string_view sql) {
    const std::string word = first_word(sql);
    if (word == "CALL" || word == "EXECUTE") return true;
    return may_write(sql) && any_word(sql, [](std::string_view any, bool) { return any == "RETURNING"; });
}

bool leaves_traces(std::string_view sql) {
    return any_word(sql, [](std::string_view word, bool first) {
        if (first) return !contains(clean_words, word);
        return word == "@" || word == "TEMPORARY" || word == "GET_LOCK" || word == "CHAIN" ||
               word == "LAST_INSERT_ID";
    });
}

std::string without_empty_statements(std::string_view script) {
    std::string out;
    std::size_t from = 0;
    bool empty = true;
    const auto end_statement = [&](std::size_t at) {
        if (!empty) {
            if (!out.empty()) out += ';';
            out += script.substr(from, at - from);
        }
        from = at + 1;
        empty = true;
    };
    for (std::size_t at = 0; at < script.size();) {
        const char c = script[at];
        if (const std::size_t behind = behind_quiet(script, at); behind != at) {
            empty &= c != '\'' && c != '"' && c != '`';
            at = behind;
            continue;
        }
        if (c == ';') {
            end_statement(at);
        } else {
            empty &= c == ' ' || (c >= '\t' && c <= '\r');
        }
        ++at;
    }
    end_statement(script.size());
    return out;
}

}  // namespace duet::driver::mariadb
