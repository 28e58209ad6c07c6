// EXPECT: duet: a field of the struct has another type than the statement's column in its place
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

auto q = duet::cte<Line>("line", duet::select("id"_c, "salary"_c).from<Employee>());
