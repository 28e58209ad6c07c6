#pragma once

#include <duet/dialect/dialect.hpp>
#include <duet/schema/database_schema.hpp>
#include <duet/schema/model_info.hpp>

#include <span>
#include <string>
#include <string_view>

namespace duet::detail {

/// Adds it, named if it has no name.
void add_foreign_key(SchemaTable& table, SchemaForeignKey key);
/// Gives each foreign key an index unless the primary key, a unique constraint or an index serves it.
void index_foreign_keys(SchemaTable& table);

/// Cuts names that the database would cut (or refuse) and makes them distinct by what was cut off.
void shorten_names(const Dialect& dialect, SchemaTable& table);

/// Whether the numbers of an enum go beyond what a column of 32 bits holds.
constexpr bool needs_64_bits(const TypeInfo& enumeration) {
    const Kind kind = number_kind(enumeration);
    return kind == Kind::uint32 || kind == Kind::int64 || kind == Kind::uint64;
}

/// The one key column that `who` refers to. Throws ConfigurationError if there is not just one.
const ColumnInfo& only_key(const ModelInfo& target, std::string_view who);

}  // namespace duet::detail
