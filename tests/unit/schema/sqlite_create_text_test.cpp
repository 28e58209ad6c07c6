#include <gtest/gtest.h>

#include "driver/sqlite/create_text.hpp"
#include "driver/sqlite/sql_tokens.hpp"

namespace {

using namespace duet;
using namespace duet::driver::sqlite;
using Names = std::vector<std::string>;

Names identifiers(std::string_view sql) {
    Names result;
    for (const SqlToken& token : tokenize(sql)) result.push_back(token.identifier());
    return result;
}

TEST(SqlTokens, ReadEveryStyleOfQuotes) {
    EXPECT_EQ(identifiers(R"(plain "dou""ble" `back``tick` 'sin''gle' [bra"cket] über)"),
              (Names{"plain", "dou\"ble", "back`tick", "sin'gle", "bra\"cket", "über"}));
}

TEST(SqlTokens, PassOverComments) {
    EXPECT_EQ(identifiers("a -- b ' \n c /* d \" */ e -- f"), (Names{"a", "c", "e"}));
}

TEST(SqlTokens, EndWithTheText) {
    EXPECT_EQ(identifiers("a \"b"), (Names{"a", "b"}));
    EXPECT_EQ(identifiers("a /* b"), Names{"a"});
    EXPECT_EQ(identifiers("'x''"), Names{"x'"});
    EXPECT_EQ(identifiers(""), Names{});
}

TEST(SqlTokens, AQuotedWordIsNoKeyword) {
    const auto tokens = tokenize("check \"check\"");
    EXPECT_TRUE(tokens[0].is("CHECK"));
    EXPECT_FALSE(tokens[1].is("CHECK"));
}

TEST(CreateTableText, FindsConstraintsOfColumns) {
    const auto text = read_create_table(
        R"(CREATE TABLE t ("check" decimal(10, 2) CONSTRAINT nn NOT NULL CHECK ( "check" > (1+2) ),
           [unique] text COLLATE NOCASE DEFAULT ('CHECK (') CONSTRAINT 'uq' UNIQUE ON CONFLICT REPLACE,
           c int DEFAULT -1 CONSTRAINT "f k" REFERENCES "other t"(id) ON DELETE SET DEFAULT CONSTRAINT c1 CHECK(c)))");
    EXPECT_EQ(text.checks, (std::vector<SchemaCheck>{{"", "\"check\" > (1+2)"}, {"c1", "c"}}));
    EXPECT_EQ(text.uniques, (std::vector<SchemaUnique>{{"uq", {"unique"}}}));
    ASSERT_EQ(text.foreign_keys.size(), 1U);
    EXPECT_EQ(text.foreign_keys[0], (SchemaForeignKey{"f k", {"c"}, "other t", {}, {}}));
    EXPECT_FALSE(text.auto_increment);
}

TEST(CreateTableText, FindsConstraintsOfTheTableEvenWithoutCommas) {
    const auto text = read_create_table(
        "CREATE TABLE \"a (b\" /* ( */ (a, b, PRIMARY KEY (a AUTOINCREMENT) CONSTRAINT u UNIQUE (a, \"b\" "
        "COLLATE "
        "nocase DESC) CHECK (a) -- , CHECK (no)\n CONSTRAINT f FOREIGN KEY (a, b) REFERENCES o DEFERRABLE, "
        "UNIQUE (b))");
    EXPECT_TRUE(text.auto_increment);
    EXPECT_EQ(text.uniques, (std::vector<SchemaUnique>{{"u", {"a", "b"}}, {"", {"b"}}}));
    EXPECT_EQ(text.checks, (std::vector<SchemaCheck>{{"", "a"}}));
    ASSERT_EQ(text.foreign_keys.size(), 1U);
    EXPECT_EQ(text.foreign_keys[0], (SchemaForeignKey{"f", {"a", "b"}, "o", {}, {}}));
}

TEST(CreateTableText, SurvivesTextThatIsCutOff) {
    const std::string whole =
        "CREATE TABLE \"t\" (a integer PRIMARY KEY AUTOINCREMENT, b text DEFAULT (1) CONSTRAINT x CHECK (b > "
        "')'), "
        "CONSTRAINT f FOREIGN KEY (b) REFERENCES \"o\" (id) ON DELETE SET NULL, UNIQUE (a, b))";
    for (std::size_t length = 0; length <= whole.size(); ++length) {
        read_create_table(whole.substr(0, length));
        read_create_table(whole.substr(length));
        read_create_index(whole.substr(0, length));
    }
}

TEST(CreateIndexText, TellsExpressionsAndTheCondition) {
    const auto text = read_create_index(
        "CREATE INDEX \"where (\" ON t (lower(b) || ',' DESC, \"c\" ASC)  WHERE  c > 1 -- so\n");
    EXPECT_EQ(text.columns, (Names{"lower(b) || ','", "\"c\""}));
    EXPECT_EQ(text.condition, "c > 1");
    EXPECT_EQ(read_create_index("CREATE INDEX i ON t (a)").condition, std::nullopt);
}

}  // namespace
