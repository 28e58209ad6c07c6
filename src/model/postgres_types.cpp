#include <duet/base/error.hpp>
#include <duet/postgres.hpp>
#include <duet/types/time_text.hpp>

#include <charconv>
#include <limits>

namespace duet::pg {
namespace {

[[noreturn]] void malformed(const char* what) {
    throw ValidationError(std::string("a text is no ") + what + " of PostgreSQL");
}

template <class Integer>
Integer number(std::string_view text, const char* what) {
    Integer value{};
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc{} || end != text.data() + text.size()) malformed(what);
    return value;
}

std::string_view next_word(std::string_view& text) {
    while (text.starts_with(' ')) text.remove_prefix(1);
    const std::string_view word = text.substr(0, text.find(' '));
    text.remove_prefix(word.size());
    return word;
}

void append_padded(std::string& out, std::uint64_t value, std::size_t width) {
    const std::string digits = std::to_string(value);
    if (digits.size() < width) out.append(width - digits.size(), '0');
    out += digits;
}

// [+-]HH:MM:SS[.ffffff], with any number of hours.
std::int64_t parse_hours(std::string_view text) {
    const bool negative = text.starts_with('-');
    if (negative || text.starts_with('+')) text.remove_prefix(1);
    const std::size_t colon = text.find(':');
    const std::string_view rest = text.substr(std::min(colon, text.size()));
    if (rest.size() < 6 || rest[3] != ':') malformed("interval");
    const auto hours = number<std::uint64_t>(text.substr(0, colon), "interval");
    const auto minutes = number<std::uint64_t>(rest.substr(1, 2), "interval");
    const auto seconds = number<std::uint64_t>(rest.substr(4, 2), "interval");
    std::uint64_t fraction = 0;
    if (rest.size() > 6) {
        const std::string_view digits = rest.substr(7);
        if (rest[6] != '.' || digits.empty() || digits.size() > 6) malformed("interval");
        fraction = number<std::uint64_t>(digits, "interval");
        for (std::size_t i = digits.size(); i < 6; ++i) fraction *= 10;
    }
    constexpr std::uint64_t most_hours = 2'562'047'788;  // of 64 bits of microseconds
    if (hours > most_hours || minutes > 59 || seconds > 59) malformed("interval");
    const std::uint64_t micros = ((hours * 60 + minutes) * 60 + seconds) * 1'000'000 + fraction;
    constexpr auto limit = static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max());
    if (micros > limit + (negative ? 1 : 0)) malformed("interval");
    return static_cast<std::int64_t>(negative ? 0 - micros : micros);
}

std::string_view without_bc(std::string_view text) {
    if (text.ends_with(" BC")) malformed("moment that duet can read back from a range");
    return text;
}

}  // namespace

std::string Inet::to_string() const { return prefix ? address + '/' + std::to_string(*prefix) : address; }

Inet Inet::parse(std::string_view text) {
    const std::size_t slash = text.find('/');
    Inet out{.address = std::string(text.substr(0, slash))};
    if (slash == std::string_view::npos) return out;
    out.prefix = number<int>(text.substr(slash + 1), "network address");
    if (*out.prefix < 0 || *out.prefix > 128) malformed("network address");
    return out;
}

std::string Interval::to_string() const {
    std::string out;
    if (months != 0) out += std::to_string(months) + " mons ";
    if (days != 0) out += std::to_string(days) + " days ";
    const auto bits = static_cast<std::uint64_t>(micros);
    const std::uint64_t size = micros < 0 ? 0 - bits : bits;
    if (micros < 0) out += '-';
    append_padded(out, size / 3'600'000'000, 2);
    out += ':';
    append_padded(out, size / 60'000'000 % 60, 2);
    out += ':';
    append_padded(out, size / 1'000'000 % 60, 2);
    if (size % 1'000'000 != 0) {
        out += '.';
        append_padded(out, size % 1'000'000, 6);
    }
    return out;
}

Interval Interval::parse(std::string_view text) {
    Interval out;
    std::int64_t months = 0;
    bool any = false;
    for (std::string_view word = next_word(text); !word.empty(); word = next_word(text)) {
        any = true;
        if (word.find(':') != std::string_view::npos) {
            out.micros = parse_hours(word);
            continue;
        }
        if (word.starts_with('+')) word.remove_prefix(1);
        const auto value = number<std::int32_t>(word, "interval");
        const std::string_view unit = next_word(text);
        if (unit.starts_with("year")) {
            months += std::int64_t{value} * 12;
        } else if (unit.starts_with("mon")) {
            months += value;
        } else if (unit.starts_with("day")) {
            out.days = value;
        } else {
            malformed("interval");
        }
    }
    if (!any || months != static_cast<std::int32_t>(months)) malformed("interval");
    out.months = static_cast<std::int32_t>(months);
    return out;
}

namespace detail {

std::string write_range(const RangeText& range) {
    if (range.empty) return "empty";
    std::string out(1, range.lower_inclusive ? '[' : '(');
    // None of the bounds' texts has a quote or a backslash in it.
    if (range.lower) out += '"' + *range.lower + '"';
    out += ',';
    if (range.upper) out += '"' + *range.upper + '"';
    out += range.upper_inclusive ? ']' : ')';
    return out;
}

RangeText read_range(std::string_view text) {
    RangeText range;
    if (text == "empty") {
        range.empty = true;
        return range;
    }
    if (text.size() < 3 || (text.front() != '[' && text.front() != '(') ||
        (text.back() != ']' && text.back() != ')'))
        malformed("range");
    range.lower_inclusive = text.front() == '[';
    range.upper_inclusive = text.back() == ']';
    text = text.substr(1, text.size() - 2);
    const auto bound = [&](std::optional<std::string>& out) {
        if (text.empty() || text.front() == ',') return;
        if (text.front() != '"') {
            out = text.substr(0, text.find(','));
            text.remove_prefix(out->size());
            return;
        }
        const std::size_t end = text.find('"', 1);
        if (end == std::string_view::npos) malformed("range");
        out = text.substr(1, end - 1);
        text.remove_prefix(end + 1);
    };
    bound(range.lower);
    if (!text.starts_with(',')) malformed("range");
    text.remove_prefix(1);
    bound(range.upper);
    if (!text.empty()) malformed("range");
    return range;
}

std::string write_bound(std::int64_t value) { return std::to_string(value); }
std::string write_bound(const Decimal& value) { return value.to_string(); }

std::string write_bound(Date value) {
    if (value == Date::max()) return "infinity";
    if (value == Date::min()) return "-infinity";
    char text[duet::detail::date_text_size];
    return {text, duet::detail::write_date(text, value)};
}

std::string write_bound(Timestamp value) {
    if (value == Timestamp::max()) return "infinity";
    if (value == Timestamp::min()) return "-infinity";
    char text[duet::detail::timestamp_text_size];
    return std::string(text, duet::detail::write_timestamp(text, value)) + "+00";
}

void read_bound(std::string_view text, std::int32_t& out) { out = number<std::int32_t>(text, "range"); }
void read_bound(std::string_view text, std::int64_t& out) { out = number<std::int64_t>(text, "range"); }
void read_bound(std::string_view text, Decimal& out) { out = Decimal::parse(text); }

void read_bound(std::string_view text, Date& out) {
    if (text == "infinity") {
        out = Date::max();
    } else if (text == "-infinity") {
        out = Date::min();
    } else if (!duet::detail::parse_date(without_bc(text), out)) {
        malformed("range of dates");
    }
}

void read_bound(std::string_view text, Timestamp& out) {
    if (text == "infinity") {
        out = Timestamp::max();
    } else if (text == "-infinity") {
        out = Timestamp::min();
    } else if (!duet::detail::parse_timestamp(without_bc(text), out)) {
        malformed("range of timestamps");
    }
}

}  // namespace detail
}  // namespace duet::pg
