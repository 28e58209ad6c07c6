#include "scope.hpp"

#include <duet/base/error.hpp>

#include <algorithm>
#include <utility>

#include "sql_text.hpp"

namespace duet::detail {

std::string fresh_alias(std::vector<std::string>& used, std::string_view wanted) {
    std::string alias(wanted);
    for (int n = 2; std::find(used.begin(), used.end(), alias) != used.end(); ++n) {
        alias = std::string(wanted) + '_' + std::to_string(n);
    }
    used.push_back(alias);
    return alias;
}

std::string table_as(const Dialect& dialect, std::string_view table, std::string_view alias) {
    std::string out = quoted(dialect, table);
    if (alias != table) out += " AS " + quoted(dialect, alias);
    return out;
}

std::int16_t single_key(const ModelInfo& model) {
    if (model.key.size() != 1) {
        throw InvalidQuery(std::string(model.type_name) +
                           " has a composite primary key; this needs a model with one key column");
    }
    return model.key[0];
}

void throw_no_source(std::string_view name) {
    throw InvalidQuery("this statement has no source named '" + std::string(name) +
                       "'; select from it or join it");
}

std::string hidden_condition(const Dialect& dialect, const ModelInfo& model, std::string_view alias) {
    if (model.soft_delete < 0) return {};
    return " AND " +
           qualified(dialect, alias, model.columns[static_cast<std::size_t>(model.soft_delete)].name) +
           " IS NULL";
}

namespace {
std::string column_of(const Dialect& dialect, const ModelInfo& model, std::string_view alias,
                      std::int16_t column) {
    return qualified(dialect, alias, model.columns[static_cast<std::size_t>(column)].name);
}
std::string link_alias(std::string_view target_alias) { return std::string(target_alias) + "_link"; }
}  // namespace

std::string hop_condition(const Dialect& dialect, const ModelInfo& owner, std::string_view owner_alias,
                          const RelationInfo& relation, std::string_view target_alias) {
    const ModelInfo& target = relation.target();
    switch (relation.kind) {
        case RelationKind::belongs_to:
            return column_of(dialect, target, target_alias, single_key(target)) + " = " +
                   column_of(dialect, owner, owner_alias, relation.local_column);
        case RelationKind::has_many:
        case RelationKind::has_one:
            return column_of(dialect, target, target_alias, relation.remote_column()) + " = " +
                   column_of(dialect, owner, owner_alias, single_key(owner));
        case RelationKind::many_to_many:
            return qualified(dialect, link_alias(target_alias), relation.link().owner_column) + " = " +
                   column_of(dialect, owner, owner_alias, single_key(owner));
    }
    return {};
}

Source::Source(const Dialect& dialect, const ModelInfo& root, std::string alias, bool with_deleted)
    : dialect_(dialect), with_deleted_(with_deleted) {
    from_ = table_as(dialect, root.table, alias);
    tables_.push_back({&root, std::move(alias)});
}

Source::Source(const Dialect& dialect, const ModelInfo& root, std::string alias, std::string name,
               std::string from, bool with_deleted)
    : dialect_(dialect), with_deleted_(with_deleted), from_(std::move(from)) {
    tables_.push_back({&root, std::move(alias)});
    tables_.back().name = std::move(name);
}

const Source::Table* Source::named(std::string_view name) const {
    for (const Table& table : tables_) {
        if (table.name == name) return &table;
    }
    return nullptr;
}

void Source::add_named(std::string name, const ModelInfo& model, std::string alias) {
    require_name(name);
    tables_.push_back({&model, std::move(alias)});
    tables_.back().name = std::move(name);
    tables_.back().explicit_join = true;
}

void Source::require_name(std::string_view name) const {
    if (name.empty() || named(name) == nullptr) return;
    throw InvalidQuery("two sources of this statement are named '" + std::string(name) +
                       "': give one of them another name");
}

std::string_view join_words(shape::JoinKind kind) {
    switch (kind) {
        case shape::JoinKind::inner:
            return " JOIN ";
        case shape::JoinKind::left:
            return " LEFT JOIN ";
        case shape::JoinKind::right:
            return " RIGHT JOIN ";
        case shape::JoinKind::full:
            return " FULL JOIN ";
        case shape::JoinKind::cross:
            return " CROSS JOIN ";
    }
    return {};
}

std::string visible_table_as(const Dialect& dialect, const ModelInfo& model, std::string_view alias) {
    if (model.soft_delete < 0) return table_as(dialect, model.table, alias);
    return "(SELECT * FROM " + quoted(dialect, model.table) + " WHERE " +
           quoted(dialect, model.columns[static_cast<std::size_t>(model.soft_delete)].name) +
           " IS NULL) AS " + quoted(dialect, alias);
}

std::size_t Source::joined_explicitly(std::size_t from, std::uint8_t relation) const {
    const std::size_t known = find(from, relation);
    return known != 0 && tables_[known].explicit_join ? known : 0;
}

std::size_t Source::join_hop(std::size_t from, std::uint8_t relation, shape::JoinKind kind, std::string name,
                             std::vector<std::string>& used) {
    require_name(name);
    const ModelInfo& owner = *tables_[from].model;
    const RelationInfo& r = owner.relations[relation];
    const std::size_t i = add(from, relation, fresh_alias(used, name.empty() ? r.name : name));
    Table& joined = tables_[i];
    joined.name = std::move(name);
    joined.explicit_join = true;
    const std::string_view words = join_words(kind);
    // Rows of the right side that are hidden must not come back as rows without a partner.
    const bool keeps_right = kind == shape::JoinKind::right || kind == shape::JoinKind::full;
    const std::string table = keeps_right && !with_deleted_
                                  ? visible_table_as(dialect_, *joined.model, joined.alias)
                                  : table_as(dialect_, joined.model->table, joined.alias);
    const std::string condition = hop_condition(dialect_, owner, tables_[from].alias, r, joined.alias);
    if (r.kind == RelationKind::many_to_many) {
        const LinkInfo& link = r.link();
        const std::string through = link_alias(joined.alias);
        from_.append(words) += table_as(dialect_, link.table, through) + " ON " + condition;
        from_.append(words) += table + " ON " +
                               column_of(dialect_, *joined.model, joined.alias, single_key(*joined.model)) +
                               " = " + qualified(dialect_, through, link.target_column);
    } else {
        from_.append(words) += table + " ON " + condition;
    }
    if (!with_deleted_ && !keeps_right) from_ += hidden_condition(dialect_, *joined.model, joined.alias);
    return i;
}

std::size_t Source::find(std::size_t from, std::uint8_t relation) const {
    for (std::size_t i = 1; i < tables_.size(); ++i) {
        if (tables_[i].parent == from && tables_[i].relation == relation) return i;
    }
    return 0;
}

std::size_t Source::add(std::size_t from, std::uint8_t relation, std::string alias) {
    if (unwritten_ != 0 && from == unwritten_) {
        throw InvalidQuery("the condition that joins '" + tables_[from].name +
                           "' cannot look across its relations: put it into where(), or join the relation "
                           "behind it");
    }
    tables_.push_back({&tables_[from].model->relations[relation].target(), std::move(alias), from, relation});
    return tables_.size() - 1;
}

// A missing or hidden partner must not hide the row that asks for it, hence LEFT.
std::size_t Source::join_one(std::size_t from, std::uint8_t relation, std::vector<std::string>& used) {
    if (const std::size_t known = find(from, relation)) return known;
    const ModelInfo& owner = *tables_[from].model;
    const RelationInfo& r = owner.relations[relation];
    const std::size_t i = add(from, relation, fresh_alias(used, r.name));
    Table& joined = tables_[i];
    joined.left_at = from_.size();
    from_ += " LEFT JOIN " + table_as(dialect_, joined.model->table, joined.alias) + " ON " +
             hop_condition(dialect_, owner, tables_[from].alias, r, joined.alias);
    if (!with_deleted_) from_ += hidden_condition(dialect_, *joined.model, joined.alias);
    return i;
}

void Source::require(std::size_t table) {
    constexpr std::string_view left = " LEFT";
    for (; table != 0; table = tables_[table].parent) {
        const std::size_t at = std::exchange(tables_[table].left_at, 0);
        if (at == 0) continue;
        from_.erase(at, left.size());
        for (Table& other : tables_) {
            if (other.left_at > at) other.left_at -= left.size();
        }
    }
}

std::size_t Source::join_many(std::size_t from, std::uint8_t relation, std::vector<std::string>& used) {
    const RelationInfo& r = tables_[from].model->relations[relation];
    if (!r.to_many()) return join_one(from, relation, used);
    if (const std::size_t known = find(from, relation)) return known;
    const ModelInfo& owner = *tables_[from].model;
    const std::size_t i = add(from, relation, fresh_alias(used, r.name));
    const Table& joined = tables_[i];
    const std::string condition = hop_condition(dialect_, owner, tables_[from].alias, r, joined.alias);
    if (r.kind == RelationKind::many_to_many) {
        const LinkInfo& link = r.link();
        const std::string through = link_alias(joined.alias);
        from_ += " JOIN " + table_as(dialect_, link.table, through) + " ON " + condition;
        from_ += " JOIN " + table_as(dialect_, joined.model->table, joined.alias) + " ON " +
                 column_of(dialect_, *joined.model, joined.alias, single_key(*joined.model)) + " = " +
                 qualified(dialect_, through, link.target_column);
    } else {
        from_ += " JOIN " + table_as(dialect_, joined.model->table, joined.alias) + " ON " + condition;
    }
    if (!with_deleted_) from_ += hidden_condition(dialect_, *joined.model, joined.alias);
    return i;
}

std::string Source::join_link(const LinkInfo& link, std::vector<std::string>& used) {
    const std::string alias = fresh_alias(used, link.table);
    const Table& target = root();
    from_ += " JOIN " + table_as(dialect_, link.table, alias) + " ON " +
             qualified(dialect_, alias, link.target_column) + " = " +
             column_of(dialect_, *target.model, target.alias, single_key(*target.model));
    link_owner_ = qualified(dialect_, alias, link.owner_column);
    return link_owner_;
}

}  // namespace duet::detail
