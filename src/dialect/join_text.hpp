#pragma once

#include <initializer_list>
#include <string>
#include <string_view>

namespace duet::detail {

inline std::string join(std::initializer_list<std::string_view> parts) {
    std::string out;
    for (const std::string_view part : parts) out += part;
    return out;
}

inline std::string cast_as(std::string_view operand, std::string_view type) {
    return join({"CAST(", operand, " AS ", type, ")"});
}

}  // namespace duet::detail
