// EXPECT: error
// MAX_LINES: 14
// MAX_LINES(clang): 18
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

auto hinted(const std::string& text) { return duet::select<Team>().hint(duet::sqlite, text); }
