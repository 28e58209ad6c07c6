#pragma once

#include <duet/schema/database_schema.hpp>

#include <mysql.h>

namespace duet::driver::mariadb {

/// The tables of the connection's database, by name; without views. Blocks.
/// Throws DatabaseError or one of its children.
DatabaseSchema introspect_mariadb(MYSQL* mysql);

}  // namespace duet::driver::mariadb
