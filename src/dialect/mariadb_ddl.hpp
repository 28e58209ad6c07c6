#pragma once

#include "mariadb_functions.hpp"

namespace duet::detail {

/// MariaDB's and MySQL's part of DDL.
class MariaDbDdl : public MariaDbFunctions {
public:
    using MariaDbFunctions::MariaDbFunctions;

    void quote(std::string& out, std::string_view identifier) const override;
    std::string current_timestamp() const override { return "NOW(6)"; }
    std::string_view before_drop_all() const noexcept override { return "SET FOREIGN_KEY_CHECKS = 0"; }
    std::string_view after_drop_all() const noexcept override { return "SET FOREIGN_KEY_CHECKS = 1"; }
    std::string column_type(const ColumnInfo& column, ColumnUse use) const override;
    std::string now_default(const ColumnInfo& column) const override;
    void append_generated_key(std::string& out) const override;
    bool has_partial_indexes() const noexcept override { return false; }
    bool has_repeatable_indexes() const noexcept override { return is_mariadb(); }
    std::string_view table_options() const noexcept override;
    std::string add_constraint_once(std::string_view table, const std::string& name,
                                    std::string_view definition) const override;
    std::string drop_constraint_once(std::string_view table, const std::string& name) const override;
};

}  // namespace duet::detail
