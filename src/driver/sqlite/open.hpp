#pragma once

#include <duet/driver/driver.hpp>

#include <functional>

#include "handle.hpp"
#include "options.hpp"

namespace duet::driver::sqlite {

/// Opens and sets up a database. `prepare` is called with each handle before anything runs on it. Throws
/// ConnectionError, or LockTimeout when another connection does not let go of the file.
///
/// A file that cannot be written opens for reading; its journal mode stays as it is. A WAL database in a
/// directory where SQLite cannot make its side files is read as immutable, as long as no log lies beside it.
Handle open_database(const Options& options, Access access, const std::function<void(sqlite3*)>& prepare);

}  // namespace duet::driver::sqlite
