#pragma once

#include <duet/dialect/dialect.hpp>

namespace duet {

/// PostgreSQL 12 upwards, in sessions with TimeZone UTC and standard_conforming_strings.
///
/// Texts compare and sort by the collation of the database: create it with C or C.UTF-8 for the order of
/// SQLite. NULLs come first in ascending order, as everywhere; indexes on columns that may be NULL are
/// declared that way. now() is the moment at which the statement began. Arrays of arrays are kept as jsonb.
const Dialect& postgres_dialect();

}  // namespace duet
