#include <duet/schema/model_info.hpp>

#include <cstring>

namespace duet {

int ModelInfo::find_column(std::string_view name) const noexcept {
    for (std::size_t i = 0; i < columns.size(); ++i) {
        if (columns[i].name == name || (columns[i].member == name && columns[i].relation < 0))
            return static_cast<int>(i);
    }
    return -1;
}

int ModelInfo::find_relation(std::string_view name) const noexcept {
    for (std::size_t i = 0; i < relations.size(); ++i) {
        if (relations[i].name == name) return static_cast<int>(i);
    }
    return -1;
}

std::shared_ptr<void> make_list(const ListOps& ops) { return {ops.create(), ops.destroy}; }

namespace detail {


namespace {
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

}  // namespace detail

}  // namespace duet
