#pragma once

#include <cstddef>
#include <string_view>

namespace duet {

/// A string literal as a template argument.
template <std::size_t N>
struct Name {
    char text[N]{};
    // NOLINTNEXTLINE(google-explicit-constructor): "text" in a template argument list is the point
    consteval Name(const char (&literal)[N]) {
        for (std::size_t i = 0; i < N; ++i) text[i] = literal[i];
    }
    constexpr std::string_view view() const { return {text, N - 1}; }
};

}  // namespace duet
