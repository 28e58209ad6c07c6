#pragma once

#include <duet/schema/database_schema.hpp>

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace duet::driver::sqlite {

/// What only the text of a CREATE TABLE tells: SQLite's pragmas know neither names of constraints nor checks.
struct CreateTableText {
    bool auto_increment = false;
    std::vector<SchemaUnique> uniques{};
    std::vector<SchemaForeignKey> foreign_keys{};  // name, columns and table only
    std::vector<SchemaCheck> checks{};
};

struct CreateIndexText {
    std::vector<std::string> columns{};  // the text of each, without its direction
    std::optional<std::string> condition{};
};

/// Both take the text as sqlite_master has it, with any quotes and comments. Text that is no such statement
/// yields what could be read of it; they never throw for it.
CreateTableText read_create_table(std::string_view sql);
CreateIndexText read_create_index(std::string_view sql);

}  // namespace duet::driver::sqlite
