#include <gtest/gtest.h>

#include "shapes.hpp"

namespace {

using namespace duet::test;

struct Line {
    std::string sku{};
    std::uint8_t count{};
};
struct Order {
    std::string email{};
    std::optional<std::string> note{};
    std::string slug{};
    int age{};
    duet::Decimal price{};
    duet::Timestamp at{};
    std::optional<Role> role{};
    std::vector<std::byte> bytes{};
    std::vector<Line> lines{};
    std::optional<Line> gift{};
    std::map<std::string, double> weights{};
    duet::Patch<std::optional<duet::Uuid>> id{};
    duet::Json extra{};

    static constexpr auto rules =
        duet::rules(duet::email("email"), duet::length("note", 0, 80), duet::pattern("slug", "[a-z]+"),
                    duet::range("age", 0, 150), duet::at_least("price", 0.5), duet::length("lines", 1, 9));
};

TEST(JsonSchema, DescribesAStructWithItsRules) {
    EXPECT_EQ(
        duet::json_schema<Order>(),
        duet::Json::parse(
            R"({"$schema":"https://json-schema.org/draft/2020-12/schema","title":"Order","type":"object",
    "properties":{
      "email":{"type":"string","format":"email"},
      "note":{"type":["string","null"],"maxLength":80},
      "slug":{"type":"string","pattern":"^(?:[a-z]+)$"},
      "age":{"type":"integer","format":"int32","minimum":0,"maximum":150},
      "price":{"type":["string","number"],"pattern":"^[+-]?(\\d+\\.?\\d*|\\.\\d+)([eE][+-]?\\d+)?$","minimum":0.5},
      "at":{"type":"string","format":"date-time"},
      "role":{"type":["string","null"],"enum":["reader","editor",null]},
      "bytes":{"type":"string","contentEncoding":"base64"},
      "lines":{"type":"array","items":{"$ref":"#/$defs/Line"},"minItems":1,"maxItems":9},
      "gift":{"anyOf":[{"$ref":"#/$defs/Line"},{"type":"null"}]},
      "weights":{"type":"object","additionalProperties":{"type":"number","format":"double"}},
      "id":{"type":["string","null"],"format":"uuid"},
      "extra":{}},
    "required":["email","slug","age","price","at","bytes","lines","weights","extra"],
    "additionalProperties":false,
    "$defs":{"Line":{"type":"object","properties":{"sku":{"type":"string"},
      "count":{"type":"integer","minimum":0,"maximum":255}},"required":["sku","count"],
      "additionalProperties":false}}})"));
}

struct Tree {
    std::string name{};
    std::vector<Tree> children{};
};
TEST(JsonSchema, RefersToItself) {
    EXPECT_EQ(
        duet::json_schema<Tree>()["$defs"]["Tree"]["properties"]["children"]["items"]["$ref"].as_string(),
        "#/$defs/Tree");
}

TEST(JsonSchema, DescribesLists) {
    EXPECT_EQ(duet::json_schema<std::vector<int>>(),
              duet::Json::parse(R"({"$schema":"https://json-schema.org/draft/2020-12/schema","type":"array",
                                    "items":{"type":"integer","format":"int32"}})"));
}

TEST(OpenApi, HasASchemaForEachStructOnce) {
    const duet::Json components = duet::openapi_components<Order, Line, UserPatch>();
    EXPECT_EQ(components["schemas"].keys(), (std::vector<std::string>{"Order", "Line", "UserPatch"}));
    EXPECT_EQ(components["schemas"]["Order"]["properties"]["lines"]["items"]["$ref"].as_string(),
              "#/components/schemas/Line");
    EXPECT_FALSE(components["schemas"]["UserPatch"].contains("required"));
}

TEST(OpenApi, MarksWhatAModelKeepsItself) {
    const duet::Json user = duet::openapi_components<User>()["schemas"]["User"];
    EXPECT_TRUE(user["properties"]["is_admin"]["readOnly"].as_bool());
    EXPECT_TRUE(user["properties"]["created_at"]["readOnly"].as_bool());
    EXPECT_EQ(user["required"], duet::Json::parse(R"(["email","name","age","role"])"));
}

}  // namespace
