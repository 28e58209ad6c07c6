#include <duet/dialect/postgres.hpp>
#include <duet/dialect/pretty_sql.hpp>
#include <duet/duet.hpp>
#include <duet/statement.hpp>

#include <sstream>

#include <gtest/gtest.h>

namespace {

using namespace duet::literals;

struct Author {
    std::int64_t id{};
    std::string name{};
    static constexpr auto table = duet::table("authors");
};
struct Article {
    std::int64_t id{};
    std::string title{};
    std::int64_t views{};
    duet::BelongsTo<Author> author{};
    duet::SoftDelete deleted{};
    static constexpr auto table = duet::table("articles");
};

TEST(QueryToSql, NeedsNoConnection) {
    const auto query = duet::query<Author>().where("name"_c == "Ada").limit(3);
    EXPECT_EQ(
        query.to_sql(duet::sqlite),
        "SELECT \"authors\".\"id\", \"authors\".\"name\" FROM \"authors\" WHERE \"authors\".\"name\" = ? "
        "LIMIT ?");
    EXPECT_EQ(query.to_sql(duet::mariadb),
              "SELECT `authors`.`id`, `authors`.`name` FROM `authors` WHERE `authors`.`name` = ? LIMIT ?");
    EXPECT_NE(query.to_sql(duet::postgresql).find("$1"), std::string::npos);
    EXPECT_EQ(query.to_sql(duet::mysql), query.to_sql(duet::mariadb));
}

TEST(QueryToSql, WritesLiteralsForReading) {
    const auto query = duet::query<Author>().where("name"_c == "O'Hara").limit(3);
    const duet::ReadableSql sql = query.to_sql(duet::postgresql, duet::for_reading);
    EXPECT_EQ(sql.to_string(),
              "SELECT \"authors\".\"id\", \"authors\".\"name\"\n"
              "FROM \"authors\"\n"
              "WHERE \"authors\".\"name\" = 'O''Hara'\n"
              "LIMIT 3");
    EXPECT_EQ(query.to_sql(duet::sqlite, {.literals = true}).to_string(),
              "SELECT \"authors\".\"id\", \"authors\".\"name\" FROM \"authors\" WHERE \"authors\".\"name\" = "
              "'O''Hara' LIMIT 3");
    EXPECT_EQ(query.to_sql(duet::sqlite, duet::pretty).to_string(),
              duet::pretty_sql(query.to_sql(duet::sqlite), duet::sqlite));
    std::ostringstream out;
    out << sql;
    EXPECT_EQ(out.str(), sql.to_string());
}

// What is meant for reading is nothing that a handle takes.
static_assert(!std::is_convertible_v<duet::ReadableSql, std::string_view>);
static_assert(!std::is_convertible_v<duet::ReadableSql, std::string>);

TEST(QueryToSql, ShowsOtherThingsThatBecomeOfAQuery) {
    const auto query = duet::query<Article>().where("views"_c >= 10);
    EXPECT_EQ(
        query.as_count().to_sql(duet::sqlite),
        "SELECT count(*) FROM \"articles\" WHERE \"articles\".\"views\" >= ? AND \"articles\".\"deleted_at\" "
        "IS NULL");
    EXPECT_EQ(query.as_exists().to_sql(duet::sqlite).substr(0, 24), "SELECT EXISTS (SELECT 1 ");
    EXPECT_EQ(query.group_by("title"_c)
                  .as_select("title"_c, duet::max("views"_c))
                  .to_sql(duet::sqlite)
                  .substr(0, 17),
              "SELECT \"articles\"");
    EXPECT_EQ(query.as_update("views"_c = "views"_c + 1).to_sql(duet::sqlite, {.literals = true}).to_string(),
              "UPDATE \"articles\" SET \"views\" = (\"articles\".\"views\" + 1) WHERE \"articles\".\"views\" "
              ">= 10 AND "
              "\"articles\".\"deleted_at\" IS NULL");
    EXPECT_TRUE(
        query.as_delete().to_sql(duet::sqlite).starts_with("UPDATE \"articles\" SET \"deleted_at\" = "));
    EXPECT_EQ(duet::query<Author>().as_update("name"_c = "x", duet::all_rows).to_sql(duet::sqlite),
              "UPDATE \"authors\" SET \"name\" = ?");
    EXPECT_TRUE(query.as_delete(duet::hard).to_sql(duet::sqlite).starts_with("DELETE FROM \"articles\" "));
}

TEST(QueryToSql, RefusesWhatTheDialectCannotDo) {
    EXPECT_THROW((void)duet::query<Author>().for_update().to_sql(duet::sqlite), duet::UnsupportedByDialect);
    EXPECT_THROW((void)duet::query<Author>().as_update().to_sql(duet::sqlite), duet::InvalidQuery);
}

TEST(QueryToSql, TakesTheDialectOfAHandleByDefault) {
    duet::Database db{"sqlite://:memory:"};
    const auto query = db.query<Author>().where("id"_c == 7);
    EXPECT_EQ(query.to_sql(), query.to_sql(duet::sqlite));
    EXPECT_EQ(query.to_sql(duet::for_reading), query.to_sql(duet::sqlite, duet::for_reading));
    EXPECT_NE(query.to_sql(duet::postgresql), query.to_sql());
    EXPECT_EQ(query.as_delete().to_sql(), "DELETE FROM \"authors\" WHERE \"authors\".\"id\" = ?");
    const auto raw = db.sql("SELECT name FROM authors WHERE name = {} AND id IN (1, {})", "it's", -2);
    EXPECT_EQ(raw.to_sql(), "SELECT name FROM authors WHERE name = ? AND id IN (1, ?)");
    EXPECT_EQ(raw.to_sql({.literals = true}).to_string(),
              "SELECT name FROM authors WHERE name = 'it''s' AND id IN (1, -2)");
    EXPECT_EQ(raw.to_sql(duet::pretty).to_string(),
              "SELECT name\nFROM authors\nWHERE name = ?\n    AND id IN (1, ?)");
}

TEST(StatementToSql, IsLikeThatOfAQuery) {
    const auto statement = duet::query<Author>()
                               .where("name"_c == "it's")
                               .statement()
                               .add_columns(duet::lower("name"_c).as("n"));
    EXPECT_EQ(statement.to_sql(duet::postgresql), statement.to_sql(duet::postgres_dialect()));
    const std::string sql = statement.to_sql(duet::mariadb, duet::for_reading).to_string();
    EXPECT_NE(sql.find("\nFROM `authors`\nWHERE `authors`.`name` = 'it''s'"), std::string::npos) << sql;

    duet::Database db{"sqlite://:memory:"};
    EXPECT_EQ(db.execute(statement).to_sql(), statement.to_sql(duet::sqlite));
    EXPECT_EQ(db.execute(statement).to_sql(duet::pretty), statement.to_sql(duet::sqlite, duet::pretty));
}

}  // namespace
