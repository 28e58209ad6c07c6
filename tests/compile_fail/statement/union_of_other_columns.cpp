// EXPECT: duet: both sides of a set operation need columns of the same types
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

auto q = duet::select("name"_c).from<Employee>().union_(duet::select("id"_c).from<Team>());
