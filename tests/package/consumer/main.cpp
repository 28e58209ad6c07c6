#include <duet/duet.hpp>
#include <duet/version.hpp>

#include <cstdint>
#include <string>

using namespace duet::literals;

struct User {
    std::int64_t id{};
    std::string name{};
    int age{};

    static constexpr auto table = duet::table("users");
};

int main() {
    duet::Database db{"sqlite:///:memory:"};
    db.create_all(duet::models<User>);
    db.create(User{.name = "Ada", .age = 30});
    const auto adults = db.query<User>().where("age"_c >= 18).all();
    return adults.size() == 1 && adults[0].name == "Ada" && adults[0].id != 0 ? 0 : 1;
}
