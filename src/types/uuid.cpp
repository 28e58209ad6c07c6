#include <duet/base/error.hpp>
#include <duet/types/random_bytes.hpp>
#include <duet/types/uuid.hpp>

#include <atomic>
#include <chrono>
#include <cstdint>

namespace duet {
namespace {

constexpr auto hex_values = [] {
    std::array<std::uint8_t, 256> values{};
    for (auto& value : values) value = 0xFF;
    for (unsigned i = 0; i < 10; ++i) values['0' + i] = static_cast<std::uint8_t>(i);
    for (unsigned i = 0; i < 6; ++i) {
        values['a' + i] = static_cast<std::uint8_t>(10 + i);
        values['A' + i] = static_cast<std::uint8_t>(10 + i);
    }
    return values;
}();

char* put_byte(char* out, std::byte value) noexcept {
    constexpr char digits[] = "0123456789abcdef";
    *out++ = digits[std::to_integer<unsigned>(value) >> 4];
    *out++ = digits[std::to_integer<unsigned>(value) & 15];
    return out;
}

constexpr bool dash_before(std::size_t byte) noexcept {
    return byte == 4 || byte == 6 || byte == 8 || byte == 10;
}

void set_version(std::array<std::byte, Uuid::size>& bytes, unsigned version) noexcept {
    bytes[6] = (bytes[6] & std::byte{0x0F}) | static_cast<std::byte>(version << 4);
    bytes[8] = (bytes[8] & std::byte{0x3F}) | std::byte{0x80};
}

// Milliseconds since 1970 with 12 more bits of fraction, never the same twice in a process.
std::uint64_t next_tick() noexcept {
    static std::atomic<std::uint64_t> last{0};
    const auto now = std::chrono::system_clock::now().time_since_epoch();
    const auto nanos = static_cast<std::uint64_t>(std::chrono::nanoseconds{now}.count());
    const std::uint64_t tick = (nanos / 1'000'000 << 12) | ((nanos % 1'000'000 << 12) / 1'000'000);
    std::uint64_t seen = last.load(std::memory_order_relaxed);
    std::uint64_t next;
    do {
        next = tick > seen ? tick : seen + 1;
    } while (!last.compare_exchange_weak(seen, next, std::memory_order_relaxed));
    return next;
}

}  // namespace

Uuid Uuid::v4() {
    Uuid id;
    detail::random_bytes(id.bytes_);
    set_version(id.bytes_, 4);
    return id;
}

Uuid Uuid::v7() {
    Uuid id;
    detail::random_bytes(std::span{id.bytes_}.subspan(8));
    const std::uint64_t tick = next_tick();
    const std::uint64_t millis = tick >> 12;
    for (unsigned i = 0; i < 6; ++i) id.bytes_[i] = static_cast<std::byte>(millis >> (40 - 8 * i));
    id.bytes_[6] = static_cast<std::byte>((tick >> 8) & 0x0F);
    id.bytes_[7] = static_cast<std::byte>(tick & 0xFF);
    set_version(id.bytes_, 7);
    return id;
}

bool Uuid::try_parse(std::string_view text, Uuid& out) noexcept {
    if (text.size() >= 2 && text.front() == '{' && text.back() == '}') text = text.substr(1, text.size() - 2);
    const bool dashed = text.size() == text_size;
    if (!dashed && text.size() != hex_size) return false;
    Uuid id;
    const char* p = text.data();
    for (std::size_t i = 0; i < size; ++i) {
        if (dashed && dash_before(i) && *p++ != '-') return false;
        const std::uint8_t high = hex_values[static_cast<unsigned char>(p[0])];
        const std::uint8_t low = hex_values[static_cast<unsigned char>(p[1])];
        if ((high | low) > 15) return false;
        id.bytes_[i] = static_cast<std::byte>(high << 4 | low);
        p += 2;
    }
    out = id;
    return true;
}

Uuid Uuid::parse(std::string_view text) {
    Uuid id;
    if (!try_parse(text, id)) {
        throw ValidationError("malformed UUID: expected 32 hex digits or 8-4-4-4-12 hex digits with dashes");
    }
    return id;
}

std::string Uuid::to_string() const {
    std::string text(text_size, '\0');
    write(text.data());
    return text;
}

std::string Uuid::hex() const {
    std::string text(hex_size, '\0');
    write_hex(text.data());
    return text;
}

void Uuid::write(char* out) const noexcept {
    for (std::size_t i = 0; i < size; ++i) {
        if (dash_before(i)) *out++ = '-';
        out = put_byte(out, bytes_[i]);
    }
}

void Uuid::write_hex(char* out) const noexcept {
    for (const std::byte byte : bytes_) out = put_byte(out, byte);
}

}  // namespace duet
