#include "driver/mariadb/error_text.hpp"

#include <algorithm>
#include <array>
#include <cstddef>

namespace duet::driver::mariadb {
namespace {

constexpr std::size_t nowhere = std::string_view::npos;

// What the server calls the parts of a statement, in quotes like names.
constexpr std::array<std::string_view, 9> clause_names = {
    "field list",    "where clause",    "order clause",        "on clause",       "group statement",
    "having clause", "window order by", "IN/ALL/ANY subquery", "default function"};

std::string_view last_part(std::string_view name) {
    const std::size_t dot = name.rfind('.');
    return dot == nowhere ? name : name.substr(dot + 1);
}

bool is_known(std::string_view quoted, std::string_view sql) {
    if (std::ranges::find(clause_names, quoted) != clause_names.end()) return true;
    const std::string_view name = last_part(quoted);
    return !name.empty() && sql.find(name) != nowhere;
}

// The text between the quote at `at` and the next one like it.
std::string_view quoted_at(std::string_view text, std::size_t at) {
    const std::size_t end = text.find(text[at], at + 1);
    return end == nowhere ? std::string_view{} : text.substr(at + 1, end - at - 1);
}

// `a`, `b`
std::vector<std::string> names_in(std::string_view list) {
    std::vector<std::string> names;
    for (std::size_t at = list.find('`'); at != nowhere; at = list.find('`', at)) {
        const std::string_view name = quoted_at(list, at);
        names.emplace_back(name);
        at += name.size() + 2;
        if (at >= list.size()) break;
    }
    return names;
}

// The table that a statement of duet's own writes to.
std::string_view written_table(std::string_view sql) {
    for (const std::string_view start :
         {"INSERT INTO `", "REPLACE INTO `", "INSERT IGNORE INTO `", "UPDATE `"}) {
        if (sql.starts_with(start)) return quoted_at(sql, start.size() - 1);
    }
    return {};
}

}  // namespace

std::string without_values(std::string_view message, std::string_view sql) {
    // A value may hold quotes itself, so everything from the first unknown piece to the last quote goes.
    for (std::size_t at = message.find('\''); at != nowhere; at = message.find('\'', at)) {
        const std::string_view piece = quoted_at(message, at);
        if (!is_known(piece, sql)) {
            const std::size_t last = message.rfind('\'');
            std::string out(message.substr(0, at));
            out += "'...'";
            if (last > at) out += message.substr(last + 1);
            return out;
        }
        at += piece.size() + 2;
        if (at >= message.size()) break;
    }
    return std::string(message);
}

std::string duplicate_key(std::string_view message) {
    constexpr std::string_view before = " for key '";
    const std::size_t at = message.rfind(before);
    if (at == nowhere || !message.ends_with('\'')) return {};
    message.remove_prefix(at + before.size());
    message.remove_suffix(1);
    return std::string(last_part(message));
}

std::vector<std::string> columns_of_key(std::string_view key, std::string_view sql) {
    const std::string_view table = written_table(sql);
    if (table.empty()) return {};
    std::string prefix = "uq_";
    prefix += table;
    prefix += '_';
    if (!key.starts_with(prefix)) return {};
    const std::string_view rest = key.substr(prefix.size());
    // Columns may have underscores of their own: the statement tells whether this is one.
    std::string column = "`";
    column += rest;
    column += '`';
    if (rest.empty() || sql.find(column) == nowhere) return {};
    return {std::string(rest)};
}

std::string named_column(std::string_view message) {
    const std::size_t at = message.rfind("olumn ");
    if (at == nowhere) return {};
    message.remove_prefix(at + 6);
    if (message.starts_with('\'')) return std::string(last_part(quoted_at(message, 0)));
    // `schema`.`table`.`column`
    std::string_view name;
    std::size_t next = 0;
    while (next < message.size() && message[next] == '`') {
        name = quoted_at(message, next);
        next += name.size() + 2;
        if (next >= message.size() || message[next] != '.') break;
        ++next;
    }
    return std::string(name);
}

std::string first_quoted(std::string_view message) {
    const std::size_t at = message.find_first_of("'`");
    return at == nowhere ? std::string{} : std::string(last_part(quoted_at(message, at)));
}

ForeignKeyText read_foreign_key(std::string_view message) {
    ForeignKeyText out;
    constexpr std::string_view name_mark = "CONSTRAINT `";
    constexpr std::string_view columns_mark = "FOREIGN KEY (";
    if (const std::size_t at = message.find(name_mark); at != nowhere)
        out.constraint = quoted_at(message, at + name_mark.size() - 1);
    if (const std::size_t at = message.find(columns_mark); at != nowhere) {
        const std::string_view rest = message.substr(at + columns_mark.size());
        out.columns = names_in(rest.substr(0, rest.find(')')));
    }
    return out;
}

}  // namespace duet::driver::mariadb
