#include <cstdio>
#include <cstdlib>
#include <cstring>

#include <valgrind/callgrind.h>

#include "many_selects.hpp"
#include "raw_concurrent.hpp"
#include "session_change.hpp"

// What is done by many at once on PostgreSQL, to be run under callgrind as server_instructions is; see
// ../instructions.py. usage: duet_postgres_instructions raw|duet WORK 1000 URL
namespace {

using namespace bench;

constexpr std::size_t selects = 1'000;

void toggle() { CALLGRIND_TOGGLE_COLLECT; }

/// Once to warm up, and once that counts.
template <class Body>
int twice(Body body) {
    body(std::int64_t{1});
    body(std::int64_t{2});
    Stopwatch::on_start = toggle;
    Stopwatch::on_stop = toggle;
    CALLGRIND_START_INSTRUMENTATION;
    body(std::int64_t{3});
    return 0;
}

int select_raw(const std::string& url) {
    RawPipelines pipeline(url, 1);
    return twice([&](std::int64_t) {
        Stopwatch watch;
        watch.start();
        pipeline.run(selects, 1);
        watch.stop();
    });
}

int select_by_coroutines(const std::string& url) {
    duet::AsyncDatabase db{url};
    duet::EventLoop loop;
    return twice([&](std::int64_t) {
        std::uint64_t sum = 0;
        Stopwatch watch;
        watch.start();
        loop.run(select_side_by_side(db, selects, 1, sum));
        watch.stop();
    });
}

int change(const std::string& url, Change what, bool raw) {
    if (!raw) {
        duet::Database db{url};
        return twice([&](std::int64_t round) { change_by_session(db, what, round); });
    }
    const pg::Connection connection = pg::open(url);
    ChangesByHand hand(connection.get(), what);
    return twice([&](std::int64_t round) { hand.pipelined(round); });
}

}  // namespace

int main(int count, char** arguments) {
    if (count != 5) {
        std::fprintf(stderr, "usage: duet_postgres_instructions raw|duet selects|integers|texts 1000 URL\n");
        return 1;
    }
    const bool raw = std::strcmp(arguments[1], "raw") == 0;
    if (!raw && std::strcmp(arguments[1], "duet") != 0) return 3;
    const std::string work = arguments[2];
    const std::string url = arguments[4];
    if (work == "selects") return raw ? select_raw(url) : select_by_coroutines(url);
    if (work == "integers") return change(url, Change::age, raw);
    if (work == "texts") return change(url, Change::name, raw);
    return 3;
}
