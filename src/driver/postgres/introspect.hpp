#pragma once

#include <duet/schema/database_schema.hpp>

#include <libpq-fe.h>

namespace duet::driver::postgres {

/// The tables of the schemas on the search path, in order of creation; without views, foreign tables,
/// temporary tables, partitions and the system's own. Types are spelled in the short words that
/// duet declares them with ("bigint", "timestamptz", "text[]"). A column that the database numbers (identity,
/// serial) has no default; the table then says auto_increment.
/// Blocks. Reads one state of the database, inside or outside of a transaction; the connection must not be in
/// pipeline mode. Throws DatabaseError or one of its children.
DatabaseSchema introspect_postgres(PGconn* connection);

}  // namespace duet::driver::postgres
