#include <cstdio>
#include <cstdlib>

#include "median.hpp"
#include "pin.hpp"
#include "server.hpp"
#include "session_change.hpp"

// A session that changes 1,000 users by one column each, of fixed width or a text: its flush beside the same
// updates by hand, pipelined with one sync point at their end, and one after the other.
namespace {

using namespace bench;

void compare(const Server& server, Change what, const char* column, std::size_t rounds) {
    const pg::Connection connection = pg::open(server.url());
    ChangesByHand hand(connection.get(), what);
    duet::Database db{server.url()};
    std::vector<double> single, pipelined, session;
    for (std::size_t round = 0; round < rounds + 3; ++round) {
        const auto value = static_cast<std::int64_t>(round * 3);
        const double first = hand.one_by_one(value + 100);
        const double second = hand.pipelined(value + 101);
        const double third = change_by_session(db, what, value + 102);
        pg::execute(connection.get(), "VACUUM users");
        if (round < 3) continue;
        single.push_back(first);
        pipelined.push_back(second);
        session.push_back(third);
    }
    std::printf("\nPostgreSQL: 1,000 users changed by one column (%s) each, a user, median of %zu rounds\n\n",
                column, rounds);
    std::printf("  %-46s %8.0f ns %6.2f\n", "raw, one after the other", median(single),
                median_ratio(single, pipelined));
    std::printf("  %-46s %8.0f ns %6.2f\n", "raw, pipelined", median(pipelined), 1.0);
    std::printf("  %-46s %8.0f ns %6.2f  (1.15) ", "duet, flush of a session", median(session),
                median_ratio(session, pipelined));
    print_verdict(median_ratio(session, pipelined), 1.15);
}

}  // namespace

int main(int count, char** arguments) {
    const auto rounds = static_cast<std::size_t>(count > 1 ? std::atoi(arguments[1]) : 21);
    pin_to_this_cpu();
    const Server server{Product::postgres};
    compare(server, Change::age, "integer", rounds);
    compare(server, Change::name, "text", rounds);
}
