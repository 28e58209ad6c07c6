#include <duet/dialect/pretty_sql.hpp>

#include <gtest/gtest.h>

#include "dialect/sql_tokens.hpp"

namespace {

using duet::pretty_sql;

TEST(PrettySql, PutsClausesOnLinesOfTheirOwn) {
    EXPECT_EQ(pretty_sql("SELECT a, b FROM t JOIN u ON u.id = t.u_id AND u.x WHERE a = $1 AND (b = 2 OR c) "
                         "GROUP BY a, b HAVING count(*) > 1 ORDER BY a DESC LIMIT 3 OFFSET 4 FOR UPDATE"),
              "SELECT a, b\n"
              "FROM t\n"
              "    JOIN u ON u.id = t.u_id AND u.x\n"
              "WHERE a = $1\n"
              "    AND (b = 2 OR c)\n"
              "GROUP BY a, b\n"
              "HAVING count(*) > 1\n"
              "ORDER BY a DESC\n"
              "LIMIT 3 OFFSET 4\n"
              "FOR UPDATE");
}

TEST(PrettySql, IndentsSubqueriesAndCommonTableExpressions) {
    EXPECT_EQ(pretty_sql("with recursive n(i) as (select 1 union all select i + 1 from n), m as (select 2) "
                         "select * from n where exists (select 1 from m where m.i = n.i) and i in (1, 2)"),
              "with recursive n(i) as (\n"
              "    select 1\n"
              "    union all\n"
              "    select i + 1\n"
              "    from n\n"
              "),\n"
              "m as (\n"
              "    select 2\n"
              ")\n"
              "select *\n"
              "from n\n"
              "where exists (\n"
              "    select 1\n"
              "    from m\n"
              "    where m.i = n.i\n"
              ")\n"
              "    and i in (1, 2)");
}

TEST(PrettySql, SetsWritesOut) {
    EXPECT_EQ(pretty_sql("UPDATE t SET a = 1, b = 2 WHERE id = 3 RETURNING a"),
              "UPDATE t\nSET a = 1, b = 2\nWHERE id = 3\nRETURNING a");
    EXPECT_EQ(pretty_sql("DELETE FROM t USING u WHERE t.id = u.id"),
              "DELETE FROM t\nUSING u\nWHERE t.id = u.id");
    EXPECT_EQ(pretty_sql("INSERT INTO t (a, b) VALUES (1, 2), (3, 4) ON CONFLICT (a) DO UPDATE SET b = "
                         "excluded.b RETURNING a"),
              "INSERT INTO t (a, b)\nVALUES (1, 2), (3, 4)\nON CONFLICT (a) DO UPDATE SET b = excluded.b\n"
              "RETURNING a");
}

TEST(PrettySql, LeavesWordsAloneThatAreNoClausesThere) {
    for (const char* const line :
         {"SELECT a IS DISTINCT FROM b", "SELECT extract(year FROM x), substring(y FROM 1 FOR 2)",
          "SELECT count(*) FILTER (WHERE a AND b) OVER (PARTITION BY c ORDER BY d)",
          "SELECT CASE WHEN a AND b THEN 1 ELSE 2 END", "SELECT t.from, \"where\", t.set",
          "SELECT left(a, 1), right(b, 2)", "SELECT 'from a where b'", "SELECT $$ from $$"}) {
        EXPECT_EQ(pretty_sql(line), line);
    }
    EXPECT_EQ(pretty_sql("SELECT 1 WHERE a BETWEEN 1 AND 2 AND b"),
              "SELECT 1\nWHERE a BETWEEN 1 AND 2\n    AND b");
}

TEST(PrettySql, BreaksLongConditionsInParentheses) {
    EXPECT_EQ(
        pretty_sql("SELECT 1 WHERE (first_column = 1 AND (second_column BETWEEN 2 AND 3 OR third_column = "
                   "4) AND (a OR b))"),
        "SELECT 1\n"
        "WHERE (first_column = 1\n"
        "    AND (second_column BETWEEN 2 AND 3\n"
        "        OR third_column = 4)\n"
        "    AND (a OR b))");
}

TEST(PrettySql, BreaksLongListsAtTheMargin) {
    std::string list = "SELECT c0";
    for (int i = 1; i < 60; ++i) list += ", column_" + std::to_string(i);
    const std::string sql = pretty_sql(list + " FROM t");
    std::size_t start = 0;
    for (std::size_t end = 0; end != std::string::npos; start = end + 1) {
        end = sql.find('\n', start);
        EXPECT_LE((end == std::string::npos ? sql.size() : end) - start, 101U) << sql;
    }
    EXPECT_NE(sql.find(",\n    column_"), std::string::npos) << sql;
}

TEST(PrettySql, KeepsCommentsWhereTheyBelong) {
    EXPECT_EQ(pretty_sql("-- all of them\nSELECT a, -- the first\n b /* the other */ FROM t -- end"),
              "-- all of them\nSELECT a, -- the first\n    b /* the other */\nFROM t -- end");
}

TEST(PrettySql, SeparatesStatements) {
    EXPECT_EQ(pretty_sql("BEGIN; SELECT 1 WHERE 2; COMMIT"), "BEGIN;\nSELECT 1\nWHERE 2;\nCOMMIT");
}

TEST(PrettySql, KeepsTextsOnTwoLinesApart) {  // to PostgreSQL they are one text then, and an error else
    EXPECT_EQ(pretty_sql("SELECT 'a'\n'b'", duet::postgresql), "SELECT 'a'\n    'b'");
}

TEST(PrettySql, DependsOnTheDialectForWhatEndsAText) {
    EXPECT_EQ(pretty_sql("SELECT 'a\\' FROM b', 1 FROM t", duet::mariadb), "SELECT 'a\\' FROM b', 1\nFROM t");
    EXPECT_EQ(pretty_sql("SELECT 'a\\' FROM b", duet::postgresql), "SELECT 'a\\'\nFROM b");
    EXPECT_EQ(pretty_sql("SELECT [a from b] FROM t", duet::sqlite), "SELECT [a from b]\nFROM t");
    EXPECT_EQ(pretty_sql("SELECT 1 # from b\nFROM t", duet::mariadb), "SELECT 1 # from b\nFROM t");
    EXPECT_EQ(pretty_sql("SELECT a #> b FROM t", duet::postgresql), "SELECT a #> b\nFROM t");
    EXPECT_EQ(pretty_sql("SELECT E'\\' from ' FROM t", duet::postgresql), "SELECT E'\\' from '\nFROM t");
    EXPECT_EQ(pretty_sql("SELECT /* /* from */ from */ 1 FROM t", duet::postgresql),
              "SELECT /* /* from */ from */ 1\nFROM t");
}

TEST(PrettySql, IsStableAndSurvivesAnything) {
    for (const char* const text : {"", " ", ")", "(((", "SELECT (", "'", "$a$", "/*", "(SELECT", "a)FROM b",
                                   "SELECT(SELECT(SELECT 1)FROM x)FROM y", ",,,", "WITH", "CASE END END"}) {
        const std::string once = pretty_sql(text);
        EXPECT_EQ(pretty_sql(once), once) << text;
    }
    const std::string deep = pretty_sql(std::string(3000, '(') + "SELECT 1");
    EXPECT_LT(deep.size(), 4000U);
}

TEST(SqlTokens, TellKindsApart) {
    using Type = duet::detail::SqlToken::Type;
    const auto tokens = duet::detail::sql_tokens("a.\"b\" >= -1.5e-3 || $2::text /*c*/ x'00' ?", {});
    std::string kinds;
    for (const auto& token : tokens) {
        constexpr char names[] = "wntqpsc";
        kinds += names[static_cast<int>(token.type)];
    }
    EXPECT_EQ(kinds,
              "wsqssn"
              "sps"
              "w"
              "c"
              "t"
              "p");
    EXPECT_EQ(tokens[5].text, "1.5e-3");
    EXPECT_EQ(tokens[7].type, Type::placeholder);
    EXPECT_EQ(tokens[11].text, "x'00'");
}

}  // namespace
