#include <duet/session.hpp>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <cstring>

#include "median.hpp"
#include "pin.hpp"
#include "raw_sqlite.hpp"

// The unit of work on SQLite in memory: 1,000 accounts are loaded, each is changed by one column, and the
// flush is held against the same updates by hand; and what it costs to look an object up.
namespace {

using namespace bench;
using namespace duet::literals;

constexpr std::size_t account_count = 1'000;

struct Account {
    std::int64_t id{};
    std::string owner{};
    std::int64_t balance{};
    std::string currency{};
    std::optional<std::string> note{};
    bool is_open = true;
    duet::Timestamp created_at{};
    static constexpr auto table = duet::table("accounts");
};

double since(const Stopwatch& watch) { return watch.nanoseconds() / static_cast<double>(account_count); }

/// One prepared UPDATE, in an open transaction.
class ByHand {
public:
    ByHand() {
        sqlite3* const handle = connection_.get();
        // The table and the connection as duet has them.
        raw::execute(handle, "PRAGMA foreign_keys = ON");
        raw::execute(
            handle,
            "CREATE TABLE accounts (id integer NOT NULL PRIMARY KEY AUTOINCREMENT, owner text NOT NULL, "
            "balance bigint NOT NULL, currency text NOT NULL, note text, is_open boolean NOT NULL, "
            "created_at datetime NOT NULL)");
        raw::execute(
            handle,
            "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1000) INSERT INTO "
            "accounts (owner, balance, currency, is_open, created_at) SELECT 'owner ' || i, 100, 'EUR', 1, "
            "'1970-01-01 00:00:00.000000' FROM n");
        update_ =
            raw::prepare(handle, "UPDATE accounts SET balance = ? WHERE id = ?", SQLITE_PREPARE_PERSISTENT);
    }
    double run(std::int64_t balance) {
        raw::execute(connection_.get(), "BEGIN IMMEDIATE");
        Stopwatch watch;
        watch.start();
        for (std::size_t i = 1; i <= account_count; ++i) {
            sqlite3_bind_int64(update_.get(), 1, balance);
            sqlite3_bind_int64(update_.get(), 2, static_cast<std::int64_t>(i));
            raw::run(connection_.get(), update_.get());
        }
        watch.stop();
        raw::execute(connection_.get(), "COMMIT");
        return since(watch);
    }

private:
    raw::Connection connection_ = raw::open(":memory:");
    raw::Statement update_;
};

class BySession {
public:
    BySession() {
        db_.create_all(duet::models<Account>);
        std::vector<Account> accounts;
        for (std::size_t i = 1; i <= account_count; ++i)
            accounts.push_back({.owner = "owner " + std::to_string(i), .balance = 100, .currency = "EUR"});
        db_.create_bulk(accounts);
    }
    struct Times {
        double load, flush, unchanged, lookup;
    };
    Times run(std::int64_t balance) {
        return db_.session([&](duet::Session& s) {
            Times times{};
            Stopwatch load;
            load.start();
            const auto all = s.query<Account>().all();
            load.stop();
            times.load = since(load);
            Stopwatch unchanged;
            unchanged.start();
            s.flush();
            unchanged.stop();
            times.unchanged = since(unchanged);
            for (Account& account : all) account.balance = balance;
            Stopwatch flush;
            flush.start();
            s.flush();
            flush.stop();
            times.flush = since(flush);
            std::int64_t sum = 0;
            Stopwatch lookup;
            lookup.start();
            for (std::size_t i = 0; i < account_count; ++i)
                sum += s.get<Account>(static_cast<std::int64_t>(i * 7919 % account_count + 1)).balance;
            lookup.stop();
            times.lookup = since(lookup);
            if (sum != balance * static_cast<std::int64_t>(account_count)) std::exit(2);
            return times;
        });
    }

private:
    duet::Database db_{"sqlite://:memory:"};
};

}  // namespace

int main(int count, char** arguments) {
    const auto rounds = static_cast<std::size_t>(count > 1 ? std::max(1, std::atoi(arguments[1])) : 101);
    pin_to_this_cpu();
    Stopwatch::clock = CLOCK_PROCESS_CPUTIME_ID;
    ByHand hand;
    BySession session;
    std::vector<double> raw, flush, load, unchanged, lookup;
    for (std::size_t round = 0; round < rounds + 3; ++round) {
        const auto balance = static_cast<std::int64_t>(round) + 1;
        const double first = hand.run(balance);
        const BySession::Times times = session.run(balance);
        if (round < 3) continue;
        raw.push_back(first);
        flush.push_back(times.flush);
        load.push_back(times.load);
        unchanged.push_back(times.unchanged);
        lookup.push_back(times.lookup);
    }
    std::printf("\nA session of 1,000 accounts on SQLite in memory, an account, median of %zu rounds\n\n",
                rounds);
    std::printf("  %-46s %8.0f ns\n", "raw: one prepared UPDATE of one column", median(raw));
    std::printf("  %-46s %8.0f ns %6.2f  (1.15) ", "duet: flush of the same changes", median(flush),
                median_ratio(flush, raw));
    print_verdict(median_ratio(flush, raw), 1.15);
    std::printf("  %-46s %8.0f ns\n", "duet: flush when nothing has changed", median(unchanged));
    std::printf("  %-46s %8.0f ns\n", "duet: load into the session", median(load));
    std::printf("  %-46s %8.1f ns\n", "duet: get() of what the session has", median(lookup));
}
