#pragma once

#include <string>
#include <string_view>

#include "select_renderer.hpp"

namespace duet::detail {

/// The WHERE of a set-based write, with a space in front; through the keys of a SELECT when joins, order or
/// limits are in play.
std::string restriction(const Dialect& dialect, const Source& source, const SelectParts& parts,
                        std::string_view limit, std::string_view offset);

/// The text of INSERT, UPDATE or DELETE; CTEs that stand in front of the whole go to
/// expressions.common_tables().
std::string render_write(ExpressionRenderer& expressions, const NestedQuery& statement);

}  // namespace duet::detail
