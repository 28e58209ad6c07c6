#include "dialect/mariadb_ddl.hpp"

#include <duet/base/error.hpp>

#include "dialect/ddl_parts.hpp"
#include "dialect/expression_types.hpp"
#include "dialect/join_text.hpp"

namespace duet::detail {

void MariaDbDdl::quote(std::string& out, std::string_view identifier) const {
    out += '`';
    for (const char c : identifier) {
        if (static_cast<unsigned char>(c) < 0x20)
            throw InvalidQuery("an identifier must not contain control characters");
        if (c == '`') out += '`';
        out += c;
    }
    out += '`';
}

std::string MariaDbDdl::column_type(const ColumnInfo& column, ColumnUse use) const {
    refuse_sql_type(column);
    const TypeInfo& type = type_in_database(*column.type);
    switch (type.kind) {
        case Kind::boolean:
            return "boolean";
        case Kind::int8:
            return "tinyint";
        case Kind::uint8:
            return "tinyint unsigned";
        case Kind::int16:
            return "smallint";
        case Kind::uint16:
            return "smallint unsigned";
        case Kind::int32:
            return "int";
        case Kind::uint32:
            return "int unsigned";
        case Kind::int64:
        case Kind::duration:
            return "bigint";
        case Kind::uint64:
            return "bigint unsigned";
        case Kind::float32:
            return "float";
        case Kind::float64:
            return "double";
        case Kind::blob:
            return use.indexed ? "varbinary(255)" : "longblob";
        case Kind::date:
            return "date";
        case Kind::time:
            return "time(6)";
        case Kind::timestamp:
            return "datetime(6)";
        case Kind::uuid:
            return "char(32)";
        case Kind::decimal:
            return "decimal(38,10)";
        case Kind::json:
        case Kind::array:
            return "json";
        case Kind::enumeration:
            if (!type.ops.enumeration->as_integer) return "varchar(64)";
            return needs_64_bits(type) ? "bigint" : "int";
        default:
            return use.indexed ? "varchar(255)" : "longtext";
    }
}

std::string MariaDbDdl::now_default(const ColumnInfo& column) const {
    switch (type_in_database(*column.type).kind) {
        case Kind::date:
            return "CURRENT_DATE";
        case Kind::time:
            return "CURRENT_TIME(6)";
        default:
            return "CURRENT_TIMESTAMP(6)";
    }
}

void MariaDbDdl::append_generated_key(std::string& out) const { out += "AUTO_INCREMENT PRIMARY KEY"; }

std::string_view MariaDbDdl::table_options() const noexcept {
    return is_mariadb() ? " ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_nopad_bin"
                        : " ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_0900_bin";
}

namespace {

// Backslashes escape in MySQL's literals.
std::string literal(std::string_view text) {
    std::string out = "'";
    for (const char c : text) {
        if (c == '\'' || c == '\\') out += c;
        out += c;
    }
    return out + "'";
}

std::string unquoted(std::string_view quoted) {
    std::string out;
    for (std::size_t i = 1; i + 1 < quoted.size(); ++i) {
        out += quoted[i];
        if (quoted[i] == '`') ++i;
    }
    return out;
}

/// Runs one statement if the table has the constraint, or if it has it not.
std::string once(std::string_view table, const std::string& name, bool there, std::string_view statement) {
    constexpr std::string_view begin =
        "SET @duet_statement = IF((SELECT count(*) FROM information_schema.table_constraints WHERE "
        "constraint_schema = DATABASE() AND table_name = ";
    constexpr std::string_view end =
        ", 'DO 0');\nPREPARE duet_once FROM @duet_statement;\nEXECUTE duet_once;\n"
        "DEALLOCATE PREPARE duet_once";
    return join({begin, literal(unquoted(table)), " AND constraint_name = ", literal(name),
                 there ? ") = 1, " : ") = 0, ", literal(statement), end});
}

}  // namespace

std::string MariaDbDdl::add_constraint_once(std::string_view table, const std::string& name,
                                            std::string_view definition) const {
    std::string quoted;
    quote(quoted, name);
    return once(table, name, false,
                join({"ALTER TABLE ", table, " ADD CONSTRAINT ", quoted, " ", definition}));
}

std::string MariaDbDdl::drop_constraint_once(std::string_view table, const std::string& name) const {
    std::string quoted;
    quote(quoted, name);
    return once(table, name, true, join({"ALTER TABLE ", table, " DROP CONSTRAINT ", quoted}));
}

}  // namespace duet::detail
