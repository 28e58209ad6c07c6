#include "driver/sqlite/introspect.hpp"

#include <algorithm>
#include <string>
#include <string_view>
#include <utility>

#include <sqlite3.h>

#include "driver/referential_action.hpp"
#include "driver/sqlite/create_text.hpp"
#include "driver/sqlite/error.hpp"
#include "driver/sqlite/sql_tokens.hpp"

namespace duet::driver::sqlite {
namespace {

[[noreturn]] void fail(sqlite3* connection, std::string_view sql) {
    throw_error(connection, sqlite3_extended_errcode(connection), sql);
}

/// A read-only statement with at most one text parameter.
class Rows {
public:
    Rows(sqlite3* connection, const char* sql) : connection_{connection} {
        if (sqlite3_prepare_v2(connection, sql, -1, &statement_, nullptr) != SQLITE_OK) fail(connection, sql);
    }
    Rows(sqlite3* connection, const char* sql, std::string_view parameter) : Rows(connection, sql) {
        if (sqlite3_bind_text64(statement_, 1, parameter.data(), parameter.size(), SQLITE_TRANSIENT,
                                SQLITE_UTF8) != SQLITE_OK)
            fail(connection_, sql);
    }
    Rows(const Rows&) = delete;
    Rows& operator=(const Rows&) = delete;
    ~Rows() { sqlite3_finalize(statement_); }

    bool next() {
        const int code = sqlite3_step(statement_);
        if (code == SQLITE_ROW) return true;
        if (code != SQLITE_DONE) fail(connection_, sqlite3_sql(statement_));
        return false;
    }
    bool is_null(int column) const { return sqlite3_column_type(statement_, column) == SQLITE_NULL; }
    int number(int column) const { return sqlite3_column_int(statement_, column); }
    std::string text(int column) const {
        const auto* const data = reinterpret_cast<const char*>(sqlite3_column_text(statement_, column));
        if (data == nullptr) return {};
        return std::string(data, static_cast<std::size_t>(sqlite3_column_bytes(statement_, column)));
    }

private:
    sqlite3* connection_;
    sqlite3_stmt* statement_ = nullptr;
};

/// All that is read within it is one state of the database. Nests in a transaction of the user.
class Snapshot {
public:
    explicit Snapshot(sqlite3* connection) : connection_{connection} {
        constexpr const char* sql = "SAVEPOINT duet_introspection";
        if (sqlite3_exec(connection, sql, nullptr, nullptr, nullptr) != SQLITE_OK) fail(connection, sql);
    }
    Snapshot(const Snapshot&) = delete;
    Snapshot& operator=(const Snapshot&) = delete;
    ~Snapshot() { sqlite3_exec(connection_, "RELEASE duet_introspection", nullptr, nullptr, nullptr); }

private:
    sqlite3* connection_;
};

/// Lower case with single blanks: some versions of SQLite report INTEGER for a column declared as integer.
std::string canonical_type(std::string_view declared) {
    std::string type;
    for (const char c : declared) {
        const bool blank = c == ' ' || c == '\t' || c == '\n' || c == '\r';
        if (blank && (type.empty() || type.back() == ' ')) continue;
        type += blank ? ' ' : (c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c);
    }
    return type;
}

bool same_names(const std::vector<std::string>& a, const std::vector<std::string>& b) {
    return std::ranges::equal(a, b, equal_ignoring_case);
}

std::vector<std::string> read_key(sqlite3* connection, std::string_view table) {
    Rows rows{connection, "SELECT name FROM pragma_table_xinfo(?1, 'main') WHERE pk > 0 ORDER BY pk", table};
    std::vector<std::string> key;
    while (rows.next()) key.push_back(rows.text(0));
    return key;
}

void read_columns(sqlite3* connection, SchemaTable& table) {
    Rows rows{connection,
              "SELECT name, type, \"notnull\", dflt_value, pk FROM pragma_table_xinfo(?1, 'main') "
              "WHERE hidden <> 1 ORDER BY cid",
              table.name};
    while (rows.next()) {
        SchemaColumn column{.name = rows.text(0),
                            .type = canonical_type(rows.text(1)),
                            .nullable = rows.number(2) == 0,
                            .primary_key = rows.number(4) > 0};
        if (!rows.is_null(3)) column.default_sql = rows.text(3);
        table.columns.push_back(std::move(column));
    }
    table.primary_key = read_key(connection, table.name);
    if (table.primary_key.size() == 1) {
        // The row identity is never NULL, whether declared so or not.
        for (SchemaColumn& column : table.columns) {
            if (column.primary_key && column.type == "integer") column.nullable = false;
        }
    }
}

SchemaIndex read_index(sqlite3* connection, std::string name) {
    SchemaIndex index{.name = std::move(name)};
    CreateIndexText text;
    {
        Rows rows{connection, "SELECT sql FROM main.sqlite_master WHERE type = 'index' AND name = ?1",
                  index.name};
        if (rows.next()) text = read_create_index(rows.text(0));
    }
    Rows rows{connection,
              "SELECT name, \"desc\" FROM pragma_index_xinfo(?1, 'main') WHERE key = 1 ORDER BY seqno",
              index.name};
    for (std::size_t i = 0; rows.next(); ++i) {
        const bool is_expression = rows.is_null(0);
        index.columns.push_back(
            {.name = is_expression && i < text.columns.size() ? text.columns[i] : rows.text(0),
             .descending = rows.number(1) != 0});
    }
    index.condition = std::move(text.condition);
    return index;
}

void read_indexes(sqlite3* connection, SchemaTable& table, std::vector<SchemaUnique> declared) {
    // SQLite lists the newest first.
    Rows rows{connection,
              "SELECT name, origin, \"unique\" FROM pragma_index_list(?1, 'main') ORDER BY seq DESC",
              table.name};
    while (rows.next()) {
        const std::string origin = rows.text(1);
        if (origin == "pk") continue;
        SchemaIndex index = read_index(connection, rows.text(0));
        if (origin == "c") {
            index.unique = rows.number(2) != 0;
            table.indexes.push_back(std::move(index));
            continue;
        }
        SchemaUnique unique;
        for (SchemaIndex::Column& column : index.columns) unique.columns.push_back(std::move(column.name));
        const auto known = std::ranges::find_if(declared, [&](const SchemaUnique& candidate) {
            return same_names(candidate.columns, unique.columns);
        });
        if (known != declared.end()) unique.name = known->name;
        table.uniques.push_back(std::move(unique));
    }
}

void read_foreign_keys(sqlite3* connection, SchemaTable& table, std::vector<SchemaForeignKey> declared) {
    Rows rows{connection,
              "SELECT seq, \"table\", \"from\", \"to\", on_delete FROM pragma_foreign_key_list(?1, 'main') "
              "ORDER BY id DESC, seq",
              table.name};
    while (rows.next()) {
        if (rows.number(0) == 0) {
            table.foreign_keys.push_back({.table = rows.text(1), .on_delete = action_of(rows.text(4))});
        }
        SchemaForeignKey& key = table.foreign_keys.back();
        key.columns.push_back(rows.text(2));
        if (!rows.is_null(3)) key.referenced.push_back(rows.text(3));
    }
    for (SchemaForeignKey& key : table.foreign_keys) {
        if (key.referenced.empty()) key.referenced = read_key(connection, key.table);
        const auto known = std::ranges::find_if(declared, [&](const SchemaForeignKey& candidate) {
            return equal_ignoring_case(candidate.table, key.table) &&
                   same_names(candidate.columns, key.columns);
        });
        if (known == declared.end()) continue;
        key.name = known->name;
        declared.erase(known);  // the next one with the same columns is another constraint
    }
}

std::vector<std::string> virtual_tables(sqlite3* connection) {
    std::vector<std::string> names;
    // Before SQLite 3.37 there is no such list; their shadow tables then show as tables.
    if (sqlite3_libversion_number() < 3037000) return names;
    Rows rows{connection,
              "SELECT name FROM pragma_table_list WHERE schema = 'main' AND type IN ('virtual', 'shadow')"};
    while (rows.next()) names.push_back(rows.text(0));
    return names;
}

}  // namespace

DatabaseSchema introspect_sqlite(sqlite3* connection) {
    const Snapshot snapshot{connection};
    DatabaseSchema schema;
    Rows rows{connection,
              "SELECT name, sql FROM main.sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite\\_%' "
              "ESCAPE '\\' "
              "AND sql NOT LIKE 'CREATE VIRTUAL%' ORDER BY rowid"};
    // Only now: the first row makes SQLite look at the schema as it is, and from then on nobody can change
    // it.
    bool more = rows.next();
    const std::vector<std::string> hidden = virtual_tables(connection);
    for (; more; more = rows.next()) {
        SchemaTable table{.name = rows.text(0)};
        if (std::ranges::find(hidden, table.name) != hidden.end()) continue;
        CreateTableText text = read_create_table(rows.text(1));
        read_columns(connection, table);
        table.auto_increment = text.auto_increment;
        read_indexes(connection, table, std::move(text.uniques));
        read_foreign_keys(connection, table, std::move(text.foreign_keys));
        table.checks = std::move(text.checks);
        schema.tables.push_back(std::move(table));
    }
    return schema;
}

}  // namespace duet::driver::sqlite
