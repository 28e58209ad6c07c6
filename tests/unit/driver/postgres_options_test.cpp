#include <duet/base/error.hpp>
#include <duet/driver/url.hpp>

#include <string>
#include <string_view>

#include <gtest/gtest.h>

#include "driver/postgres/error.hpp"
#include "driver/postgres/options.hpp"

namespace {

using duet::driver::postgres::Options;

Options parse(std::string_view url) {
    return duet::driver::postgres::parse_options(duet::driver::parse_url(url));
}

std::string keyword(const Options& options, std::string_view key) {
    for (const auto& [name, value] : options.keywords) {
        if (name == key) return value;
    }
    return "(unset)";
}

std::string refusal(std::string_view url) {
    try {
        parse(url);
    } catch (const duet::ConfigurationError& error) {
        return error.what();
    }
    return "";
}

TEST(PostgresOptions, HandTheUrlsPartsToLibpq) {
    const struct {
        const char* url;
        const char* key;
        const char* value;
    } rows[] = {
        {"postgresql://ann:s%40cret@db.example:5433/shop", "host", "db.example"},
        {"postgresql://ann:s%40cret@db.example:5433/shop", "port", "5433"},
        {"postgresql://ann:s%40cret@db.example:5433/shop", "user", "ann"},
        {"postgresql://ann:s%40cret@db.example:5433/shop", "password", "s@cret"},
        {"postgresql://ann:s%40cret@db.example:5433/shop", "dbname", "shop"},
        {"postgres://h1:5432,h2:5433/shop", "host", "h1,h2"},
        {"postgres://h1:5432,h2:5433/shop", "port", "5432,5433"},
        {"postgres://h1,h2:5433/shop", "port", ",5433"},
        {"postgresql://%2Fvar%2Frun%2Fpostgresql/shop", "host", "/var/run/postgresql"},
        {"postgresql:///shop?host=/tmp", "host", "/tmp"},
        {"postgresql:///shop", "host", "(unset)"},
        {"postgresql:///shop", "user", "(unset)"},
        {"postgresql://h", "dbname", "(unset)"},
        {"postgresql://h/?sslmode=require", "sslmode", "require"},
        {"postgresql://h/?ssl=true", "sslmode", "require"},
        {"postgresql://h/?target_session_attrs=read-write", "target_session_attrs", "read-write"},
        {"postgresql://h/?application_name=till", "application_name", "till"},
        {"postgresql://h/", "client_encoding", "UTF8"},
        {"postgresql://h/?pool_size=3&max_overflow=2", "pool_size", "(unset)"},
    };
    for (const auto& row : rows) EXPECT_EQ(keyword(parse(row.url), row.key), row.value) << row.url;
}

TEST(PostgresOptions, KeepDuetsOwnSettings) {
    const Options options = parse(
        "postgresql://h/?pipeline=off&prepared_statements=off&statement_timeout=5s&lock_timeout=250&"
        "connect_timeout=3");
    EXPECT_FALSE(options.pipeline);
    EXPECT_FALSE(options.prepare);
    EXPECT_EQ(options.connect_timeout, std::chrono::seconds{3});
    EXPECT_NE(options.session_sql.find("SET statement_timeout = 5000"), std::string::npos);
    EXPECT_NE(options.session_sql.find("SET lock_timeout = 250"), std::string::npos);
    EXPECT_EQ(keyword(options, "statement_timeout"), "(unset)");
    EXPECT_EQ(parse("postgresql://h/?connect_timeout=0").connect_timeout, std::chrono::milliseconds::max());
    EXPECT_EQ(parse("postgresql://h/?connect_timeout=-1").connect_timeout, std::chrono::milliseconds::max());
    EXPECT_EQ(parse("postgresql://h/?connect_timeout=500ms").connect_timeout, std::chrono::milliseconds{500});
}

TEST(PostgresOptions, RefuseWhatTheyDoNotKnow) {
    EXPECT_NE(refusal("postgresql://h/?sslmod=require").find("did you mean sslmode"), std::string::npos);
    EXPECT_NE(refusal("postgresql://h/?statment_timeout=1").find("statement_timeout"), std::string::npos);
    EXPECT_NE(refusal("postgresql://h/?sslmode=maybe").find("verify-full"), std::string::npos);
    EXPECT_NE(refusal("postgresql://h/?statement_timeout=soon").find("milliseconds"), std::string::npos);
    EXPECT_NE(refusal("postgresql://h/?pipeline=perhaps").find("true or false"), std::string::npos);
    EXPECT_NE(refusal("postgresql://h/?client_encoding=LATIN1"), "");
    EXPECT_EQ(refusal("postgresql://u:hunter2@h/?nonsense_option=1").find("hunter2"), std::string::npos);
}

TEST(PostgresConnectionErrors, AdviseInOneLine) {
    const struct {
        const char* message;
        const char* code;
        const char* advice;
    } rows[] = {
        {"connection to server at \"localhost\" (127.0.0.1), port 1 failed: Connection refused\n\tIs the "
         "server "
         "running on that host and accepting TCP/IP connections?\n",
         "08001", "is this its port"},
        {"FATAL:  password authentication failed for user \"ann\"\n", "28P01", "~/.pgpass"},
        {"FATAL:  database \"shop\" does not exist\n", "3D000", "create it"},
        {"FATAL:  sorry, too many clients already\n", "53300", "max_connections"},
        {"", "08006", "lost"},
    };
    for (const auto& row : rows) {
        try {
            duet::driver::postgres::throw_connection(row.message);
        } catch (const duet::ConnectionError& error) {
            const std::string_view what = error.what();
            EXPECT_EQ(error.code(), row.code);
            EXPECT_NE(what.find(row.advice), std::string_view::npos) << what;
            EXPECT_EQ(what.find('\n'), std::string_view::npos);
        }
    }
}

}  // namespace
