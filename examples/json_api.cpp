// An API without HTTP: takes requests as JSON and answers in JSON, as the handlers of a web server would.
#include <duet/payload.hpp>

#include <iostream>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

using namespace duet::literals;

struct Task;

struct Person {
    std::int64_t id{};
    std::string email{};
    std::string name{};
    bool is_admin = false;
    duet::HasMany<Task> tasks{};

    static constexpr auto table = duet::table("people", duet::unique("email"), duet::guarded("is_admin"));
};

enum class State { open, done };

struct Task {
    std::int64_t id{};
    std::string title{};
    State state{};
    std::optional<duet::Date> due{};
    duet::BelongsTo<Person> owner{};
    duet::Timestamps times{};

    static constexpr auto table = duet::table("tasks", duet::on_delete("owner", duet::cascade));
};

// What comes in...
struct PersonCreate {
    std::string email{};
    std::string name{};

    static constexpr auto rules = duet::rules(duet::email("email"), duet::length("name", 1, 80));
};
struct TaskCreate {
    std::string title{};
    std::int64_t owner_id{};
    std::optional<duet::Date> due{};

    static constexpr auto rules = duet::rules(duet::length("title", 1, 200));
};
struct TaskChange {
    duet::Patch<std::string> title{};
    duet::Patch<State> state{};
    duet::Patch<std::optional<duet::Date>> due{};

    static constexpr auto rules = duet::rules(duet::length("title", 1, 200));
};

// ...and what goes out.
struct TaskRead {
    std::int64_t id{};
    std::string title{};
    State state{};
    std::optional<duet::Date> due{};
    std::string owner{};

    static constexpr auto fields = duet::fields(duet::from("owner.name", "owner"));
};
struct TaskTitle {
    std::string title{};
    State state{};
};
struct PersonRead {
    std::int64_t id{};
    std::string name{};
    std::vector<TaskTitle> tasks{};
};
struct FaultRead {
    std::string path{};
    std::string code{};
    std::string message{};
};
struct Problem {
    std::string error{};
    std::vector<FaultRead> faults{};
};

namespace {

class Api {
public:
    explicit Api(duet::Database& db) : db_(db) { db_.create_all(duet::models<Person, Task>); }

    /// "POST /people" and the like; the answer begins with the status.
    std::string handle(std::string_view route, std::int64_t id, std::string_view body) {
        try {
            return "200 " + answer(route, id, body).text();
        } catch (const duet::ValidationError& error) {
            Problem problem{.error = "this cannot be taken"};
            for (const duet::Fault& fault : error.faults())
                problem.faults.push_back({fault.path, fault.code, fault.message});
            return "422 " + duet::to_json(problem).text();
        } catch (const duet::UniqueViolation& error) {
            return "409 " + duet::to_json(Problem{.error = "taken already"}).text();
        } catch (const duet::NotFound&) {
            return "404 " + duet::to_json(Problem{.error = "not there"}).text();
        }
    }

private:
    auto people() { return db_.query<Person>().related("tasks"_c); }
    duet::Json answer(std::string_view route, std::int64_t id, std::string_view body) {
        if (route == "POST /people") {
            const auto person = db_.create<Person>(duet::from_json<PersonCreate>(body));
            return duet::to_json(duet::to<PersonRead>(people().where("id"_c == person.id).one()));
        }
        if (route == "GET /people") return duet::to_json(duet::to<PersonRead>(people().order_by("id").all()));
        if (route == "POST /tasks") {
            const auto task = db_.create<Task>(duet::from_json<TaskCreate>(body));
            return read(task.id);
        }
        if (route == "PATCH /tasks") {
            Task task = db_.query<Task>().where("id"_c == id).one();
            db_.update(task, duet::from_json<TaskChange>(body));
            return read(id);
        }
        if (route == "GET /schemas") return duet::openapi_components<PersonCreate, TaskCreate, TaskChange>();
        throw duet::NotFound("no such route");
    }
    duet::Json read(std::int64_t id) {
        return duet::to_json(
            duet::to<TaskRead>(db_.query<Task>().where("id"_c == id).related("owner"_c).one()));
    }

    duet::Database& db_;
};

}  // namespace

int main() {
    duet::Database db{"sqlite://:memory:"};
    Api api(db);
    const auto request = [&](std::string_view route, std::string_view body = {}, std::int64_t id = 0) {
        std::cout << route << ' ' << body << "\n    " << api.handle(route, id, body) << '\n';
    };
    request("POST /people", R"({"email": "ada@example.com", "name": "Ada"})");
    request("POST /people", R"({"email": "ada", "name": "", "is_admin": true})");
    request("POST /people", R"({"email": "ada", "name": ""})");
    request("POST /people", R"({"email": "ada@example.com", "name": "Another Ada"})");
    request("POST /tasks", R"({"title": "Translate the memoir", "owner_id": 1, "due": "1843-08-01"})");
    request("PATCH /tasks", R"({"state": "done"})", 1);
    request("PATCH /tasks", R"({"due": null})", 1);
    request("PATCH /tasks", R"({"due": "tomorrow", "state": "lost"})", 1);
    request("PATCH /tasks", "{}", 7);
    request("GET /people");
    request("GET /schemas");
    std::cout << "All tasks as CSV:\n";
    duet::write_csv<TaskTitle>(db.query<Task>(), std::cout);
}
