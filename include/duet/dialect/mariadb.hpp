#pragma once

#include <duet/dialect/dialect.hpp>

namespace duet {

/// MariaDB 10.6 upwards, in sessions with time_zone '+00:00', character set utf8mb4 and a strict sql_mode
/// without ANSI_QUOTES, NO_BACKSLASH_ESCAPES and ONLY_FULL_GROUP_BY, but with SIMULTANEOUS_ASSIGNMENT and
/// NO_UNSIGNED_SUBTRACTION.
///
/// Texts compare by the collation of their column; tables are created with utf8mb4_nopad_bin, which minds the
/// case and trailing spaces. Text columns that take part in a key, an index or a constraint are
/// varchar(255), blobs there varbinary(255). There are no partial indexes: a unique one is refused
/// (UnsupportedByDialect), another one covers the whole table.
const Dialect& mariadb_dialect();

/// MySQL 8.0.19 upwards, likewise; its tables have the collation utf8mb4_0900_bin. No RETURNING.
const Dialect& mysql_dialect();

}  // namespace duet
