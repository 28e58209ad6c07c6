#pragma once

#include <cstdint>

namespace duet {

class Dialect;

/// The databases, where one of them is meant without a connection to it: `query.to_sql(duet::postgresql)`.
enum class DialectName : std::uint8_t { sqlite, postgresql, mariadb, mysql };
inline constexpr DialectName sqlite = DialectName::sqlite;
inline constexpr DialectName postgresql = DialectName::postgresql;
inline constexpr DialectName mariadb = DialectName::mariadb;
inline constexpr DialectName mysql = DialectName::mysql;

const Dialect& dialect_of(DialectName name);

}  // namespace duet
