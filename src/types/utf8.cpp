#include <duet/types/utf8.hpp>

#include <cstddef>
#include <cstdint>
#include <cstring>

namespace duet::detail {
namespace {

constexpr bool in(unsigned char c, unsigned low, unsigned high) noexcept { return c >= low && c <= high; }

// Bytes of the well-formed sequence at the front (Unicode, table 3-7), or 0. `first` is not ASCII.
std::size_t sequence_size(const unsigned char* p, std::size_t left) noexcept {
    const unsigned char first = p[0];
    if (in(first, 0xC2, 0xDF)) return left >= 2 && in(p[1], 0x80, 0xBF) ? 2 : 0;
    if (in(first, 0xE0, 0xEF)) {
        const unsigned low = first == 0xE0 ? 0xA0 : 0x80;
        const unsigned high = first == 0xED ? 0x9F : 0xBF;
        return left >= 3 && in(p[1], low, high) && in(p[2], 0x80, 0xBF) ? 3 : 0;
    }
    if (in(first, 0xF0, 0xF4)) {
        const unsigned low = first == 0xF0 ? 0x90 : 0x80;
        const unsigned high = first == 0xF4 ? 0x8F : 0xBF;
        return left >= 4 && in(p[1], low, high) && in(p[2], 0x80, 0xBF) && in(p[3], 0x80, 0xBF) ? 4 : 0;
    }
    return 0;
}

}  // namespace

bool is_valid_utf8(std::string_view text) noexcept {
    const auto* p = reinterpret_cast<const unsigned char*>(text.data());
    std::size_t left = text.size();
    while (left > 0) {
        while (left >= 8) {
            std::uint64_t word;
            std::memcpy(&word, p, sizeof word);
            if ((word & 0x8080'8080'8080'8080U) != 0) break;
            p += 8;
            left -= 8;
        }
        if (left == 0) break;
        const std::size_t size = *p < 0x80 ? 1 : sequence_size(p, left);
        if (size == 0) return false;
        p += size;
        left -= size;
    }
    return true;
}

}  // namespace duet::detail
