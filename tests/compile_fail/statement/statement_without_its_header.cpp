// EXPECT: duet: statement() needs #include <duet/statement.hpp>
#include <duet/duet.hpp>

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

auto q = duet::query<Team>().statement();
