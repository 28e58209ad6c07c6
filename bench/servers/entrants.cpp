#include "entrants.hpp"

namespace bench {
namespace {

constexpr ServerEntrant postgres_entrants[] = {
    {"raw", make_raw_postgres},
#ifdef BENCH_WITH_DUET
    {"duet", make_duet_on_server},
#endif
    {"raw unnest", make_raw_postgres_unnest},
    {"raw sequence", make_raw_postgres_sequence},
#ifdef BENCH_WITH_PQXX
    {"libpqxx", make_pqxx},
    {"pqxx work/op", make_pqxx_work_each},
#endif
#ifdef BENCH_WITH_SOCI_POSTGRES
    {"SOCI", make_soci_on_server},
#endif
#ifdef BENCH_WITH_POCO_POSTGRES
    {"POCO", make_poco_postgres},
#endif
};

constexpr WorkInfo postgres_works[] = {
    {Work::w1, "W1", "point select by key", 1'000, 1.03},
    {Work::w2, "W2", "10,000 rows into structs, a row", user_count, 1.05},
    {Work::w3, "W3", "single insert, autocommitted", 500, 1.03},
    {Work::w4, "W4", "bulk insert of 10,000, a row", user_count, 1.05},
    {Work::w4_with_keys, "W4k", "the same, the keys come back", user_count, 1.35},
    {Work::w5, "W5", "1,000 users with 10 posts, a user", parent_count, 0.95},
    {Work::w6_committed, "W6", "update one column by key", 500, 1.02},
};

#ifdef BENCH_WITH_MARIADB
constexpr ServerEntrant mariadb_entrants[] = {
    {"raw", make_raw_mariadb},
#ifdef BENCH_WITH_DUET_MARIADB
    {"duet", make_duet_on_server},
#endif
    {"raw arrays", make_raw_mariadb_arrays},
#ifdef BENCH_WITH_SOCI_MARIADB
    {"SOCI", make_soci_on_server},
#endif
#ifdef BENCH_WITH_POCO_MARIADB
    {"POCO", make_poco_mariadb},
#endif
};
#endif

constexpr WorkInfo mariadb_works[] = {
    {Work::w1, "W1", "point select by key", 1'000, 1.05},
    {Work::w2, "W2", "10,000 rows into structs, a row", user_count, 1.05},
    {Work::w3, "W3", "single insert, autocommitted", 500, 1.05},
    {Work::w4, "W4", "bulk insert of 10,000, a row", user_count, 1.00},
    {Work::w5, "W5", "1,000 users with 10 posts, a user", parent_count, 1.00},
    {Work::w6_committed, "W6", "update one column by key", 500, 1.05},
};

}  // namespace

std::span<const ServerEntrant> server_entrants(Product product) {
#ifdef BENCH_WITH_MARIADB
    if (product == Product::mariadb) return mariadb_entrants;
#endif
    return product == Product::postgres ? std::span<const ServerEntrant>{postgres_entrants}
                                        : std::span<const ServerEntrant>{};
}

std::span<const WorkInfo> server_works(Product product) {
    return product == Product::postgres ? std::span<const WorkInfo>{postgres_works}
                                        : std::span<const WorkInfo>{mariadb_works};
}

}  // namespace bench
