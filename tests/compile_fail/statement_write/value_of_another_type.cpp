// EXPECT: duet: this column cannot be set to a value of this type
// MAX_LINES(clang): 13
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
    duet::BelongsTo<Team> team{};
    static constexpr auto table = duet::table("employees");
};
struct Draft {
    std::string name{};
    int salary{};
};
struct Wrong {
    std::string name{};
    std::string salary{};
};
struct Other {
    std::string name{};
    int wages{};
};

auto q = duet::insert<Employee>().values("salary"_c = "much");
