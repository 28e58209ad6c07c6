#pragma once

#include <duet/dialect/dialect.hpp>

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace duet::detail {

/// While SQL is put together, clauses are rendered in another order than they are written in. Placeholders
/// therefore start as marks that know their value, and become numbered placeholders when the text is
/// complete.
std::string value_mark(std::size_t value, Transform transform = Transform::none);
/// Replaces the transform of a lone mark.
std::string with_transform(std::string_view mark, Transform transform);
using SameValues = std::pair<std::uint16_t, std::uint16_t>;
/// Where `text` holds what `known` says, apart from which values stand there, gives it the values of `known`
/// and notes which of them have to be the same.
void share_values(std::string& text, std::string_view known, std::vector<SameValues>& same);
/// Puts "min(" and ")" around each place where `text` holds what `known` says, whatever values stand there.
void wrap_in_min(std::string& text, std::string_view known);
/// Turns the marks of a complete statement into placeholders.
Plan finish(const Dialect& dialect, std::string_view marked, bool writes);

std::string quoted(const Dialect& dialect, std::string_view identifier);
/// `alias."column"`
std::string qualified(const Dialect& dialect, std::string_view alias, std::string_view column);

}  // namespace duet::detail
