#include <duet/base/error.hpp>
#include <duet/dialect/ddl.hpp>
#include <duet/dialect/dialect.hpp>

#include <algorithm>
#include <cstdint>
#include <utility>
#include <vector>

#include "dialect/ddl_parts.hpp"

namespace duet {
namespace detail {

namespace {

/// <prefix>_<table>_<columns>
std::string joined_name(std::string_view prefix, std::string_view table,
                        std::span<const std::string> columns) {
    std::string name{prefix};
    name += '_';
    name += table;
    for (const std::string& column : columns) {
        name += '_';
        name += column;
    }
    return name;
}

bool begins_with(std::span<const std::string> list, std::span<const std::string> start) {
    return list.size() >= start.size() && std::equal(start.begin(), start.end(), list.begin());
}

std::string_view trimmed(std::string_view text) {
    constexpr std::string_view blanks = " \t\r\n\f\v";
    const std::size_t begin = text.find_first_not_of(blanks);
    if (begin == std::string_view::npos) return {};
    return text.substr(begin, text.find_last_not_of(blanks) - begin + 1);
}

}  // namespace

void add_foreign_key(SchemaTable& table, SchemaForeignKey key) {
    if (key.name.empty()) key.name = joined_name("fk", table.name, key.columns) + '_' + key.table;
    table.foreign_keys.push_back(std::move(key));
}

void index_foreign_keys(SchemaTable& table) {
    for (const SchemaForeignKey& key : table.foreign_keys) {
        const auto serves_index = [&](const SchemaIndex& index) {
            std::vector<std::string> names;
            for (const SchemaIndex::Column& column : index.columns) names.push_back(column.name);
            return !index.condition && begins_with(names, key.columns);
        };
        const auto serves_unique = [&](const SchemaUnique& unique) {
            return begins_with(unique.columns, key.columns);
        };
        if (begins_with(table.primary_key, key.columns) ||
            std::ranges::any_of(table.uniques, serves_unique) ||
            std::ranges::any_of(table.indexes, serves_index))
            continue;
        SchemaIndex index{.name = joined_name("ix", table.name, key.columns)};
        for (const std::string& column : key.columns) index.columns.push_back({.name = column});
        table.indexes.push_back(std::move(index));
    }
}

const ColumnInfo& only_key(const ModelInfo& target, std::string_view who) {
    if (target.key.size() == 1) return target.columns[static_cast<std::size_t>(target.key[0])];
    throw ConfigurationError(std::string{who} + " refers to " + std::string{target.type_name} +
                             ", which must have a primary key of one column but has " +
                             std::to_string(target.key.size()));
}

namespace {
void shorten(std::string& name, std::size_t longest) {
    if (name.size() <= longest) return;
    std::uint32_t hash = 2166136261U;  // FNV-1a: the same in every program
    for (const char c : name) hash = (hash ^ static_cast<unsigned char>(c)) * 16777619U;
    constexpr std::string_view digits = "0123456789abcdef";
    std::size_t cut = longest - 9;
    while (cut > 0 && (static_cast<unsigned char>(name[cut]) & 0xC0U) == 0x80U) --cut;  // whole characters
    name.resize(cut);
    name += '_';
    for (int shift = 28; shift >= 0; shift -= 4) name += digits[hash >> shift & 15U];
}
}  // namespace

void shorten_names(const Dialect& dialect, SchemaTable& table) {
    const std::size_t longest = dialect.capabilities().max_name;
    if (longest == 0) return;
    for (SchemaIndex& index : table.indexes) shorten(index.name, longest);
    for (SchemaUnique& unique : table.uniques) shorten(unique.name, longest);
    for (SchemaForeignKey& key : table.foreign_keys) shorten(key.name, longest);
    for (SchemaCheck& check : table.checks) shorten(check.name, longest);
}

}  // namespace detail

namespace {

using namespace detail;
using Type = TableOption::Type;

class Describer {
public:
    Describer(const Dialect& dialect, const ModelInfo& model) : dialect_{dialect}, model_{model} {}

    SchemaTable run() {
        table_.name = model_.table;
        table_.auto_increment = model_.generated_key;
        find_indexed();
        for (std::size_t i = 0; i < model_.columns.size(); ++i) add_column(i);
        for (const std::int16_t key : model_.key) table_.primary_key.push_back(name_of(key));
        for (const TableOption& option : model_.options) apply(option);
        for (const RelationInfo& relation : model_.relations) {
            if (relation.kind == RelationKind::belongs_to) refer(relation);
        }
        index_foreign_keys(table_);
        shorten_names(dialect_, table_);
        return std::move(table_);
    }

private:
    void find_indexed() {
        indexed_.assign(model_.columns.size(), false);
        for (const std::int16_t key : model_.key) indexed_[static_cast<std::size_t>(key)] = true;
        for (const TableOption& option : model_.options) {
            if (option.type != Type::unique && option.type != Type::index && option.type != Type::foreign_key)
                continue;
            for (std::string_view member : option.column_list()) {
                if (member.starts_with('-')) member.remove_prefix(1);
                indexed_[resolve(member)] = true;
            }
        }
        for (const RelationInfo& relation : model_.relations) {
            if (relation.local_column >= 0) indexed_[static_cast<std::size_t>(relation.local_column)] = true;
        }
    }

    void add_column(std::size_t index) {
        const ColumnInfo& column = model_.columns[index];
        const bool generated = column.primary_key && model_.generated_key;
        table_.columns.push_back(
            {.name = std::string{column.name},
             .type = dialect_.column_type(column, {.generated_key = generated, .indexed = indexed_[index]}),
             .nullable = column.type->nullable != nullptr,
             .primary_key = column.primary_key});
    }

    std::string name_of(std::int16_t column) const {
        return std::string{model_.columns[static_cast<std::size_t>(column)].name};
    }

    /// `member` is a member of the struct; a relation stands for its key column.
    std::size_t resolve(std::string_view member) const {
        for (std::size_t i = 0; i < model_.columns.size(); ++i) {
            if (model_.columns[i].member == member && model_.columns[i].relation < 0) return i;
        }
        const int relation = model_.find_relation(member);
        if (relation >= 0) {
            const std::int16_t local = model_.relations[static_cast<std::size_t>(relation)].local_column;
            if (local >= 0) return static_cast<std::size_t>(local);
        }
        const int column = model_.find_column(member);
        if (column >= 0) return static_cast<std::size_t>(column);
        throw ConfigurationError("table(\"" + std::string{model_.table} + "\") of " +
                                 std::string{model_.type_name} + " names \"" + std::string{member} +
                                 "\", which is no column of it");
    }

    std::vector<std::string> resolve_all(const TableOption& option) const {
        std::vector<std::string> names;
        for (const std::string_view member : option.column_list())
            names.emplace_back(model_.columns[resolve(member)].name);
        return names;
    }

    void apply(const TableOption& option) {
        switch (option.type) {
            case Type::unique:
                add_unique(resolve_all(option), option.name);
                break;
            case Type::index:
                add_index(option);
                break;
            case Type::check:
                table_.checks.push_back(
                    {.name = std::string{option.name}, .condition = std::string{trimmed(option.text)}});
                break;
            case Type::default_now:
                for (const std::string_view member : option.column_list()) {
                    const std::size_t column = resolve(member);
                    table_.columns[column].default_sql = dialect_.now_default(model_.columns[column]);
                }
                break;
            case Type::default_sql:
                for (const std::string_view member : option.column_list())
                    table_.columns[resolve(member)].default_sql = std::string{trimmed(option.text)};
                break;
            case Type::foreign_key: {
                SchemaForeignKey key{.name = std::string{option.name},
                                     .columns = resolve_all(option),
                                     .table = std::string{option.text},
                                     .referenced = {},
                                     .on_delete = option.action};
                for (std::size_t i = 0; i < option.max_columns && !option.references[i].empty(); ++i)
                    key.referenced.emplace_back(option.references[i]);
                if (key.referenced.size() != key.columns.size())
                    throw ConfigurationError("foreign_key of " + std::string{model_.type_name} + " pairs " +
                                             std::to_string(key.columns.size()) + " columns with " +
                                             std::to_string(key.referenced.size()) + " columns of \"" +
                                             key.table + "\"");
                refuse_impossible(key);
                add_foreign_key(table_, std::move(key));
                break;
            }
            // Read with the relations, or applied to the descriptors before they came here.
            case Type::guarded:
            case Type::on_delete:
            case Type::primary_key:
            case Type::decimal_as_text:
            case Type::column_name:
            case Type::cascade_orphans:
                break;
        }
    }

    void add_unique(std::vector<std::string> columns, std::string_view name) {
        const auto same = [&](const SchemaUnique& unique) { return unique.columns == columns; };
        if (std::ranges::any_of(table_.uniques, same)) return;
        std::string full = name.empty() ? joined_name("uq", table_.name, columns) : std::string{name};
        table_.uniques.push_back({.name = std::move(full), .columns = std::move(columns)});
    }

    void add_index(const TableOption& option) {
        SchemaIndex index{.name = std::string{option.name}, .unique = option.is_unique};
        std::vector<std::string> names;
        for (std::string_view member : option.column_list()) {
            const bool descending = member.starts_with('-');
            if (descending) member.remove_prefix(1);
            names.emplace_back(model_.columns[resolve(member)].name);
            index.columns.push_back({.name = names.back(), .descending = descending});
        }
        if (!option.text.empty()) index.condition = std::string{trimmed(option.text)};
        if (index.name.empty()) index.name = joined_name(index.unique ? "uq" : "ix", table_.name, names);
        table_.indexes.push_back(std::move(index));
    }

    void refer(const RelationInfo& relation) {
        const auto local = static_cast<std::size_t>(relation.local_column);
        const std::string column{model_.columns[local].name};
        const ModelInfo& target = relation.target();
        if (has_one_onto(target, relation.local_column)) make_unique(column);

        const std::vector<std::string> columns{column};
        const auto same = [&](const SchemaForeignKey& key) { return key.columns == columns; };
        if (std::ranges::any_of(table_.foreign_keys, same)) return;  // declared by hand
        const std::string who = std::string{model_.type_name} + "::" + std::string{relation.name};
        SchemaForeignKey key{.name = {},
                             .columns = columns,
                             .table = std::string{target.table},
                             .referenced = {std::string{only_key(target, who).name}},
                             .on_delete = on_delete(local)};
        refuse_impossible(key);
        add_foreign_key(table_, std::move(key));
    }

    ReferentialAction on_delete(std::size_t column) const {
        for (const TableOption& option : model_.options) {
            if (option.type != Type::on_delete) continue;
            for (const std::string_view member : option.column_list()) {
                if (resolve(member) == column) return option.action;
            }
        }
        return ReferentialAction::no_action;
    }

    bool has_one_onto(const ModelInfo& target, std::int16_t column) const {
        return std::ranges::any_of(target.relations, [&](const RelationInfo& back) {
            return back.kind == RelationKind::has_one && back.target().table == model_.table &&
                   back.remote_column != nullptr && back.remote_column() == column;
        });
    }

    void make_unique(const std::string& column) {
        const auto already = [&](const SchemaIndex& index) {
            return index.unique && !index.condition && index.columns.size() == 1 &&
                   index.columns[0].name == column;
        };
        if (table_.primary_key == std::vector{column} || std::ranges::any_of(table_.indexes, already)) return;
        add_unique({column}, {});
    }

    void refuse_impossible(const SchemaForeignKey& key) const {
        if (key.on_delete != ReferentialAction::set_null) return;
        for (const std::string& name : key.columns) {
            if (table_.column(name)->nullable) continue;
            throw ConfigurationError("on_delete set_null of " + std::string{model_.type_name} +
                                     " needs a column that may be NULL, but \"" + name + "\" may not");
        }
    }

    const Dialect& dialect_;
    const ModelInfo& model_;
    std::vector<bool> indexed_{};
    SchemaTable table_{};
};

}  // namespace

SchemaTable describe(const Dialect& dialect, const ModelInfo& model) {
    return Describer{dialect, model}.run();
}

}  // namespace duet
