#include <duet/base/error.hpp>
#include <duet/dialect/ddl.hpp>
#include <duet/dialect/dialect.hpp>

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
        if (column.default_sql) {
            text(" ");
            dialect_.append_default(out_, *column.default_sql);
        }
        if (table.auto_increment && column.primary_key) {
            text(" ");
            dialect_.append_generated_key(out_);
        }
    }

    void foreign_key(const SchemaForeignKey& key) {
        constraint(key.name).text("FOREIGN KEY ").names(key.columns);
        text(" REFERENCES ").name(key.table).text(" ").names(key.referenced);
        if (key.on_delete != ReferentialAction::no_action)
            text(" ON DELETE ").text(action_text(key.on_delete));
    }

    void index_columns(const SchemaIndex& index) {
        text("(");
        for (std::size_t i = 0; i < index.columns.size(); ++i) {
            text(i == 0 ? "" : ", ").name(index.columns[i].name);
            if (index.columns[i].descending) text(" DESC");
        }
        text(")");
    }

    std::string take() { return std::move(out_); }

private:
    const Dialect& dialect_;
    std::string out_{};
    bool first_line_ = true;
};

std::string create_table(const Dialect& dialect, const SchemaTable& table, IfPointless pointless) {
    Writer sql{dialect};
    sql.text("CREATE TABLE ").text(pointless == IfPointless::skip ? "IF NOT EXISTS " : "").name(table.name);
    sql.text(" (");
    for (const SchemaColumn& column : table.columns) sql.column(table, column);
    if (!table.primary_key.empty() && !table.auto_increment)
        sql.line().text("PRIMARY KEY ").names(table.primary_key);
    for (const SchemaUnique& unique : table.uniques)
        sql.constraint(unique.name).text("UNIQUE ").names(unique.columns);
    for (const SchemaForeignKey& key : table.foreign_keys) sql.foreign_key(key);
    for (const SchemaCheck& check : table.checks)
        sql.constraint(check.name).text("CHECK (").text(check.condition).text(")");
    sql.text("\n)");
    return sql.take();
}

std::string create_index(const Dialect& dialect, const SchemaTable& table, const SchemaIndex& index,
                         IfPointless pointless) {
    if (index.condition && !dialect.has_partial_indexes())
        throw UnsupportedByDialect(std::string{dialect.name()} + " has no partial indexes: index \"" +
                                   index.name + "\" of table \"" + table.name + '"');
    Writer sql{dialect};
    sql.text(index.unique ? "CREATE UNIQUE INDEX " : "CREATE INDEX ");
    sql.text(pointless == IfPointless::skip ? "IF NOT EXISTS " : "").name(index.name);
    sql.text(" ON ").name(table.name).text(" ");
    sql.index_columns(index);
    if (index.condition) sql.text(" WHERE ").text(*index.condition);
    return sql.take();
}

}  // namespace

std::vector<std::string> create_statements(const Dialect& dialect, const SchemaTable& table,
                                           IfPointless pointless) {
    std::vector<std::string> statements{create_table(dialect, table, pointless)};
    for (const SchemaIndex& index : table.indexes)
        statements.push_back(create_index(dialect, table, index, pointless));
    return statements;
}

std::vector<std::string> drop_statements(const Dialect& dialect, const SchemaTable& table,
                                         IfPointless pointless) {
    Writer sql{dialect};
    sql.text("DROP TABLE ").text(pointless == IfPointless::skip ? "IF EXISTS " : "").name(table.name);
    return {sql.take()};
}

}  // namespace duet
