#include <duet/payload.hpp>
#include <duet/statement.hpp>

#include <fstream>
#include <iostream>
#include <map>
#include <optional>
#include <sstream>
#include <string>
#include <vector>

#include <gtest/gtest.h>

using namespace duet::literals;

struct Post;

// [models]
struct User {
    std::int64_t id{};
    std::string email{};
    std::string name{};
    int age{};
    std::optional<std::string> bio{};
    bool is_admin = false;
    duet::HasMany<Post> posts{};

    static constexpr auto table = duet::table("users", duet::unique("email"), duet::guarded("is_admin"));
};

struct Post {
    std::int64_t id{};
    std::string title{};
    duet::BelongsTo<User> author{};

    static constexpr auto table = duet::table("posts");
};
// [/models]

// [create_struct]
struct UserCreate {
    std::string email{};
    std::string name{};
    int age = 18;

    static constexpr auto rules = duet::rules(duet::email("email"), duet::length("name", 1, 80),
                                              duet::range("age", 0, 150), duet::may_be_missing("age"));
};
// [/create_struct]

// [patch_struct]
struct UserPatch {
    duet::Patch<std::string> name{};
    duet::Patch<std::optional<std::string>> bio{};

    static constexpr auto rules = duet::rules(duet::length("name", 1, 80));
};
// [/patch_struct]

// [read_structs]
struct PostRead {
    std::int64_t id{};
    std::string title{};
};
struct UserRead {
    std::int64_t id{};
    std::string name{};
    std::vector<PostRead> posts{};  // the relation of this name
};
struct PostCard {
    std::string title{};
    std::string by{};
    std::size_t letters{};

    static constexpr auto fields =
        duet::fields(duet::from("author.name", "by"),
                     duet::computed("letters", [](const auto& post) { return post.title.size(); }));
};
// [/read_structs]

// [rules]
struct Signup {
    std::string login{};
    std::string password{};
    std::string again{};
    std::optional<std::string> site{};
    std::string plan = "free";
    std::vector<std::string> tags{};

    static constexpr auto rules = duet::rules(
        duet::pattern("login", "[a-z][a-z0-9_]{2,19}", "must be 3 to 20 letters, digits and underscores"),
        duet::length("password", 12, 200), duet::url("site"), duet::one_of("plan", "free", "pro"),
        duet::may_be_missing("plan"), duet::length("tags", 0, 5),
        duet::custom(
            "password", [](const std::string& p) { return p.find("1234") == p.npos; }, "is too simple"),
        duet::across([](const auto& s) { return s.password == s.again; }, "is not the same password",
                     "again"));
};
// [/rules]

// [model_rules]
struct Shelf {
    std::string code{};
    int rows{};

    static constexpr auto table = duet::table("shelves", duet::primary_key("code"));
    static constexpr auto rules = duet::rules(duet::length("code", 1, 4), duet::range("rows", 1, 9));
};
// [/model_rules]

namespace {

struct Payloads : testing::Test {
    duet::Database db{"sqlite://:memory:"};
    void SetUp() override { db.create_all(duet::models<User, Post, Shelf>); }
};

TEST_F(Payloads, Write) {
    // [create]
    User ada = db.create<User>(UserCreate{.email = "ada@example.com", .name = "Ada"});
    // [/create]
    EXPECT_EQ(ada.age, 18);

    // [create_bulk]
    const std::vector<UserCreate> more{{"alan@example.com", "Alan", 41}, {"grace@example.com", "Grace", 85}};
    db.create_bulk<User>(more);  // all of them, or none
    // [/create_bulk]
    EXPECT_EQ(db.query<User>().count(), 3);

    // [update]
    db.update(ada, UserPatch{.bio = "mathematician"});  // UPDATE users SET bio; the name is left alone
    db.update(ada, UserPatch{.bio = nullptr});          // NULL, which is not the same as unset
    // [/update]
    EXPECT_FALSE(ada.bio.has_value());

    // [batch]
    User edsger;
    db.batch([&](duet::Batch& batch) {
        batch.create(edsger, UserCreate{.email = "edsger@example.com", .name = "Edsger"});  // INSERT
        batch.update(ada, UserPatch{.bio = "mathematician and writer"});                    // UPDATE
    });
    // [/batch]
    EXPECT_NE(edsger.id, 0);
    EXPECT_EQ(ada.bio, "mathematician and writer");

    // [apply]
    duet::apply(UserPatch{.name = "Countess Lovelace"}, ada);  // the object only
    // [/apply]
    EXPECT_EQ(ada.name, "Countess Lovelace");
}

TEST_F(Payloads, Read) {
    User ada = db.create<User>(UserCreate{.email = "ada@example.com", .name = "Ada"});
    db.create(Post{.title = "Notes", .author = ada});
    // [to]
    const auto users = duet::to<UserRead>(db.query<User>().related("posts"_c).all());
    const std::string text{duet::to_json(users).text()};
    // [{"id":1,"name":"Ada","posts":[{"id":1,"title":"Notes"}]}]
    // [/to]
    EXPECT_EQ(text, R"([{"id":1,"name":"Ada","posts":[{"id":1,"title":"Notes"}]}])");
    const auto cards = duet::to<PostCard>(db.query<Post>().related("author"_c).all());
    EXPECT_EQ(cards[0].by, "Ada");
}

TEST_F(Payloads, Json) {
    // [from_json]
    const auto create = duet::from_json<UserCreate>(R"({"email": "ada@example.com", "name": "Ada"})");
    const User ada = db.create<User>(create);
    // [/from_json]
    EXPECT_EQ(ada.id, 1);

    // [faults]
    try {
        duet::from_json<UserCreate>(R"({"email": 7, "nick": "ada"})");
    } catch (const duet::ValidationError& error) {
        for (const duet::Fault& fault : error.faults())
            std::cout << fault.path << ": " << fault.message << " (" << fault.code << ")\n";
        // /email: must be a string (type)
        // /nick: is unknown (unknown)
        // /name: is missing (missing)
    }
    // [/faults]
    EXPECT_THROW(duet::from_json<UserCreate>("{}"), duet::ValidationError);

    // [lenient]
    const auto lenient = duet::from_json<UserCreate>(R"({"email": "a@b.c", "name": "A", "nick": "a"})",
                                                     {.allow_unknown = true});
    // [/lenient]
    EXPECT_EQ(lenient.name, "A");
}

TEST_F(Payloads, Rules) {
    // [validate]
    const Signup signup{.login = "Ada", .password = "1234", .again = "4321"};
    const std::vector<duet::Fault> faults = duet::faults_of(signup);  // all of them; validate() throws them
    // [/validate]
    EXPECT_EQ(faults.size(), 4U);
    // [model_rules_hold]
    db.create(Shelf{.code = "A1", .rows = 3});
    EXPECT_THROW(db.create(Shelf{.code = "A2", .rows = 30}), duet::ValidationError);
    // [/model_rules_hold]
}

TEST_F(Payloads, Schemas) {
    // [schema]
    const duet::Json schema = duet::json_schema<UserCreate>();
    const duet::Json components = duet::openapi_components<UserCreate, UserPatch, UserRead>();
    // {"schemas": {"UserCreate": {...}, "UserPatch": {...}, "UserRead": {...}, "PostRead": {...}}}
    // [/schema]
    EXPECT_EQ(schema["title"].as_string(), "UserCreate");
    EXPECT_EQ(components["schemas"].size(), 4U);
}

TEST_F(Payloads, Files) {
    db.create<User>(UserCreate{.email = "ada@example.com", .name = "Ada"});
    // [export]
    std::ofstream csv("users.csv", std::ios::binary);
    duet::write_csv(db.query<User>().order_by("id"), csv);

    std::string lines;
    duet::write_json_lines<UserCreate>(db.query<User>(), [&](std::string_view part) { lines += part; });
    // [/export]
    std::ostringstream out;
    // [export_statement]
    const auto names = duet::select("name"_c, "age"_c).from<User>().order_by("name");
    duet::write_csv(db.execute(names), out, {.columns = {"name", "age"}});
    // [/export_statement]
    EXPECT_EQ(out.str(), "name,age\r\nAda,18\r\n");
    csv.close();
    EXPECT_EQ(lines, "{\"email\":\"ada@example.com\",\"name\":\"Ada\",\"age\":18}\n");

    std::istringstream file(
        "email,name,age\r\nalan@example.com,Alan,41\r\nnobody,,old\r\ngrace@example.com,Grace,85\r\n");
    // [import]
    auto rows = duet::read_csv<UserCreate>(file);
    std::vector<UserCreate> batch;
    while (true) {
        try {
            auto row = rows.next();
            if (!row) break;
            batch.push_back(std::move(*row));
        } catch (const duet::ValidationError& error) {
            std::cerr << error.what() << '\n';  // line 3: /age: must be an integer
        }
    }
    db.create_bulk<User>(batch);
    // [/import]
    EXPECT_EQ(db.query<User>().count(), 3);
}

duet::Task<> export_async(duet::AsyncDatabase& db, std::ostream& out) {
    // [async]
    const auto users = db.query<User>().order_by("id");
    const std::size_t written = co_await duet::write_csv(users, out);
    // [/async]
    EXPECT_EQ(written, 1U);
}
TEST_F(Payloads, Async) {
    db.create<User>(UserCreate{.email = "ada@example.com", .name = "Ada"});
    duet::AsyncDatabase async_db{db};
    std::ostringstream out;
    duet::run([&] { return export_async(async_db, out); });
}

}  // namespace
