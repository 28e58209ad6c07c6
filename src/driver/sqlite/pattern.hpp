#pragma once

#include <duet/dialect/plan.hpp>

#include <string>
#include <string_view>

namespace duet::driver::sqlite {

/// Appends what SQLite must be given for `text` under a transform. Throws ValidationError for texts that its
/// LIKE and GLOB would cut short or refuse, and InvalidQuery for JSON paths that it cannot spell.
void render_pattern(std::string& out, Transform transform, std::string_view text);

}  // namespace duet::driver::sqlite
