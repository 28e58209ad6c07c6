#include "dialect/sqlite_ddl.hpp"

#include "dialect/expression_types.hpp"

namespace duet::detail {
namespace {

std::string_view declared_type(const TypeInfo& type) {
    switch (type.kind) {
        case Kind::boolean:
            return "boolean";
        case Kind::int8:
        case Kind::int16:
        case Kind::int32:
        case Kind::uint8:
        case Kind::uint16:
            return "integer";
        case Kind::int64:
        case Kind::uint32:
        case Kind::uint64:
        case Kind::duration:
            return "bigint";
        case Kind::float32:
        case Kind::float64:
            return "real";
        case Kind::blob:
            return "blob";
        case Kind::date:
            return "date";
        case Kind::time:
            return "time";
        case Kind::timestamp:
            return "datetime";
        case Kind::uuid:
            return "char(32)";
        case Kind::decimal:
            return "decimal";
        case Kind::enumeration:
            return type.ops.enumeration->as_integer ? "integer" : "text";
        default:
            return "text";
    }
}

}  // namespace

std::string SqliteDdl::column_type(const ColumnInfo& column, ColumnUse use) const {
    refuse_sql_type(column);
    // Only a column of exactly this type can take the place of the row identity.
    if (use.generated_key) return "integer";
    return std::string{declared_type(type_in_database(*column.type))};
}

std::string SqliteDdl::now_default(const ColumnInfo& column) const {
    switch (type_in_database(*column.type).kind) {
        case Kind::date:
            return "date('now')";
        case Kind::time:
            return "strftime('%H:%M:%f000', 'now')";
        default:
            return current_timestamp();
    }
}

void SqliteDdl::append_generated_key(std::string& out) const { out += "PRIMARY KEY AUTOINCREMENT"; }

}  // namespace duet::detail
