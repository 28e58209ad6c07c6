#include <duet/json.hpp>

#include <cmath>
#include <random>
#include <string>

#include <gtest/gtest.h>

namespace {

using duet::Json;

TEST(JsonBridge, CarriesValuesBothWays) {
    const Json json = Json::parse(R"({"a":[1,2.5,"x",null,true],"b":{"c":-7}})");
    const nlohmann::json tree = duet::to_nlohmann(json);
    EXPECT_EQ(tree["a"][1], 2.5);
    EXPECT_EQ(duet::from_nlohmann(tree), json);
}

TEST(JsonBridge, RefusesWhatJsonCannotSay) {
    EXPECT_THROW(duet::from_nlohmann({{"x", std::nan("")}}), duet::ValidationError);
    EXPECT_THROW(duet::from_nlohmann("\xFF"), duet::ValidationError);
    EXPECT_THROW(duet::from_nlohmann(nlohmann::json::binary({1, 2})), duet::ValidationError);
    EXPECT_THROW(duet::to_nlohmann(Json::from_valid_text("[1,")), duet::ValidationError);
    nlohmann::json deep = 1;
    for (int i = 0; i < 513; ++i) deep = nlohmann::json::array({std::move(deep)});
    EXPECT_THROW(duet::from_nlohmann(deep), duet::ValidationError);
    EXPECT_NO_THROW(duet::from_nlohmann(deep[0]));
}

nlohmann::json draw(std::mt19937_64& random, int depth) {
    const auto text = [&] {
        static const std::string pieces[] = {
            "a", "\"", "\\", "\n", "\xC3\xBC", "\xF0\x9F\x8E\x89", "/", std::string(1, '\0')};
        std::string result;
        for (auto left = random() % 5; left > 0; --left) result += pieces[random() % std::size(pieces)];
        return result;
    };
    switch (random() % (depth > 0 ? 8 : 6)) {
        case 0:
            return nullptr;
        case 1:
            return random() % 2 == 0;
        case 2:
            return static_cast<std::int64_t>(random());
        case 3:
            return random();
        case 4:
            return static_cast<double>(static_cast<std::int64_t>(random())) / 1e7;
        case 5:
            return text();
        case 6: {
            auto array = nlohmann::json::array();
            for (auto left = random() % 5; left > 0; --left) array.push_back(draw(random, depth - 1));
            return array;
        }
        default: {
            auto object = nlohmann::json::object();
            for (auto left = random() % 5; left > 0; --left) object[text()] = draw(random, depth - 1);
            return object;
        }
    }
}

TEST(JsonBridge, AgreesWithNlohmannOnRandomValues) {
    std::mt19937_64 random{8};
    for (int i = 0; i < 3'000; ++i) {
        const nlohmann::json tree = draw(random, 4);
        const Json json = Json::parse(tree.dump(2));
        ASSERT_EQ(json.text(), tree.dump());
        ASSERT_EQ(json, Json::parse(tree.dump(-1, ' ', true)));
        ASSERT_EQ(duet::to_nlohmann(json), tree);
        ASSERT_EQ(json.size(), tree.is_structured() ? tree.size() : 0);
        if (!tree.is_object()) continue;
        Json rebuilt = Json::object({});
        for (const auto& [key, value] : tree.items()) {
            ASSERT_EQ(duet::to_nlohmann(json[key]), value);
            rebuilt.set(key, json.at(key));
        }
        ASSERT_EQ(rebuilt, json);
        for (const std::string& key : json.keys()) ASSERT_TRUE(rebuilt.erase(key));
        ASSERT_EQ(rebuilt.text(), "{}");
    }
}

TEST(JsonBridge, AgreesWithNlohmannOnWhatIsJson) {
    std::mt19937_64 random{9};
    const std::string alphabet = "[]{},:\"\\ 0123456789.-+eEtrufalsn\x01\xC3\xBC\xED\xA0/dD";
    int accepted = 0;
    for (int i = 0; i < 60'000; ++i) {
        std::string text = draw(random, 3).dump(-1, ' ', random() % 2 == 0);
        for (auto left = random() % 3; left > 0; --left) {
            const std::size_t at = random() % text.size();
            switch (random() % 3) {
                case 0:
                    text[at] = alphabet[random() % alphabet.size()];
                    break;
                case 1:
                    text.insert(at, 1, alphabet[random() % alphabet.size()]);
                    break;
                default:
                    text.resize(at + 1);
            }
        }
        const bool expected = nlohmann::json::accept(text);
        bool taken = true;
        try {
            Json::parse(text);
        } catch (const duet::ValidationError&) {
            taken = false;
        }
        ASSERT_EQ(taken, expected) << text;
        accepted += taken ? 1 : 0;
    }
    EXPECT_GT(accepted, 10'000);
}

}  // namespace
