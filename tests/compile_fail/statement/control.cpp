// EXPECT_PASS
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

const auto base = duet::select("id"_c, "name"_c).from<Employee>().where("salary"_c > 1);
const auto lines = duet::cte<Line>("lines", base);
auto q = duet::select(boss("name"_c), lines("id"_c))
             .from<Employee>()
             .join(boss, boss("id"_c) == "boss"_c)
             .join(lines, lines("id"_c) == "id"_c)
             .union_all(duet::select("name"_c, "id"_c).from<Team>())
             .hint(duet::sqlite, "NOT INDEXED");
auto rows(duet::Database& db) { return db.execute(q).as<std::string, std::int64_t>().all(); }
