#pragma once

#include <duet/session.hpp>

#include <cstdint>
#include <cstdlib>
#include <string>

#include "models.hpp"
#include "raw_postgres.hpp"
#include "stopwatch.hpp"

/// 1,000 users are changed by one column each: by hand, in an open transaction, and by the flush of a
/// session. Each returns nanoseconds a user; only the updates are under the watch.
namespace bench {

inline constexpr std::int64_t changed_users = 1'000;

enum class Change : std::uint8_t { age, name };

inline std::string changed_name(std::int64_t round, std::int64_t id) {
    return "Somebody else " + std::to_string(round * changed_users + id);
}

inline double per_user(const Stopwatch& watch) {
    return watch.nanoseconds() / static_cast<double>(changed_users);
}

class ChangesByHand {
public:
    ChangesByHand(PGconn* db, Change what) : db_(db), what_(what), statement_(name_of(what)) {
        const std::string column = what == Change::age ? "age = $1" : "name = $1";
        pg::prepare(db, statement_, "UPDATE users SET " + column + " WHERE id = $2");
    }
    double one_by_one(std::int64_t round) {
        return timed([this, round] {
            for (std::int64_t id = 1; id <= changed_users; ++id)
                pg::checked(db_, parameters(round, id).run(db_, statement_));
        });
    }
    /// With one sync point at the end.
    double pipelined(std::int64_t round) {
        return timed([this, round] {
            if (PQenterPipelineMode(db_) != 1) pg::fail(db_);
            for (std::int64_t id = 1; id <= changed_users; ++id) parameters(round, id).send(db_, statement_);
            if (PQpipelineSync(db_) != 1) pg::fail(db_);
            for (std::int64_t id = 1; id <= changed_users; ++id) {
                pg::checked(db_, PQgetResult(db_));
                if (PQgetResult(db_) != nullptr) std::exit(2);
            }
            const pg::Result end{PQgetResult(db_)};
            if (PQresultStatus(end.get()) != PGRES_PIPELINE_SYNC || PQexitPipelineMode(db_) != 1)
                pg::fail(db_);
        });
    }

private:
    static const char* name_of(Change what) { return what == Change::age ? "change_age" : "change_name"; }
    const pg::Parameters<2>& parameters(std::int64_t round, std::int64_t id) {
        if (what_ == Change::age) {
            made_.number(0, static_cast<std::int32_t>(round));
        } else {
            name_ = changed_name(round, id);
            made_.text(0, name_);
        }
        made_.number(1, id);
        return made_;
    }
    template <class Body>
    double timed(Body body) {
        pg::execute(db_, "BEGIN");
        Stopwatch watch;
        watch.start();
        body();
        watch.stop();
        pg::execute(db_, "COMMIT");
        return per_user(watch);
    }

    PGconn* db_;
    Change what_;
    const char* statement_;
    pg::Parameters<2> made_;
    std::string name_;
};

inline double change_by_session(duet::Database& db, Change what, std::int64_t round) {
    return db.session([&](duet::Session& s) {
        const auto users = s.query<models::User>().order_by("id").limit(changed_users).all();
        for (models::User& user : users) {
            if (what == Change::age) {
                user.age = static_cast<int>(round);
            } else {
                user.name = changed_name(round, user.id);
            }
        }
        Stopwatch watch;
        watch.start();
        s.flush();
        watch.stop();
        return per_user(watch);
    });
}

}  // namespace bench
