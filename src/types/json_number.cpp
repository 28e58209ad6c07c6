#include <duet/types/json_number.hpp>

#include <algorithm>
#include <charconv>
#include <cstddef>
#include <system_error>

namespace duet::detail {
namespace {

constexpr bool is_digit(char c) noexcept { return c >= '0' && c <= '9'; }

// The number 0.d1d2d3… * 10^exponent, where the digits lie between first and last, perhaps with a point among
// them, and neither begin nor end with a zero. Zero has no digits.
struct Exact {
    bool negative = false;
    const char* first = nullptr;
    const char* last = nullptr;
    std::int64_t exponent = 0;
};

constexpr std::int64_t huge_exponent = 1'000'000'000'000;

Exact dissect(std::string_view number) noexcept {
    Exact result;
    const char* p = number.data();
    const char* const end = p + number.size();
    if (p != end && *p == '-') {
        result.negative = true;
        ++p;
    }
    bool point = false;
    for (; p != end && (is_digit(*p) || *p == '.'); ++p) {
        if (*p == '.') {
            point = true;
            continue;
        }
        if (result.first == nullptr && *p == '0') {
            if (point) --result.exponent;
            continue;
        }
        if (result.first == nullptr) result.first = p;
        if (*p != '0') result.last = p + 1;
        if (!point) ++result.exponent;
    }
    if (result.first == nullptr) return {};
    if (p != end) {
        ++p;
        const bool negative = p != end && *p == '-';
        if (p != end && !is_digit(*p)) ++p;
        std::int64_t exponent = 0;
        for (; p != end; ++p) exponent = std::min(huge_exponent, exponent * 10 + (*p - '0'));
        result.exponent += negative ? -exponent : exponent;
    }
    return result;
}

template <class Integer>
bool to_integer(std::string_view number, Integer& out) noexcept {
    const char* const end = number.data() + number.size();
    Integer value{};
    const auto done = std::from_chars(number.data(), end, value);
    if (done.ec == std::errc{} && done.ptr == end) {
        out = value;
        return true;
    }
    const Exact exact = dissect(number);
    if (exact.first == nullptr) {
        out = 0;
        return true;
    }
    char digits[24];
    std::int64_t count = 0;
    if (exact.negative) digits[count++] = '-';
    const std::int64_t whole = count + exact.exponent;
    if (exact.exponent < 1 || exact.exponent > 20) return false;
    for (const char* p = exact.first; p != exact.last; ++p) {
        if (*p == '.') continue;
        if (count == whole) return false;
        digits[count++] = *p;
    }
    while (count < whole) digits[count++] = '0';
    const auto again = std::from_chars(digits, digits + count, value);
    if (again.ec != std::errc{} || again.ptr != digits + count) return false;
    out = value;
    return true;
}

}  // namespace

bool json_number_to_int64(std::string_view number, std::int64_t& out) noexcept {
    return to_integer(number, out);
}

bool json_number_to_uint64(std::string_view number, std::uint64_t& out) noexcept {
    return to_integer(number, out);
}

bool json_number_to_double(std::string_view number, double& out) noexcept {
    const auto done = std::from_chars(number.data(), number.data() + number.size(), out);
    if (done.ec != std::errc::result_out_of_range) return true;
    const Exact exact = dissect(number);
    if (exact.exponent > 0) return false;
    out = exact.negative ? -0.0 : 0.0;
    return true;
}

bool json_numbers_equal(std::string_view a, std::string_view b) noexcept {
    const Exact x = dissect(a);
    const Exact y = dissect(b);
    if (x.negative != y.negative || x.exponent != y.exponent) return false;
    const auto next = [](const char*& p, const char* last) {
        if (p != last && *p == '.') ++p;
        return p == last ? '\0' : *p++;
    };
    const char* p = x.first;
    const char* q = y.first;
    for (;;) {
        const char c = next(p, x.last);
        if (c != next(q, y.last)) return false;
        if (c == '\0') return true;
    }
}

}  // namespace duet::detail
