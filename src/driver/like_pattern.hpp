#pragma once

#include <duet/dialect/plan.hpp>

#include <string>
#include <string_view>

namespace duet::driver {

/// Appends the LIKE pattern that like_contains, like_prefix or like_suffix makes of `text`: its wildcards
/// escaped by a backslash, percent signs around it. like_pattern: the text is a pattern already.
void append_like_pattern(std::string& out, Transform transform, std::string_view text);

/// Likewise the GLOB pattern of glob_prefix (its wildcards bracketed, a star behind) or like_to_glob.
void append_glob_pattern(std::string& out, Transform transform, std::string_view text);

}  // namespace duet::driver
