#pragma once

#include "sqlite_functions.hpp"

namespace duet::detail {

/// SQLite's part of DDL. Declared types are those that Django and SQLAlchemy use, so that a file of theirs
/// and a file of ours look alike; what counts for SQLite itself is the affinity that they imply.
class SqliteDdl : public SqliteFunctions {
public:
    std::string column_type(const ColumnInfo& column, ColumnUse use) const override;
    std::string now_default(const ColumnInfo& column) const override;
    void append_generated_key(std::string& out) const override;
};

}  // namespace duet::detail
