#include <cstdio>
#include <cstdlib>

#include "median.hpp"
#include "models.hpp"
#include "pin.hpp"
#include "raw_postgres.hpp"
#include "server.hpp"
#include "stopwatch.hpp"

// A transaction of one statement beside the same statement autocommitted.
namespace {

using namespace bench;
using namespace duet::literals;

constexpr std::size_t operations = 500;

struct Raw {
    PGconn* db;
    const char* statement;
    bool is_select;

    pg::Parameters<2> parameters(std::size_t step) const {
        pg::Parameters<2> made;
        made.number(0, static_cast<std::int32_t>(step % 90));
        made.number(1, shuffled_key(step));
        return made;
    }
    std::uint64_t read(const PGresult* result) const {
        if (!is_select) return static_cast<std::uint64_t>(*PQcmdTuples(const_cast<PGresult*>(result)) == '1');
        UserRow user;
        pg::read_user(result, 0, user);
        return digest(user);
    }
    std::uint64_t autocommitted(std::size_t step) const {
        return read(pg::checked(db, parameters(step).run(db, statement)).get());
    }
    std::uint64_t round_trips(std::size_t step) const {
        pg::checked(db, pg::Parameters<0>{}.run(db, "begin"));
        const std::uint64_t result = autocommitted(step);
        pg::checked(db, pg::Parameters<0>{}.run(db, "commit"));
        return result;
    }
    // BEGIN goes ahead of the statement; COMMIT is sent once the answer has been read, or at once.
    std::uint64_t pipelined(std::size_t step, bool commit_at_once) const {
        if (PQenterPipelineMode(db) != 1) pg::fail(db);
        pg::Parameters<0>{}.send(db, "begin");
        parameters(step).send(db, statement);
        if (commit_at_once) pg::Parameters<0>{}.send(db, "commit");
        sync();
        skip();
        const pg::Result result = next();
        const std::uint64_t sum = read(result.get());
        if (!commit_at_once) {
            finish();
            pg::Parameters<0>{}.send(db, "commit");
            sync();
        }
        skip();
        finish();
        if (PQexitPipelineMode(db) != 1) pg::fail(db);
        return sum;
    }

private:
    void sync() const {
        if (PQpipelineSync(db) != 1) pg::fail(db);
    }
    pg::Result next() const {
        pg::Result result = pg::checked(db, PQgetResult(db));
        if (PQgetResult(db) != nullptr) std::exit(2);  // the end of this statement's results
        return result;
    }
    void skip() const { static_cast<void>(next()); }
    void finish() const {
        const pg::Result result{PQgetResult(db)};
        if (PQresultStatus(result.get()) != PGRES_PIPELINE_SYNC) pg::fail(db);
    }
};

struct Line {
    const char* name;
    double target;
    std::vector<double> nanoseconds{};
};

template <class... Bodies>
void compare(const char* what, std::size_t rounds, std::vector<Line> lines, Bodies... bodies) {
    for (std::size_t round = 0; round < rounds + 3; ++round) {
        std::uint64_t expected = 0;
        std::size_t index = 0;
        const auto run = [&](auto& body) {
            Stopwatch watch;
            std::uint64_t sum = 0;
            watch.start();
            for (std::size_t step = 0; step < operations; ++step) sum += body(step);
            watch.stop();
            if (index == 0) expected = sum;
            if (sum != expected) {
                std::fprintf(stderr, "%s did other work than the first\n", lines[index].name);
                std::exit(2);
            }
            if (round >= 3) lines[index].nanoseconds.push_back(watch.nanoseconds() / operations);
            ++index;
        };
        (run(bodies), ...);
    }
    std::printf("\n%s\n", what);
    for (const Line& line : lines) {
        const double ratio = median_ratio(line.nanoseconds, lines[0].nanoseconds);
        std::printf("  %-52s %8.0f ns %6.2f", line.name, median(line.nanoseconds), ratio);
        if (line.target > 0) {
            std::printf("  (%.2f) ", line.target);
            print_verdict(ratio, line.target);
        } else {
            std::printf("\n");
        }
    }
}

}  // namespace

int main(int count, char** arguments) {
    const auto rounds = static_cast<std::size_t>(count > 1 ? std::atoi(arguments[1]) : 21);
    pin_to_this_cpu();
    Server server{Product::postgres};
    const pg::Connection connection = pg::open(server.url());
    PGconn* const raw = connection.get();
    pg::prepare(raw, "begin", "BEGIN");
    pg::prepare(raw, "commit", "COMMIT");
    // Both parameters, so that one way of sending serves both statements.
    pg::prepare(raw, "select",
                std::string{"SELECT "} + pg::user_columns + " FROM users WHERE id = $2 AND $1::int4 >= 0");
    pg::prepare(raw, "update", "UPDATE users SET age = $1 WHERE id = $2");
    duet::Database db{server.url()};
    std::vector<models::User> users = db.query<models::User>().order_by("id").all();

    std::printf(
        "\nPostgreSQL: a transaction of one statement, to the same statement autocommitted by hand\n");
    const auto lines = [] {
        return std::vector<Line>{{"raw, autocommitted", 0},
                                 {"raw, BEGIN and COMMIT as round trips", 0},
                                 {"raw, BEGIN pipelined, COMMIT after the answer", 0},
                                 {"raw, BEGIN and COMMIT pipelined", 0},
                                 {"duet, autocommitted", 0},
                                 {"duet, begin(), the statement, commit()", 1.28}};
    };
    const auto both = [&](const Raw& by_hand, const char* what, auto statement) {
        compare(
            what, rounds, lines(), [&](std::size_t step) { return by_hand.autocommitted(step); },
            [&](std::size_t step) { return by_hand.round_trips(step); },
            [&](std::size_t step) { return by_hand.pipelined(step, false); },
            [&](std::size_t step) { return by_hand.pipelined(step, true); },
            [&](std::size_t step) { return statement(db, step); },
            [&](std::size_t step) {
                auto tx = db.begin();
                const std::uint64_t sum = statement(tx, step);
                tx.commit();
                return sum;
            });
    };
    both({raw, "select", true}, "a point select", [](auto& handle, std::size_t step) {
        return digest(*handle.template get<models::User>(shuffled_key(step)));
    });
    both({raw, "update", false}, "an update of one column by key", [&](auto& handle, std::size_t step) {
        models::User& user = users[static_cast<std::size_t>(shuffled_key(step)) - 1];
        handle.update(user, "age"_c = static_cast<int>(step % 90));
        return std::uint64_t{1};
    });
}
