#pragma once

#include <duet/types/plain_integer.hpp>

#include <compare>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace duet {

/// An exact decimal number of at most 38 significant digits, 0 to 38 of them after the point.
///
/// The digits after the point stay as they were written: 1.10 prints as "1.10", though it equals 1.1 and
/// hashes alike. Nothing rounds unless asked to, and no binary floating point is involved: a result that does
/// not fit throws ValidationError. Zero has no sign.
class Decimal {
public:
    static constexpr int max_digits = 38;
    /// The longest text: a sign, "0.", 38 digits.
    static constexpr std::size_t max_text_size = 41;

    constexpr Decimal() noexcept = default;

    template <detail::PlainInteger T>
    constexpr Decimal(T value) noexcept
        : low_(value < T{} ? 0 - static_cast<std::uint64_t>(value) : static_cast<std::uint64_t>(value)),
          negative_(value < T{}) {}

    /// Reads an optional sign, digits with at most one point among them, and an optional exponent ("1.5e-3").
    /// Throws ValidationError for anything else, and for a number that needs more digits than there are.
    static Decimal parse(std::string_view text);
    /// As parse(), but returns false, and leaves `out` alone, where that throws.
    static bool try_parse(std::string_view text, Decimal& out) noexcept;

    /// The number that the shortest text of `value` says: 0.1 gives exactly 0.1. Meant for databases that
    /// keep decimals as doubles. Throws ValidationError for NaN, infinities and what takes more than 38
    /// digits.
    static Decimal from_shortest(double value);

    /// Plain digits, never an exponent.
    std::string to_string() const;
    /// Writes the text of to_string() without a terminating zero into `out`, which has room for max_text_size
    /// characters. Returns the number of characters.
    std::size_t write(char* out) const noexcept;
    /// The nearest double.
    double to_double() const noexcept;

    constexpr bool is_zero() const noexcept { return (low_ | high_) == 0; }
    constexpr bool is_negative() const noexcept { return negative_; }
    /// Digits after the point.
    constexpr int scale() const noexcept { return scale_; }
    /// Digits without sign, point and leading zeros: 3 for 1.10, 1 for 0.05, 1 for 0.
    int significant_digits() const noexcept;

    /// The same number with exactly `scale` digits after the point, rounded half to even when digits have to
    /// go. Throws ValidationError when `scale` is not within 0..38 or the digits do not fit.
    Decimal rescale(int scale) const;
    /// As rescale() when there are more than `scale` digits after the point, else the number itself.
    Decimal round(int scale) const;

    constexpr Decimal operator-() const noexcept {
        Decimal result = *this;
        result.negative_ = !negative_ && !is_zero();
        return result;
    }
    constexpr Decimal operator+() const noexcept { return *this; }

    /// The result has the larger scale of the two, or a smaller one where only that fits.
    friend Decimal operator+(const Decimal& a, const Decimal& b) { return add(a, b); }
    friend Decimal operator-(const Decimal& a, const Decimal& b) { return add(a, -b); }
    /// The result has the sum of the scales, or a smaller one where only that fits.
    friend Decimal operator*(const Decimal& a, const Decimal& b) { return multiply(a, b); }
    Decimal& operator+=(const Decimal& other) { return *this = add(*this, other); }
    Decimal& operator-=(const Decimal& other) { return *this = add(*this, -other); }
    Decimal& operator*=(const Decimal& other) { return *this = multiply(*this, other); }

    friend bool operator==(const Decimal& a, const Decimal& b) noexcept { return compare(a, b) == 0; }
    friend std::strong_ordering operator<=>(const Decimal& a, const Decimal& b) noexcept {
        return compare(a, b) <=> 0;
    }

private:
    friend struct std::hash<Decimal>;
    struct Access;

    static Decimal add(const Decimal& a, const Decimal& b);
    static Decimal multiply(const Decimal& a, const Decimal& b);
    static int compare(const Decimal& a, const Decimal& b) noexcept;
    std::size_t hash() const noexcept;

    // The magnitude without its point, below 10^38.
    std::uint64_t low_ = 0;
    std::uint64_t high_ = 0;
    std::uint8_t scale_ = 0;
    bool negative_ = false;
};

}  // namespace duet

template <>
struct std::hash<duet::Decimal> {
    std::size_t operator()(const duet::Decimal& value) const noexcept { return value.hash(); }
};
