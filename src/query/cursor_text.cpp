#include "query/cursor_text.hpp"

#include <duet/base/error.hpp>

#include <cstddef>

namespace duet::detail {

namespace {

constexpr char format_version = '1';
constexpr std::size_t header_size = 1 + 4 + 4;  // version, fingerprint, checksum

void append_u32(std::string& out, std::uint32_t value) {
    for (int shift = 0; shift < 32; shift += 8) out += static_cast<char>(value >> shift & 0xff);
}

std::uint32_t u32_at(std::string_view bytes, std::size_t at) {
    std::uint32_t value = 0;
    for (std::size_t i = 0; i < 4; ++i) {
        value |= std::uint32_t{static_cast<unsigned char>(bytes[at + i])} << (8 * i);
    }
    return value;
}

std::uint32_t checksum_of(std::string_view bytes) {
    return crc32(bytes.substr(header_size), crc32(bytes.substr(0, 5)));
}

int digit_of(char c) {
    if (c >= 'A' && c <= 'Z') return c - 'A';
    if (c >= 'a' && c <= 'z') return c - 'a' + 26;
    if (c >= '0' && c <= '9') return c - '0' + 52;
    if (c == '-') return 62;
    return c == '_' ? 63 : -1;
}

}  // namespace

void throw_malformed_cursor() { throw InvalidQuery("page_after: the cursor is malformed"); }

std::string encode_base64url(std::string_view bytes) {
    constexpr std::string_view digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    std::string out;
    out.reserve((bytes.size() * 4 + 2) / 3);
    std::uint32_t pending = 0;
    int bits = 0;
    for (const char c : bytes) {
        pending = (pending & 0x3f) << 8 | static_cast<unsigned char>(c);
        for (bits += 8; bits >= 6; bits -= 6) out += digits[pending >> (bits - 6) & 0x3f];
    }
    if (bits > 0) out += digits[pending << (6 - bits) & 0x3f];
    return out;
}

std::string decode_base64url(std::string_view text) {
    std::string out;
    out.reserve(text.size() / 4 * 3 + 2);
    std::uint32_t pending = 0;
    int bits = 0;
    for (const char c : text) {
        const int digit = digit_of(c);
        if (digit < 0) throw_malformed_cursor();
        pending = (pending & 0xff) << 6 | static_cast<std::uint32_t>(digit);
        bits += 6;
        if (bits < 8) continue;
        bits -= 8;
        out += static_cast<char>(pending >> bits & 0xff);
    }
    // One text for one cursor: no digit too many, and nothing in the bits that are left over.
    if (bits >= 6 || (pending & ((std::uint32_t{1} << bits) - 1)) != 0) throw_malformed_cursor();
    return out;
}

std::uint32_t crc32(std::string_view text, std::uint32_t before) noexcept {
    std::uint32_t sum = ~before;
    for (const char c : text) {
        sum ^= static_cast<unsigned char>(c);
        for (int bit = 0; bit < 8; ++bit) sum = sum >> 1 ^ ((sum & 1) != 0 ? 0xedb8'8320U : 0U);
    }
    return ~sum;
}

std::string seal_cursor(std::uint32_t fingerprint, std::string_view values) {
    std::string bytes(1, format_version);
    append_u32(bytes, fingerprint);
    const std::uint32_t checksum = crc32(values, crc32(bytes));
    append_u32(bytes, checksum);
    bytes += values;
    return encode_base64url(bytes);
}

std::string open_cursor(std::string_view cursor, std::uint32_t fingerprint) {
    std::string bytes = decode_base64url(cursor);
    if (bytes.size() < header_size || bytes[0] != format_version) throw_malformed_cursor();
    if (u32_at(bytes, 5) != checksum_of(bytes)) throw_malformed_cursor();
    if (u32_at(bytes, 1) != fingerprint) {
        throw InvalidQuery(
            "page_after: this cursor does not belong to this query: its model or its order is another");
    }
    bytes.erase(0, header_size);
    return bytes;
}

}  // namespace duet::detail
