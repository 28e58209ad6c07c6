#include <duet/session.hpp>

#include <cstdio>
#include <cstdlib>

#include "median.hpp"
#include "models.hpp"
#include "pin.hpp"
#include "raw_postgres.hpp"
#include "server.hpp"
#include "stopwatch.hpp"

// A session that changes 1,000 users by one column each: its flush beside the same updates by hand, in an
// open transaction, pipelined with one sync point at their end, and one after the other.
namespace {

using namespace bench;

constexpr std::int64_t changed = 1'000;

double an_object(const Stopwatch& watch) { return watch.nanoseconds() / static_cast<double>(changed); }

class ByHand {
public:
    explicit ByHand(PGconn* db) : db_(db) {
        pg::prepare(db, "change", "UPDATE users SET age = $1 WHERE id = $2");
    }
    double one_by_one(std::int32_t age) {
        pg::execute(db_, "BEGIN");
        Stopwatch watch;
        watch.start();
        for (std::int64_t id = 1; id <= changed; ++id)
            pg::checked(db_, parameters(age, id).run(db_, "change"));
        watch.stop();
        pg::execute(db_, "COMMIT");
        return an_object(watch);
    }
    double pipelined(std::int32_t age) {
        pg::execute(db_, "BEGIN");
        Stopwatch watch;
        watch.start();
        if (PQenterPipelineMode(db_) != 1) pg::fail(db_);
        for (std::int64_t id = 1; id <= changed; ++id) parameters(age, id).send(db_, "change");
        if (PQpipelineSync(db_) != 1) pg::fail(db_);
        for (std::int64_t id = 1; id <= changed; ++id) {
            pg::checked(db_, PQgetResult(db_));
            if (PQgetResult(db_) != nullptr) std::exit(2);
        }
        const pg::Result end{PQgetResult(db_)};
        if (PQresultStatus(end.get()) != PGRES_PIPELINE_SYNC || PQexitPipelineMode(db_) != 1) pg::fail(db_);
        watch.stop();
        pg::execute(db_, "COMMIT");
        return an_object(watch);
    }

private:
    static pg::Parameters<2> parameters(std::int32_t age, std::int64_t id) {
        pg::Parameters<2> made;
        made.number(0, age);
        made.number(1, id);
        return made;
    }
    PGconn* db_;
};

double by_session(duet::Database& db, int age) {
    return db.session([&](duet::Session& s) {
        const auto users = s.query<models::User>().order_by("id").limit(changed).all();
        for (models::User& user : users) user.age = age;
        Stopwatch watch;
        watch.start();
        s.flush();
        watch.stop();
        return an_object(watch);
    });
}

}  // namespace

int main(int count, char** arguments) {
    const auto rounds = static_cast<std::size_t>(count > 1 ? std::atoi(arguments[1]) : 21);
    pin_to_this_cpu();
    Server server{Product::postgres};
    const pg::Connection connection = pg::open(server.url());
    ByHand hand(connection.get());
    duet::Database db{server.url()};
    std::vector<double> single, pipelined, session;
    for (std::size_t round = 0; round < rounds + 3; ++round) {
        const auto age = static_cast<std::int32_t>(round * 3);
        const double first = hand.one_by_one(age + 100);
        const double second = hand.pipelined(age + 101);
        const double third = by_session(db, age + 102);
        pg::execute(connection.get(), "VACUUM users");
        if (round < 3) continue;
        single.push_back(first);
        pipelined.push_back(second);
        session.push_back(third);
    }
    std::printf("\nPostgreSQL: 1,000 users changed by one column each, a user, median of %zu rounds\n\n",
                rounds);
    std::printf("  %-46s %8.0f ns %6.2f\n", "raw, one after the other", median(single),
                median_ratio(single, pipelined));
    std::printf("  %-46s %8.0f ns %6.2f\n", "raw, pipelined", median(pipelined), 1.0);
    std::printf("  %-46s %8.0f ns %6.2f  (1.15) ", "duet, flush of a session", median(session),
                median_ratio(session, pipelined));
    print_verdict(median_ratio(session, pipelined), 1.15);
}
