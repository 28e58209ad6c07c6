#include <duet/duet.hpp>

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

namespace {

using namespace duet::literals;

struct Post;
struct Person {
    std::int64_t id{};
    std::string name{};
    int age{};
    std::optional<duet::Timestamp> seen_at{};
    duet::Json profile{};
    duet::HasMany<Post> posts{};
    static constexpr auto table = duet::table("people");
};
struct Post {
    std::int64_t id{};
    std::string title{};
    duet::BelongsTo<Person> author{};
    static constexpr auto table = duet::table("posts");
};
inline constexpr auto models = duet::models<Person, Post>;

const std::vector<std::string> names{
    "Ada", "ada", "100%", "a_b", "[x]*?", "", "\xc3\xa4", "it's \"quoted\"", std::string("nul\0byte", 8)};

duet::Database make() {
    duet::Database db{"sqlite://:memory:"};
    db.create_all(models);
    for (const std::string& name : names) {
        const Person person = db.create(
            Person{.name = name, .age = static_cast<int>(name.size()), .profile = duet::Json::parse("{}")});
        db.create(Post{.title = "of " + name, .author = person.id});
    }
    return db;
}

void require(bool condition) {
    if (!condition) std::abort();
}

/// Runs it; text that makes no sense may be refused, and nothing else may happen.
template <class F>
void try_it(F f) {
    try {
        f();
    } catch (const duet::InvalidQuery&) {
        return;
    } catch (const duet::ValidationError&) {
        return;
    }
}

}  // namespace

// Text from outside names columns, orders, relations and values. Names that the model does not have are
// refused; values never become SQL text and are compared as C++ compares them.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    static duet::Database db = make();
    const std::string text(reinterpret_cast<const char*>(data), size);
    const auto people = duet::query<Person>();
    const auto everybody = static_cast<std::int64_t>(names.size());

    try_it([&] { require(db.all(people.order_by(duet::runtime(text))).size() == names.size()); });
    try_it([&] { db.all(duet::query<Post>().order_by(duet::runtime(text), "id")); });
    try_it([&] { db.count(people.where(duet::runtime_column(text) == 3)); });
    try_it([&] { db.count(people.where(duet::runtime_column(text) == "Ada")); });
    try_it([&] { db.all(people.related(duet::runtime(text))); });
    try_it([&] { (void)db.sql(duet::runtime(text), 1); });
    try_it([&] { db.query(people).page_after(text, 2); });

    static const std::string statement = db.query(people.where("name"_c == "x")).to_sql();
    require(db.query(people.where("name"_c == text)).to_sql() == statement);
    const auto matching = [&](const auto& condition) { return db.count(people.where(condition)); };
    const auto counted = [&](auto predicate) { return std::count_if(names.begin(), names.end(), predicate); };
    try_it([&] { require(matching("name"_c == text) == counted([&](const auto& n) { return n == text; })); });
    try_it([&] { require(matching("name"_c != text) == counted([&](const auto& n) { return n != text; })); });
    try_it([&] {
        require(matching("name"_c.in_({text, std::string("Ada")})) ==
                counted([&](const auto& n) { return n == text || n == "Ada"; }));
    });
    if (text.find('\0') == std::string::npos) {
        // SQLite's pattern functions stop at a NUL byte in the row; those rows are left out here.
        const auto no_nul = [](const std::string& n) { return n.find('\0') == std::string::npos; };
        const auto readable = "name"_c != names.back();
        try_it([&] {
            require(matching(readable && "name"_c.contains(text)) ==
                    counted([&](const auto& n) { return no_nul(n) && n.find(text) != std::string::npos; }));
        });
        try_it([&] {
            require(matching(readable && "name"_c.startswith(text)) ==
                    counted([&](const auto& n) { return no_nul(n) && n.starts_with(text); }));
        });
        try_it([&] {
            require(matching(readable && "name"_c.endswith(text)) ==
                    counted([&](const auto& n) { return no_nul(n) && n.ends_with(text); }));
        });
    }
    try_it([&] { matching("name"_c.icontains(text)); });
    try_it([&] { matching("name"_c.like(text)); });
    try_it([&] { matching("name"_c.ilike(text)); });
    try_it([&] { matching("profile"_c["a"] == text); });
    require(db.count(people) == everybody);
    return 0;
}
