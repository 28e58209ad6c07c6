#include <duet/duet.hpp>

#include <chrono>
#include <string>

#include <gtest/gtest.h>

using namespace duet::literals;

struct Note {
    std::int64_t id{};
    std::string text{};

    static constexpr auto table = duet::table("notes");
};

namespace {

TEST(Sqlite, Urls) {
    // [urls]
    duet::Database relative{"sqlite:///app.db"};
    duet::Database absolute{"sqlite:////tmp/app.db"};
    duet::Database memory{"sqlite://:memory:"};
    duet::Database tuned{"sqlite:///app.db?mode=rw&busy_timeout=2000&synchronous=full&cache_size=-64000"};
    duet::Database pooled{"sqlite:///app.db", {.pool = {.size = 10, .timeout = std::chrono::seconds{5}}}};
    // [/urls]
    relative.create_all(duet::models<Note>);
    EXPECT_EQ(tuned.query<Note>().count(), 0);
    EXPECT_EQ(pooled.pool_stats().size, 11U);

    // [bad_urls]
    EXPECT_THROW(duet::Database{"sqlite:///app.db?mod=ro"}, duet::ConfigurationError);
    EXPECT_THROW(duet::Database{"sqlite+async:///app.db"}, duet::ConfigurationError);
    EXPECT_THROW((duet::Database{"sqlite:///app.db", {.dialect = "postgresql"}}), duet::ConfigurationError);
    // [/bad_urls]
    EXPECT_EQ(relative.sql("PRAGMA journal_mode").scalar<std::string>(), "wal");
    EXPECT_EQ(relative.sql("PRAGMA foreign_keys").scalar<int>(), 1);
    EXPECT_EQ(relative.sql("PRAGMA synchronous").scalar<int>(), 1);
}

}  // namespace
