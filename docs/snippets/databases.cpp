// Needs postgres mariadb
#include <duet/duet.hpp>
#include <duet/postgres.hpp>
#include <duet/testing/testing.hpp>

#include <cstdlib>
#include <string>

#include <gtest/gtest.h>

using namespace duet::literals;

struct Account {
    std::int64_t id{};
    std::string email{};
    std::string name{};

    static constexpr auto table = duet::table("accounts", duet::unique("email"));
};

// [pg_types]
struct Booking {
    std::int64_t id{};
    duet::pg::Range<duet::Timestamp> during{};  // tstzrange
    duet::pg::Inet booked_from{};               // inet
    std::vector<std::string> guests{};          // text[]

    static constexpr auto table = duet::table("bookings");
};
// [/pg_types]

namespace {

TEST(Databases, Urls) {
    // [servers]
    duet::Database db{"postgresql://app:secret@db.example.com/shop"};
    duet::AsyncDatabase other{"mariadb://app:secret@db.example.com/shop?ssl=true"};
    // [/servers]
    EXPECT_EQ(db.dialect(), "postgresql");
    EXPECT_EQ(other.dialect(), "mariadb");

    // [urls]
    duet::Database plain{"postgresql://app:s%2Fcret@db.example.com:5433/shop"};  // the password is s/cret
    duet::Database socket{"postgresql:///shop?host=/var/run/postgresql"};
    duet::Database cluster{"postgresql://app@db1,db2:5433,[::1]/shop?target_session_attrs=read-write"};
    duet::Database tls{"postgresql://app@db.example.com/shop?sslmode=verify-full&sslrootcert=/etc/db.pem"};
    duet::Database limited{"postgresql://app@db.example.com/shop?statement_timeout=5s&lock_timeout=500ms"};
    duet::Database mariadb{"mariadb://app:secret@db.example.com/shop?ssl_ca=/etc/db.pem&ssl_verify=true"};
    duet::Database mysql{"mysql://app@localhost/shop?socket=/run/mysqld/mysqld.sock&pool_size=10"};
    // [/urls]
    EXPECT_EQ(mysql.pool_stats().size, 10U);

    // [bad_urls]
    EXPECT_THROW(duet::Database{"postgresql+psycopg://app@localhost/shop"}, duet::ConfigurationError);
    EXPECT_THROW(duet::Database{"postgresql://localhost/shop?sslmod=require"}, duet::ConfigurationError);
    EXPECT_THROW((duet::Database{"mysql://localhost/shop", {.dialect = "mariadb"}}),
                 duet::ConfigurationError);
    // [/bad_urls]
    try {
        const duet::Database driver{"postgresql+psycopg://app:secret@localhost/shop"};
        FAIL();
    } catch (const duet::ConfigurationError& error) {
        EXPECT_NE(std::string(error.what()).find("write postgresql://... instead"), std::string::npos)
            << error.what();
        EXPECT_EQ(std::string(error.what()).find("secret"), std::string::npos);
    }
}

TEST(Databases, TakeTheEnvironment) {
    const duet::testing::EphemeralPostgres server;
    ::setenv("PGHOST", server.folder().c_str(), 1);
    ::setenv("PGPORT", std::to_string(server.port()).c_str(), 1);
    ::setenv("PGUSER", "duet", 1);
    ::setenv("PGDATABASE", "duet", 1);
    // [environment]
    duet::Database db{"postgresql://"};  // PGHOST, PGPORT, PGUSER, PGPASSWORD or ~/.pgpass, PGDATABASE
    // [/environment]
    EXPECT_EQ(db.sql("SELECT current_database()").scalar<std::string>(), "duet");
    for (const char* name : {"PGHOST", "PGPORT", "PGUSER", "PGDATABASE"}) ::unsetenv(name);
}

TEST(Databases, Postgres) {
    const duet::testing::EphemeralPostgres server;
    duet::Database db{server.url()};
    db.create_all(duet::models<Account, Booking>);
    // [failed]
    db.transaction([&](duet::Transaction& tx) {
        tx.create(Account{.email = "ada@example.com", .name = "Ada"});
        try {
            tx.transaction([&](duet::Transaction& nested) {  // a savepoint
                nested.create(Account{.email = "ada@example.com", .name = "Another"});
            });
        } catch (const duet::UniqueViolation&) {
            // Without the savepoint PostgreSQL would refuse all that follows: code() 25P02.
        }
        tx.create(Account{.email = "grace@example.com", .name = "Grace"});
    });
    // [/failed]
    EXPECT_EQ(db.query<Account>().count(), 2);
    EXPECT_THROW(db.transaction([&](duet::Transaction& tx) {
        EXPECT_THROW(tx.create(Account{.email = "ada@example.com"}), duet::UniqueViolation);
        tx.create(Account{.email = "other@example.com"});
    }),
                 duet::DatabaseError);

    // [sequence]
    db.create(Account{.id = 100, .email = "imported@example.com"});  // a key of your own
    db.sql("SELECT setval(pg_get_serial_sequence('accounts', 'id'), (SELECT max(id) FROM accounts))")
        .scalar<std::int64_t>();
    // [/sequence]
    EXPECT_EQ(db.create(Account{.email = "next@example.com"}).id, 101);

    // [pg_types_use]
    const Booking booking = db.create(Booking{.during = {.lower = duet::Timestamp{}},  // from then on
                                              .booked_from = duet::pg::Inet::parse("192.0.2.7/24"),
                                              .guests = {"Ada", "Grace"}});
    // [/pg_types_use]
    EXPECT_EQ(db.get<Booking>(booking.id)->during, booking.during);
    EXPECT_EQ(db.get<Booking>(booking.id)->guests.size(), 2U);
}

TEST(Databases, MariaDb) {
    const duet::testing::EphemeralMariaDb server;
    duet::Database db{server.url(), {.dialect = "mariadb"}};
    db.create_all(duet::models<Account>);
    // [refused]
    try {
        db.transaction([](duet::Transaction& tx) { tx.advisory_lock("nightly report"); });
    } catch (const duet::UnsupportedByDialect& error) {
        std::cout << error.what() << '\n';  // mariadb has no advisory locks that end with a transaction
    }
    // [/refused]

    // [by_dialect]
    const std::string_view now =
        db.dialect() == "mariadb" ? "SELECT CAST(UTC_TIMESTAMP(6) AS CHAR)" : "SELECT CAST(now() AS text)";
    const auto text = db.sql(duet::runtime(now)).scalar<std::string>();
    // [/by_dialect]
    EXPECT_FALSE(text.empty());

    Account ada{.email = "ada@example.com", .name = "Ada"};
    EXPECT_TRUE(db.upsert(ada, duet::conflict_on("email"), duet::set("name")));
    Account same{.id = ada.id, .email = "ada@example.com", .name = "Ada"};
    // The object has a key, so that the primary key may be in the way as well.
    EXPECT_THROW(db.upsert(same, duet::conflict_on("email"), duet::set("name")), duet::UnsupportedByDialect);
}

}  // namespace
