#pragma once

#include <duet/dialect/plan.hpp>

#include <string>
#include <string_view>

namespace duet::driver::mariadb {

/// Appends what `transform` makes of a text: a pattern for LIKE (escaped by backslashes), or a JSON path.
void render_pattern(std::string& out, Transform transform, std::string_view text);

}  // namespace duet::driver::mariadb
