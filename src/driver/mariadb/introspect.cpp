#include "driver/mariadb/introspect.hpp"

#include <algorithm>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "driver/mariadb/column_type.hpp"
#include "driver/mariadb/error.hpp"
#include "driver/referential_action.hpp"

namespace duet::driver::mariadb {
namespace {

/// The rows of a statement without parameters, read whole.
class Rows {
public:
    Rows(MYSQL* mysql, std::string_view sql) : sql_(sql) {
        if (mysql_real_query(mysql, sql.data(), sql.size()) != 0) throw_error(failure_of(mysql), sql);
        result_.reset(mysql_store_result(mysql));
        if (result_ == nullptr) throw_error(failure_of(mysql), sql);
    }

    bool next() {
        row_ = mysql_fetch_row(result_.get());
        lengths_ = row_ == nullptr ? nullptr : mysql_fetch_lengths(result_.get());
        return row_ != nullptr;
    }
    bool is_null(unsigned column) const { return row_[column] == nullptr; }
    std::string text(unsigned column) const {
        return is_null(column) ? std::string() : std::string(row_[column], lengths_[column]);
    }
    bool yes(unsigned column) const { return text(column) == "1"; }

private:
    struct Free {
        void operator()(MYSQL_RES* result) const noexcept { mysql_free_result(result); }
    };
    std::string_view sql_;
    std::unique_ptr<MYSQL_RES, Free> result_;
    MYSQL_ROW row_ = nullptr;
    unsigned long* lengths_ = nullptr;
};

class Introspection {
public:
    explicit Introspection(MYSQL* mysql) : mysql_(mysql), mariadb_(mariadb_connection(mysql) != 0) {}

    DatabaseSchema run() {
        read_tables();
        read_checks();
        read_columns();
        read_foreign_keys();
        read_indexes();
        return std::move(schema_);
    }

private:
    SchemaTable* table(std::string_view name) {
        if (last_ == nullptr || last_->name != name) {
            const auto found = std::ranges::find(schema_.tables, name, &SchemaTable::name);
            last_ = found == schema_.tables.end() ? nullptr : &*found;
        }
        return last_;
    }

    void read_tables() {
        Rows rows(mysql_,
                  "SELECT table_name FROM information_schema.tables WHERE table_schema = DATABASE() "
                  "AND table_type = 'BASE TABLE' ORDER BY table_name");
        while (rows.next()) schema_.tables.push_back({.name = rows.text(0)});
    }

    void read_checks() {
        Rows rows(mysql_,
                  mariadb_
                      ? "SELECT table_name, constraint_name, check_clause FROM "
                        "information_schema.check_constraints WHERE constraint_schema = DATABASE()"
                      : "SELECT t.table_name, c.constraint_name, c.check_clause FROM "
                        "information_schema.check_constraints c JOIN information_schema.table_constraints t "
                        "ON t.constraint_schema = c.constraint_schema AND t.constraint_name = "
                        "c.constraint_name WHERE c.constraint_schema = DATABASE()");
        while (rows.next()) {
            if (SchemaTable* const at = table(rows.text(0)); at != nullptr)
                at->checks.push_back({.name = rows.text(1), .condition = rows.text(2)});
        }
    }

    // MariaDB's JSON is a text with a check, which is no check of the user's.
    static bool take_json_check(SchemaTable& at, const std::string& column) {
        const std::string condition = "json_valid(`" + column + "`)";
        const auto found = std::ranges::find(at.checks, condition, &SchemaCheck::condition);
        if (found == at.checks.end()) return false;
        at.checks.erase(found);
        return true;
    }

    void read_columns() {
        Rows rows(
            mysql_,
            "SELECT table_name, column_name, column_type, is_nullable = 'YES', column_default, column_key = "
            "'PRI', extra FROM information_schema.columns WHERE table_schema = DATABASE() ORDER BY "
            "table_name, ordinal_position");
        while (rows.next()) {
            SchemaTable* const at = table(rows.text(0));
            if (at == nullptr) continue;
            SchemaColumn column{.name = rows.text(1),
                                .type = canonical_type(rows.text(2)),
                                .nullable = rows.yes(3),
                                .primary_key = rows.yes(5)};
            if (column.type == "longtext" && take_json_check(*at, column.name)) column.type = "json";
            const std::string extra = rows.text(6);
            if (!rows.is_null(4)) {
                column.default_sql =
                    mariadb_ ? rows.text(4) : mysql_default(rows.text(4), column.type, extra);
                if (column.default_sql == "NULL") column.default_sql.reset();
            }
            if (extra.find("auto_increment") != std::string::npos) at->auto_increment = true;
            at->columns.push_back(std::move(column));
        }
    }

    void read_foreign_keys() {
        Rows rows(
            mysql_,
            "SELECT k.table_name, k.constraint_name, k.column_name, k.referenced_table_name, "
            "k.referenced_column_name, r.delete_rule FROM information_schema.key_column_usage k JOIN "
            "information_schema.referential_constraints r ON r.constraint_schema = k.constraint_schema AND "
            "r.table_name = k.table_name AND r.constraint_name = k.constraint_name WHERE k.table_schema = "
            "DATABASE() AND k.referenced_table_name IS NOT NULL ORDER BY k.table_name, k.constraint_name, "
            "k.ordinal_position");
        while (rows.next()) {
            SchemaTable* const at = table(rows.text(0));
            if (at == nullptr) continue;
            std::string name = rows.text(1);
            if (at->foreign_keys.empty() || at->foreign_keys.back().name != name) {
                at->foreign_keys.push_back(
                    {.name = std::move(name), .table = rows.text(3), .on_delete = action_of(rows.text(5))});
            }
            at->foreign_keys.back().columns.push_back(rows.text(2));
            at->foreign_keys.back().referenced.push_back(rows.text(4));
        }
    }

    void read_indexes() {
        // MySQL 8 has indexes on expressions, which have no column.
        Rows rows(
            mysql_,
            mariadb_
                ? "SELECT table_name, index_name, non_unique = 0, column_name, collation = 'D', NULL FROM "
                  "information_schema.statistics WHERE table_schema = DATABASE() ORDER BY table_name, "
                  "index_name, seq_in_index"
                : "SELECT table_name, index_name, non_unique = 0, column_name, collation = 'D', expression "
                  "FROM information_schema.statistics WHERE table_schema = DATABASE() ORDER BY "
                  "table_name, index_name, seq_in_index");
        while (rows.next()) {
            SchemaTable* const at = table(rows.text(0));
            if (at == nullptr) continue;
            std::string name = rows.text(1);
            if (name == "PRIMARY") {
                at->primary_key.push_back(rows.text(3));
                continue;
            }
            if (at->indexes.empty() || at->indexes.back().name != name)
                at->indexes.push_back({.name = std::move(name), .unique = rows.yes(2)});
            at->indexes.back().columns.push_back(
                {.name = rows.is_null(3) ? rows.text(5) : rows.text(3), .descending = rows.yes(4)});
        }
        for (SchemaTable& at : schema_.tables) sort_indexes(at);
    }

    // To the server a unique constraint is a unique index; duet's own names tell them apart. The index that
    // the server makes for a foreign key without one bears the key's name.
    static void sort_indexes(SchemaTable& at) {
        std::vector<SchemaIndex> indexes;
        for (SchemaIndex& index : at.indexes) {
            const bool of_foreign_key = std::ranges::find(at.foreign_keys, index.name,
                                                          &SchemaForeignKey::name) != at.foreign_keys.end();
            if (of_foreign_key) continue;
            const bool plain = std::ranges::none_of(
                index.columns, [](const SchemaIndex::Column& c) { return c.descending; });
            if (!index.unique || !plain || index.name.starts_with("ix_")) {
                indexes.push_back(std::move(index));
                continue;
            }
            SchemaUnique unique{.name = std::move(index.name)};
            for (SchemaIndex::Column& column : index.columns)
                unique.columns.push_back(std::move(column.name));
            at.uniques.push_back(std::move(unique));
        }
        at.indexes = std::move(indexes);
    }

    MYSQL* mysql_;
    bool mariadb_;
    DatabaseSchema schema_;
    SchemaTable* last_ = nullptr;
};

}  // namespace

DatabaseSchema introspect_mariadb(MYSQL* mysql) { return Introspection(mysql).run(); }

}  // namespace duet::driver::mariadb
