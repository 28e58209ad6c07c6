#include "sqlite_support.hpp"

namespace duet::driver::test {
namespace {

class SqlitePatterns : public testing::Test {
protected:
    std::string rendered(std::string_view value, Transform transform) {
        return db.as_text("SELECT ?", {view(value)}, {{0, transform}});
    }
    std::string matches(std::string_view pattern, std::string_view subject) {
        return db.as_text("SELECT ? REGEXP ?", {view(subject), view(pattern)});
    }
    std::string json_at(std::string_view document, std::string_view path) {
        return db.as_text("SELECT coalesce(json_extract(?, ?), '-')",
                          {view(document), {&json_path, path.data(), path.size()}},
                          {{0}, {1, Transform::json_path}});
    }

    Session db;
};

TEST_F(SqlitePatterns, EscapeWildcards) {
    EXPECT_EQ(rendered("50%_\\", Transform::like_contains), "%50\\%\\_\\\\%");
    EXPECT_EQ(rendered("a", Transform::like_prefix), "a%");
    EXPECT_EQ(rendered("a", Transform::like_suffix), "%a");
    EXPECT_EQ(rendered("a*?[b]", Transform::glob_prefix), "a[*][?][[]b]*");
    EXPECT_EQ(rendered("a%_\\%\\_\\\\*[\\", Transform::like_to_glob), "a*?%_\\[*][[]\\");
}

TEST_F(SqlitePatterns, MatchLiterally) {
    const std::string subject = "x*?[a]%_\\y";
    EXPECT_EQ(
        db.as_text("SELECT ? GLOB ?", {view(subject), view("x*?[a]")}, {{0}, {1, Transform::glob_prefix}}),
        "1");
    EXPECT_EQ(db.as_text("SELECT ? LIKE ? ESCAPE '\\'", {view(subject), view("%_\\Y")},
                         {{0}, {1, Transform::like_suffix}}),
              "1");
    EXPECT_EQ(db.as_text("SELECT ? GLOB ?", {view("abc"), view("*")}, {{0}, {1, Transform::glob_prefix}}),
              "0");
}

TEST_F(SqlitePatterns, RefuseWhatSqliteWouldCutShort) {
    EXPECT_THROW(rendered(std::string_view("a\0b", 3), Transform::like_contains), ValidationError);
    EXPECT_THROW(rendered(std::string(60'000, 'a'), Transform::glob_prefix), ValidationError);
    EXPECT_THROW(rendered("\xFF", Transform::like_prefix), ValidationError);
    EXPECT_THROW(db.as_text("SELECT ?", {{&int64, "12345678"}}, {{0, Transform::like_prefix}}), InvalidQuery);
}

TEST_F(SqlitePatterns, LeaveNullAlone) {
    EXPECT_EQ(db.as_text("SELECT typeof(?)", {sql_null}, {{0, Transform::like_prefix}}), "null");
}

TEST_F(SqlitePatterns, FollowJsonPaths) {
    EXPECT_EQ(json_at("{\"flags\":[10,20]}", "[\"flags\",1]"), "20");
    EXPECT_EQ(json_at("{\"flags\":[10,20]}", "[\"flags\",-1]"), "20");
    EXPECT_EQ(json_at("{\"a.b\":{\"c[0]\":1}}", "[\"a.b\",\"c[0]\"]"), "1");
    EXPECT_EQ(json_at("{\"a\\\"b\":3}", "[\"a\\\"b\"]"), "3");
    EXPECT_EQ(json_at("{\"\":3}", "[\"\"]"), "3");
    EXPECT_EQ(json_at("{\"a\":3}", "[\"b\"]"), "-");
    EXPECT_EQ(json_at("{\"$\":{\"\xC3\xA9\":4}}", "[\"$\",\"\\u00e9\"]"), "4");
    EXPECT_THROW(json_at("{}", "[\"a\\\".b\"]"), InvalidQuery);
}

TEST_F(SqlitePatterns, MatchRegularExpressions) {
    EXPECT_EQ(matches("^a.c$", "abc"), "1");
    EXPECT_EQ(matches("b+", "abbbc"), "1");
    EXPECT_EQ(matches("^b", "abc"), "0");
    EXPECT_EQ(matches("B", "abc"), "0");
    EXPECT_EQ(matches("^.$", "\xC3\xA9"), "1");
    EXPECT_EQ(matches("b$", std::string_view("a\0b", 3)), "1");
    EXPECT_EQ(db.as_text("SELECT typeof(NULL REGEXP 'a')"), "null");
    EXPECT_EQ(db.as_text("SELECT count(*) FROM json_each('[\"ab\",\"b\",\"cb\"]') WHERE value REGEXP ?",
                         {view("^.b$")}),
              "2");
}

TEST_F(SqlitePatterns, RefuseBadRegularExpressions) {
    EXPECT_THROW(matches("(secret", "a"), InvalidQuery);
    EXPECT_THROW(matches(std::string_view("a\0b", 3), "a"), InvalidQuery);
    const std::string message = message_of<InvalidQuery>([&] { matches("secret[", "a"); });
    EXPECT_EQ(message.find("secret"), std::string::npos) << message;
    EXPECT_EQ(matches("a", "a"), "1");
}

TEST_F(SqlitePatterns, WorkInTheChecksOfASchema) {
    db.script("CREATE TABLE t (x TEXT CHECK (x REGEXP '^[a-z]+$'))");
    db.run("INSERT INTO t VALUES ('abc')");
    EXPECT_THROW(db.run("INSERT INTO t VALUES ('Abc')"), CheckViolation);
}

}  // namespace
}  // namespace duet::driver::test
