#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>

/// Binary values as PostgreSQL sends and takes them: big endian, parts with their lengths before them.
namespace duet::driver::postgres {

inline constexpr std::int64_t micros_to_2000 = 946'684'800'000'000;  // 1970-01-01 to 2000-01-01
inline constexpr std::int64_t days_to_2000 = 10'957;
inline constexpr std::int64_t micros_per_day = 86'400'000'000;

inline std::uint64_t load_8(const char* from) {
    std::uint64_t bits = 0;
    std::memcpy(&bits, from, 8);
    return __builtin_bswap64(bits);
}
inline std::uint32_t load_4(const char* from) {
    std::uint32_t bits = 0;
    std::memcpy(&bits, from, 4);
    return __builtin_bswap32(bits);
}
inline std::uint16_t load_2(const char* from) {
    std::uint16_t bits = 0;
    std::memcpy(&bits, from, 2);
    return __builtin_bswap16(bits);
}
inline void store_8(char* to, std::uint64_t bits) {
    bits = __builtin_bswap64(bits);
    std::memcpy(to, &bits, 8);
}
inline void store_4(char* to, std::uint32_t bits) {
    bits = __builtin_bswap32(bits);
    std::memcpy(to, &bits, 4);
}
inline void store_2(char* to, std::uint16_t bits) {
    bits = __builtin_bswap16(bits);
    std::memcpy(to, &bits, 2);
}
inline void put_8(std::string& out, std::uint64_t bits) {
    char bytes[8];
    store_8(bytes, bits);
    out.append(bytes, 8);
}
inline void put_4(std::string& out, std::uint32_t bits) {
    char bytes[4];
    store_4(bytes, bits);
    out.append(bytes, 4);
}
inline void put_2(std::string& out, std::uint16_t bits) {
    char bytes[2];
    store_2(bytes, bits);
    out.append(bytes, 2);
}

/// Takes bytes apart from their front. What is not there reads as zero and clears ok().
class Source {
public:
    explicit Source(std::string_view bytes) : rest_(bytes) {}

    bool ok() const { return ok_; }
    bool at_end() const { return rest_.empty(); }
    /// Whether all was there and nothing is left.
    bool complete() const { return ok_ && rest_.empty(); }
    std::size_t left() const { return rest_.size(); }

    std::string_view take(std::size_t size) {
        if (size > rest_.size()) {
            ok_ = false;
            rest_ = {};
            return {};
        }
        const std::string_view out = rest_.substr(0, size);
        rest_.remove_prefix(size);
        return out;
    }
    std::uint8_t u8() {
        const std::string_view bytes = take(1);
        return bytes.empty() ? std::uint8_t{0} : static_cast<std::uint8_t>(bytes[0]);
    }
    std::uint16_t u16() {
        const std::string_view bytes = take(2);
        return bytes.empty() ? std::uint16_t{0} : load_2(bytes.data());
    }
    std::uint32_t u32() {
        const std::string_view bytes = take(4);
        return bytes.empty() ? 0 : load_4(bytes.data());
    }
    std::int32_t i32() { return static_cast<std::int32_t>(u32()); }
    std::int64_t i64() {
        const std::string_view bytes = take(8);
        return bytes.empty() ? 0 : static_cast<std::int64_t>(load_8(bytes.data()));
    }
    /// A part with its length before it; `is_null` where the length is -1.
    std::string_view part(bool& is_null) {
        const std::int32_t size = i32();
        is_null = size == -1;
        if (size < -1) ok_ = false;
        return size <= 0 ? std::string_view{} : take(static_cast<std::size_t>(size));
    }
    /// Up to the next zero byte, which is taken too.
    std::string_view c_string() {
        const std::size_t end = rest_.find('\0');
        if (end == std::string_view::npos) {
            ok_ = false;
            rest_ = {};
            return {};
        }
        const std::string_view out = take(end);
        take(1);
        return out;
    }

private:
    std::string_view rest_;
    bool ok_ = true;
};

}  // namespace duet::driver::postgres
