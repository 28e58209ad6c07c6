// One function for blocking and async code: it takes the handle as a template parameter and returns what the
// handle returns.
#include <duet/duet.hpp>

#include <iostream>
#include <string>

using namespace duet::literals;

struct Chore {
    std::int64_t id{};
    std::string title{};
    bool done{};
    int priority{};

    static constexpr auto table = duet::table("chores", duet::index("done", "-priority"));
};

namespace {

// [functions]
// A query is a value: it needs no handle and is the same for all of them.
duet::Query<Chore> open_chores() {
    return duet::query<Chore>().where("done"_c == false).order_by("-priority", "id");
}

// `Handle` is a Database, a Transaction or one of their async twins; the result is a T or a duet::Task<T>.
template <class Handle>
auto most_urgent(Handle& db) {
    return db.first(open_chores());
}
template <class Handle>
auto finish_all_below(Handle& db, int priority) {
    return db.query(open_chores()).where("priority"_c < priority).update_bulk("done"_c = true);
}
// [/functions]

// [callers]
void blocking(duet::Database& db) {
    db.transaction([](duet::Transaction& tx) { finish_all_below(tx, 3); });
    if (const auto chore = most_urgent(db)) std::cout << "blocking: " << chore->title << '\n';
}

duet::Task<> asynchronous(duet::AsyncDatabase& db) {
    const auto finished = co_await finish_all_below(db, 5);
    const auto chore = co_await most_urgent(db);
    std::cout << "async: " << finished << " finished, next is " << (chore ? chore->title : "nothing") << '\n';
}
// [/callers]

}  // namespace

int main() {
    duet::Database db{"sqlite://:memory:"};
    db.create_all(duet::models<Chore>);
    db.create_bulk(std::vector<Chore>{{.title = "write", .priority = 9},
                                      {.title = "sweep", .priority = 1},
                                      {.title = "read", .priority = 4}});

    blocking(db);
    duet::AsyncDatabase async_db{db};
    duet::run([&] { return asynchronous(async_db); });
}
