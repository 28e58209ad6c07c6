#pragma once

#include <duet/driver/decode.hpp>

#include <charconv>
#include <string_view>
#include <system_error>

/// What a text column says where a number or a boolean is asked for.
namespace duet::driver {

template <class T>
Fault parse_number(std::string_view text, T& out) {
    if (text.starts_with('+')) text.remove_prefix(1);
    T value{};
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error == std::errc::result_out_of_range) return Fault::out_of_range;
    if (error != std::errc{} || end != text.data() + text.size()) return Fault::malformed;
    out = value;
    return Fault::none;
}

/// 1, 0, and true and false with letters of any case.
inline Fault parse_boolean(std::string_view text, bool& out) {
    const auto says = [text](std::string_view word) {
        if (text.size() != word.size()) return false;
        for (std::size_t i = 0; i < text.size(); ++i) {
            const char c =
                text[i] >= 'A' && text[i] <= 'Z' ? static_cast<char>(text[i] - 'A' + 'a') : text[i];
            if (c != word[i]) return false;
        }
        return true;
    };
    const bool yes = text == "1" || says("true");
    if (!yes && text != "0" && !says("false")) return Fault::malformed;
    out = yes;
    return Fault::none;
}

}  // namespace duet::driver
