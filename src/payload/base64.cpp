#include "base64.hpp"

#include <array>
#include <cstdint>

namespace duet::payload {
namespace {

constexpr std::string_view digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
constexpr auto values = [] {
    std::array<std::int8_t, 256> table{};
    table.fill(-1);
    for (std::size_t i = 0; i < digits.size(); ++i)
        table[static_cast<unsigned char>(digits[i])] = static_cast<std::int8_t>(i);
    return table;
}();

}  // namespace

void append_base64(std::string& out, const std::vector<std::byte>& bytes) {
    for (std::size_t i = 0; i < bytes.size(); i += 3) {
        const std::size_t left = bytes.size() - i;
        std::uint32_t group = std::to_integer<std::uint32_t>(bytes[i]) << 16;
        if (left > 1) group |= std::to_integer<std::uint32_t>(bytes[i + 1]) << 8;
        if (left > 2) group |= std::to_integer<std::uint32_t>(bytes[i + 2]);
        out += digits[group >> 18];
        out += digits[group >> 12 & 63];
        out += left > 1 ? digits[group >> 6 & 63] : '=';
        out += left > 2 ? digits[group & 63] : '=';
    }
}

bool read_base64(std::string_view text, std::vector<std::byte>& out) {
    if (text.size() % 4 != 0) return false;
    std::size_t padding = 0;
    while (padding < 2 && padding < text.size() && text[text.size() - 1 - padding] == '=') ++padding;
    out.clear();
    out.reserve(text.size() / 4 * 3);
    std::uint32_t group = 0;
    for (std::size_t i = 0; i < text.size() - padding; ++i) {
        const std::int8_t value = values[static_cast<unsigned char>(text[i])];
        if (value < 0) return false;
        group = group << 6 | static_cast<std::uint8_t>(value);
        if (i % 4 != 3) continue;
        for (int shift = 16; shift >= 0; shift -= 8)
            out.push_back(static_cast<std::byte>(group >> shift & 255));
        group = 0;
    }
    // Bits that no byte takes up must be zero, so that there is one text for each value.
    if (padding == 1) {
        out.push_back(static_cast<std::byte>(group >> 10 & 255));
        out.push_back(static_cast<std::byte>(group >> 2 & 255));
        return (group & 3) == 0;
    }
    if (padding == 2) {
        out.push_back(static_cast<std::byte>(group >> 4 & 255));
        return (group & 15) == 0;
    }
    return true;
}

}  // namespace duet::payload
