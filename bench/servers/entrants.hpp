#pragma once

#include <array>
#include <span>
#include <string>

#include "contender.hpp"

/// Those who do the works on a server whose tables are seeded. Here W3 and W6 are autocommitted (updates() is
/// asked for Commit::each alone), and nobody removes what he inserted: the server's remove_new_users() does.
namespace bench {

struct ServerEntrant {
    const char* name;
    std::unique_ptr<Contender> (*make)(const std::string& url);
};

/// Everyone who was built in, the hand-written side first and duet, if it was built, next.
std::span<const ServerEntrant> server_entrants(Product product);

std::unique_ptr<Contender> make_raw_postgres(const std::string& url);
std::unique_ptr<Contender> make_raw_postgres_unnest(const std::string& url);
std::unique_ptr<Contender> make_raw_postgres_sequence(const std::string& url);
std::unique_ptr<Contender> make_raw_mariadb(const std::string& url);
std::unique_ptr<Contender> make_raw_mariadb_arrays(const std::string& url);
std::unique_ptr<Contender> make_duet_on_server(const std::string& url);
std::unique_ptr<Contender> make_pqxx(const std::string& url);
std::unique_ptr<Contender> make_pqxx_work_each(const std::string& url);
std::unique_ptr<Contender> make_soci_on_server(const std::string& url);
std::unique_ptr<Contender> make_poco_postgres(const std::string& url);
std::unique_ptr<Contender> make_poco_mariadb(const std::string& url);

/// The works with duet's targets.
std::span<const WorkInfo> server_works(Product product);

}  // namespace bench
