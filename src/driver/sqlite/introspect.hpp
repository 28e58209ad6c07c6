#pragma once

#include <duet/schema/database_schema.hpp>

struct sqlite3;

namespace duet::driver::sqlite {

/// The tables of the main database, in the order in which they were made; without views, virtual tables and
/// SQLite's own. Reads one state of the database, inside or outside of a transaction.
/// Throws DatabaseError or one of its children.
DatabaseSchema introspect_sqlite(sqlite3* connection);

}  // namespace duet::driver::sqlite
