#include <duet/schema/type_info.hpp>

#include <cstring>
#include <limits>

namespace duet::detail {

namespace {

template <class T>
constexpr IntegerRange range() {
    return {std::numeric_limits<T>::min(), std::numeric_limits<T>::max()};
}

template <class T>
std::int64_t get(const void* value) {
    T out;
    std::memcpy(&out, value, sizeof out);
    return static_cast<std::int64_t>(out);
}
template <class T>
void put(void* value, std::int64_t integer) {
    const T out = static_cast<T>(integer);
    std::memcpy(value, &out, sizeof out);
}

}  // namespace

IntegerRange integer_range(Kind kind) noexcept {
    switch (kind) {
        case Kind::int8:
            return range<std::int8_t>();
        case Kind::int16:
            return range<std::int16_t>();
        case Kind::int32:
            return range<std::int32_t>();
        case Kind::uint8:
            return range<std::uint8_t>();
        case Kind::uint16:
            return range<std::uint16_t>();
        case Kind::uint32:
            return range<std::uint32_t>();
        case Kind::uint64:
            return {0, std::numeric_limits<std::uint64_t>::max()};
        default:
            return {std::numeric_limits<std::int64_t>::min(), std::numeric_limits<std::int64_t>::max()};
    }
}

std::int64_t read_integer(Kind kind, const void* value) noexcept {
    switch (kind) {
        case Kind::int8:
            return get<std::int8_t>(value);
        case Kind::int16:
            return get<std::int16_t>(value);
        case Kind::int32:
            return get<std::int32_t>(value);
        case Kind::uint8:
            return get<std::uint8_t>(value);
        case Kind::uint16:
            return get<std::uint16_t>(value);
        case Kind::uint32:
            return get<std::uint32_t>(value);
        default:
            return get<std::int64_t>(value);
    }
}

void write_integer(Kind kind, void* value, std::int64_t integer) noexcept {
    switch (kind) {
        case Kind::int8:
            return put<std::int8_t>(value, integer);
        case Kind::int16:
            return put<std::int16_t>(value, integer);
        case Kind::int32:
            return put<std::int32_t>(value, integer);
        case Kind::uint8:
            return put<std::uint8_t>(value, integer);
        case Kind::uint16:
            return put<std::uint16_t>(value, integer);
        case Kind::uint32:
            return put<std::uint32_t>(value, integer);
        default:
            return put<std::int64_t>(value, integer);
    }
}

}  // namespace duet::detail
