// EXPECT: duet: values() takes assignments, as in values("age"_c = 18), or one object
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

auto q = duet::insert<Employee>().values("name"_c == "x", "salary"_c = 1);
