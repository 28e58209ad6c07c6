#pragma once

#include <duet/dialect/mariadb.hpp>
#include <duet/dialect/postgres.hpp>
#include <duet/dialect/sqlite.hpp>
#include <duet/statement.hpp>

#include <cstdint>
#include <optional>
#include <string>

namespace statement_test {

using namespace duet::literals;

struct Employee;

struct Team {
    std::int64_t id{};
    std::string name{};
    duet::HasMany<Employee> members{};
    static constexpr auto table = duet::table("teams");
};

struct Employee {
    std::int64_t id{};
    std::string name{};
    int salary{};
    std::optional<duet::BelongsTo<Employee>> boss{};
    duet::BelongsTo<Team> team{};
    static constexpr auto table = duet::table("employees");
};

struct Node {
    std::int64_t id{};
    int depth{};
};

template <class S>
std::string sqlite(const S& statement) {
    return statement.to_sql(duet::sqlite_dialect());
}
template <class S>
std::string postgres(const S& statement) {
    return statement.to_sql(duet::postgres_dialect());
}
template <class S>
std::string mariadb(const S& statement) {
    return statement.to_sql(duet::mariadb_dialect());
}

}  // namespace statement_test
