#pragma once

#include <duet/dialect/dialect.hpp>

namespace duet::detail {

/// ` = ` and the like, for eq to ge and add to mod; empty for others.
std::string_view sign_of(shape::Op op);

/// `(value, value)`
std::string list_of(std::span<const Operand> values);
/// `function(argument, argument)`
std::string call_of(std::string_view function, std::span<const Operand> arguments);

}  // namespace duet::detail
