#include "integration/checks.hpp"
#include "integration/servers.hpp"

// How a blocking statement waits for PostgreSQL's answer.
namespace {

using namespace duet::test;

struct Word {
    std::int64_t id{};
    std::string text{};
    static constexpr auto table = duet::table("words");
};
inline constexpr auto words = duet::models<Word>;

struct PostgresWaiting : testing::Test {
    duet::Database db{postgres_url()};
};

TEST_F(PostgresWaiting, TakesAsLongAsTheServerDoes) {
    const auto number_after = [&](double seconds) {
        return db.sql("SELECT 7 FROM pg_sleep({})", seconds).scalar<int>();
    };
    EXPECT_EQ(number_after(0), 7);
    EXPECT_EQ(number_after(1.3), 7);
    EXPECT_EQ(number_after(0), 7);
}

TEST_F(PostgresWaiting, SendsValuesOfAnySizeAndTakesAnswersOfAnySize) {
    for (const int size : {0, 4'000, 4'200, 100'000, 5'000'000}) {
        const std::string text(static_cast<std::size_t>(size), 'x');
        const auto back = db.sql("SELECT {}::text", text).scalar<std::string>();
        EXPECT_EQ(back, text) << size;
        const auto longer = db.sql("SELECT repeat('y', {}::int)", std::int64_t{size}).scalar<std::string>();
        EXPECT_EQ(longer, std::string(text.size(), 'y')) << size;
    }
}

TEST_F(PostgresWaiting, HearsOfARefusalOfALargeValue) {
    for (const int size : {10, 5'000'000}) {
        const std::string text(static_cast<std::size_t>(size), 'x');
        for (int again = 0; again < 2; ++again) {
            EXPECT_THROW((void)db.sql("SELECT length({}::text)::int / 0", text).scalar<int>(),
                         duet::DatabaseError)
                << size;
        }
        EXPECT_EQ(db.sql("SELECT length({}::text)::int", text).scalar<int>(), size);
    }
}

TEST_F(PostgresWaiting, IsToldWhenTheServerEndsTheConnection) {
    db.create_all(words);
    const Word word = db.create(Word{.text = "first"});
    EXPECT_TRUE(db.get<Word>(word.id));
    const auto own = db.sql("SELECT pg_backend_pid()").scalar<int>();
    try {
        (void)db.sql("SELECT pg_terminate_backend({}::int)", own).scalar<bool>();
        FAIL() << "the connection lives on";
    } catch (const duet::ConnectionError& error) {
        EXPECT_EQ(error.code(), "57P01") << error.what();
    }
    EXPECT_NE(db.sql("SELECT pg_backend_pid()").scalar<int>(), own);
    EXPECT_TRUE(db.get<Word>(word.id));
}

TEST_F(PostgresWaiting, LeavesTheConnectionAsTheNextUserWantsIt) {
    const auto pid = [&] { return db.sql("SELECT pg_backend_pid()").scalar<int>(); };
    const auto own = pid();
    db.execute_script("SET application_name = 'somebody'");
    EXPECT_NE(db.sql("SHOW application_name").scalar<std::string>(), "somebody");
    db.execute_script("BEGIN");
    EXPECT_FALSE(db.sql("SELECT pg_current_xact_id_if_assigned() IS NOT NULL").scalar<bool>());
    EXPECT_THROW(db.execute_script("SELECT 1 / 0"), duet::DatabaseError);
    EXPECT_EQ(pid(), own);
}

}  // namespace
