// EXPECT: duet: as<...>() has another number of columns than the statement
#include <duet/statement.hpp>

using namespace duet::literals;

struct Team {
    std::int64_t id{};
    std::string name{};
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
struct Line {
    std::int64_t id{};
    std::string name{};
};
constexpr auto boss = duet::alias<Employee>("boss");

auto rows(duet::Database& db) { return db.execute(duet::select<Team>()).as<Team, std::int64_t>().all(); }
