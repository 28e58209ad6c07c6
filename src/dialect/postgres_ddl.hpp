#pragma once

#include "postgres_functions.hpp"

namespace duet::detail {

/// PostgreSQL's part of DDL.
class PostgresDdl : public PostgresFunctions {
public:
    std::string reserve_keys(std::string_view table, std::string_view column) const override;
    std::string current_timestamp() const override { return "statement_timestamp()"; }
    std::string column_type(const ColumnInfo& column, ColumnUse use) const override;
    std::string create_enum(std::string_view type, const EnumInfo& info) const override;
    std::string drop_enum(std::string_view type) const override;
    std::string now_default(const ColumnInfo& column) const override;
    void append_generated_key(std::string& out) const override;
    void append_index_order(std::string& out, bool descending, bool may_be_null) const override;
    std::string add_constraint_once(std::string_view table, const std::string& name,
                                    std::string_view definition) const override;
    std::string drop_constraint_once(std::string_view table, const std::string& name) const override;
};

/// The name of the type that holds values of `type` (as they are stored).
std::string postgres_type(const TypeInfo& type);

}  // namespace duet::detail
