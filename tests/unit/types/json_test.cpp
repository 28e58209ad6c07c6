#include <duet/base/error.hpp>
#include <duet/types/json.hpp>

#include <cmath>
#include <limits>
#include <optional>
#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace {

using duet::Json;
using duet::ValidationError;

std::string fault(std::string_view text) {
    // An exact heap copy, so that the sanitizer sees a read past the end.
    const std::vector<char> copy(text.begin(), text.end());
    try {
        return "accepted: " + Json::parse({copy.data(), copy.size()}).text();
    } catch (const ValidationError& error) {
        return error.what();
    }
}

TEST(JsonValue, IsNullByDefaultAndAfterItWasMovedFrom) {
    Json json;
    EXPECT_TRUE(json.is_null());
    EXPECT_EQ(json.text(), "null");
    json = Json::array({1, 2, 3});
    const Json taken = std::move(json);
    EXPECT_EQ(taken.text(), "[1,2,3]");
    json = nullptr;
    EXPECT_TRUE(json.is_null());
}

TEST(JsonValue, ComesFromOrdinaryValues) {
    EXPECT_EQ(Json{true}.text(), "true");
    EXPECT_EQ(Json{-5}.text(), "-5");
    EXPECT_EQ(Json{std::numeric_limits<std::uint64_t>::max()}.text(), "18446744073709551615");
    EXPECT_EQ(Json{std::int8_t{7}}.text(), "7");
    EXPECT_EQ(Json{0.5}.text(), "0.5");
    EXPECT_EQ(Json{2.0}.text(), "2.0");
    EXPECT_EQ(Json{0.5F}.text(), "0.5");
    EXPECT_EQ(Json{"x\"y"}.text(), R"("x\"y")");
    EXPECT_EQ(Json{std::string{"s"}}.text(), "\"s\"");
    EXPECT_EQ(Json{std::string_view{"s"}}.text(), "\"s\"");
    EXPECT_EQ(Json{nullptr}.text(), "null");
    EXPECT_EQ(Json{std::optional<int>{}}.text(), "null");
    EXPECT_EQ(Json{std::optional<int>{3}}.text(), "3");
    EXPECT_EQ(Json{std::optional<std::string>{"o"}}.text(), "\"o\"");
    EXPECT_THROW(Json{std::nan("")}, ValidationError);
    EXPECT_THROW(Json{std::numeric_limits<double>::infinity()}, ValidationError);
    EXPECT_THROW(Json{"\xFF"}, ValidationError);
}

TEST(JsonValue, BuildsArraysAndObjects) {
    const Json json =
        Json::object({{"a", 1}, {"b", Json::array({1, "two", nullptr})}, {"c", Json::object({})}});
    EXPECT_EQ(json.text(), R"({"a":1,"b":[1,"two",null],"c":{}})");
    EXPECT_EQ(Json::array({}).text(), "[]");
    EXPECT_EQ(Json::array(std::vector<Json>{1, 2}).text(), "[1,2]");
    EXPECT_EQ(Json::object({{"k", "v"}}).text(), R"({"k":"v"})");
    EXPECT_EQ(Json::object({{"k", 1}, {"k", 2}}).text(), R"({"k":2})");
    EXPECT_EQ(Json::object({{"quo\"te", 1}}).text(), R"({"quo\"te":1})");
}

TEST(JsonParse, CompactsTheTextAndKeepsTheRest) {
    EXPECT_EQ(Json::parse(" { \"a b\" : [ 1 , 2.50 , -0, 1E5 ] ,\n\t\"c\":{ } , \"d\" : [ ] } ").text(),
              R"({"a b":[1,2.50,-0,1E5],"c":{},"d":[]})");
    EXPECT_EQ(Json::parse("null"), Json{});
    EXPECT_EQ(Json::parse(R"("\u00e9 \ud83c\udf89 \/")").as_string(), "\xC3\xA9 \xF0\x9F\x8E\x89 /");
    EXPECT_EQ(Json::parse("123456789012345678901234567890.5").text(), "123456789012345678901234567890.5");
}

TEST(JsonParse, TellsWhereTheFaultIs) {
    EXPECT_EQ(fault(""), "malformed JSON at byte 0: expected a value");
    EXPECT_EQ(fault("[1, 2"), "malformed JSON at byte 5: expected ',' or ']'");
    EXPECT_EQ(fault("{\"a\" 1}"), "malformed JSON at byte 5: expected ':'");
    EXPECT_EQ(fault("{\"a\":1,}"), "malformed JSON at byte 7: expected a string");
    EXPECT_EQ(fault("[1] x"), "malformed JSON at byte 4: text after the value");
    EXPECT_EQ(fault("[\"\\q\"]"), "malformed JSON at byte 3: bad escape");
}

TEST(JsonParse, RefusesWhatIsNotJson) {
    for (const char* bad : {"nul",
                            "nulll",
                            "True",
                            "NaN",
                            "Infinity",
                            "-",
                            "-a",
                            "01",
                            "1.",
                            ".5",
                            "1e",
                            "1e+",
                            "+1",
                            "0x1",
                            "'a'",
                            "\"a",
                            "\"",
                            "\"\\",
                            "\"\\u12",
                            "\"\\ud800\"",
                            "\"\\udc00\"",
                            "\"\\ud800\\u0041\"",
                            "\"\t\"",
                            "[",
                            "]",
                            "{",
                            "}",
                            "[1}",
                            "{\"a\":1]",
                            "[1,]",
                            "{,}",
                            "{1:2}",
                            "{\"a\"}",
                            "{\"a\":}",
                            "\xEF\xBB\xBF"
                            "1",
                            "\"\xC3\"",
                            "\"\xED\xA0\x80\"",
                            "[1 2]",
                            "1 2",
                            "1e400",
                            "-1e999999999999",
                            "// c\n1"}) {
        EXPECT_EQ(fault(bad).find("malformed JSON at byte "), 0U) << bad << " -> " << fault(bad);
    }
    EXPECT_EQ(fault({"1\0", 2}).find("malformed"), 0U);
    EXPECT_EQ(fault({"\"a\0\"", 4}).find("malformed"), 0U);
}

TEST(JsonParse, LimitsTheDepth) {
    const auto nested = [](std::size_t depth) { return std::string(depth, '[') + std::string(depth, ']'); };
    Json json = Json::parse(nested(512));
    EXPECT_EQ(json, Json::parse(" " + nested(512)));
    EXPECT_EQ(json.size(), 1U);
    EXPECT_NE(fault(nested(513)).find("nested too deeply"), std::string::npos);
    EXPECT_NE(fault(std::string(1'000'000, '[')).find("nested too deeply"), std::string::npos);
    EXPECT_THROW(Json::array({json}), ValidationError);
    EXPECT_THROW(Json::object({{"k", json}}), ValidationError);
    Json list = Json::array({});
    EXPECT_THROW(list.push_back(json), ValidationError);
    EXPECT_EQ(list.text(), "[]");
    Json object = Json::object({{"k", 1}});
    EXPECT_THROW(object.set("k", json), ValidationError);
    EXPECT_EQ(object.text(), R"({"k":1})");
}

TEST(JsonRead, FindsMembersAndElements) {
    const Json json = Json::parse(R"({"a": {"b": [10, {"c": "deep"}]}, "x\u0041": 1, "": 2})");
    EXPECT_EQ(json["a"]["b"][1]["c"].as_string(), "deep");
    EXPECT_EQ(json["a"]["b"][0].as_int(), 10);
    EXPECT_EQ(json["xA"].as_int(), 1);
    EXPECT_EQ(json[""].as_int(), 2);
    EXPECT_TRUE(json["missing"]["more"][3].is_null());
    EXPECT_TRUE(json[0].is_null());
    EXPECT_TRUE(json["a"]["b"][2].is_null());
    EXPECT_EQ(json.at("a").at("b").at(0).as_int(), 10);
    EXPECT_THROW(json.at("missing"), duet::NotFound);
    EXPECT_THROW(json.at(0), duet::NotFound);
    EXPECT_THROW(json["a"]["b"].at(2), duet::NotFound);
    EXPECT_TRUE(json.contains("a"));
    EXPECT_FALSE(json.contains("b"));
    EXPECT_EQ(json.size(), 3U);
    EXPECT_EQ(Json{1}.size(), 0U);
}

TEST(JsonRead, TellsTheKind) {
    EXPECT_TRUE(Json{true}.is_bool());
    EXPECT_TRUE(Json{1}.is_number());
    EXPECT_TRUE(Json{1.5}.is_number());
    EXPECT_TRUE(Json{""}.is_string());
    EXPECT_TRUE(Json::array({}).is_array());
    EXPECT_TRUE(Json::object({}).is_object());
    EXPECT_FALSE(Json{"null"}.is_null());
}

TEST(JsonRead, ConvertsOnlyWhatFits) {
    EXPECT_EQ(Json::parse("1.0").as_int(), 1);
    EXPECT_EQ(Json::parse("1e3").as_int(), 1000);
    EXPECT_EQ(Json{3}.as_double(), 3.0);
    EXPECT_EQ(Json::parse("1e-400").as_double(), 0.0);
    EXPECT_THROW(Json{1.5}.as_int(), ValidationError);
    EXPECT_THROW(Json{std::numeric_limits<std::uint64_t>::max()}.as_int(), ValidationError);
    EXPECT_EQ(Json{std::numeric_limits<std::uint64_t>::max()}.as_uint(),
              std::numeric_limits<std::uint64_t>::max());
    EXPECT_THROW(Json{-1}.as_uint(), ValidationError);
    EXPECT_THROW(Json{1}.as_bool(), ValidationError);
    EXPECT_THROW(Json{"1"}.as_int(), ValidationError);
    EXPECT_THROW(Json{}.as_string(), ValidationError);
    EXPECT_THROW(Json{}.as_double(), ValidationError);
}

TEST(JsonRead, FallsBackOnNullAlone) {
    const Json json =
        Json::object({{"n", 7}, {"s", "text"}, {"b", true}, {"d", 0.5}, {"big", 300}, {"none", nullptr}});
    EXPECT_EQ(json["n"].get_or(1), 7);
    EXPECT_EQ(json["none"].get_or(1), 1);
    EXPECT_EQ(json["missing"].get_or("other"), "other");
    EXPECT_EQ(json["s"].get_or("other"), "text");
    EXPECT_EQ(json["b"].get_or(false), true);
    EXPECT_EQ(json["d"].get_or(1.0), 0.5);
    EXPECT_EQ(json["missing"].get_or(std::uint64_t{5}), 5U);
    EXPECT_THROW(json["big"].get_or(std::uint8_t{1}), ValidationError);
    EXPECT_THROW(json["s"].get_or(1), ValidationError);
}

TEST(JsonRead, ListsKeysElementsAndItems) {
    const Json json = Json::parse(R"({"b": 1, "a": [2, 3], "b": 4})");
    EXPECT_EQ(json.keys(), (std::vector<std::string>{"a", "b"}));
    EXPECT_EQ(json.size(), 2U);
    EXPECT_EQ(json["b"].as_int(), 4);
    EXPECT_EQ(json.elements(), (std::vector<Json>{Json::array({2, 3}), 4}));
    EXPECT_EQ(json["a"].elements(), (std::vector<Json>{2, 3}));
    ASSERT_EQ(json.items().size(), 2U);
    EXPECT_EQ(json.items()[1].first, "b");
    EXPECT_EQ(json.items()[1].second, 4);
    EXPECT_TRUE(Json{1}.keys().empty());
    EXPECT_TRUE(Json{1}.elements().empty());
    EXPECT_TRUE(Json{1}.items().empty());
}

TEST(JsonWrite, SetsReplacesAndErasesMembers) {
    Json json;
    json.set("a", 1);
    json.set("b", Json::array({}));
    json.set("a", "longer text");
    EXPECT_EQ(json.text(), R"({"a":"longer text","b":[]})");
    json.set("self", json);
    EXPECT_EQ(json["self"]["a"].as_string(), "longer text");
    EXPECT_TRUE(json.erase("a"));
    EXPECT_FALSE(json.erase("a"));
    EXPECT_TRUE(json.erase("self"));
    EXPECT_EQ(json.text(), R"({"b":[]})");
    EXPECT_TRUE(json.erase("b"));
    EXPECT_EQ(json.text(), "{}");
    EXPECT_THROW(Json{1}.set("a", 1), ValidationError);
    EXPECT_THROW(json.set("\xFF", 1), ValidationError);
    Json twice = Json::parse(R"({"k":1,"k":2,"m":3})");
    EXPECT_TRUE(twice.erase("k"));
    EXPECT_EQ(twice.text(), R"({"m":3})");
}

TEST(JsonWrite, PushesElements) {
    Json json;
    json.push_back(1);
    json.push_back("two");
    json.push_back(json);
    EXPECT_EQ(json.text(), R"([1,"two",[1,"two"]])");
    Json spaced = Json::from_valid_text(" [ ] ");
    spaced.push_back(1);
    spaced.push_back(2);
    EXPECT_EQ(spaced.elements(), (std::vector<Json>{1, 2}));
    EXPECT_THROW(json["x"].is_null() ? Json{1}.push_back(1) : void(), ValidationError);
}

TEST(JsonCompare, LooksAtTheMeaning) {
    EXPECT_EQ(Json::parse(R"({"a":1,"b":[1,2]})"), Json::parse(R"({"b":[1.0,2e0],"\u0061":1})"));
    EXPECT_EQ(Json{1}, Json{1.0});
    EXPECT_EQ(Json::parse(R"("\u00e9")"), "\xC3\xA9");
    EXPECT_NE(Json::array({1, 2}), Json::array({2, 1}));
    EXPECT_NE(Json{1}, Json{"1"});
    EXPECT_NE(Json{}, false);
    EXPECT_NE(Json::parse(R"({"a":1})"), Json::parse(R"({"a":1,"b":2})"));
    EXPECT_NE(Json::parse(R"({"a":1})"), Json::parse(R"({"b":1})"));
    EXPECT_NE(Json::array({}), Json::object({}));
    EXPECT_EQ(Json::from_valid_text("{\"a\": null}"), Json::object({{"a", nullptr}}));
}

TEST(JsonUnchecked, AnswersBrokenTextWithAnExceptionNotWorse) {
    for (const char* text : {"[1,", "{\"a\":", "[[[[", "{\"a\" 1}", "\"abc", "12x", "tru", "-", "{", "[",
                             "[1]]", "{\"a\":1}}", "?"}) {
        const Json json = Json::from_valid_text(text);
        const auto read = [&] {
            if (json.is_object()) json.keys();
            if (json.is_array()) json.elements();
            if (json.is_string()) json.as_string();
            if (json.is_number()) json.as_double();
            if (json.is_bool()) json.as_bool();
            if (!json.is_object() && !json.is_array()) json.as_int();
        };
        EXPECT_THROW(read(), ValidationError) << text;
        EXPECT_THROW(static_cast<void>(json == Json{1}), ValidationError) << text;
    }
    const Json deep = Json::from_valid_text(std::string(1'000'000, '['));
    EXPECT_THROW(deep.size(), ValidationError);
    EXPECT_THROW(static_cast<void>(deep == Json::array({})), ValidationError);
    EXPECT_TRUE(Json::from_valid_text("").is_null());
}

}  // namespace
