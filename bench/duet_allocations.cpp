#include "contender.hpp"
#include "count_allocations.hpp"

#ifdef BENCH_WITH_DUET
#include "models.hpp"
#endif

#include <cstdio>
#include <string_view>

// Heap allocations of an operation, the database's own included, beside those of the hand-written sides.
namespace {

using namespace bench;

void print_works() {
    std::printf(
        "\nHeap allocations of an operation (malloc, calloc and realloc, SQLite's included), in memory\n\n  "
        " ");
    std::vector<std::unique_ptr<Contender>> contenders;
    for (const Entrant& entrant : entrants()) {
        std::printf(" %13s", entrant.name);
        contenders.push_back(entrant.make(Store{}));
    }
    std::printf("\n");
    for (const WorkInfo& info : works) {
        std::printf("%-3s", info.key);
        for (const auto& contender : contenders) {
            Stopwatch::on_start = Stopwatch::on_stop = nullptr;
            Stopwatch warm_up;
            perform(*contender, info.work, info.operations, warm_up);
            Stopwatch::on_start = allocations::start;
            Stopwatch::on_stop = allocations::stop;
            allocations::take();
            Stopwatch watch;
            const bool took_part = perform(*contender, info.work, info.operations, watch).has_value();
            const auto calls =
                static_cast<double>(allocations::take()) / static_cast<double>(info.operations);
            took_part ? std::printf(" %13.3f", calls) : std::printf(" %13s", "-");
        }
        std::printf("\n");
    }
    Stopwatch::on_start = Stopwatch::on_stop = nullptr;
}

#ifdef BENCH_WITH_DUET

using namespace duet::literals;
using models::User;

template <class Body>
std::size_t count(Body body) {
    constexpr std::size_t times = 100;
    for (std::size_t warm_up = 0; warm_up < 3; ++warm_up) body();
    allocations::take();
    allocations::start();
    for (std::size_t time = 0; time < times; ++time) body();
    allocations::stop();
    return allocations::take() / times;
}

template <class Body>
void print_query(const char* what, Body body) {
    const std::size_t calls = count(body);
    std::printf("%-66s %4zu      0  %s\n", what, calls, calls == 0 ? "reached" : "missed");
}

// The tables are empty and the text is short: what a row costs is in the table above.
void print_queries() {
    duet::Database db{"sqlite:///:memory:"};
    db.create_all(duet::models<User, models::Post>);
    std::printf(
        "\nHeap allocations of building a query and of looking up its plan and its statement\n\n%-66s duet "
        "target\n",
        "");
    print_query("query<User>().where(age >= 18).order_by().limit(10), built", [] {
        const auto query = duet::query<User>().where("age"_c >= 18).order_by("-created_at", "id").limit(10);
        static_cast<void>(query);
    });
    print_query("the same with a text and &&, built", [] {
        const auto query = duet::query<User>().where("age"_c >= 18 && "name"_c == std::string_view{"Ada"});
        static_cast<void>(query);
    });
    print_query("where(id == 5).first(), built, looked up, run, no row",
                [&] { static_cast<void>(db.query<User>().where("id"_c == 5).first()); });
    print_query("get<User>(5), no row", [&] { static_cast<void>(db.get<User>(5)); });
    print_query("where(…).order_by().limit().all(), no row", [&] {
        static_cast<void>(
            db.query<User>().where("age"_c >= 18).order_by("-created_at", "id").limit(10).all());
    });
    print_query("where(name == text).count()", [&] {
        static_cast<void>(db.query<User>().where("name"_c == std::string_view{"Ada"}).count());
    });
}

#endif

}  // namespace

int main() {
    print_works();
#ifdef BENCH_WITH_DUET
    print_queries();
#endif
}
