#pragma once

#include <exception>

#include <sqlite3.h>

namespace duet::driver::sqlite {

/// Registers duet_array(?), the table with one column `value` that a list of values bound to its argument
/// makes. What goes wrong with an element is left in `failure` and makes the statement fail.
void register_array_table(sqlite3* db, std::exception_ptr& failure);

}  // namespace duet::driver::sqlite
