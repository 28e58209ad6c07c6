#include "sql_text.hpp"

#include <duet/base/error.hpp>

namespace duet::detail {

namespace {
constexpr char mark_byte = '\x01';
constexpr std::size_t mark_length = 4;
// Six bits a character, so that a mark never contains the mark byte or anything a quote could collide with.
char sextet(std::size_t v) { return static_cast<char>('0' + (v & 63)); }
std::size_t from_sextet(char c) { return static_cast<std::size_t>(c - '0'); }
constexpr std::size_t mark_size = mark_length + 1;
}  // namespace

std::string value_mark(std::size_t value, Transform transform) {
    return {mark_byte, sextet(value), sextet(value >> 6), sextet(value >> 12),
            sextet(static_cast<std::size_t>(transform))};
}

bool is_value_mark(std::string_view text) noexcept {
    return text.size() == mark_size && text[0] == mark_byte;
}

std::string with_transform(std::string_view mark, Transform transform) {
    std::string copy(mark);
    copy[mark_length] = sextet(static_cast<std::size_t>(transform));
    return copy;
}

Plan finish(const Dialect& dialect, std::string_view marked, bool writes) {
    Plan plan;
    plan.writes = writes;
    plan.sql.reserve(marked.size());
    for (std::size_t i = 0; i < marked.size();) {
        if (marked[i] != mark_byte) {
            plan.sql += marked[i++];
            continue;
        }
        const std::size_t value =
            from_sextet(marked[i + 1]) | from_sextet(marked[i + 2]) << 6 | from_sextet(marked[i + 3]) << 12;
        plan.binds.push_back(
            {static_cast<std::uint16_t>(value), static_cast<Transform>(from_sextet(marked[i + 4]))});
        dialect.placeholder(plan.sql, plan.binds.size());
        i += mark_size;
    }
    if (plan.binds.size() > dialect.capabilities().max_parameters) {
        throw InvalidQuery("a statement needs more parameters than " + std::string(dialect.name()) +
                           " takes");
    }
    return plan;
}

std::string quoted(const Dialect& dialect, std::string_view identifier) {
    std::string out;
    dialect.quote(out, identifier);
    return out;
}

std::string qualified(const Dialect& dialect, std::string_view alias, std::string_view column) {
    std::string out;
    dialect.quote(out, alias);
    out += '.';
    dialect.quote(out, column);
    return out;
}

}  // namespace duet::detail
