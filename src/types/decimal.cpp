#include <duet/base/error.hpp>
#include <duet/types/decimal.hpp>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstring>

namespace duet {
namespace {

__extension__ typedef unsigned __int128 Wide;

constexpr auto powers = [] {
    std::array<Wide, Decimal::max_digits + 1> result{};
    Wide power = 1;
    for (auto& entry : result) {
        entry = power;
        power *= 10;
    }
    return result;
}();

constexpr Wide power_of_ten(int exponent) noexcept { return powers[static_cast<std::size_t>(exponent)]; }
constexpr Wide limit = power_of_ten(Decimal::max_digits);

[[noreturn]] void throw_overflow() {
    throw ValidationError("decimal overflow: the exact result needs more than 38 digits");
}

int count_digits(Wide value) noexcept {
    const auto above = std::upper_bound(powers.begin(), powers.end(), value);
    return std::max(1, static_cast<int>(above - powers.begin()));
}

bool is_digit(char c) noexcept { return c >= '0' && c <= '9'; }

// Drops zeros at the end of the fraction while that is needed to make the number fit.
bool shrink(Wide& magnitude, int& scale) noexcept {
    while ((magnitude >= limit || scale > Decimal::max_digits) && scale > 0 && magnitude % 10 == 0) {
        magnitude /= 10;
        --scale;
    }
    return magnitude < limit && scale <= Decimal::max_digits;
}

void strip_zeros(Wide& magnitude, int& scale) noexcept {
    if (magnitude == 0) scale = 0;
    while (scale > 0 && magnitude % 10 == 0) {
        magnitude /= 10;
        --scale;
    }
}

// Leaves `magnitude` alone when the result does not fit.
bool times_power(Wide& magnitude, int exponent) noexcept {
    Wide product = 0;
    if (__builtin_mul_overflow(magnitude, power_of_ten(exponent), &product)) return false;
    magnitude = product;
    return true;
}

// While the product has a factor ten left and a digit after the point to give for it, takes both away.
void cancel_tens(Wide& twos, Wide& fives, int& scale) noexcept {
    while (scale > 0 && twos % 2 == 0 && fives % 5 == 0) {
        twos /= 2;
        fives /= 5;
        --scale;
    }
}

std::size_t put_digits(char* out, Wide magnitude) noexcept {
    constexpr auto half = static_cast<std::uint64_t>(power_of_ten(19));
    char* const end = out + Decimal::max_digits + 1;
    if (magnitude <= UINT64_MAX) {
        return static_cast<std::size_t>(std::to_chars(out, end, static_cast<std::uint64_t>(magnitude)).ptr -
                                        out);
    }
    char* p = std::to_chars(out, end, static_cast<std::uint64_t>(magnitude / half)).ptr;
    auto rest = static_cast<std::uint64_t>(magnitude % half);
    for (int i = 18; i >= 0; --i) {
        p[i] = static_cast<char>('0' + rest % 10);
        rest /= 10;
    }
    return static_cast<std::size_t>(p - out) + 19;
}

// An exponent this large is out of range for every number but zero, and adding to it overflows nothing.
constexpr std::int64_t huge_exponent = 1'000'000'000'000;

bool parse_exponent(const char* p, const char* end, std::int64_t& exponent) noexcept {
    const bool negative = p != end && *p == '-';
    if (p != end && (*p == '-' || *p == '+')) ++p;
    if (p == end) return false;
    for (; p != end; ++p) {
        if (!is_digit(*p)) return false;
        exponent = std::min(huge_exponent, exponent * 10 + (*p - '0'));
    }
    if (negative) exponent = -exponent;
    return true;
}

}  // namespace

struct Decimal::Access {
    static Wide magnitude(const Decimal& d) noexcept { return Wide{d.high_} << 64 | d.low_; }

    static Decimal make(bool negative, Wide magnitude, int scale) noexcept {
        Decimal d;
        d.low_ = static_cast<std::uint64_t>(magnitude);
        d.high_ = static_cast<std::uint64_t>(magnitude >> 64);
        d.scale_ = static_cast<std::uint8_t>(scale);
        d.negative_ = negative && magnitude != 0;
        return d;
    }
};

bool Decimal::try_parse(std::string_view text, Decimal& out) noexcept {
    const char* p = text.data();
    const char* const end = p + text.size();
    const bool negative = p != end && *p == '-';
    if (p != end && (*p == '-' || *p == '+')) ++p;

    // The number is magnitude * 10^zeros, with the point `fraction` digits from the end.
    Wide magnitude = 0;
    int digits = 0;
    std::int64_t zeros = 0;
    std::int64_t fraction = 0;
    bool any = false;
    bool point = false;
    for (; p != end; ++p) {
        if (*p == '.') {
            if (point) return false;
            point = true;
            continue;
        }
        if (!is_digit(*p)) break;
        any = true;
        if (point) ++fraction;
        if (*p == '0') {
            if (magnitude != 0) ++zeros;
            continue;
        }
        if (zeros + 1 + digits > max_digits) return false;
        const int step = static_cast<int>(zeros) + 1;
        magnitude = magnitude * power_of_ten(step) + static_cast<unsigned>(*p - '0');
        digits += step;
        zeros = 0;
    }
    if (!any) return false;
    std::int64_t exponent = 0;
    if (p != end && ((*p != 'e' && *p != 'E') || !parse_exponent(p + 1, end, exponent))) return false;

    const std::int64_t written = fraction - exponent;
    std::int64_t scale = std::max<std::int64_t>(written, 0);
    if (magnitude == 0) {
        out = Access::make(false, 0, static_cast<int>(std::min<std::int64_t>(scale, max_digits)));
        return true;
    }
    zeros += scale - written;
    const std::int64_t excess = std::max({std::int64_t{0}, scale - max_digits, digits + zeros - max_digits});
    if (excess > zeros || excess > scale) return false;
    scale -= excess;
    zeros -= excess;
    out = Access::make(negative, magnitude * power_of_ten(static_cast<int>(zeros)), static_cast<int>(scale));
    return true;
}

Decimal Decimal::parse(std::string_view text) {
    Decimal result;
    if (!try_parse(text, result)) {
        throw ValidationError("malformed decimal, or one that needs more than 38 digits");
    }
    return result;
}

Decimal Decimal::from_shortest(double value) {
    char text[32];
    const auto done = std::to_chars(text, text + sizeof text, value);
    Decimal result;
    if (!try_parse({text, static_cast<std::size_t>(done.ptr - text)}, result)) {
        throw ValidationError("this double is no decimal of at most 38 digits");
    }
    return result;
}

std::size_t Decimal::write(char* out) const noexcept {
    char digits[max_digits + 1];
    const std::size_t count = put_digits(digits, Access::magnitude(*this));
    const std::size_t scale = scale_;
    char* p = out;
    if (negative_) *p++ = '-';
    const std::size_t whole = count > scale ? count - scale : 0;
    if (whole == 0) *p++ = '0';
    std::memcpy(p, digits, whole);
    p += whole;
    if (scale > 0) {
        *p++ = '.';
        const std::size_t padding = scale - (count - whole);
        std::memset(p, '0', padding);
        std::memcpy(p + padding, digits + whole, count - whole);
        p += scale;
    }
    return static_cast<std::size_t>(p - out);
}

std::string Decimal::to_string() const {
    char text[max_text_size];
    return std::string(text, write(text));
}

double Decimal::to_double() const noexcept {
    constexpr std::uint64_t exact = std::uint64_t{1} << 53;
    if (high_ == 0 && low_ <= exact && scale_ <= 22) {
        // Both operands are exact, so that the one division rounds correctly.
        const double magnitude = static_cast<double>(low_) / static_cast<double>(power_of_ten(scale_));
        return negative_ ? -magnitude : magnitude;
    }
    char text[max_text_size];
    double result = 0;
    std::from_chars(text, text + write(text), result);
    return result;
}

int Decimal::significant_digits() const noexcept { return count_digits(Access::magnitude(*this)); }

Decimal Decimal::rescale(int scale) const {
    if (scale < 0 || scale > max_digits)
        throw ValidationError("the scale of a decimal must be within 0 and 38");
    Wide magnitude = Access::magnitude(*this);
    if (scale >= scale_) {
        if (!times_power(magnitude, scale - scale_) || magnitude >= limit) throw_overflow();
    } else {
        const Wide unit = power_of_ten(scale_ - scale);
        const Wide rest = magnitude % unit;
        magnitude /= unit;
        const Wide twice = rest * 2;
        if (twice > unit || (twice == unit && magnitude % 2 != 0)) ++magnitude;
    }
    return Access::make(negative_, magnitude, scale);
}

Decimal Decimal::round(int scale) const {
    return scale >= scale_ && scale <= max_digits ? *this : rescale(scale);
}

Decimal Decimal::add(const Decimal& a, const Decimal& b) {
    Wide x = Access::magnitude(a);
    Wide y = Access::magnitude(b);
    int x_scale = a.scale_;
    int y_scale = b.scale_;
    const auto align = [&](Wide& small, int& small_scale, int large_scale) {
        const bool fits = times_power(small, large_scale - small_scale);
        if (fits) small_scale = large_scale;
        return fits;
    };
    const auto align_both = [&] {
        return x_scale < y_scale ? align(x, x_scale, y_scale) : align(y, y_scale, x_scale);
    };
    if (!align_both()) {
        strip_zeros(x, x_scale);
        strip_zeros(y, y_scale);
        if (!align_both()) throw_overflow();
    }
    Wide sum = 0;
    bool negative = a.negative_;
    if (a.negative_ == b.negative_) {
        if (__builtin_add_overflow(x, y, &sum)) {
            // Only zeros behind the point can bring the sum back into range.
            strip_zeros(x, x_scale);
            strip_zeros(y, y_scale);
            if (!align_both() || __builtin_add_overflow(x, y, &sum)) throw_overflow();
        }
    } else if (x >= y) {
        sum = x - y;
    } else {
        sum = y - x;
        negative = b.negative_;
    }
    int scale = x_scale;
    if (!shrink(sum, scale)) throw_overflow();
    return Access::make(negative, sum, scale);
}

Decimal Decimal::multiply(const Decimal& a, const Decimal& b) {
    Wide x = Access::magnitude(a);
    Wide y = Access::magnitude(b);
    int scale = a.scale_ + b.scale_;
    Wide product = 0;
    if (__builtin_mul_overflow(x, y, &product)) {
        strip_zeros(x, scale);
        strip_zeros(y, scale);
        cancel_tens(x, y, scale);
        cancel_tens(y, x, scale);
        if (__builtin_mul_overflow(x, y, &product)) throw_overflow();
    }
    if (product == 0) scale = std::min(scale, max_digits);
    if (!shrink(product, scale)) throw_overflow();
    return Access::make(a.negative_ != b.negative_, product, scale);
}

int Decimal::compare(const Decimal& a, const Decimal& b) noexcept {
    if (a.negative_ != b.negative_) return a.negative_ ? -1 : 1;
    Wide x = Access::magnitude(a);
    Wide y = Access::magnitude(b);
    if (a.scale_ != b.scale_) {
        const Wide x_unit = power_of_ten(a.scale_);
        const Wide y_unit = power_of_ten(b.scale_);
        const Wide x_whole = x / x_unit;
        const Wide y_whole = y / y_unit;
        if (x_whole != y_whole) {
            x = x_whole;
            y = y_whole;
        } else {
            const int common = std::max(a.scale_, b.scale_);
            x = x % x_unit * power_of_ten(common - a.scale_);
            y = y % y_unit * power_of_ten(common - b.scale_);
        }
    }
    const int order = x < y ? -1 : static_cast<int>(x > y);
    return a.negative_ ? -order : order;
}

std::size_t Decimal::hash() const noexcept {
    Wide magnitude = Access::magnitude(*this);
    int scale = scale_;
    strip_zeros(magnitude, scale);
    std::uint64_t mixed = static_cast<std::uint64_t>(magnitude) * 0x9E37'79B9'7F4A'7C15U;
    mixed ^= static_cast<std::uint64_t>(magnitude >> 64) * 0xC2B2'AE3D'27D4'EB4FU;
    mixed ^= static_cast<std::uint64_t>(scale) << 1 | static_cast<std::uint64_t>(negative_);
    mixed ^= mixed >> 32;
    return static_cast<std::size_t>(mixed * 0xD6E8'FEB8'6659'FD93U);
}

}  // namespace duet
