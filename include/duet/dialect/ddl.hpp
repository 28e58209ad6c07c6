#pragma once

#include <duet/schema/database_schema.hpp>
#include <duet/schema/model_info.hpp>

#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace duet {

class Dialect;

/// The table that a model asks for.
///
/// Constraints come with derived names: uq_<table>_<columns>, ix_<table>_<columns>,
/// fk_<table>_<columns>_<target>. A foreign key brings an index on its columns unless something else begins
/// with them already. Throws ConfigurationError for declarations that no table can fulfil.
SchemaTable describe(const Dialect& dialect, const ModelInfo& model);

/// The tables that models ask for together: one per model and one per automatic many-to-many relation,
/// however many sides declare it. A table comes after those that it refers to; apart from that, and within
/// cycles, the order of `models` is kept. Throws ConfigurationError also where two models contradict each
/// other.
std::vector<SchemaTable> describe_all(const Dialect& dialect, std::span<const ModelInfo* const> models);

/// What a statement does when the object is there already (create) or is not there (drop).
enum class IfPointless : std::uint8_t { fail, skip };

/// CREATE TABLE, then one CREATE INDEX per index; no semicolons. Texts of checks, conditions and defaults are
/// taken as they are. Throws UnsupportedByDialect.
std::vector<std::string> create_statements(const Dialect& dialect, const SchemaTable& table,
                                           IfPointless pointless = IfPointless::fail);

/// The native enum types of the models' columns, made before the tables unless they are there already; and
/// dropped behind them, those that nothing else has. Nothing for databases without such types.
std::vector<std::string> create_type_statements(const Dialect& dialect,
                                                std::span<const ModelInfo* const> models);
std::vector<std::string> drop_type_statements(const Dialect& dialect,
                                              std::span<const ModelInfo* const> models);

/// DROP TABLE. To drop several tables go through them backwards, in one transaction with deferred constraints
/// when they refer to each other in a cycle.
std::vector<std::string> drop_statements(const Dialect& dialect, const SchemaTable& table,
                                         IfPointless pointless = IfPointless::fail);

/// Creates several tables. Where a foreign key may only name a table that is there, those that name a later
/// one are added when all tables are. Partial indexes: a unique one throws UnsupportedByDialect where there
/// are none, another one covers the whole table there.
std::vector<std::string> create_all_statements(const Dialect& dialect, std::span<const SchemaTable> tables,
                                               IfPointless pointless = IfPointless::fail);
/// Drops them again, with what the dialect says before and behind.
std::vector<std::string> drop_all_statements(const Dialect& dialect, std::span<const SchemaTable> tables,
                                             IfPointless pointless = IfPointless::fail);

}  // namespace duet
