#pragma once

#include <duet/driver/decode.hpp>

#include <string>
#include <string_view>

#include <libpq-fe.h>

namespace duet::driver::postgres {

/// Appends the text of a binary value, as PostgreSQL writes it with its defaults and the time zone UTC.
/// Fault::wrong_type for types without such a text here, Fault::malformed for bytes that are no value of it.
Fault append_cell_text(std::string& out, Oid type, std::string_view bytes);

}  // namespace duet::driver::postgres
