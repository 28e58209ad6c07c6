#include <duet/base/error.hpp>
#include <duet/dialect/ddl.hpp>
#include <duet/dialect/dialect.hpp>

#include <algorithm>
#include <iterator>
#include <span>
#include <utility>

namespace duet {
namespace {

std::string_view action_text(ReferentialAction action) {
    switch (action) {
        case ReferentialAction::restrict:
            return "RESTRICT";
        case ReferentialAction::cascade:
            return "CASCADE";
        case ReferentialAction::set_null:
            return "SET NULL";
        case ReferentialAction::set_default:
            return "SET DEFAULT";
        case ReferentialAction::no_action:
            break;
    }
    return "NO ACTION";
}

class Writer {
public:
    explicit Writer(const Dialect& dialect) : dialect_{dialect} {}

    Writer& text(std::string_view t) {
        out_ += t;
        return *this;
    }
    Writer& name(std::string_view n) {
        dialect_.quote(out_, n);
        return *this;
    }
    Writer& names(std::span<const std::string> list) {
        text("(");
        for (std::size_t i = 0; i < list.size(); ++i) text(i == 0 ? "" : ", ").name(list[i]);
        return text(")");
    }
    Writer& line() { return text(std::exchange(first_line_, false) ? "\n    " : ",\n    "); }
    Writer& constraint(std::string_view n) {
        line();
        if (!n.empty()) text("CONSTRAINT ").name(n).text(" ");
        return *this;
    }

    void column(const SchemaTable& table, const SchemaColumn& column) {
        line().name(column.name).text(" ").text(column.type);
        if (!column.nullable) text(" NOT NULL");
        if (column.default_sql) text(" DEFAULT (").text(*column.default_sql).text(")");
        if (table.auto_increment && column.primary_key) {
            text(" ");
            dialect_.append_generated_key(out_);
        }
    }

    void foreign_key(const SchemaForeignKey& key) {
        text("FOREIGN KEY ").names(key.columns);
        text(" REFERENCES ").name(key.table).text(" ").names(key.referenced);
        if (key.on_delete != ReferentialAction::no_action)
            text(" ON DELETE ").text(action_text(key.on_delete));
    }

    void index_columns(const SchemaTable& table, const SchemaIndex& index) {
        text("(");
        for (std::size_t i = 0; i < index.columns.size(); ++i) {
            text(i == 0 ? "" : ", ").name(index.columns[i].name);
            const SchemaColumn* column = table.column(index.columns[i].name);
            dialect_.append_index_order(out_, index.columns[i].descending,
                                        column != nullptr && column->nullable);
        }
        text(")");
    }

    std::string take() { return std::move(out_); }

private:
    const Dialect& dialect_;
    std::string out_{};
    bool first_line_ = true;
};

bool is_created_partial(const Dialect& dialect, const SchemaTable& table, const SchemaIndex& index) {
    if (!index.condition || dialect.has_partial_indexes()) return index.condition.has_value();
    if (index.unique)
        throw UnsupportedByDialect(std::string{dialect.name()} + " has no partial indexes: unique index \"" +
                                   index.name + "\" of table \"" + table.name + '"');
    return false;
}

std::string create_table(const Dialect& dialect, const SchemaTable& table, IfPointless pointless,
                         const auto& is_deferred) {
    Writer sql{dialect};
    sql.text("CREATE TABLE ").text(pointless == IfPointless::skip ? "IF NOT EXISTS " : "").name(table.name);
    sql.text(" (");
    for (const SchemaColumn& column : table.columns) sql.column(table, column);
    if (!table.primary_key.empty() && !table.auto_increment)
        sql.line().text("PRIMARY KEY ").names(table.primary_key);
    for (const SchemaUnique& unique : table.uniques)
        sql.constraint(unique.name).text("UNIQUE ").names(unique.columns);
    for (const SchemaForeignKey& key : table.foreign_keys) {
        if (!is_deferred(key)) sql.constraint(key.name).foreign_key(key);
    }
    for (const SchemaCheck& check : table.checks)
        sql.constraint(check.name).text("CHECK (").text(check.condition).text(")");
    if (!dialect.has_repeatable_indexes()) {
        for (const SchemaIndex& index : table.indexes) {
            is_created_partial(dialect, table, index);
            sql.line().text(index.unique ? "UNIQUE INDEX " : "INDEX ").name(index.name).text(" ");
            sql.index_columns(table, index);
        }
    }
    sql.text("\n)").text(dialect.table_options());
    return sql.take();
}

std::string create_index(const Dialect& dialect, const SchemaTable& table, const SchemaIndex& index,
                         IfPointless pointless) {
    const bool partial = is_created_partial(dialect, table, index);
    Writer sql{dialect};
    sql.text(index.unique ? "CREATE UNIQUE INDEX " : "CREATE INDEX ");
    sql.text(pointless == IfPointless::skip ? "IF NOT EXISTS " : "").name(index.name);
    sql.text(" ON ").name(table.name).text(" ");
    sql.index_columns(table, index);
    if (partial) sql.text(" WHERE ").text(*index.condition);
    return sql.take();
}

void append_created(std::vector<std::string>& statements, const Dialect& dialect, const SchemaTable& table,
                    IfPointless pointless, const auto& is_deferred) {
    statements.push_back(create_table(dialect, table, pointless, is_deferred));
    if (!dialect.has_repeatable_indexes()) return;
    for (const SchemaIndex& index : table.indexes)
        statements.push_back(create_index(dialect, table, index, pointless));
}

/// Calls `use(table, key)` for each foreign key that names a table that comes later.
void for_each_forward_key(const Dialect& dialect, std::span<const SchemaTable> tables, const auto& use) {
    if (dialect.capabilities().forward_references) return;
    for (std::size_t i = 0; i < tables.size(); ++i) {
        for (const SchemaForeignKey& key : tables[i].foreign_keys) {
            const auto is_target = [&](const SchemaTable& other) { return other.name == key.table; };
            if (std::ranges::any_of(tables.subspan(i + 1), is_target)) use(tables[i], key);
        }
    }
}

std::string quoted_name(const Dialect& dialect, std::string_view name) {
    std::string out;
    dialect.quote(out, name);
    return out;
}

}  // namespace

std::vector<std::string> create_statements(const Dialect& dialect, const SchemaTable& table,
                                           IfPointless pointless) {
    std::vector<std::string> statements;
    append_created(statements, dialect, table, pointless, [](const SchemaForeignKey&) { return false; });
    return statements;
}

std::vector<std::string> create_all_statements(const Dialect& dialect, std::span<const SchemaTable> tables,
                                               IfPointless pointless) {
    std::vector<const SchemaForeignKey*> deferred;
    std::vector<std::string> last;
    for_each_forward_key(dialect, tables, [&](const SchemaTable& table, const SchemaForeignKey& key) {
        deferred.push_back(&key);
        Writer definition{dialect};
        definition.foreign_key(key);
        const std::string name = quoted_name(dialect, table.name);
        last.push_back(pointless == IfPointless::skip
                           ? dialect.add_constraint_once(name, key.name, definition.take())
                           : "ALTER TABLE " + name + " ADD CONSTRAINT " + quoted_name(dialect, key.name) +
                                 " " + definition.take());
    });
    std::vector<std::string> statements;
    for (const SchemaTable& table : tables) {
        append_created(statements, dialect, table, pointless, [&](const SchemaForeignKey& key) {
            return std::ranges::find(deferred, &key) != deferred.end();
        });
    }
    std::ranges::move(last, std::back_inserter(statements));
    return statements;
}

std::vector<std::string> drop_all_statements(const Dialect& dialect, std::span<const SchemaTable> tables,
                                             IfPointless pointless) {
    std::vector<std::string> statements;
    if (!dialect.before_drop_all().empty()) {
        statements.emplace_back(dialect.before_drop_all());
    } else {
        for_each_forward_key(dialect, tables, [&](const SchemaTable& table, const SchemaForeignKey& key) {
            const std::string name = quoted_name(dialect, table.name);
            statements.push_back(pointless == IfPointless::skip
                                     ? dialect.drop_constraint_once(name, key.name)
                                     : "ALTER TABLE " + name + " DROP CONSTRAINT " +
                                           quoted_name(dialect, key.name));
        });
    }
    for (std::size_t i = tables.size(); i-- > 0;)
        std::ranges::move(drop_statements(dialect, tables[i], pointless), std::back_inserter(statements));
    if (!dialect.after_drop_all().empty()) statements.emplace_back(dialect.after_drop_all());
    return statements;
}

namespace {

/// Calls `use(name, info)` once for each native enum of the models' columns.
void for_each_enum(std::span<const ModelInfo* const> models, const auto& use) {
    std::vector<std::string_view> seen;
    for (const ModelInfo* model : models) {
        for (const ColumnInfo& column : model->columns) {
            const TypeInfo* type = column.type;
            while (type->sql_type.empty() && type->base != nullptr) type = type->base;
            if (type->kind != Kind::enumeration || type->sql_type.empty()) continue;
            if (type->nullable != nullptr) type = type->base;
            if (std::ranges::find(seen, type->sql_type) != seen.end()) continue;
            seen.push_back(type->sql_type);
            use(type->sql_type, *type->ops.enumeration);
        }
    }
}

}  // namespace

std::vector<std::string> create_type_statements(const Dialect& dialect,
                                                std::span<const ModelInfo* const> models) {
    std::vector<std::string> statements;
    for_each_enum(models, [&](std::string_view name, const EnumInfo& info) {
        std::string sql = dialect.create_enum(name, info);
        if (!sql.empty()) statements.push_back(std::move(sql));
    });
    return statements;
}

std::vector<std::string> drop_type_statements(const Dialect& dialect,
                                              std::span<const ModelInfo* const> models) {
    std::vector<std::string> statements;
    for_each_enum(models, [&](std::string_view name, const EnumInfo&) {
        std::string sql = dialect.drop_enum(name);
        if (!sql.empty()) statements.push_back(std::move(sql));
    });
    return statements;
}

std::vector<std::string> drop_statements(const Dialect& dialect, const SchemaTable& table,
                                         IfPointless pointless) {
    Writer sql{dialect};
    sql.text("DROP TABLE ").text(pointless == IfPointless::skip ? "IF EXISTS " : "").name(table.name);
    return {sql.take()};
}

}  // namespace duet
