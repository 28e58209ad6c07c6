#include "sql_text.hpp"

#include <duet/base/error.hpp>

#include <unordered_map>

namespace duet::detail {

namespace {
constexpr char mark_byte = '\x01';
constexpr std::size_t mark_length = 4;
// Six bits a character, so that a mark never contains the mark byte or anything a quote could collide with.
char sextet(std::size_t v) { return static_cast<char>('0' + (v & 63)); }
std::size_t from_sextet(char c) { return static_cast<std::size_t>(c - '0'); }
constexpr std::size_t mark_size = mark_length + 1;
std::size_t value_of(std::string_view mark) {
    return from_sextet(mark[1]) | from_sextet(mark[2]) << 6 | from_sextet(mark[3]) << 12;
}
}  // namespace

std::string value_mark(std::size_t value, Transform transform) {
    return {mark_byte, sextet(value), sextet(value >> 6), sextet(value >> 12),
            sextet(static_cast<std::size_t>(transform))};
}

std::string with_transform(std::string_view mark, Transform transform) {
    std::string copy(mark);
    copy[mark_length] = sextet(static_cast<std::size_t>(transform));
    return copy;
}

namespace {
/// Whether `text` has `known` at `at`, apart from which values stand there.
bool same_words(std::string_view text, std::size_t at, std::string_view known) {
    if (text.size() - at < known.size()) return false;
    for (std::size_t i = 0; i < known.size(); ++i) {
        if (text[at + i] != known[i]) return false;
        if (known[i] != mark_byte) continue;
        if (text[at + i + mark_length] != known[i + mark_length]) return false;  // another transform
        i += mark_length;
    }
    return true;
}
}  // namespace

void share_values(std::string& text, std::string_view known, std::vector<SameValues>& same) {
    if (known.find(mark_byte) == std::string_view::npos) return;
    for (std::size_t at = 0; at + known.size() <= text.size(); ++at) {
        if (!same_words(text, at, known)) continue;
        for (std::size_t i = 0; i < known.size(); ++i) {
            if (known[i] != mark_byte) continue;
            const auto value = static_cast<std::uint16_t>(value_of(known.substr(i)));
            const auto other = static_cast<std::uint16_t>(value_of(std::string_view(text).substr(at + i)));
            if (value != other) same.emplace_back(value, other);
            i += mark_length;
        }
        text.replace(at, known.size(), known);
        at += known.size() - 1;
    }
}

void wrap_in_min(std::string& text, std::string_view known) {
    for (std::size_t at = 0; at + known.size() <= text.size(); ++at) {
        if (!same_words(text, at, known)) continue;
        text.insert(at + known.size(), ")");
        text.insert(at, "min(");
        at += known.size() + 4;
    }
}

Plan finish(const Dialect& dialect, std::string_view marked, bool writes) {
    Plan plan;
    std::unordered_map<std::uint32_t, std::size_t> numbers;
    plan.writes = writes;
    plan.sql.reserve(marked.size());
    for (std::size_t i = 0; i < marked.size();) {
        if (marked[i] != mark_byte) {
            plan.sql += marked[i++];
            continue;
        }
        const std::size_t value = value_of(marked.substr(i));
        const PlanBind bind{static_cast<std::uint16_t>(value),
                            static_cast<Transform>(from_sextet(marked[i + 4]))};
        std::size_t number = plan.binds.size();
        if (dialect.capabilities().numbered_parameters) {
            std::size_t& known =
                numbers[std::uint32_t{bind.value} << 8 | static_cast<std::uint32_t>(bind.transform)];
            if (known != 0) number = known - 1;
            known = number + 1;
        }
        if (number == plan.binds.size()) plan.binds.push_back(bind);
        dialect.placeholder(plan.sql, number + 1);
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
