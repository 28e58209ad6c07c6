#pragma once

#include <cstddef>
#include <string_view>

namespace duet {

namespace detail {
/// Called, in vain, at compile time: the compiler's message shows the name.
void a_hint_may_not_end_its_comment();
}  // namespace detail

/// The text of a hint. Only a literal can be one: it becomes part of the SQL as it is, and no value may.
class HintText {
public:
    template <std::size_t N>
    // NOLINTNEXTLINE(google-explicit-constructor)
    consteval HintText(const char (&literal)[N]) : text_(literal, N - 1) {
        if (text_.find("*/") != std::string_view::npos) detail::a_hint_may_not_end_its_comment();
    }
    std::string_view text() const noexcept { return text_; }

private:
    std::string_view text_;
};

}  // namespace duet
