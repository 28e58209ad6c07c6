#include <limits>
#include <unordered_map>

#include <gtest/gtest.h>

#include "shapes.hpp"

namespace {

using namespace duet::test;

struct Item {
    std::string sku{};
    duet::Decimal price{};
    std::uint8_t count{};
};
struct Everything {
    bool flag{};
    std::int8_t i8{};
    std::uint64_t u64{};
    std::int64_t i64{};
    float f32{};
    double f64{};
    std::string text{};
    std::vector<std::byte> bytes{};
    duet::Date date{};
    duet::Time time{};
    duet::Timestamp at{};
    std::chrono::milliseconds wait{};
    duet::Uuid id{};
    duet::Decimal price{};
    duet::Json extra{};
    Role role{};
    std::optional<int> maybe{};
    std::vector<std::optional<int>> numbers{};
    std::vector<Item> items{};
    std::optional<Item> gift{};
    std::map<std::string, int> counts{};
    std::unordered_map<std::string, Item> shelf{};
};

Everything make_everything() {
    Everything out{.flag = true, .i8 = -128, .u64 = ~std::uint64_t{0}, .f32 = 0.1F, .f64 = 1e300};
    out.i64 = std::numeric_limits<std::int64_t>::min();
    out.text = "a\"\n\xC3\xA9";
    out.bytes = {std::byte{0}, std::byte{255}, std::byte{1}, std::byte{2}};
    out.date = std::chrono::sys_days{std::chrono::year{2024} / 2 / 29};
    out.time = duet::Time::of(1, 2, 3, 4);
    out.at = out.date + std::chrono::hours{5};
    out.wait = std::chrono::milliseconds{1500};
    out.id = duet::Uuid::parse("0190a1b2-0000-7000-8000-00000000abcd");
    out.price = duet::Decimal::parse("12345678901234567890.10");
    out.extra = duet::Json::object({{"a", 1}});
    out.role = Role::editor;
    out.numbers = {1, std::nullopt, 3};
    out.items = {{"x", duet::Decimal::parse("1.10"), 3}};
    out.gift = Item{"y", 2, 1};
    out.counts = {{"a/b", 1}};
    out.shelf = {{"k", {"z", 0, 0}}};
    return out;
}

TEST(ToJson, WritesEveryType) {
    EXPECT_EQ(
        duet::to_json(make_everything()).text(),
        R"({"flag":true,"i8":-128,"u64":18446744073709551615,"i64":-9223372036854775808,"f32":0.1,)"
        R"("f64":1e+300,"text":"a\"\n)"
        "\xC3\xA9"
        R"(","bytes":"AP8BAg==","date":"2024-02-29","time":"01:02:03.000004",)"
        R"("at":"2024-02-29T05:00:00.000000Z","wait":1500000,"id":"0190a1b2-0000-7000-8000-00000000abcd",)"
        R"("price":"12345678901234567890.10","extra":{"a":1},"role":"editor","maybe":null,)"
        R"("numbers":[1,null,3],"items":[{"sku":"x","price":"1.10","count":3}],)"
        R"("gift":{"sku":"y","price":"2","count":1},"counts":{"a/b":1},)"
        R"("shelf":{"k":{"sku":"z","price":"0","count":0}}})");
}

TEST(FromJson, ReadsWhatToJsonWrites) {
    const duet::Json json = duet::to_json(make_everything());
    EXPECT_EQ(duet::to_json(duet::from_json<Everything>(json)), json);
}

TEST(FromJson, ReadsTheLargestFloats) {
    struct Reading {
        float value{};
    };
    for (const float largest : {std::numeric_limits<float>::max(), std::numeric_limits<float>::lowest()}) {
        const duet::Json json = duet::to_json(Reading{largest});
        EXPECT_EQ(duet::from_json<Reading>(json).value, largest) << json.text();
    }
    EXPECT_EQ(faults_in([] { duet::from_json<Reading>(R"({"value":3.4028236e38})"); }),
              "out_of_range /value");
}

TEST(FromJson, ReportsAllFaultsWithTheirPaths) {
    EXPECT_EQ(faults_in([] {
                  duet::from_json<Everything>(R"({"flag":1,"i8":200,"u64":-1,"i64":1.5,"f32":1e39,"f64":"1",
            "text":5,"bytes":"A","date":"2023-02-29","time":"25:00","at":"now","wait":1.5,"id":"x","price":"1,5",
            "extra":null,"role":"king","maybe":"1","numbers":[1,"2"],"items":[{"sku":"x","price":1,"count":256},7],
            "gift":{"sku":"s","price":1.5,"count":1,"b/~":0},"counts":[],"shelf":{"k":{}},"more":1})");
              }),
              "type /flag\nout_of_range /i8\nout_of_range /u64\ntype /i64\nout_of_range /f32\ntype /f64\n"
              "type /text\nmalformed /bytes\nmalformed /date\nmalformed /time\nmalformed /at\ntype /wait\n"
              "malformed /id\nmalformed /price\none_of /role\ntype /maybe\ntype /numbers/1\n"
              "out_of_range /items/0/count\ntype /items/1\nunknown /gift/b~1~0\ntype /counts\n"
              "missing /shelf/k/sku\nmissing /shelf/k/price\nmissing /shelf/k/count\nunknown /more");
}

TEST(FromJson, SaysEachFaultInASentence) {
    try {
        duet::from_json<UserCreate>(R"({"email":7,"nick":""})");
        FAIL();
    } catch (const duet::ValidationError& error) {
        EXPECT_STREQ(error.what(), "/email: must be a string; /nick: is unknown; /name: is missing");
    }
}

TEST(FromJson, TakesStrictnessOptions) {
    const auto user =
        duet::from_json<UserCreate>(R"({"email":"a@b.c","name":"A","x":1})", {.allow_unknown = true});
    EXPECT_EQ(user.age, 18);
    EXPECT_EQ(duet::from_json<UserCreate>("{}", {.allow_missing = true, .run_rules = false}).age, 18);
}

TEST(FromJson, TellsUnsetFromNull) {
    const auto nothing = duet::from_json<UserPatch>("{}");
    EXPECT_FALSE(nothing.bio.is_set());
    const auto null = duet::from_json<UserPatch>(R"({"bio":null,"age":3})");
    EXPECT_TRUE(null.bio.is_null());
    EXPECT_EQ(null.age, 3);
    EXPECT_EQ(faults_in([] { duet::from_json<UserPatch>(R"({"name":null})"); }), "null /name");
    EXPECT_EQ(duet::to_json(null).text(), R"({"bio":null,"age":3})");
}

TEST(FromJson, ReadsListsMapsAndValues) {
    EXPECT_EQ(duet::from_json<std::vector<Item>>(R"([{"sku":"a","price":"1","count":1}])").size(), 1U);
    EXPECT_EQ(duet::from_json<std::vector<int>>("[1,2]"), (std::vector<int>{1, 2}));
    EXPECT_EQ((duet::from_json<std::map<std::string, Item>>("{}").size()), 0U);
    EXPECT_EQ(duet::from_json<std::optional<Item>>("null").has_value(), false);
    EXPECT_EQ(faults_in([] { duet::from_json<std::vector<Item>>(R"([{}])"); }),
              "missing /0/sku\nmissing /0/price\nmissing /0/count");
    EXPECT_EQ(faults_in([] { duet::from_json<Item>("[]"); }), "type ");
    EXPECT_EQ(faults_in([] { duet::from_json<Item>("null"); }), "null ");
}

TEST(FromJson, RefusesWhatIsNoJson) {
    for (const std::string text : {"", "{", "{\"sku\":}", "[1,]", "{} x", "{\"sku\":\"\xFF\"}",
                                   "{\"sku\":\"a\nb\"}", "{\"count\":01}", "{\"price\":1e999}", "nul"})
        EXPECT_EQ(faults_in([&] { duet::from_json<Item>(text); }), "syntax ") << text;
    EXPECT_EQ(faults_in([] { duet::from_json<Item>(std::string_view("{}\0", 3)); }), "syntax ");
}

TEST(FromJson, RefusesNulAndDuplicates) {
    EXPECT_EQ(faults_in([] { duet::from_json<Item>(R"({"sku":"a\u0000","price":1,"count":1,"sku":"b"})"); }),
              "nul /sku\nduplicate /sku");
    EXPECT_EQ(faults_in([] { duet::from_json<std::map<std::string, int>>(R"({"a":1,"a":2})"); }),
              "duplicate /a");
}

struct Comment {
    std::string text{};
    std::vector<Comment> replies{};
};
TEST(FromJson, ReadsRecursiveStructsToADepth) {
    std::string text = R"({"text":"a","replies":[]})";
    for (int i = 0; i < 30; ++i) text = R"({"text":"a","replies":[)" + text + "]}";
    EXPECT_EQ(duet::to_json(duet::from_json<Comment>(text)).text(), text);
    for (int i = 0; i < 3; ++i) text = R"({"text":"a","replies":[)" + text + "]}";
    EXPECT_EQ(faults_in([&] { duet::from_json<Comment>(text); }), "too_deep ");
    EXPECT_NO_THROW(duet::from_json<Comment>(text, {.max_depth = 100}));
    EXPECT_EQ(faults_in([] { duet::from_json<Comment>(std::string(100000, '[')); }), "syntax ");
}

TEST(FromJson, IntoAModelRefusesGuardedColumnsAndThoseOfBehaviours) {
    EXPECT_EQ(faults_in([] {
                  duet::from_json<User>(R"({"email":"e","name":"n","age":1,"role":"reader","is_admin":true,
                                            "created_at":"2024-01-01","posts":[]})");
              }),
              "guarded /is_admin\nguarded /created_at\nunknown /posts");
    const User user = duet::from_json<User>(R"({"id":3,"email":"e","name":"n","age":1,"role":"editor"})");
    EXPECT_EQ(user.id, 3);
    EXPECT_EQ(user.role, Role::editor);
    const Post post = duet::from_json<Post>(R"({"title":"T","author_id":4,"editor_id":5,"tags":["a"]})");
    EXPECT_EQ(post.author.key(), 4);
    EXPECT_EQ(post.editor->key(), 5);
}

TEST(ToJson, WritesAModelWithLoadedRelations) {
    Post post{.id = 1, .title = "T", .tags = {"a"}};
    post.author = duet::BelongsTo<User>(7);
    EXPECT_EQ(duet::to_json(post).text(),
              R"({"id":1,"title":"T","author_id":7,"editor_id":null,"tags":["a"]})");
    post.author = User{.id = 7, .name = "Ada"};
    const duet::Json json = duet::to_json(post);
    EXPECT_EQ(json["author"]["name"].as_string(), "Ada");
    EXPECT_FALSE(json["author"].contains("posts"));
}

TEST(FromJson, NeverReportsMoreThanAHundredFaults) {
    std::string text = "[";
    for (int i = 0; i < 1000; ++i) text += "\"x\",";
    text += "1]";
    try {
        duet::from_json<std::vector<int>>(text);
        FAIL();
    } catch (const duet::ValidationError& error) {
        EXPECT_EQ(error.faults().size(), 100U);
    }
}

}  // namespace
