#include "server.hpp"

#include <duet/testing/testing.hpp>

#include <cstdio>
#include <cstdlib>
#include <optional>

#include "mariadb_url.hpp"

namespace bench {
namespace {

// What would run by itself in the middle of a round runs between the rounds instead.
duet::testing::PostgresOptions postgres_options() {
    duet::testing::PostgresOptions options;
    options.settings = {
        "autovacuum=off",    "shared_buffers=256MB", "max_wal_size=8GB", "checkpoint_timeout=1h",
        "wal_level=minimal", "max_wal_senders=0",    "jit=off"};
    return options;
}

duet::testing::MariaDbOptions mariadb_options() {
    duet::testing::MariaDbOptions options;
    options.settings = {"innodb_buffer_pool_size=256M", "innodb_log_file_size=512M"};
    return options;
}

}  // namespace

struct Server::Impl {
    std::optional<duet::testing::EphemeralPostgres> postgres;
    std::optional<duet::testing::EphemeralMariaDb> mariadb;
};

Server::Server(Product product) : product_{product}, impl_{std::make_unique<Impl>()} {
    if (product == Product::postgres) {
        impl_->postgres.emplace(postgres_options());
    } else {
        impl_->mariadb.emplace(mariadb_options());
        // For clients that cannot be told; read when the client library is first used.
        ::setenv("MYSQL_UNIX_PORT", mariadb_place(url()).socket.c_str(), 1);
    }
    // Each call of ask() is a connection of its own, so rows go in by some hundred statements at a time.
    if (product == Product::mariadb) {
        for (const std::string& statement : seed_statements(Seed::users_and_posts, product)) {
            if (statement != "BEGIN" && statement != "COMMIT") ask(statement);
        }
        ask("ANALYZE TABLE users, posts");
        return;
    }
    std::string script;
    for (const std::string& statement : seed_statements(Seed::users_and_posts, product)) {
        if (statement == "VACUUM ANALYZE") continue;  // not in one message with others
        script += statement + ";\n";
    }
    ask(script);
    ask("VACUUM ANALYZE");
}

Server::~Server() = default;

std::string Server::url() const {
    return product_ == Product::postgres ? impl_->postgres->socket_url() : impl_->mariadb->socket_url();
}

std::string Server::ask(std::string_view sql) {
    return product_ == Product::postgres ? impl_->postgres->ask(sql, "duet")
                                         : impl_->mariadb->ask(sql, "duet");
}

void Server::remove_new_users(std::size_t expected) {
    if (ask("SELECT count(*) FROM users WHERE id > 10000") != std::to_string(expected)) {
        std::fprintf(stderr, "not every user has been inserted\n");
        std::exit(2);
    }
    ask(remove_new_users_sql);
    ask(product_ == Product::postgres ? "VACUUM users" : "SET GLOBAL innodb_max_purge_lag_wait = 0");
}

Product product_named(std::string_view name) {
    if (name == "postgres") return Product::postgres;
    if (name == "mariadb") return Product::mariadb;
    std::fprintf(stderr, "postgres or mariadb, not '%.*s'\n", static_cast<int>(name.size()), name.data());
    std::exit(1);
}

}  // namespace bench
