#include <duet/base/error.hpp>
#include <duet/types/json_number.hpp>
#include <duet/types/json_text.hpp>
#include <duet/types/utf8.hpp>

#include <array>
#include <charconv>
#include <cmath>

namespace duet::detail {
namespace {

// 0: as it is, 'u': \u00XX, else the letter behind the backslash.
constexpr auto escapes = [] {
    std::array<char, 256> table{};
    for (unsigned c = 0; c < 0x20; ++c) table[c] = 'u';
    table['\b'] = 'b';
    table['\f'] = 'f';
    table['\n'] = 'n';
    table['\r'] = 'r';
    table['\t'] = 't';
    table['"'] = '"';
    table['\\'] = '\\';
    return table;
}();

unsigned read_hex4(const char* p) noexcept {
    unsigned value = 0;
    for (int i = 0; i < 4; ++i) {
        const char c = p[i];
        value = value << 4 | static_cast<unsigned>(c <= '9' ? c - '0' : (c | 0x20) - 'a' + 10);
    }
    return value;
}

void append_code_point(std::string& out, unsigned code) {
    const auto tail = [&](unsigned shift) { out += static_cast<char>(0x80 | (code >> shift & 0x3F)); };
    if (code < 0x80) {
        out += static_cast<char>(code);
    } else if (code < 0x800) {
        out += static_cast<char>(0xC0 | code >> 6);
        tail(0);
    } else if (code < 0x10000) {
        out += static_cast<char>(0xE0 | code >> 12);
        tail(6);
        tail(0);
    } else {
        out += static_cast<char>(0xF0 | code >> 18);
        tail(12);
        tail(6);
        tail(0);
    }
}

template <class Number>
void append_digits(std::string& out, Number value) {
    char digits[32];
    const auto done = std::to_chars(digits, digits + sizeof digits, value);
    out.append(digits, done.ptr);
}

}  // namespace

void append_json_string(std::string& out, std::string_view text) {
    if (!is_valid_utf8(text)) throw ValidationError("a JSON string must be UTF-8");
    out += '"';
    const char* plain = text.data();
    const char* const end = plain + text.size();
    for (const char* p = plain; p != end; ++p) {
        const char escape = escapes[static_cast<unsigned char>(*p)];
        if (escape == 0) continue;
        out.append(plain, p);
        plain = p + 1;
        out += '\\';
        out += escape;
        if (escape == 'u') {
            out += "00";
            out += *p < 0x10 ? '0' : '1';
            out += "0123456789ABCDEF"[*p & 15];  // as JSON_QUOTE of MariaDB, which compares letter by letter
        }
    }
    out.append(plain, end);
    out += '"';
}

void append_json_number(std::string& out, double value) {
    if (!std::isfinite(value)) throw ValidationError("JSON has no NaN and no infinity");
    const std::size_t start = out.size();
    append_digits(out, value);
    if (out.find_first_of(".e", start) == std::string::npos) out += ".0";
}

void append_json_number(std::string& out, std::int64_t value) { append_digits(out, value); }
void append_json_number(std::string& out, std::uint64_t value) { append_digits(out, value); }

std::string json_unescape(std::string_view token) {
    const char* p = token.data() + 1;
    const char* const end = token.data() + token.size() - 1;
    std::string out;
    out.reserve(token.size() - 2);
    while (p != end) {
        const char* const plain = p;
        while (p != end && *p != '\\') ++p;
        out.append(plain, p);
        if (p == end) break;
        const char escape = p[1];
        p += 2;
        switch (escape) {
            case 'b':
                out += '\b';
                break;
            case 'f':
                out += '\f';
                break;
            case 'n':
                out += '\n';
                break;
            case 'r':
                out += '\r';
                break;
            case 't':
                out += '\t';
                break;
            case 'u': {
                unsigned code = read_hex4(p);
                p += 4;
                if (code >= 0xD800 && code <= 0xDBFF) {
                    code = 0x10000 + ((code - 0xD800) << 10) + (read_hex4(p + 2) - 0xDC00);
                    p += 6;
                }
                append_code_point(out, code);
                break;
            }
            default:
                out += escape;
        }
    }
    return out;
}

bool json_string_equals(std::string_view token, std::string_view text) {
    const std::string_view inner = token.substr(1, token.size() - 2);
    if (inner.find('\\') == std::string_view::npos) return inner == text;
    return json_unescape(token) == text;
}

JsonKind json_kind(std::string_view value) noexcept {
    switch (JsonScanner{value}.peek()) {
        case 't':
        case 'f':
            return JsonKind::boolean;
        case '"':
            return JsonKind::text;
        case '[':
            return JsonKind::array;
        case '{':
            return JsonKind::object;
        case '-':
        case '0':
        case '1':
        case '2':
        case '3':
        case '4':
        case '5':
        case '6':
        case '7':
        case '8':
        case '9':
            return value.find_first_of(".eE") == value.npos ? JsonKind::integer : JsonKind::real;
        case 'n':
        case '\0':
            return JsonKind::null;
        default:
            return JsonKind::malformed;
    }
}

JsonArrayReader::JsonArrayReader(std::string_view text) : scan_(text) { scan_.expect('['); }

bool JsonArrayReader::next() {
    if (!open_) return false;
    const bool first = raw_.data() == nullptr;
    if (first ? scan_.consume(']') : !scan_.consume(',')) {
        if (!first) scan_.expect(']');
        scan_.expect_end();
        open_ = false;
        return false;
    }
    if (!first) ++index_;
    raw_ = scan_.value();
    kind_ = json_kind(raw_);
    return true;
}

void JsonArrayReader::throw_mismatch(const char* wanted) const {
    throw ValidationError("element " + std::to_string(index_) + " of the JSON array is not " + wanted);
}

bool JsonArrayReader::to_bool() const {
    if (kind_ != JsonKind::boolean) throw_mismatch("a boolean");
    return raw_[0] == 't';
}

std::int64_t JsonArrayReader::to_int64() const {
    std::int64_t value = 0;
    const bool number = kind_ == JsonKind::integer || kind_ == JsonKind::real;
    if (!number || !json_number_to_int64(raw_, value)) throw_mismatch("an integer in range");
    return value;
}

std::uint64_t JsonArrayReader::to_uint64() const {
    std::uint64_t value = 0;
    const bool number = kind_ == JsonKind::integer || kind_ == JsonKind::real;
    if (!number || !json_number_to_uint64(raw_, value)) throw_mismatch("an unsigned integer in range");
    return value;
}

double JsonArrayReader::to_double() const {
    double value = 0;
    const bool number = kind_ == JsonKind::integer || kind_ == JsonKind::real;
    if (!number || !json_number_to_double(raw_, value)) throw_mismatch("a number in range");
    return value;
}

std::string JsonArrayReader::to_text() const {
    if (kind_ != JsonKind::text) throw_mismatch("a string");
    return json_unescape(raw_);
}

}  // namespace duet::detail
