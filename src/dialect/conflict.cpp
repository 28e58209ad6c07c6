#include <duet/base/error.hpp>
#include <duet/dialect/conflict.hpp>
#include <duet/dialect/ddl.hpp>

#include <algorithm>

namespace duet {

namespace {
std::string names_of(const ModelInfo& model, std::span<const std::int16_t> columns) {
    std::string out;
    for (const std::int16_t c : columns) {
        if (!out.empty()) out += ", ";
        out += model.columns[static_cast<std::size_t>(c)].name;
    }
    return out;
}
}  // namespace

bool same_columns(const ModelInfo& model, std::span<const std::int16_t> columns,
                  const std::vector<std::string>& names) {
    return columns.size() == names.size() && std::ranges::all_of(columns, [&](std::int16_t c) {
               return std::ranges::find(names, model.columns[static_cast<std::size_t>(c)].name) !=
                      names.end();
           });
}

std::vector<UniqueKey> unique_keys(const Dialect& dialect, const ModelInfo& model) {
    SchemaTable table = describe(dialect, model);
    std::vector<UniqueKey> keys{{"PRIMARY", std::move(table.primary_key)}};
    for (SchemaUnique& unique : table.uniques)
        keys.push_back({std::move(unique.name), std::move(unique.columns)});
    for (SchemaIndex& index : table.indexes) {
        if (!index.unique) continue;
        UniqueKey& key = keys.emplace_back(UniqueKey{std::move(index.name), {}});
        for (SchemaIndex::Column& column : index.columns) key.columns.push_back(std::move(column.name));
    }
    return keys;
}

std::string_view condition_of_index(const ModelInfo& model, std::span<const std::int16_t> columns) {
    for (const TableOption& option : model.options) {
        if (option.type != TableOption::Type::index || !option.is_unique || option.text.empty()) continue;
        if (option.count != columns.size()) continue;
        bool same = true;
        for (std::size_t i = 0; i < option.count; ++i)
            same = same && model.find_column(option.columns[i]) == columns[i];
        if (same) return option.text;
    }
    return {};
}

void require_only_key(const Dialect& dialect, const ModelInfo& model, std::span<const std::int16_t> columns,
                      bool fresh_key, std::string_view what, std::string_view word) {
    if (columns.empty()) return;
    const std::string begins = std::string(what) + std::string(dialect.name()) +
                               " reacts to every unique key of a table, so " + std::string(word) + "(" +
                               names_of(model, columns) + ") needs ";
    if (!condition_of_index(model, columns).empty())
        throw UnsupportedByDialect(begins + "a unique key without a condition");
    bool found = false;
    const std::vector<UniqueKey> keys = unique_keys(dialect, model);
    for (std::size_t i = 0; i < keys.size(); ++i) {
        if (same_columns(model, columns, keys[i].columns)) {
            found = true;
        } else if (i != 0 || !fresh_key) {
            throw UnsupportedByDialect(begins + "to be the only one of " + std::string(model.table) +
                                       ", and there is also " +
                                       (i == 0 ? "the primary key of this object" : keys[i].name));
        }
    }
    if (!found)
        throw UnsupportedByDialect(begins + "these columns to be unique in " + std::string(model.table));
}

}  // namespace duet
