#include <duet/base/error.hpp>
#include <duet/dialect/ddl.hpp>
#include <duet/dialect/sqlite.hpp>

#include <gtest/gtest.h>

#include "unit/schema/blog_models.hpp"

namespace {

using namespace sample;
using Models = std::vector<const ModelInfo*>;
using Names = std::vector<std::string>;

std::vector<SchemaTable> described(const Models& models) { return describe_all(sqlite_dialect(), models); }

Names names(const std::vector<SchemaTable>& tables) {
    Names result;
    for (const SchemaTable& table : tables) result.push_back(table.name);
    return result;
}

TEST(DescribeAll, PutsReferencedTablesFirst) {
    EXPECT_EQ(names(described({&post(), &profile(), &tag(), &user()})),
              (Names{"users", "posts", "profiles", "tags", "post_tags", "follows"}));
}

TEST(DescribeAll, MakesOneLinkTableForBothSides) {
    const auto tables = described({&user(), &post(), &tag()});
    ASSERT_EQ(names(tables), (Names{"users", "posts", "tags", "follows", "post_tags"}));
    const SchemaTable& link = tables[4];
    EXPECT_EQ(link.columns, (std::vector<SchemaColumn>{{"post_id", "bigint", false, {}, true},
                                                       {"tag_id", "text", false, {}, true}}));
    EXPECT_EQ(link.primary_key, (Names{"post_id", "tag_id"}));
    EXPECT_FALSE(link.auto_increment);
    EXPECT_EQ(link.foreign_keys[0],
              (SchemaForeignKey{
                  "fk_post_tags_post_id_posts", {"post_id"}, "posts", {"id"}, ReferentialAction::cascade}));
    ASSERT_EQ(link.indexes.size(), 1U);
    EXPECT_EQ(link.indexes[0], (SchemaIndex{"ix_post_tags_tag_id", {{"tag_id", false}}, false, {}}));
}

TEST(DescribeAll, LinksAModelToItself) {
    const auto tables = described({&user()});
    ASSERT_EQ(names(tables), (Names{"users", "follows"}));
    EXPECT_EQ(tables[1].primary_key, (Names{"follower_id", "followed_id"}));
}

TEST(DescribeAll, TakesAModelThatIsNamedTwiceOnce) {
    EXPECT_EQ(names(described({&user(), &user()})), (Names{"users", "follows"}));
}

const ModelInfo& egg();
const ModelInfo& hen() {
    static constexpr ColumnInfo columns[] = {key("id", int64), reference("egg_id", "egg", int64, 0)};
    static constexpr RelationInfo relations[] = {belongs_to("egg", egg, 1)};
    static constexpr ModelInfo info = model("Hen", "hens", columns, relations);
    return info;
}
const ModelInfo& egg() {
    static constexpr ColumnInfo columns[] = {key("id", int64),
                                             reference("hen_id", "hen", optional_of<int64>, 0)};
    static constexpr RelationInfo relations[] = {belongs_to("hen", hen, 1)};
    static constexpr ModelInfo info = model("Egg", "eggs", columns, relations);
    return info;
}

TEST(DescribeAll, KeepsAFixedOrderWithinCycles) {
    EXPECT_EQ(names(described({&hen(), &egg()})), (Names{"eggs", "hens"}));
    EXPECT_EQ(names(described({&egg(), &hen()})), (Names{"hens", "eggs"}));
}

TEST(DescribeAll, MakesNoTableForAnExplicitLink) {
    static constexpr LinkInfo link{"memberships", "user_id", "tag_id", nullptr};
    static LinkInfo through = link;
    through.through = &post();
    static constexpr ColumnInfo columns[] = {key("id", int64)};
    static constexpr RelationInfo relations[] = {
        many_to_many("tags", tag, []() -> const LinkInfo& { return through; })};
    const ModelInfo club = model("Club", "clubs", columns, relations);
    EXPECT_EQ(names(described({&club})), Names{"clubs"});
}

std::string refusal(const Models& models) {
    try {
        described(models);
    } catch (const ConfigurationError& error) {
        return error.what();
    }
    return "accepted";
}

TEST(DescribeAll, RefusesModelsThatContradictEachOther) {
    static constexpr ColumnInfo columns[] = {key("id", int64)};
    const ModelInfo member = model("Member", "users", columns);
    EXPECT_EQ(refusal({&user(), &member}), "User and Member both claim the table \"users\"");

    static constexpr LinkInfo other{"post_tags", "word_id", "post_id"};
    static constexpr RelationInfo relations[] = {
        many_to_many("posts", post, []() -> const LinkInfo& { return other; })};
    const ModelInfo word = model("Word", "words", columns, relations);
    EXPECT_EQ(
        refusal({&post(), &word}),
        "The two sides of the link table \"post_tags\" disagree: Word::posts wants other columns than the "
        "relation that was declared first");
}

TEST(DescribeAll, RefusesALinkToAModelWithoutASingleKey) {
    static constexpr ColumnInfo columns[] = {key("a", int64), key("b", int64)};
    static constexpr std::int16_t both[] = {0, 1};
    static constexpr RelationInfo relations[] = {many_to_many("tags", tag, post_tags)};
    ModelInfo pair = model("Pair", "pairs", columns, relations);
    pair.key = both;
    pair.generated_key = false;
    EXPECT_EQ(
        refusal({&pair}),
        "The link table \"post_tags\" refers to Pair, which must have a primary key of one column but has 2");
}

}  // namespace
