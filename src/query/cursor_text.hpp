#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace duet::detail {

/// CRC-32 (the one of zip and PNG) of `text`, going on from `before`.
std::uint32_t crc32(std::string_view text, std::uint32_t before = 0) noexcept;

/// Base64 with '-' and '_' and without padding, which needs no quoting in URLs.
std::string encode_base64url(std::string_view bytes);
/// Throws InvalidQuery for what encode_base64url() does not write.
std::string decode_base64url(std::string_view text);

/// The text of a cursor: letters, digits, '-' and '_' that hold the format's version, `fingerprint`, a
/// checksum and `values`. The checksum tells damage, not forgery: whoever reads the values has to expect
/// anything in them.
std::string seal_cursor(std::uint32_t fingerprint, std::string_view values);

/// The values of a cursor that was sealed with the same fingerprint. Throws InvalidQuery for any other text.
std::string open_cursor(std::string_view cursor, std::uint32_t fingerprint);

[[noreturn]] void throw_malformed_cursor();

}  // namespace duet::detail
