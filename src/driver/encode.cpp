#include <duet/base/error.hpp>
#include <duet/driver/encode.hpp>
#include <duet/types/utf8.hpp>

namespace duet::driver {

void throw_not_utf8() {
    throw ValidationError("a text value is not valid UTF-8; use bytes (a blob) for other data");
}

bool is_utf8_slow(std::string_view text) noexcept { return duet::detail::is_valid_utf8(text); }

std::int64_t enum_number(const TypeInfo& type, const void* data) {
    const Kind kind = duet::detail::number_kind(type);
    const std::int64_t number = duet::detail::read_integer(kind, data);
    if (!duet::detail::integer_range(kind).contains(number))
        throw ValidationError("a value of the enum " + std::string(type.ops.enumeration->type_name) +
                              " is above 9223372036854775807, so its number cannot be stored");
    return number;
}

std::string_view enumerator_name(const TypeInfo& type, const void* data) {
    const std::int64_t number = duet::detail::read_integer(duet::detail::number_kind(type), data);
    for (const Enumerator& enumerator : type.ops.enumeration->enumerators) {
        if (enumerator.value == number) return enumerator.name;
    }
    throw ValidationError("a value of the enum " + std::string(type.ops.enumeration->type_name) +
                          " is none of its enumerators, so it has no name to be stored by");
}

}  // namespace duet::driver
