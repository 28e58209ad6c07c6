#include <duet/base/error.hpp>
#include <duet/driver/driver.hpp>
#include <duet/driver/url.hpp>

#include <string>
#include <string_view>

#include <gtest/gtest.h>

namespace duet::driver {
namespace {

std::string fault(std::string_view url) {
    try {
        parse_url(url);
    } catch (const ConfigurationError& error) {
        return error.what();
    }
    return "";
}

bool refused(std::string_view url, std::string_view why) { return fault(url).find(why) != std::string::npos; }

TEST(Url, ReadsTheFormsOfSqlite) {
    EXPECT_EQ(parse_url("sqlite:///app.db").path, "app.db");
    EXPECT_EQ(parse_url("sqlite:////var/lib/app.db").path, "/var/lib/app.db");
    EXPECT_EQ(parse_url("sqlite://:memory:").path, ":memory:");
    EXPECT_EQ(parse_url("sqlite:///:memory:").path, ":memory:");
    EXPECT_EQ(parse_url("sqlite://").path, "");
    EXPECT_EQ(parse_url("SQLite:///app.db").scheme, "sqlite");
    EXPECT_EQ(parse_url("sqlite:///my%20data.db?mode=ro").path, "my data.db");
}

TEST(Url, ReadsServersWithSeveralHosts) {
    const Url url =
        parse_url("postgresql://ada:p%40ss%3Aword@db1:5433,[::1]:5434,db3/app?sslmode=require&a=1&a=2");
    EXPECT_EQ(url.scheme, "postgresql");
    EXPECT_EQ(url.user, "ada");
    EXPECT_EQ(url.password, "p@ss:word");
    ASSERT_EQ(url.hosts.size(), 3U);
    EXPECT_EQ(url.hosts[0].name, "db1");
    EXPECT_EQ(url.hosts[0].port, "5433");
    EXPECT_EQ(url.hosts[1].name, "::1");
    EXPECT_EQ(url.hosts[1].port, "5434");
    EXPECT_EQ(url.hosts[2].port, "");
    EXPECT_EQ(url.path, "app");
    EXPECT_EQ(url.option("sslmode"), "require");
    EXPECT_EQ(url.option("a"), "2");
    EXPECT_FALSE(url.has_option("b"));
}

TEST(Url, ReadsASocketDirectoryAsHost) {
    EXPECT_EQ(parse_url("postgresql://%2Fvar%2Frun/app").hosts.at(0).name, "/var/run");
    EXPECT_TRUE(parse_url("postgresql:///app").hosts.empty());
}

TEST(Url, RefusesADriverInTheScheme) {
    EXPECT_TRUE(refused("sqlite+pysqlite:///app.db", "do not include a driver in the URL: write sqlite://"));
    EXPECT_TRUE(refused("postgresql+asyncpg://localhost/app", "write postgresql://"));
}

TEST(Url, RefusesWhatIsMalformed) {
    EXPECT_TRUE(refused("", "empty"));
    EXPECT_TRUE(refused("app.db", "no '://'"));
    EXPECT_TRUE(refused("://app.db", "must start with a scheme"));
    EXPECT_TRUE(refused("1sqlite:///app.db", "must start with a scheme"));
    EXPECT_TRUE(refused("sqlite://app.db", "three slashes"));
    EXPECT_TRUE(refused("sqlite:///%zz", "two hex digits"));
    EXPECT_TRUE(refused("sqlite:///a%2", "two hex digits"));
    EXPECT_TRUE(refused("sqlite:///a%", "two hex digits"));
    EXPECT_TRUE(refused("sqlite:///a%00b", "NUL"));
    EXPECT_TRUE(refused(std::string_view("sqlite:///a\0b", 13), "NUL"));
    EXPECT_TRUE(refused("sqlite:///a\nb", "control character"));
    EXPECT_TRUE(refused("sqlite:///a#b", "%23"));
    EXPECT_TRUE(refused("sqlite:///a?mode", "'mode' has no value"));
    EXPECT_TRUE(refused("sqlite:///a?=1", "no name"));
    EXPECT_TRUE(refused("postgresql://h:0/a", "port"));
    EXPECT_TRUE(refused("postgresql://h:65536/a", "port"));
    EXPECT_TRUE(refused("postgresql://h:/a", "port"));
    EXPECT_TRUE(refused("postgresql://::1/a", "brackets"));
    EXPECT_TRUE(refused("postgresql://[::1/a", "not closed"));
    EXPECT_TRUE(refused("postgresql://[::1]x/a", "may follow"));
    EXPECT_TRUE(refused("postgresql://a,,b/x", "host in the list is empty"));
}

TEST(Url, NeverRepeatsAPassword) {
    for (const std::string_view url :
         {"postgresql://ada:sesame/open@host/db", "postgresql://ada:ses:ame@ho:st:1/db",
          "postgresql://ada:sesame%@host/db", "postgresql:ada:sesame@host/db",
          "postgresql://ada:sesame@host:port/db", "sqlite://ada:sesame@host/app.db",
          "postgresql://ada:sesame#@host/db", "postgresql://ada:x?sesame@host/db",
          "postgresql://ada:1?sesame@host/db", "postgresql://ada:1?x=sesame@host/db",
          "postgresql://ada:1?sesame=x@host/db", "postgresql://ada:1/sesame@host/db",
          "postgresql://ada:1/x?sesame@host/db", "postgresql://ada?sesame@host/db",
          "mariadb://ada:1?a=b&sesame=x@host/db", "postgresql://[ada?sesame@host/db"}) {
        EXPECT_THROW(parse_url(url), ConfigurationError) << url;
        const std::string message = fault(url);
        EXPECT_EQ(message.find("ses"), std::string::npos) << message;
    }
    EXPECT_EQ(redacted(parse_url("postgresql://ada:sesame@[::1]:1/db?sslpassword=sesame&x=a%20b")),
              "postgresql://ada:***@[::1]:1/db?sslpassword=***&x=a%20b");
    EXPECT_EQ(redacted(parse_url("sqlite:////tmp/a b.db")), "sqlite:////tmp/a%20b.db");
}

TEST(Url, TakesAnAtSignWhereItCannotBeAPartOfAPassword) {
    EXPECT_EQ(parse_url("postgresql:///shop?host=@duet").option("host"), "@duet");
    EXPECT_EQ(parse_url("postgresql://host/shop?user=ada@example.com").option("user"), "ada@example.com");
    EXPECT_EQ(parse_url("postgresql://ada:x@host:1/shop?application_name=a@b").option("application_name"),
              "a@b");
    EXPECT_EQ(parse_url("sqlite:///a@b.db?mode=ro").path, "a@b.db");
    EXPECT_EQ(parse_url("sqlite://:memory:?busy_timeout=5").option("busy_timeout"), "5");
    EXPECT_EQ(parse_url("postgresql://host:1/a%40b").path, "a@b");
}

TEST(Registry, SaysWhatToWriteForASchemeThatIsNone) {
    try {
        open_driver(parse_url("pg://localhost/app"));
        ADD_FAILURE();
    } catch (const ConfigurationError& error) {
        EXPECT_NE(std::string_view(error.what()).find("write postgresql://"), std::string_view::npos)
            << error.what();
        EXPECT_NE(std::string_view(error.what()).find("sqlite"), std::string_view::npos) << error.what();
    }
    EXPECT_THROW(open_driver(parse_url("oracle://localhost/app")), ConfigurationError);
    EXPECT_THROW(open_driver(parse_url("sqlite3:///app.db")), ConfigurationError);
}

}  // namespace
}  // namespace duet::driver
