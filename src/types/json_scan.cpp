#include <duet/base/error.hpp>
#include <duet/types/json_number.hpp>
#include <duet/types/json_scan.hpp>
#include <duet/types/utf8.hpp>

#include <array>
#include <bitset>

namespace duet::detail {
namespace {

constexpr bool is_digit(char c) noexcept { return c >= '0' && c <= '9'; }
constexpr bool is_space(char c) noexcept { return c == ' ' || c == '\n' || c == '\r' || c == '\t'; }

// Bytes that end the plain part of a string: quote, backslash, control characters.
constexpr auto ends_plain = [] {
    std::array<bool, 256> table{};
    for (unsigned c = 0; c < 0x20; ++c) table[c] = true;
    table['"'] = true;
    table['\\'] = true;
    return table;
}();

}  // namespace

void JsonScanner::fail(const char* what) const {
    throw ValidationError("malformed JSON at byte " + std::to_string(at_ - begin_) + ": " + what);
}

void JsonScanner::skip_space() noexcept {
    while (at_ != end_ && is_space(*at_)) ++at_;
}

char JsonScanner::peek() noexcept {
    skip_space();
    return at_ == end_ ? '\0' : *at_;
}

bool JsonScanner::consume(char c) noexcept {
    skip_space();
    if (at_ == end_ || *at_ != c) return false;
    ++at_;
    return true;
}

void JsonScanner::expect(char c) {
    if (consume(c)) return;
    const char what[] = {'e', 'x', 'p', 'e', 'c', 't', 'e', 'd', ' ', '\'', c, '\'', '\0'};
    fail(what);
}

void JsonScanner::expect_end() {
    skip_space();
    if (at_ != end_) fail("text after the value");
}

unsigned JsonScanner::hex4() {
    unsigned value = 0;
    for (int i = 0; i < 4; ++i, ++at_) {
        const char c = at_ == end_ ? '\0' : *at_;
        const char lower = static_cast<char>(c | 0x20);
        if (is_digit(c)) {
            value = value << 4 | static_cast<unsigned>(c - '0');
        } else if (lower >= 'a' && lower <= 'f') {
            value = value << 4 | static_cast<unsigned>(lower - 'a' + 10);
        } else {
            fail("expected four hex digits");
        }
    }
    return value;
}

void JsonScanner::check_escape() {
    ++at_;
    const char c = at_ == end_ ? '\0' : *at_;
    if (c != 'u') {
        if (c == '\0' || std::string_view{"\"\\/bfnrt"}.find(c) == std::string_view::npos) fail("bad escape");
        ++at_;
        return;
    }
    ++at_;
    const unsigned first = hex4();
    if (first < 0xD800 || first > 0xDFFF) return;
    if (first > 0xDBFF || end_ - at_ < 2 || at_[0] != '\\' || at_[1] != 'u') fail("half a surrogate pair");
    at_ += 2;
    const unsigned second = hex4();
    if (second < 0xDC00 || second > 0xDFFF) fail("half a surrogate pair");
}

std::string_view JsonScanner::string() {
    const char* const start = at_;
    if (at_ == end_ || *at_ != '"') fail("expected a string");
    ++at_;
    for (;;) {
        const char* const plain = at_;
        unsigned char seen = 0;
        while (at_ != end_ && !ends_plain[static_cast<unsigned char>(*at_)]) {
            seen |= static_cast<unsigned char>(*at_++);
        }
        if (seen >= 0x80 && !is_valid_utf8({plain, static_cast<std::size_t>(at_ - plain)})) {
            at_ = plain;
            fail("invalid UTF-8 in the string part from here on");
        }
        if (at_ == end_) fail("unterminated string");
        if (*at_ == '"') break;
        if (*at_ != '\\') fail("control character in a string");
        check_escape();
    }
    ++at_;
    return {start, static_cast<std::size_t>(at_ - start)};
}

void JsonScanner::number() {
    const char* const start = at_;
    const auto digits = [this] {
        if (at_ == end_ || !is_digit(*at_)) fail("expected a digit");
        while (at_ != end_ && is_digit(*at_)) ++at_;
    };
    if (*at_ == '-') ++at_;
    if (at_ != end_ && *at_ == '0') {
        ++at_;
    } else {
        digits();
    }
    bool exponent = false;
    if (at_ != end_ && *at_ == '.') {
        ++at_;
        digits();
    }
    if (at_ != end_ && (*at_ == 'e' || *at_ == 'E')) {
        exponent = true;
        ++at_;
        if (at_ != end_ && (*at_ == '+' || *at_ == '-')) ++at_;
        digits();
    }
    const auto size = static_cast<std::size_t>(at_ - start);
    double value = 0;
    if ((exponent || size > 300) && !json_number_to_double({start, size}, value)) {
        at_ = start;
        fail("number out of range");
    }
}

void JsonScanner::literal(std::string_view word) {
    if (!std::string_view{at_, static_cast<std::size_t>(end_ - at_)}.starts_with(word))
        fail("expected a value");
    at_ += word.size();
}

void JsonScanner::scalar() {
    const char c = at_ == end_ ? '\0' : *at_;
    if (c == '"') {
        string();
    } else if (c == '-' || is_digit(c)) {
        number();
    } else if (c == 't') {
        literal("true");
    } else if (c == 'f') {
        literal("false");
    } else {
        literal("null");
    }
}

std::string_view JsonScanner::value(std::string* compact) {
    skip_space();
    const char* const start = at_;
    const auto copy = [&](const char* from) {
        if (compact != nullptr) compact->append(from, at_);
    };
    const auto key = [&] {
        skip_space();
        const char* from = at_;
        string();
        copy(from);
        expect(':');
        if (compact != nullptr) compact->push_back(':');
    };
    std::bitset<json_max_depth> in_object;
    std::size_t depth = 0;
    for (;;) {
        skip_space();
        const char* const from = at_;
        const bool opens_object = at_ != end_ && *at_ == '{';
        if (opens_object || (at_ != end_ && *at_ == '[')) {
            if (depth == json_max_depth) fail("nested too deeply");
            ++at_;
            copy(from);
            if (peek() != (opens_object ? '}' : ']')) {
                in_object[depth++] = opens_object;
                if (opens_object) key();
                continue;
            }
            ++at_;
            if (compact != nullptr) compact->push_back(opens_object ? '}' : ']');
        } else {
            scalar();
            copy(from);
        }
        for (;;) {
            if (depth == 0) return {start, static_cast<std::size_t>(at_ - start)};
            const bool object = in_object[depth - 1];
            const char next = peek();
            if (next != ',' && next != (object ? '}' : ']')) {
                fail(object ? "expected ',' or '}'" : "expected ',' or ']'");
            }
            ++at_;
            if (compact != nullptr) compact->push_back(next);
            if (next == ',') {
                if (object) key();
                break;
            }
            --depth;
        }
    }
}

}  // namespace duet::detail
