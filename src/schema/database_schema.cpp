#include <duet/schema/database_schema.hpp>

#include <algorithm>

namespace duet {
namespace {

template <class T>
const T* named(const std::vector<T>& list, std::string_view name) noexcept {
    const auto found =
        std::find_if(list.begin(), list.end(), [&](const T& entry) { return entry.name == name; });
    return found == list.end() ? nullptr : &*found;
}

}  // namespace

const SchemaColumn* SchemaTable::column(std::string_view column_name) const noexcept {
    return named(columns, column_name);
}

const SchemaIndex* SchemaTable::index(std::string_view index_name) const noexcept {
    return named(indexes, index_name);
}

const SchemaTable* DatabaseSchema::table(std::string_view table_name) const& noexcept {
    return named(tables, table_name);
}

}  // namespace duet
