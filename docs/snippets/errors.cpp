#include <duet/duet.hpp>

#include <chrono>
#include <iostream>
#include <string>
#include <vector>

#include <gtest/gtest.h>

using namespace duet::literals;
using namespace std::chrono_literals;

struct User {
    std::int64_t id{};
    std::string email{};
    int age{};

    static constexpr auto table =
        duet::table("users", duet::unique("email"), duet::check("age_not_negative", "age >= 0"));
};

namespace {

TEST(Errors, All) {
    duet::Database db{"sqlite://:memory:"};
    db.create_all(duet::models<User>);

    // [catch]
    try {
        db.create(User{.email = "ada@example.com"});
        db.create(User{.email = "ada@example.com"});
    } catch (const duet::UniqueViolation& error) {
        std::cout << error.what() << '\n'           // UNIQUE constraint failed: users.email
                  << error.columns().at(0) << '\n'  // email
                  << error.code() << '\n'           // SQLITE_CONSTRAINT_UNIQUE
                  << error.sql() << '\n'            // INSERT INTO "users" ("email", "age") VALUES (?, ?)
                  << error.where().file_name() << ':' << error.where().line() << '\n';  // the create above
    }
    // [/catch]

    // [check]
    try {
        db.create(User{.email = "grace@example.com", .age = -1});
    } catch (const duet::CheckViolation& error) {
        std::cout << error.constraint() << '\n';  // age_not_negative
    } catch (const duet::IntegrityError& error) {
        std::cout << error.what() << '\n';  // any other constraint
    } catch (const duet::DatabaseError& error) {
        std::cout << error.what() << '\n';  // whatever else the database said
    }
    // [/check]

    std::vector<std::string> log;
    // [hook]
    const duet::QueryHook hook = db.on_query([&](const duet::QueryEvent& event) {
        if (event.duration > 10ms || event.error != nullptr) {
            log.push_back(std::string(event.sql) + ", " + std::to_string(event.parameters) +
                          " values, line " + std::to_string(event.where.line()));
        }
    });
    // [/hook]
    EXPECT_THROW(db.create(User{.email = "ada@example.com"}), duet::UniqueViolation);
    EXPECT_EQ(log.size(), 1U);

    // [stats]
    const duet::PoolStats pool = db.pool_stats();
    std::cout << pool.checked_out << " of " << pool.size << " connections in use, " << pool.waiting
              << " waiting\n";
    const auto plans = db.plan_stats();
    std::cout << plans.size << " of " << plans.capacity << " rendered statements kept, " << plans.rendered
              << " rendered so far\n";
    // [/stats]
    EXPECT_EQ(pool.checked_out, 0U);
    EXPECT_GT(plans.size, 0U);
}

}  // namespace
