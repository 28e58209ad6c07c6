#include <duet/base/error.hpp>
#include <duet/dialect/ddl.hpp>
#include <duet/dialect/dialect.hpp>

#include <algorithm>
#include <unordered_map>
#include <utility>

#include "dialect/ddl_parts.hpp"

namespace duet {
namespace {

using namespace detail;

struct LinkEnd {
    std::string_view column;
    const ModelInfo& refers_to;
};

void add_end(const Dialect& dialect, SchemaTable& table, const LinkEnd& end) {
    const ColumnInfo& key = only_key(end.refers_to, "The link table \"" + table.name + '"');
    table.columns.push_back({.name = std::string{end.column},
                             .type = dialect.column_type(key, {.indexed = true}),
                             .nullable = false,
                             .primary_key = true});
    table.primary_key.emplace_back(end.column);
    add_foreign_key(table, {.name = {},
                            .columns = {std::string{end.column}},
                            .table = std::string{end.refers_to.table},
                            .referenced = {std::string{key.name}},
                            .on_delete = ReferentialAction::cascade});
}

SchemaTable link_table(const Dialect& dialect, const LinkInfo& link, const ModelInfo& owner,
                       const ModelInfo& target) {
    SchemaTable table;
    table.name = link.table;
    add_end(dialect, table, {link.owner_column, owner});
    add_end(dialect, table, {link.target_column, target});
    index_foreign_keys(table);
    shorten_names(dialect, table);
    return table;
}

bool is_same_link(const SchemaTable& a, const SchemaTable& b) {
    return std::ranges::is_permutation(a.columns, b.columns) &&
           std::ranges::is_permutation(a.foreign_keys, b.foreign_keys);
}

class Collection {
public:
    explicit Collection(const Dialect& dialect) : dialect_{dialect} {}

    void add_model(const ModelInfo& model) {
        const auto [entry, is_new] = places_.try_emplace(model.table, tables_.size());
        if (is_new) {
            tables_.push_back(describe(dialect_, model));
            models_.push_back(&model);
        } else if (models_[entry->second] != &model) {
            throw ConfigurationError(std::string{models_[entry->second]->type_name} + " and " +
                                     std::string{model.type_name} + " both claim the table \"" +
                                     std::string{model.table} + '"');
        }
    }

    void add_links(const ModelInfo& owner) {
        for (const RelationInfo& relation : owner.relations) {
            if (relation.kind != RelationKind::many_to_many) continue;
            const LinkInfo& link = relation.link();
            if (link.through != nullptr) continue;
            SchemaTable table = link_table(dialect_, link, owner, relation.target());
            const auto [entry, is_new] = places_.try_emplace(link.table, tables_.size());
            if (is_new) {
                tables_.push_back(std::move(table));
                models_.push_back(nullptr);
            } else if (models_[entry->second] == nullptr && !is_same_link(tables_[entry->second], table)) {
                throw ConfigurationError("The two sides of the link table \"" + table.name + "\" disagree: " +
                                         std::string{owner.type_name} + "::" + std::string{relation.name} +
                                         " wants other columns than the relation that was declared first");
            }
        }
    }

    std::vector<SchemaTable> ordered() {
        visited_.assign(tables_.size(), false);
        for (std::size_t i = 0; i < tables_.size(); ++i) visit(i);
        std::vector<SchemaTable> result;
        result.reserve(tables_.size());
        for (const std::size_t i : order_) result.push_back(std::move(tables_[i]));
        return result;
    }

private:
    void visit(std::size_t i) {
        if (visited_[i]) return;
        visited_[i] = true;
        for (const SchemaForeignKey& key : tables_[i].foreign_keys) {
            const auto target = places_.find(key.table);
            if (target != places_.end()) visit(target->second);
        }
        order_.push_back(i);
    }

    const Dialect& dialect_;
    std::vector<SchemaTable> tables_{};
    std::vector<const ModelInfo*> models_{};  // of each table; null: an automatic link table
    std::unordered_map<std::string_view, std::size_t> places_{};
    std::vector<bool> visited_{};
    std::vector<std::size_t> order_{};
};

}  // namespace

std::vector<SchemaTable> describe_all(const Dialect& dialect, std::span<const ModelInfo* const> models) {
    Collection collection{dialect};
    for (const ModelInfo* model : models) collection.add_model(*model);
    for (const ModelInfo* model : models) collection.add_links(*model);
    return collection.ordered();
}

}  // namespace duet
