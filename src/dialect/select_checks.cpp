#include <duet/base/error.hpp>

#include <algorithm>
#include <string>
#include <vector>

#include "select_renderer.hpp"
#include "sql_text.hpp"

// The part of SelectParts that looks at all of them together: what makes no sense, and what columns are
// named.
namespace duet::detail {

void SelectParts::require_sense(const Dialect& dialect, bool has_list) const {
    if (group.empty() && !singles_.empty() && (aggregates || !having.empty())) {
        const std::string& name = singles_.front().name;
        throw InvalidQuery((name.empty() ? "an expression" : "'" + name + "'") +
                           (aggregates ? " stands beside an aggregate" : " stands beside having()") +
                           ", and has many values: name it in group_by()");
    }
    const auto is_grouped = [this](const std::string& term) {
        return std::ranges::find(grouped, term) != grouped.end();
    };
    for (const Single& column : singles_) {
        if (group.empty() || !dialect.capabilities().strict_grouping || column.sql.empty()) continue;
        const bool of_one_row = !column.keys.empty() && std::ranges::all_of(column.keys, is_grouped);
        if (is_grouped(column.sql) || of_one_row) continue;
        throw UnsupportedByDialect(std::string(dialect.name()) + " has no single value of '" + column.name +
                                   "' for a group: name it, or the key of its table, in group_by()");
    }
    if (!has_list) return;
    for (const std::string& label : ordered_labels_) {
        if (std::ranges::find(list, label, &Column::name) == list.end())
            throw InvalidQuery("order_by: no column of the select list is named '" + label + "'");
    }
}

void SelectParts::name_as(const Dialect& dialect, const ModelInfo& rows) {
    if (list.size() != rows.columns.size()) return;
    const auto is_field = [&](std::string_view name) {
        return std::ranges::find(rows.columns, name, &ColumnInfo::name) != rows.columns.end();
    };
    std::vector<bool> kept(list.size());
    std::vector<std::string_view> taken;
    for (std::size_t i = 0; i < list.size(); ++i) {
        kept[i] = is_field(list[i].name) && std::ranges::find(taken, list[i].name) == taken.end();
        if (kept[i]) taken.push_back(list[i].name);
    }
    columns.clear();
    for (std::size_t i = 0; i < list.size(); ++i) {
        std::string item = list[i].sql;
        if (!kept[i]) {
            const std::string_view field = rows.columns[i].name;
            if (list[i].labelled || std::ranges::find(taken, field) != taken.end()) {
                throw InvalidQuery("column " + std::to_string(i + 1) +
                                   " of a subquery is no field of the struct that it is read as, " +
                                   std::string(rows.type_name) + ": name it with .as(...)");
            }
            list[i].name = field;
        }
        if (!kept[i] || list[i].labelled) item += " AS " + quoted(dialect, list[i].name);
        columns += (columns.empty() ? "" : ", ") + item;
    }
}

std::vector<std::string> SelectParts::names() const {
    std::vector<std::string> out;
    for (const Column& column : list) {
        if (column.name.empty()) return {};
        out.push_back(column.name);
    }
    return out;
}

bool SelectParts::distinct_keys_first() const {
    std::vector<bool> found(distinct_keys.size());
    for (const std::string& key : ordered) {
        const auto at = std::ranges::find(distinct_keys, key);
        if (at == distinct_keys.end()) return std::ranges::find(found, false) == found.end();
        found[static_cast<std::size_t>(at - distinct_keys.begin())] = true;
    }
    return true;
}

}  // namespace duet::detail
