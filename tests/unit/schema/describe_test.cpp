#include <duet/base/error.hpp>
#include <duet/dialect/ddl.hpp>
#include <duet/dialect/mariadb.hpp>
#include <duet/dialect/postgres.hpp>
#include <duet/dialect/sqlite.hpp>

#include <gtest/gtest.h>

#include "unit/schema/blog_models.hpp"

namespace {

using namespace sample;
using Names = std::vector<std::string>;

SchemaTable described(const ModelInfo& info) { return describe(sqlite_dialect(), info); }

SchemaTable with_options(std::span<const ColumnInfo> columns, std::span<const TableOption> options,
                         std::span<const RelationInfo> relations = {}) {
    return described(model("Thing", "things", columns, relations, options));
}

TEST(Describe, GivesAnAutoIncrementKeyAndNullability) {
    const SchemaTable table = described(user());
    EXPECT_EQ(table.name, "users");
    EXPECT_TRUE(table.auto_increment);
    EXPECT_EQ(table.primary_key, Names{"id"});
    EXPECT_EQ(table.columns[0], (SchemaColumn{"id", "integer", false, {}, true}));
    EXPECT_EQ(*table.column("email"), (SchemaColumn{"email", "text", false, {}, false}));
    EXPECT_TRUE(table.column("bio")->nullable);
    EXPECT_EQ(table.column("nothing"), nullptr);
}

TEST(Describe, DeclaresTheTypesThatDjangoAndSqlalchemyUse) {
    static constexpr ColumnInfo columns[] = {
        key("id", uuid),           column("a", boolean),     column("b", int32),
        column("c", int64),        column("d", float64),     column("e", blob),
        column("f", date),         column("g", time_of_day), column("h", optional_of<timestamp>),
        column("i", duration),     column("j", decimal),     column("k", decimal_text),
        column("l", json),         column("m", named_enum),  column("n", optional_of<numbered_enum>),
        column("o", list_of_text), column("p", money),       column("q", optional_of<money>),
    };
    Names types;
    for (const SchemaColumn& c : with_options(columns, {}).columns) types.push_back(c.type);
    EXPECT_EQ(types,
              (Names{"char(32)", "boolean", "integer", "bigint", "real", "blob", "date", "time", "datetime",
                     "bigint", "decimal", "text", "text", "text", "integer", "text", "bigint", "bigint"}));
}

TEST(Describe, GivesTheNumbersOfAnEnumAColumnThatHoldsThem) {
    static constexpr EnumInfo of_unsigned{colours, "Colour", false, true};
    const auto types = [](std::uint32_t size, const EnumInfo& info) {
        const TypeInfo type{.kind = Kind::enumeration, .size = size, .ops = {.enumeration = &info}};
        const ColumnInfo shade = column("shade", type);
        const auto of = [&](const Dialect& dialect) { return dialect.column_type(shade, {}); };
        return Names{of(postgres_dialect()), of(mariadb_dialect())};
    };
    EXPECT_EQ(types(2, colour_by_number), (Names{"integer", "int"}));
    EXPECT_EQ(types(4, colour_by_number), (Names{"integer", "int"}));
    EXPECT_EQ(types(8, colour_by_number), (Names{"bigint", "bigint"}));
    EXPECT_EQ(types(2, of_unsigned), (Names{"integer", "int"}));
    EXPECT_EQ(types(4, of_unsigned), (Names{"bigint", "bigint"}));
    EXPECT_EQ(types(8, of_unsigned), (Names{"bigint", "bigint"}));
}

TEST(Describe, AppliesTheTableOptions) {
    const SchemaTable table = described(user());
    EXPECT_EQ(table.uniques, (std::vector<SchemaUnique>{{"uq_users_email", {"email"}}}));
    ASSERT_EQ(table.indexes.size(), 2U);
    EXPECT_EQ(table.indexes[0],
              (SchemaIndex{"ix_users_name_age", {{"name", false}, {"age", true}}, false, {}}));
    EXPECT_EQ(table.indexes[1],
              (SchemaIndex{"uq_users_name", {{"name", false}}, true, "is_active = 1 AND name <> ')'"}));
    EXPECT_EQ(table.checks,
              (std::vector<SchemaCheck>{{"age not negative", "age >= 0 AND name NOT IN ('(', 'a''b')"}}));
    EXPECT_EQ(table.column("bio")->default_sql, "'it''s ' || 1");
    EXPECT_EQ(table.column("created_at")->default_sql, "strftime('%Y-%m-%d %H:%M:%f000', 'now')");
}

TEST(Describe, TurnsABelongsToIntoAForeignKeyWithAnIndex) {
    const SchemaTable table = described(post());
    ASSERT_EQ(table.foreign_keys.size(), 2U);
    EXPECT_EQ(table.foreign_keys[0],
              (SchemaForeignKey{
                  "fk_posts_author_id_users", {"author_id"}, "users", {"id"}, ReferentialAction::no_action}));
    EXPECT_EQ(table.foreign_keys[1].on_delete, ReferentialAction::set_null);
    ASSERT_EQ(table.indexes.size(), 1U) << "the unique constraint serves author_id";
    EXPECT_EQ(table.indexes[0].name, "ix_posts_parent_id");
    EXPECT_EQ(table.uniques[0], (SchemaUnique{"one title per author", {"author_id", "title"}}));
}

TEST(Describe, AHasOneOnTheOtherSideMakesTheColumnUnique) {
    const SchemaTable table = described(profile());
    EXPECT_EQ(table.uniques, (std::vector<SchemaUnique>{{"uq_profiles_user_id", {"user_id"}}}));
    EXPECT_TRUE(table.indexes.empty());
    EXPECT_EQ(table.foreign_keys[0].on_delete, ReferentialAction::cascade);
}

TEST(Describe, ADeclaredForeignKeyReplacesTheOneOfTheRelation) {
    static constexpr ColumnInfo columns[] = {key("id", int64), reference("owner_id", "owner", int64, 0)};
    static constexpr RelationInfo relations[] = {belongs_to("owner", user, 1)};
    static constexpr TableOption options[] = {
        foreign_key({"owner"}, "people", {"key"}, ReferentialAction::restrict)};
    const SchemaTable table = with_options(columns, options, relations);
    ASSERT_EQ(table.foreign_keys.size(), 1U);
    EXPECT_EQ(
        table.foreign_keys[0],
        (SchemaForeignKey{
            "fk_things_owner_id_people", {"owner_id"}, "people", {"key"}, ReferentialAction::restrict}));
}

TEST(Describe, APartialIndexDoesNotServeAForeignKey) {
    static constexpr ColumnInfo columns[] = {key("id", int64), reference("owner_id", "owner", int64, 0)};
    static constexpr RelationInfo relations[] = {belongs_to("owner", user, 1)};
    static constexpr TableOption options[] = {option(Type::index, {"owner"}, "id > 5", "some")};
    EXPECT_NE(with_options(columns, options, relations).index("ix_things_owner_id"), nullptr);
}

TEST(Describe, DefaultNowFollowsTheTypeOfTheColumn) {
    static constexpr ColumnInfo columns[] = {key("id", int64), column("day", date),
                                             column("hour", time_of_day)};
    static constexpr TableOption options[] = {option(Type::default_now, {"day", "hour"})};
    const SchemaTable table = with_options(columns, options);
    EXPECT_EQ(table.column("day")->default_sql, "date('now')");
    EXPECT_EQ(table.column("hour")->default_sql, "strftime('%H:%M:%f000', 'now')");
}

std::string refusal(std::span<const ColumnInfo> columns, std::span<const TableOption> options,
                    std::span<const RelationInfo> relations = {}) {
    try {
        with_options(columns, options, relations);
    } catch (const ConfigurationError& error) {
        return error.what();
    }
    return "accepted";
}

TEST(Describe, RefusesWhatNoTableCanFulfil) {
    static constexpr ColumnInfo columns[] = {key("id", int64), reference("owner_id", "owner", int64, 0)};
    static constexpr RelationInfo relations[] = {belongs_to("owner", user, 1)};
    static constexpr TableOption typo[] = {option(Type::unique, {"ownr"})};
    EXPECT_EQ(refusal(columns, typo), "table(\"things\") of Thing names \"ownr\", which is no column of it");
    static constexpr TableOption set_null[] = {on_delete("owner", ReferentialAction::set_null)};
    EXPECT_EQ(refusal(columns, set_null, relations),
              "on_delete set_null of Thing needs a column that may be NULL, but \"owner_id\" may not");
    static constexpr TableOption pair[] = {
        foreign_key({"owner"}, "people", {"a", "b"}, ReferentialAction::cascade)};
    EXPECT_EQ(refusal(columns, pair, relations),
              "foreign_key of Thing pairs 1 columns with 2 columns of \"people\"");
}

}  // namespace
