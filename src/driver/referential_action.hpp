#pragma once

#include <duet/schema/table.hpp>

#include <string_view>

namespace duet::driver {

/// The action that a database calls so in its catalogue.
inline ReferentialAction action_of(std::string_view text) {
    if (text == "CASCADE") return ReferentialAction::cascade;
    if (text == "RESTRICT") return ReferentialAction::restrict;
    if (text == "SET NULL") return ReferentialAction::set_null;
    if (text == "SET DEFAULT") return ReferentialAction::set_default;
    return ReferentialAction::no_action;
}

}  // namespace duet::driver
