#pragma once

#include <duet/driver/decode.hpp>

#include <string>
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

/// Appends the text of a binary value, as PostgreSQL writes it with its defaults and the time zone UTC.
/// Fault::wrong_type for types without such a text here, Fault::malformed for bytes that are no value of it.
Fault append_cell_text(std::string& out, Oid type, std::string_view bytes);

}  // namespace duet::driver::postgres
