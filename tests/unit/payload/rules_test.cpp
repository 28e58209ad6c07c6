#include <gtest/gtest.h>

#include "shapes.hpp"

namespace {

using namespace duet::test;

struct Booking {
    std::string slug{};
    std::optional<std::string> site{};
    std::string color{};
    int nights{};
    duet::Decimal price{};
    double rate{};
    std::vector<int> rooms{};
    duet::Date from{};
    duet::Date until{};
    std::vector<UserCreate> guests{};

    static constexpr auto rules = duet::rules(
        duet::pattern("slug", "[a-z]+(-[a-z]+)*"), duet::url("site"), duet::one_of("color", "red", "green"),
        duet::at_least("nights", 1), duet::range("price", 0, 99.5), duet::at_most("rate", 0.5),
        duet::length("rooms", 1, 2),
        duet::custom(
            "nights", [](int n) { return n != 13; }, "must not be 13"),
        duet::across([](const auto& b) { return b.from < b.until; }, "must be after from", "until"),
        duet::across([](const auto& b, duet::Faults& faults) {
            if (b.rooms.size() < b.guests.size()) faults.add("/rooms", "rooms", "too few");
        }));
};

Booking good() {
    return {.slug = "a-b",
            .color = "red",
            .nights = 2,
            .price = 5,
            .rate = 0.5,
            .rooms = {1, 2},
            .from = {},
            .until = duet::Date{std::chrono::days{1}},
            .guests = {{.email = "a@b.c", .name = "A"}}};
}

TEST(Rules, LetGoodValuesPass) {
    EXPECT_NO_THROW(duet::validate(good()));
    EXPECT_TRUE(duet::faults_of(good()).empty());
}

TEST(Rules, ReportAllFaultsTogether) {
    Booking bad = good();
    bad.slug = "A";
    bad.site = "ftp://x";
    bad.color = "blue";
    bad.nights = 13;
    bad.price = duet::Decimal::parse("99.51");
    bad.rate = 0.6;
    bad.rooms = {};
    bad.until = bad.from;
    bad.guests = {{.email = "x", .name = ""}};
    EXPECT_EQ(faults_in([&] { duet::validate(bad); }),
              "pattern /slug\nurl /site\none_of /color\ntoo_large /price\ntoo_large /rate\ntoo_short /rooms\n"
              "custom /nights\nacross /until\nrooms /rooms\nemail /guests/0/email\ntoo_short /guests/0/name");
    EXPECT_EQ(duet::faults_of(bad)[5].message, "must have at least 1 element");
}

TEST(Rules, RunAfterJsonWasRead) {
    EXPECT_EQ(faults_in([] { duet::from_json<UserCreate>(R"({"email":"x","name":"","age":200})"); }),
              "email /email\ntoo_short /name\ntoo_large /age");
    EXPECT_EQ(faults_in([] { duet::from_json<std::vector<UserCreate>>(R"([{"email":"x","name":"n"}])"); }),
              "email /0/email");
}

TEST(Rules, RunForWhatCouldBeReadBesideOtherFaults) {
    EXPECT_EQ(faults_in([] { duet::from_json<UserCreate>(R"({"email":"x","age":"1","more":[]})"); }),
              "type /age\nunknown /more\nmissing /name\nemail /email");
    EXPECT_EQ(faults_in([] { duet::from_json<std::vector<UserCreate>>(R"([7,{"email":"x","name":1}])"); }),
              "type /0\ntype /1/name\nemail /1/email");
    // Not those across fields: they would be held against half a struct.
    EXPECT_EQ(
        faults_in([] { duet::from_json<Booking>(R"({"nights":0,"rooms":"all"})", {.allow_missing = true}); }),
        "type /rooms\npattern /slug\none_of /color\ntoo_small /nights");
}

TEST(Rules, PassOverWhatIsUnset) {
    EXPECT_NO_THROW(duet::validate(UserPatch{}));
    EXPECT_EQ(faults_in([] { duet::validate(UserPatch{.name = ""}); }), "too_short /name");
}

TEST(Rules, CountCodePoints) {
    EXPECT_NO_THROW(duet::validate(UserPatch{.name = "\xC3\xA9\xC3\xA9\xC3\xA9\xC3\xA9\xC3\xA9\xC3\xA9"}));
    EXPECT_EQ(faults_in([] { duet::validate(UserPatch{.name = "01234567890"}); }), "too_long /name");
}

bool is_email(const char* text) { return duet::faults_of(UserCreate{.email = text, .name = "A"}).empty(); }
TEST(Rules, KnowEmailAddresses) {
    for (const char* good : {"a@b.c", "first.last+tag@example.co.uk", "x_y@localhost", "o'neil@example.com"})
        EXPECT_TRUE(is_email(good)) << good;
    for (const char* bad : {"", "@", "a@", "@b", "a b@c.d", "a@b..c", ".a@b.c", "a.@b.c", "a..b@c.d",
                            "a@-b.c", "a@b.c\n", "a@b@c.d", "a@b_c.d"})
        EXPECT_FALSE(is_email(bad)) << bad;
}

bool is_url(const char* text) {
    Booking booking = good();
    booking.site = text;
    return duet::faults_of(booking).empty();
}
TEST(Rules, KnowUrls) {
    for (const char* good : {"http://a", "https://example.com/a?b=c#d", "HTTPS://user:pw@example.com:8080/",
                             "http://127.0.0.1", "http://[::1]:80/x"})
        EXPECT_TRUE(is_url(good)) << good;
    for (const char* bad :
         {"", "http://", "http:///x", "javascript:alert(1)", "//a", "http://a b", "http://a:99999",
          "http://a:x", "http://-a", "http://a\"", "http://[::1", "httpx://a"})
        EXPECT_FALSE(is_url(bad)) << bad;
}

}  // namespace
