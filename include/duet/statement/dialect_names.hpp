#pragma once

#include <duet/dialect/dialect_name.hpp>
#include <duet/shape/opcodes.hpp>

#include <cstddef>
#include <string_view>

namespace duet {

class Dialect;

/// The databases by name, where a statement says something to one of them.
namespace dialect {

/// The same as duet::DialectName (duet::sqlite, ...), and turns into it and back.
struct Named {
    shape::HintFor database;

    constexpr Named(shape::HintFor name) noexcept : database(name) {}
    constexpr Named(DialectName name) noexcept : database(static_cast<shape::HintFor>(name)) {}
    constexpr operator DialectName() const noexcept { return static_cast<DialectName>(database); }
};
static_assert(static_cast<int>(DialectName::mysql) == static_cast<int>(shape::HintFor::mysql));
inline constexpr Named sqlite{shape::HintFor::sqlite};
inline constexpr Named postgresql{shape::HintFor::postgresql};
inline constexpr Named mariadb{shape::HintFor::mariadb};
inline constexpr Named mysql{shape::HintFor::mysql};

/// How that database spells SQL.
const Dialect& of(Named name);

}  // namespace dialect

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
