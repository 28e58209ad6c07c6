// EXPECT: duet: values() takes assignments, an object of the model, a struct whose fields are columns, or a
// vector of
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

auto q = duet::insert<Employee>().values(5);
