// Needs postgres
#include <duet/duet.hpp>
#include <duet/testing/postgres.hpp>

#include <iostream>
#include <string>

#include <gtest/gtest.h>

using namespace duet::literals;
using namespace std::chrono_literals;

struct Article {
    std::int64_t id{};
    std::string title{};

    static constexpr auto table = duet::table("articles");
};

namespace {

struct Servers {
    duet::testing::EphemeralPostgres primary;
    duet::testing::EphemeralPostgres standby;

    Servers() : standby(following(primary)) {}
    static duet::testing::PostgresOptions following(const duet::testing::EphemeralPostgres& primary) {
        duet::testing::PostgresOptions options;
        options.replica_of = &primary;
        return options;
    }
};

struct Replicas : testing::Test {
    static Servers& servers() {
        static Servers all;
        return all;
    }
    const std::string primary_url = servers().primary.url();
    const std::string near_url = servers().standby.url();
    const std::string far_url = servers().standby.socket_url();

    void SetUp() override {
        duet::Database db{primary_url};
        db.drop_all(duet::models<Article>);
        db.create_all(duet::models<Article>);
        servers().standby.wait_until_caught_up();
    }
};

TEST_F(Replicas, AreOpened) {
    // [open]
    duet::Database db{primary_url, {.replicas = {{.url = near_url, .weight = 3}, {.url = far_url}}}};

    db.create(Article{.title = "Replicas"});          // the primary
    const auto articles = db.query<Article>().all();  // a replica, or the primary right after a write
    // [/open]
    EXPECT_EQ(articles.size(), 1U);

    // [nodes]
    const std::vector<duet::Node> nodes = {{.url = primary_url, .role = duet::Role::primary},
                                           {.url = near_url, .role = duet::Role::replica, .name = "near"}};
    duet::Database same{nodes};
    // [/nodes]
    EXPECT_EQ(same.query<Article>().count(), 1);
}

TEST_F(Replicas, ReadYourWrites) {
    // [caught_up]
    duet::Database db{primary_url,
                      {.replicas = {{.url = near_url}}, .read_your_writes = duet::until_caught_up}};
    // [/caught_up]

    // [session]
    const auto handle_request = [&db](const std::string& title) {
        duet::Database session = db.session();  // costs an allocation; has not written anything yet
        const Article made = session.create(Article{.title = title});
        return session.get<Article>(made.id);  // finds it, however late the replicas are
    };
    // [/session]
    EXPECT_EQ(handle_request("Sessions")->title, "Sessions");
}

TEST_F(Replicas, CanBePinned) {
    duet::Database db{primary_url, {.replicas = {{.url = near_url}}}};
    // [pinned]
    const auto latest = db.on("primary").query<Article>().count();
    duet::Database reports = db.on("replica");  // or a name: "replica1"
    const auto standby = reports.sql("SELECT pg_is_in_recovery()").scalar<bool>();
    // [/pinned]
    EXPECT_EQ(latest, 0);
    EXPECT_TRUE(standby);
    // [read_only]
    reports.transaction([](duet::Transaction& tx) { return tx.query<Article>().count(); },
                        {.read_only = true});
    // [/read_only]
}

TEST_F(Replicas, AskARouter) {
    // [router]
    duet::DatabaseOptions options;
    options.replicas = {{.url = near_url, .name = "near"}, {.url = far_url, .name = "far"}};
    options.max_lag = 2s;
    options.router = [](const duet::RouteRequest& request) -> std::string_view {
        if (request.session == "reports") return "far";
        if (request.table == "accounts") return "primary";
        return {};  // as without a router
    };
    duet::Database db{primary_url, options};
    duet::Database reports = db.session("reports");
    // [/router]
    EXPECT_EQ(reports.query<Article>().count(), 0);
    // [status]
    for (const duet::NodeStatus& node : db.nodes()) {
        std::cout << node.name << (node.up ? " is up, " : " is down, ") << node.pool.checked_out << " of "
                  << node.pool.size << " connections in use\n";
    }
    // [/status]
}

}  // namespace
