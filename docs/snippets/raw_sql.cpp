#include <duet/duet.hpp>

#include <string>
#include <tuple>
#include <vector>

#include <gtest/gtest.h>

using namespace duet::literals;

struct User {
    std::int64_t id{};
    std::string name{};
    int age{};

    static constexpr auto table = duet::table("users");
};

namespace {

TEST(RawSql, All) {
    duet::Database db{"sqlite://:memory:"};
    db.create_all(duet::models<User>);
    db.create_bulk(std::vector<User>{{.name = "Ada", .age = 36}, {.name = "Grace", .age = 85}});
    const std::string name = "Ada";
    // [sql]
    struct NameAge {
        std::string name;
        int age;
    };
    const auto adults =
        db.sql("SELECT name, age FROM users WHERE age > {}", 30).as<NameAge>();  // by column name
    const auto models = db.sql("SELECT * FROM users ORDER BY id").as<User>();    // models too
    const auto pairs =
        db.sql("SELECT id, age FROM users").as<std::tuple<std::int64_t, int>>();  // by position
    const auto names = db.sql("SELECT name FROM users").as<std::string>();        // a flat list
    const auto count = db.sql("SELECT count(*) FROM users WHERE name = {}", name).scalar<int>();  // one value
    const auto first = db.sql("SELECT name, age FROM users ORDER BY age DESC").first<NameAge>();  // optional
    const auto only =
        db.sql("SELECT name, age FROM users WHERE name = {}", name).one<NameAge>();  // or NotFound
    const auto changed = db.sql("UPDATE users SET age = age + {} WHERE name = {}", 1, name).execute();
    // [/sql]
    EXPECT_EQ(adults.size(), 2U);
    EXPECT_EQ(models.size(), 2U);
    EXPECT_EQ(pairs.size(), 2U);
    EXPECT_EQ(names.size(), 2U);
    EXPECT_EQ(count, 1);
    EXPECT_EQ(first->name, "Grace");
    EXPECT_EQ(only.age, 36);
    EXPECT_EQ(changed, 1);

    // [window]
    struct Ranked {
        std::string name;
        std::int64_t place;
    };
    const auto ranking =
        db.sql("SELECT name, rank() OVER (ORDER BY age DESC) AS place FROM users WHERE age >= {}", 18)
            .as<Ranked>();
    // [/window]
    EXPECT_EQ(ranking.at(0).name, "Grace");

    // [braces]
    const auto text = db.sql("SELECT '{{}}' WHERE {} = 1", 1).scalar<std::string>();  // "{}"
    const std::string report = "SELECT count(*) FROM users";  // known at run time only
    const auto rows = db.sql(duet::runtime(report)).scalar<std::int64_t>();
    // [/braces]
    EXPECT_EQ(text, "{}");
    EXPECT_EQ(rows, 2);

    // [script]
    db.execute_script(R"(
        CREATE VIEW adults AS SELECT * FROM users WHERE age >= 18;
        CREATE TRIGGER no_ghosts BEFORE DELETE ON users BEGIN SELECT raise(ABORT, 'users stay'); END;
    )");
    // [/script]
    EXPECT_EQ(db.sql("SELECT count(*) FROM adults").scalar<int>(), 2);
}

}  // namespace
