#include "introspect.hpp"

#include <algorithm>
#include <charconv>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "error.hpp"

namespace duet::driver::postgres {
namespace {

struct ClearResult {
    void operator()(PGresult* result) const { PQclear(result); }
};
using Result = std::unique_ptr<PGresult, ClearResult>;

Result run(PGconn* connection, const char* sql) {
    Result result(PQexec(connection, sql));
    const ExecStatusType status = PQresultStatus(result.get());
    if (result == nullptr) throw_connection(PQerrorMessage(connection), sql);
    if (status != PGRES_TUPLES_OK && status != PGRES_COMMAND_OK) throw_result(result.get(), sql);
    return result;
}

/// The rows of a query, in text format.
class Rows {
public:
    Rows(PGconn* connection, const char* sql) : result_{run(connection, sql)} {}

    bool next() { return ++row_ < PQntuples(result_.get()); }
    bool is_null(int column) const { return PQgetisnull(result_.get(), row_, column) != 0; }
    std::string text(int column) const { return PQgetvalue(result_.get(), row_, column); }
    char letter(int column) const { return *PQgetvalue(result_.get(), row_, column); }
    bool flag(int column) const { return letter(column) == 't'; }
    int number(int column) const {
        const std::string_view digits = PQgetvalue(result_.get(), row_, column);
        int value = 0;
        std::from_chars(digits.data(), digits.data() + digits.size(), value);
        return value;
    }

private:
    Result result_;
    int row_ = -1;
};

/// All that is read within it is one state of the database.
class Snapshot {
public:
    explicit Snapshot(PGconn* connection) : connection_{connection} {
        own_ = PQtransactionStatus(connection) == PQTRANS_IDLE;
        if (own_) run(connection, "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY");
    }
    Snapshot(const Snapshot&) = delete;
    Snapshot& operator=(const Snapshot&) = delete;
    ~Snapshot() {
        if (own_) PQclear(PQexec(connection_, "ROLLBACK"));
    }

private:
    PGconn* connection_;
    bool own_ = false;
};

// Tables of the search path that are meant when their name is written alone. Used as the first CTE.
#define DUET_TABLES                                                                                   \
    "WITH t AS (SELECT c.oid, c.relname FROM pg_catalog.pg_class c "                                  \
    "JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace "                                       \
    "WHERE c.relkind IN ('r', 'p') AND NOT c.relispartition AND c.relpersistence <> 't' "             \
    "AND n.nspname = ANY(pg_catalog.current_schemas(false)) AND n.nspname <> 'pg_catalog' "           \
    "AND n.nspname <> 'information_schema' AND pg_catalog.pg_table_is_visible(c.oid) "                \
    "AND NOT EXISTS (SELECT 1 FROM pg_catalog.pg_depend d WHERE d.objid = c.oid AND d.deptype = 'e' " \
    "AND d.classid = 'pg_catalog.pg_class'::pg_catalog.regclass)) "

constexpr const char* tables_sql = DUET_TABLES "SELECT relname FROM t ORDER BY oid";

constexpr const char* columns_sql = DUET_TABLES
    "SELECT t.relname, a.attname, pg_catalog.format_type(a.atttypid, a.atttypmod), a.attnotnull, "
    "CASE WHEN a.attgenerated = '' THEN pg_catalog.pg_get_expr(d.adbin, d.adrelid) END, "
    "a.attidentity <> '' OR coalesce(pg_catalog.pg_get_expr(d.adbin, d.adrelid) LIKE 'nextval(%' AND "
    "EXISTS (SELECT 1 FROM pg_catalog.pg_depend s WHERE s.refobjid = t.oid AND s.refobjsubid = a.attnum "
    "AND s.deptype = 'a' AND s.classid = 'pg_catalog.pg_class'::pg_catalog.regclass), false) "
    "FROM t JOIN pg_catalog.pg_attribute a ON a.attrelid = t.oid AND a.attnum > 0 AND NOT a.attisdropped "
    "LEFT JOIN pg_catalog.pg_attrdef d ON d.adrelid = t.oid AND d.adnum = a.attnum "
    "ORDER BY t.oid, a.attnum";

// One row for each column of a constraint; of a check, one row.
constexpr const char* constraints_sql = DUET_TABLES
    "SELECT t.relname, c.conname, c.contype, a.attname, f.relname, b.attname, c.confdeltype, "
    "pg_catalog.pg_get_expr(c.conbin, c.conrelid, true), coalesce(k.place, 1) "
    "FROM t JOIN pg_catalog.pg_constraint c ON c.conrelid = t.oid AND c.contype IN ('p', 'u', 'f', 'c') "
    "LEFT JOIN LATERAL unnest(CASE WHEN c.contype <> 'c' THEN c.conkey END, c.confkey) "
    "WITH ORDINALITY AS k(own, other, place) ON true "
    "LEFT JOIN pg_catalog.pg_attribute a ON a.attrelid = t.oid AND a.attnum = k.own "
    "LEFT JOIN pg_catalog.pg_class f ON f.oid = c.confrelid "
    "LEFT JOIN pg_catalog.pg_attribute b ON b.attrelid = c.confrelid AND b.attnum = k.other "
    "ORDER BY t.oid, c.oid, k.place";

// One row for each column of an index that belongs to no constraint.
constexpr const char* indexes_sql = DUET_TABLES
    "SELECT t.relname, r.relname, i.indisunique, pg_catalog.pg_get_expr(i.indpred, i.indrelid, true), "
    "coalesce(a.attname::text, pg_catalog.pg_get_indexdef(i.indexrelid, k.place, true)), "
    "(i.indoption[k.place - 1] & 1) <> 0, k.place "
    "FROM t JOIN pg_catalog.pg_index i ON i.indrelid = t.oid AND i.indislive "
    "JOIN pg_catalog.pg_class r ON r.oid = i.indexrelid "
    "JOIN LATERAL generate_series(1, i.indnkeyatts::integer) AS k(place) ON true "
    "LEFT JOIN pg_catalog.pg_attribute a ON a.attrelid = t.oid AND a.attnum = i.indkey[k.place - 1] "
    "AND a.attnum > 0 "
    "WHERE NOT i.indisprimary AND NOT EXISTS (SELECT 1 FROM pg_catalog.pg_constraint c "
    "WHERE c.conindid = i.indexrelid AND c.contype IN ('u', 'x', 'p')) "
    "ORDER BY t.oid, r.oid, k.place";

#undef DUET_TABLES

ReferentialAction action_of(char letter) {
    switch (letter) {
        case 'c':
            return ReferentialAction::cascade;
        case 'r':
            return ReferentialAction::restrict;
        case 'n':
            return ReferentialAction::set_null;
        case 'd':
            return ReferentialAction::set_default;
        default:
            return ReferentialAction::no_action;
    }
}

// format_type's words, made short: "timestamp(3) with time zone" is "timestamptz(3)".
std::string short_type(std::string type) {
    struct Spelling {
        std::string_view start;
        std::string_view end;
        std::string_view name;
    };
    constexpr Spelling spellings[] = {
        {"timestamp", " with time zone", "timestamptz"},
        {"timestamp", " without time zone", "timestamp"},
        {"time", " with time zone", "timetz"},
        {"time", " without time zone", "time"},
        {"character varying", "", "varchar"},
        {"character", "", "char"},
    };
    std::string brackets;
    while (type.ends_with("[]")) {
        type.resize(type.size() - 2);
        brackets += "[]";
    }
    for (const Spelling& spelling : spellings) {
        if (!type.starts_with(spelling.start) || !type.ends_with(spelling.end)) continue;
        const std::size_t rest = type.size() - spelling.start.size() - spelling.end.size();
        const std::string precision = type.substr(spelling.start.size(), rest);
        if (!precision.empty() && precision.front() != '(') continue;
        type = std::string(spelling.name) + precision;
        break;
    }
    return type + brackets;
}

// 'abc'::text is 'abc' and '-1'::integer is -1, as they were declared.
std::string plain_default(std::string text) {
    if (!text.starts_with('\'')) return text;
    std::size_t end = 1;
    while (end < text.size() && (text[end] != '\'' || text.substr(end).starts_with("''")))
        end += text[end] == '\'' ? 2 : 1;
    const std::string_view cast = std::string_view(text).substr(std::min(end + 1, text.size()));
    if (!cast.starts_with("::") || cast.find('(') != std::string_view::npos) return text;
    for (const std::string_view number :
         {"::integer", "::bigint", "::smallint", "::numeric", "::double precision", "::real"}) {
        if (cast == number) return text.substr(1, end - 1);
    }
    return text.substr(0, end + 1);
}

class Reader {
public:
    explicit Reader(PGconn* connection) : connection_{connection} {}

    DatabaseSchema run() {
        for (Rows rows{connection_, tables_sql}; rows.next();)
            schema_.tables.push_back({.name = rows.text(0)});
        read_columns();
        read_constraints();
        read_indexes();
        return std::move(schema_);
    }

private:
    // The rows come in the order of the tables.
    SchemaTable* table_of(const Rows& rows) {
        const std::string name = rows.text(0);
        const auto found = std::ranges::find(schema_.tables, name, &SchemaTable::name);
        return found == schema_.tables.end() ? nullptr : &*found;
    }

    void read_columns() {
        for (Rows rows{connection_, columns_sql}; rows.next();) {
            SchemaTable* const table = table_of(rows);
            if (table == nullptr) continue;
            SchemaColumn column{
                .name = rows.text(1), .type = short_type(rows.text(2)), .nullable = !rows.flag(3)};
            if (rows.flag(5)) {
                numbered_.emplace_back(table->name, column.name);
            } else if (!rows.is_null(4)) {
                column.default_sql = plain_default(rows.text(4));
            }
            table->columns.push_back(std::move(column));
        }
    }

    void read_constraints() {
        for (Rows rows{connection_, constraints_sql}; rows.next();) {
            SchemaTable* const table = table_of(rows);
            if (table == nullptr) continue;
            const bool first = rows.number(8) == 1;
            switch (rows.letter(2)) {
                case 'p':
                    add_key_column(*table, rows.text(3));
                    break;
                case 'u':
                    if (first) table->uniques.push_back({.name = rows.text(1)});
                    table->uniques.back().columns.push_back(rows.text(3));
                    break;
                case 'f':
                    if (first) {
                        table->foreign_keys.push_back({.name = rows.text(1),
                                                       .table = rows.text(4),
                                                       .on_delete = action_of(rows.letter(6))});
                    }
                    table->foreign_keys.back().columns.push_back(rows.text(3));
                    table->foreign_keys.back().referenced.push_back(rows.text(5));
                    break;
                default:
                    table->checks.push_back({.name = rows.text(1), .condition = rows.text(7)});
            }
        }
    }

    void add_key_column(SchemaTable& table, std::string name) {
        for (SchemaColumn& column : table.columns) {
            if (column.name == name) column.primary_key = true;
        }
        const std::pair<std::string, std::string> entry{table.name, name};
        if (std::ranges::find(numbered_, entry) != numbered_.end()) table.auto_increment = true;
        table.primary_key.push_back(std::move(name));
    }

    void read_indexes() {
        for (Rows rows{connection_, indexes_sql}; rows.next();) {
            SchemaTable* const table = table_of(rows);
            if (table == nullptr) continue;
            if (rows.number(6) == 1) {
                table->indexes.push_back({.name = rows.text(1), .unique = rows.flag(2)});
                if (!rows.is_null(3)) table->indexes.back().condition = rows.text(3);
            }
            table->indexes.back().columns.push_back({.name = rows.text(4), .descending = rows.flag(5)});
        }
    }

    PGconn* connection_;
    DatabaseSchema schema_;
    std::vector<std::pair<std::string, std::string>> numbered_;  // table, column
};

}  // namespace

DatabaseSchema introspect_postgres(PGconn* connection) {
    const Snapshot snapshot{connection};
    return Reader{connection}.run();
}

}  // namespace duet::driver::postgres
