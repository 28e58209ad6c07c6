// EXPECT: duet: the model (or one on the path) has no column or relation of this name
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

auto q = duet::insert<Employee>().values("wages"_c = 1);
