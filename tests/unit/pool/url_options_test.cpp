#include <duet/base/error.hpp>
#include <duet/pool/url_options.hpp>

#include <string>

#include <gtest/gtest.h>

namespace duet {
namespace {

using namespace std::chrono_literals;

PoolOptions from(const std::string& query, PoolOptions options = {}) {
    apply_url_options(driver::parse_url("postgresql://u:hidden@h/db?" + query), options);
    return options;
}
std::string refusal(const std::string& query) {
    try {
        static_cast<void>(from(query));
    } catch (const ConfigurationError& error) {
        return error.what();
    }
    return "it was accepted";
}

TEST(PoolOptionsInTheUrl, AreAllUnderstood) {
    const PoolOptions options = from(
        "pool_size=7&max_overflow=3&pool_timeout=1.5s&pool_recycle=60&pool_pre_ping=false&pool_pre_ping_"
        "after=500ms&"
        "pool_idle_timeout=5m&pool_min_idle=2&pool_max_lifetime=1h&pool_connect_timeout=3&pool_statements=50&"
        "pool_reset_on_return=no&pool_report_leaks_after=10&sslmode=require");
    EXPECT_EQ(options.size, 7u);
    EXPECT_EQ(options.max_overflow, 3u);
    EXPECT_EQ(options.timeout, 1500ms);
    EXPECT_EQ(options.recycle, 60s);
    EXPECT_FALSE(options.pre_ping);
    EXPECT_EQ(options.pre_ping_after, 500ms);
    EXPECT_EQ(options.idle_timeout, 5min);
    EXPECT_EQ(options.min_idle, 2u);
    EXPECT_EQ(options.max_lifetime, 1h);
    EXPECT_EQ(options.connect_timeout, 3s);
    EXPECT_EQ(options.statements, 50u);
    EXPECT_FALSE(options.reset_on_return);
    EXPECT_EQ(options.report_leaks_after, 10s);
    EXPECT_EQ(from("pool_max_overflow=0").max_overflow, 0u);
}

TEST(PoolOptionsInTheUrl, WinOverThoseInTheProgram) {
    const PoolOptions options = from("pool_size=7", {.size = 3, .timeout = 1s});
    EXPECT_EQ(options.size, 7u);
    EXPECT_EQ(options.timeout, 1s);
}

TEST(PoolOptionsInTheUrl, AreTheDefaultsThatPeopleKnow) {
    const PoolOptions options = from("");
    EXPECT_EQ(options.size, 5u);
    EXPECT_EQ(options.max_overflow, 10u);
    EXPECT_EQ(options.timeout, 30s);
    EXPECT_EQ(options.recycle, 1800s);
    EXPECT_TRUE(options.pre_ping);
}

TEST(PoolOptionsInTheUrl, MayTurnALimitOff) {
    EXPECT_EQ(from("pool_recycle=-1").recycle, 0s);
    EXPECT_EQ(from("pool_recycle=off").recycle, 0s);
    EXPECT_EQ(from("pool_idle_timeout=0").idle_timeout, 0s);
}

TEST(PoolOptionsInTheUrl, AreRefusedWithWhatIsAccepted) {
    EXPECT_EQ(refusal("pool_size=many"),
              "option pool_size of the database URL takes a whole number from 0 to 1000000");
    EXPECT_EQ(refusal("pool_pre_ping=maybe"), "option pool_pre_ping of the database URL takes true or false");
    for (const char* wrong : {"", "s", "-3", "1.5x", "1e3", "inf", "nan", "99999999999999", "3 s"}) {
        std::string query = "pool_timeout=";
        for (const char c : std::string(wrong)) query += c == ' ' ? std::string("%20") : std::string(1, c);
        EXPECT_TRUE(refusal(query).starts_with("option pool_timeout of the database URL takes a duration: "))
            << wrong;
    }
    EXPECT_TRUE(refusal("pool_sizes=3")
                    .starts_with("a database URL has no option 'pool_sizes'; for the pool there are: "
                                 "pool_size, max_overflow, "));
    EXPECT_EQ(refusal("pool_size=hidden-word").find("hidden"), std::string::npos);
}

}  // namespace
}  // namespace duet
