#pragma once

#include <duet/base/error.hpp>
#include <duet/types/json.hpp>

#include <cmath>
#include <cstddef>
#include <string>

#if !__has_include(<nlohmann/json.hpp>)
#error "<duet/json.hpp> is the bridge to nlohmann-json and needs its headers (Debian: nlohmann-json3-dev)"
#endif
#include <nlohmann/json.hpp>

/// An opt-in bridge to nlohmann::json; the library itself does not need it.
namespace duet {

namespace detail {
inline void check_nlohmann(const nlohmann::json& value, std::size_t levels_left) {
    if (value.is_number_float() && !std::isfinite(value.get<double>())) {
        throw ValidationError("JSON has no NaN and no infinity");
    }
    if (value.is_binary() || value.is_discarded()) throw ValidationError("JSON has no text for this value");
    if (!value.is_structured()) return;
    if (levels_left == 0) throw ValidationError("JSON value nested too deeply");
    for (const auto& element : value) check_nlohmann(element, levels_left - 1);
}
}  // namespace detail

/// Numbers that fit no 64-bit integer become doubles. Throws ValidationError when `value` came by
/// from_valid_text() and is not JSON.
inline nlohmann::json to_nlohmann(const Json& value) {
    nlohmann::json result = nlohmann::json::parse(value.text(), nullptr, false);
    if (result.is_discarded()) throw ValidationError("malformed JSON text");
    return result;
}

/// Throws ValidationError for what JSON cannot say: NaN, infinities, binary values, strings that are not
/// UTF-8; and for nesting deeper than 512.
inline Json from_nlohmann(const nlohmann::json& value) {
    detail::check_nlohmann(value, 512);
    try {
        return Json::from_valid_text(value.dump());
    } catch (const nlohmann::json::exception& error) {
        throw ValidationError(error.what());
    }
}

}  // namespace duet
