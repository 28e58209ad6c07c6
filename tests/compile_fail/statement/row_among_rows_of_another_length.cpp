// EXPECT: duet: a row is looked for among rows, or in a statement, of as many columns
// MAX_LINES(clang): 16
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

auto q = duet::select<Employee>().where(duet::tuple("id"_c, "name"_c).in_({std::tuple{1, "a", 2}}));
