#include <duet/base/error.hpp>
#include <duet/driver/url.hpp>

#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "driver/mariadb/column_type.hpp"
#include "driver/mariadb/error_text.hpp"
#include "driver/mariadb/options.hpp"
#include "driver/mariadb/sql_words.hpp"

namespace {

using namespace duet::driver::mariadb;
using duet::ConfigurationError;

Options options(const char* url) { return parse_options(duet::driver::parse_url(url)); }

std::string refusal(const char* url) {
    try {
        options(url);
    } catch (const ConfigurationError& error) {
        return error.what();
    }
    return {};
}

TEST(MariaDbOptions, AreReadFromTheUrl) {
    const Options all = options(
        "mariadb://ada:p%40ss@db.example.com:3307/shop?connect_timeout=3&ssl_ca=/"
        "ca.pem&compress=true&pool_size=9");
    EXPECT_EQ(all.host, "db.example.com");
    EXPECT_EQ(all.port, 3307U);
    EXPECT_EQ(all.user, "ada");
    EXPECT_EQ(all.password, "p@ss");
    EXPECT_EQ(all.database, "shop");
    EXPECT_EQ(all.connect_timeout, 3U);
    EXPECT_TRUE(all.ssl);
    EXPECT_TRUE(all.compress);
    EXPECT_EQ(all.place(), "db.example.com:3307");
    EXPECT_EQ(options("mysql://localhost/x?socket=/s.sock").place(), "/s.sock");
    EXPECT_EQ(options("mariadb://h/x?read_timeout=2m").read_timeout, 120U);
    EXPECT_EQ(options("mariadb://h/x?connect_timeout=1500ms").connect_timeout, 2U);  // whole seconds
}

TEST(MariaDbOptions, RefuseWhatCannotWork) {
    EXPECT_NE(refusal("mariadb://h/x?chrset=utf8").find("there are: charset"), std::string::npos);
    EXPECT_NE(refusal("mariadb://h/x?charset=latin1").find("utf8mb4"), std::string::npos);
    EXPECT_NE(refusal("mariadb://a,b/x").find("one host"), std::string::npos);
    EXPECT_NE(refusal("mariadb://h:99999/x"), "");
    EXPECT_NE(refusal("mariadb://h/x?ssl=maybe"), "");
    EXPECT_NE(refusal("mariadb://h/x?socket=/s"), "");
    EXPECT_NE(refusal("mariadb://h/x?ssl=false&ssl_ca=/ca.pem"), "");
    EXPECT_EQ(refusal("mariadb://u:s3cret@h/x?read_timeout=x").find("s3cret"), std::string::npos);
}

TEST(MariaDbErrorText, LosesItsValues) {
    EXPECT_EQ(without_values("Unknown column 'nam' in 'field list'", "SELECT nam FROM t"),
              "Unknown column 'nam' in 'field list'");
    EXPECT_EQ(without_values("Bad value: 'it's 'secret' in it' for function f", "SELECT f(?)"),
              "Bad value: '...' for function f");
}

TEST(MariaDbErrorText, SaysConstraintsAndColumns) {
    EXPECT_EQ(duplicate_key("Duplicate entry 'x' for key 'y' for key 'users.uq_users_email'"),
              "uq_users_email");
    EXPECT_EQ(columns_of_key("uq_users_email", "INSERT INTO `users` (`email`) VALUES (?)"),
              std::vector<std::string>{"email"});
    EXPECT_TRUE(columns_of_key("uq_users_a_b", "INSERT INTO `users` (`a`, `b`) VALUES (?, ?)").empty());
    EXPECT_EQ(named_column("Data too long for column 'a' at row 1"), "a");
    EXPECT_EQ(named_column("Incorrect date value: 'column x' for column `s`.`t`.`d` at row 1"), "d");
    const ForeignKeyText key = read_foreign_key(
        "Cannot add or update a child row: a foreign key constraint fails (`s`.`t`, CONSTRAINT `fk` FOREIGN "
        "KEY "
        "(`a`, `b`) REFERENCES `u` (`c`, `d`))");
    EXPECT_EQ(key.constraint, "fk");
    EXPECT_EQ(key.columns, (std::vector<std::string>{"a", "b"}));
}

TEST(MariaDbWords, TellWritesAndTraces) {
    EXPECT_FALSE(may_write(" /* c */ select 1"));
    EXPECT_FALSE(may_write("WITH x AS (SELECT 1) SELECT 'DELETE' FROM x"));
    EXPECT_TRUE(may_write("WITH x AS (SELECT 1) DELETE FROM t"));
    EXPECT_TRUE(may_write("CALL f()"));
    for (const char* clean : {"SELECT 'a@b; SET x'", "INSERT INTO t VALUES (1); COMMIT",
                              "CREATE TABLE t (a int)", "-- SET\nDELETE FROM t", "ROLLBACK"})
        EXPECT_FALSE(leaves_traces(clean)) << clean;
    for (const char* trace :
         {"SET time_zone = 'x'", "SELECT @x := 1", "SELECT 1; SET x = 1", "LOCK TABLES t READ",
          "CREATE TEMPORARY TABLE t (a int)", "SELECT get_lock('a', 1)", "USE other", "/*!50000 SET x = 1 */",
          "COMMIT AND CHAIN", "CALL f()"})
        EXPECT_TRUE(leaves_traces(trace)) << trace;
}

TEST(MariaDbWords, LeaveOutStatementsThatSayNothing) {
    EXPECT_EQ(without_empty_statements("SELECT 1"), "SELECT 1");
    EXPECT_EQ(without_empty_statements("SELECT 1; SELECT 2"), "SELECT 1; SELECT 2");
    EXPECT_EQ(without_empty_statements(" ; ;; -- none;\n/* ; */"), "");
    EXPECT_EQ(without_empty_statements(""), "");
    EXPECT_EQ(without_empty_statements(";SELECT ';', \";\";;\n; -- a;\nSELECT 2; # the end"),
              "SELECT ';', \";\"; -- a;\nSELECT 2");
    EXPECT_EQ(without_empty_statements("/*! SET x = 1 */; `t`;"), "/*! SET x = 1 */; `t`");
}

TEST(MariaDbWords, TellWhichColumnsAreDescribedLate) {
    for (const char* late : {"INSERT INTO t VALUES (1) RETURNING id", "delete from t returning *", "CALL f()",
                             "EXECUTE IMMEDIATE 'SELECT 1'"})
        EXPECT_TRUE(described_late(late)) << late;
    for (const char* known : {"SELECT returning FROM t", "INSERT INTO t VALUES ('RETURNING')",
                              "UPDATE t SET a = 1", "DELETE FROM `returning`"})
        EXPECT_FALSE(described_late(known)) << known;
}

TEST(MariaDbColumnTypes, AreSpelledAlikeForAllServers) {
    EXPECT_EQ(canonical_type("int(11)"), "int");
    EXPECT_EQ(canonical_type("bigint(20) unsigned"), "bigint unsigned");
    EXPECT_EQ(canonical_type("tinyint(1)"), "boolean");
    EXPECT_EQ(canonical_type("decimal(38,10)"), "decimal(38,10)");
    EXPECT_EQ(canonical_type("enum('A','b(')"), "enum('A','b(')");
    EXPECT_EQ(mysql_default("it's", "varchar(20)", ""), "'it''s'");
    EXPECT_EQ(mysql_default("7", "int", ""), "7");
    EXPECT_EQ(mysql_default("uuid()", "char(36)", "DEFAULT_GENERATED"), "uuid()");
}

}  // namespace
