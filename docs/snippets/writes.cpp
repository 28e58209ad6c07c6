#include <duet/duet.hpp>

#include <optional>
#include <string>
#include <vector>

#include <gtest/gtest.h>

using namespace duet::literals;

struct User {
    std::int64_t id{};
    std::string email{};
    std::string name{};
    int age{};
    std::optional<std::string> bio{};
    std::int64_t logins{};
    duet::SoftDelete deletion{};

    static constexpr auto table = duet::table("users", duet::unique("email"));
};

struct Setting {
    std::string key{};
    std::string value{};

    static constexpr auto table = duet::table("settings", duet::primary_key("key"));
};

namespace {

struct Writes : testing::Test {
    duet::Database db{"sqlite://:memory:"};
    void SetUp() override { db.create_all(duet::models<User, Setting>); }
};

TEST_F(Writes, OneRow) {
    // [create]
    User ada =
        db.create(User{.email = "ada@example.com", .name = "Ada", .age = 36});  // comes back with its id

    User grace{.email = "grace@example.com", .name = "Grace"};
    db.save(grace);  // INSERT: it has no key yet
    grace.age = 85;
    db.save(grace);  // UPDATE of all columns
    // [/create]
    EXPECT_EQ(grace.id, 2);

    // [update]
    db.update(ada, "age"_c = 37, "bio"_c = "mathematician");  // these columns only; `ada` follows
    db.update(ada, "logins"_c = "logins"_c + 1);              // computed by the database, then read back
    db.update(ada, "bio"_c = nullptr);                        // NULL
    // [/update]
    EXPECT_EQ(ada.age, 37);
    EXPECT_EQ(ada.logins, 1);
    EXPECT_FALSE(ada.bio.has_value());

    // [refresh]
    db.refresh(ada);  // reads all columns again; NotFound when the row is gone
    // [/refresh]

    // [remove]
    db.remove(ada);              // a model with SoftDelete is marked...
    db.restore(ada);             // ...and unmarked
    db.remove(ada, duet::hard);  // DELETE
    // [/remove]
    EXPECT_EQ(db.query<User>().with_deleted().count(), 1);
    EXPECT_THROW(db.save(ada), duet::NotFound);

    // A key that the library does not assign does not tell whether the row is there: the database is asked.
    Setting theme{.key = "theme", .value = "dark"};
    db.save(theme);
    theme.value = "light";
    db.save(theme);
    EXPECT_EQ(db.get<Setting>("theme")->value, "light");
    db.remove(theme);
    EXPECT_THROW(db.update(theme, "value"_c = "x"), duet::NotFound);
}

TEST_F(Writes, ManyRows) {
    // [bulk]
    std::vector<User> users;
    for (int i = 0; i < 2000; ++i)
        users.push_back({.email = std::to_string(i) + "@example.com", .age = i % 90});
    db.create_bulk(users);  // few statements, one transaction; the objects get their keys

    const auto adults =
        db.query<User>().where("age"_c >= 18).update_bulk("name"_c = "adult", "logins"_c = "logins"_c + 1);
    const auto oldest =
        db.query<User>().where("age"_c > 80).order_by("-age").limit(10).delete_bulk();  // marks ten rows
    // [/bulk]
    EXPECT_EQ(users.back().id, 2000);

    // [batch]
    User carl{.email = "carl@example.com"};
    User dora{.email = "dora@example.com"};
    db.batch([&](duet::Batch& batch) {  // nothing is sent before the block ends
        batch.create(carl);
        batch.create(dora);
        batch.update_bulk(duet::query<User>().where("age"_c > 88), "logins"_c = "logins"_c + 1);
    });
    // [/batch]
    EXPECT_NE(dora.id, 0);
    EXPECT_GT(adults, 0);
    EXPECT_EQ(oldest, 10);

    // [guard]
    EXPECT_THROW(db.query<User>().delete_bulk(), duet::InvalidQuery);  // no where: refused
    db.query<User>().update_bulk("logins"_c = 0, duet::all_rows);      // unless you say so
    db.query<User>().with_deleted().delete_bulk(duet::all_rows, duet::hard);
    // [/guard]
    EXPECT_EQ(db.query<User>().with_deleted().count(), 0);
}

TEST_F(Writes, Conflicts) {
    // [get_or_create]
    const auto [user, created] = db.get_or_create<User>(duet::by("email"_c = "ada@example.com"),
                                                        duet::defaults("name"_c = "Ada", "age"_c = 36));

    const auto [same, made] = db.update_or_create<User>(duet::by("email"_c = "ada@example.com"),
                                                        duet::defaults("name"_c = "Ada Lovelace"));
    // [/get_or_create]
    EXPECT_TRUE(created);
    EXPECT_FALSE(made);
    EXPECT_EQ(same.id, user.id);
    EXPECT_EQ(same.name, "Ada Lovelace");

    // [upsert]
    User ada{.email = "ada@example.com", .name = "Countess", .logins = 1};
    db.upsert(ada, duet::conflict_on("email"),                  // the unique columns
              duet::set("name", "logins"_c = "logins"_c + 1));  // name: as in `ada`; logins: computed

    Setting theme{.key = "theme", .value = "dark"};
    const bool inserted = db.upsert(theme, duet::conflict_on("key"), duet::do_nothing);
    // [/upsert]
    EXPECT_EQ(ada.id, user.id);
    EXPECT_EQ(ada.name, "Countess");
    EXPECT_EQ(ada.logins, 1);
    EXPECT_EQ(ada.age, 36);
    EXPECT_TRUE(inserted);
}

}  // namespace
