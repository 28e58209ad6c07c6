#pragma once

#include <string_view>

#include <libpq-fe.h>

namespace duet::driver::postgres {

/// Whether the binary form of a type is its text: text, varchar, json, xml, enums and the like. Types made by
/// users count as such; what comes of them has to be looked at for being text.
bool is_text_type(Oid type) noexcept;
/// Types made by users included.
bool may_be_array(Oid type) noexcept;
/// The type's name as SQL spells it; empty where it has none here.
std::string_view type_name(Oid type) noexcept;
/// The type of a range's ends; 0 for what is no range.
Oid range_element(Oid type) noexcept;

}  // namespace duet::driver::postgres
