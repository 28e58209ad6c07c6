#pragma once

#include <duet/schema/table.hpp>

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace duet {

struct SchemaColumn {
    std::string name{};
    std::string type{};  // as the database knows it, in lower case
    bool nullable = true;
    std::optional<std::string> default_sql{};
    bool primary_key = false;
    bool operator==(const SchemaColumn&) const = default;
};

struct SchemaIndex {
    struct Column {
        std::string name{};  // an index on an expression that was read from a database: the expression's text
        bool descending = false;
        bool operator==(const Column&) const = default;
    };
    std::string name{};
    std::vector<Column> columns{};
    bool unique = false;
    std::optional<std::string> condition{};  // partial index
    bool operator==(const SchemaIndex&) const = default;
};

struct SchemaUnique {
    std::string name{};  // empty where the constraint has none
    std::vector<std::string> columns{};
    bool operator==(const SchemaUnique&) const = default;
};

struct SchemaForeignKey {
    std::string name{};  // empty where the constraint has none
    std::vector<std::string> columns{};
    std::string table{};
    std::vector<std::string> referenced{};
    ReferentialAction on_delete = ReferentialAction::no_action;
    bool operator==(const SchemaForeignKey&) const = default;
};

struct SchemaCheck {
    std::string name{};  // empty where the constraint has none
    std::string condition{};
    bool operator==(const SchemaCheck&) const = default;
};

/// A table as a value. Lists are in the order of declaration.
struct SchemaTable {
    std::string name{};
    std::vector<SchemaColumn> columns{};
    std::vector<std::string> primary_key{};
    bool auto_increment = false;  // the database assigns the key and never hands one out twice
    std::vector<SchemaIndex> indexes{};
    std::vector<SchemaUnique> uniques{};
    std::vector<SchemaForeignKey> foreign_keys{};
    std::vector<SchemaCheck> checks{};

    /// Null when there is none. Names are compared exactly; the pointer lives as long as `columns` is left
    /// alone.
    const SchemaColumn* column(std::string_view column_name) const noexcept;
    /// Likewise.
    const SchemaIndex* index(std::string_view index_name) const noexcept;
    bool operator==(const SchemaTable&) const = default;
};

/// Tables as values: what models describe and what introspection reads.
struct DatabaseSchema {
    std::vector<SchemaTable> tables{};

    /// Null when there is none. The pointer lives as long as `tables` is left alone.
    /// Null when there is none. Points into this object, hence not for temporaries.
    const SchemaTable* table(std::string_view table_name) const& noexcept;
    const SchemaTable* table(std::string_view table_name) const&& = delete;
    bool operator==(const DatabaseSchema&) const = default;
};

}  // namespace duet
