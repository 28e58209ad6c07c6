// EXPECT_PASS
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

auto names = duet::select("name"_c, "id"_c).from<Team>();
auto a = duet::insert<Employee>().values("name"_c = "x", "salary"_c = 1).returning("id"_c);
auto b = duet::insert<Employee>().values(Draft{}).on_conflict("id"_c).do_update("name"_c);
auto c = duet::insert<Employee>().from_select("name"_c, "team"_c, names).returning<Draft>();
auto d = duet::update<Employee>().set("salary"_c = "salary"_c + 1).where("team.name"_c == "x");
auto e = duet::remove<Employee>().where(duet::all_rows).returning();
std::int64_t rows(duet::Database& db) { return db.execute(b) + db.execute(d); }
std::vector<Employee> gone(duet::Database& db) { return db.execute(e).all(); }
