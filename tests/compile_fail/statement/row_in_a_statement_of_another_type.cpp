// EXPECT: duet: this column cannot be compared with a value of this type
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

const auto pairs = duet::select("id"_c, "name"_c).from<Team>();
auto q = duet::select<Employee>().where(duet::tuple("id"_c, "salary"_c).in_(pairs));
