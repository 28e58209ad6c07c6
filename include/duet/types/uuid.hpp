#pragma once

#include <array>
#include <compare>
#include <cstddef>
#include <span>
#include <string>
#include <string_view>

namespace duet {

/// A UUID (RFC 9562): 16 bytes, ordered as bytes. The default is the nil UUID.
class Uuid {
public:
    static constexpr std::size_t size = 16;
    static constexpr std::size_t text_size = 36;
    static constexpr std::size_t hex_size = 32;

    constexpr Uuid() noexcept = default;

    /// Version 4: 122 random bits from the operating system's secure source. Thread-safe, and safe after
    /// fork().
    static Uuid v4();
    /// Version 7: a millisecond timestamp, 12 bits of finer time, 62 random bits as in v4(). Thread-safe;
    /// each call in a process returns a greater UUID than the calls that came before it, even when the clock
    /// steps back.
    static Uuid v7();

    /// Reads 36 characters with dashes or 32 hex digits, either with braces around it or not, in either case.
    /// Throws ValidationError for anything else.
    static Uuid parse(std::string_view text);
    /// As parse(), but returns false, and leaves `out` alone, where that throws.
    static bool try_parse(std::string_view text, Uuid& out) noexcept;

    static constexpr Uuid from_bytes(std::span<const std::byte, size> bytes) noexcept {
        Uuid id;
        for (std::size_t i = 0; i < size; ++i) id.bytes_[i] = bytes[i];
        return id;
    }

    /// 36 characters in lower case with dashes.
    std::string to_string() const;
    /// 32 lower-case hex digits.
    std::string hex() const;
    /// Writes the 36 characters of to_string(), without a terminating zero.
    void write(char* out) const noexcept;
    /// Writes the 32 characters of hex(), without a terminating zero.
    void write_hex(char* out) const noexcept;

    /// Valid as long as this object.
    constexpr std::span<const std::byte, size> bytes() const noexcept { return bytes_; }

    constexpr bool is_nil() const noexcept { return *this == Uuid{}; }
    /// The version field; 0 for the nil UUID.
    constexpr int version() const noexcept { return std::to_integer<int>(bytes_[6] >> 4); }

    friend constexpr auto operator<=>(const Uuid&, const Uuid&) noexcept = default;

private:
    std::array<std::byte, size> bytes_{};
};

}  // namespace duet

template <>
struct std::hash<duet::Uuid> {
    std::size_t operator()(const duet::Uuid& id) const noexcept {
        const auto bytes = id.bytes();
        return std::hash<std::string_view>{}({reinterpret_cast<const char*>(bytes.data()), bytes.size()});
    }
};
