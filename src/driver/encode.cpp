#include <duet/base/error.hpp>
#include <duet/driver/encode.hpp>
#include <duet/types/utf8.hpp>

namespace duet::driver {

void throw_not_utf8() {
    throw ValidationError("a text value is not valid UTF-8; use bytes (a blob) for other data");
}

bool is_utf8_slow(std::string_view text) noexcept { return duet::detail::is_valid_utf8(text); }

std::int64_t enum_number(const TypeInfo& type, const void* data) noexcept {
    const auto load = [&]<class Signed, class Unsigned>(Signed s, Unsigned u) {
        std::memcpy(&s, data, sizeof s);
        std::memcpy(&u, data, sizeof u);
        return type.ops.enumeration->is_signed ? static_cast<std::int64_t>(s) : static_cast<std::int64_t>(u);
    };
    switch (type.size) {
        case 1:
            return load(std::int8_t{}, std::uint8_t{});
        case 2:
            return load(std::int16_t{}, std::uint16_t{});
        case 4:
            return load(std::int32_t{}, std::uint32_t{});
        default:
            return load(std::int64_t{}, std::uint64_t{});
    }
}

std::string_view enumerator_name(const TypeInfo& type, const void* data) {
    const std::int64_t number = enum_number(type, data);
    for (const Enumerator& enumerator : type.ops.enumeration->enumerators) {
        if (enumerator.value == number) return enumerator.name;
    }
    throw ValidationError("a value of the enum " + std::string(type.ops.enumeration->type_name) +
                          " is none of its enumerators, so it has no name to be stored by");
}

}  // namespace duet::driver
