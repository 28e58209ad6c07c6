#include <duet/statement.hpp>

#include <thread>

#include "integration/support.hpp"

// Row locks of queries, on the databases that have them.
namespace {

using namespace duet::test;
using namespace std::chrono_literals;

struct Writer {
    std::int64_t id{};
    std::string name{};
    static constexpr auto table = duet::table("writers");
};
struct Job {
    std::int64_t id{};
    std::string title{};
    std::optional<duet::BelongsTo<Writer>> writer{};
    static constexpr auto table = duet::table("jobs");
};
struct JobId {
    std::int64_t id{};
};
inline constexpr auto models = duet::models<Writer, Job>;

template <class B>
class RowLocks : public DatabaseTest<B> {
protected:
    void SetUp() override {
        did([&] { return this->db.create_all(models); });
        Writer ada{.name = "Ada"};
        ada = got(this->db.create(ada));
        for (const char* title : {"one", "two"}) {
            Job job{.title = title};
            job.writer = ada;
            (void)got(this->db.create(job));
        }
        const Job orphan{.title = "orphan"};
        (void)got(this->db.create(orphan));
    }
    static std::vector<std::string> titles(const std::vector<Job>& jobs) {
        std::vector<std::string> out;
        for (const Job& job : jobs) out.push_back(job.title);
        return out;
    }
    template <class Handle>
    static auto jobs(Handle& handle) {
        return handle.template query<Job>().order_by("id");
    }
    bool is_postgres() { return this->db.dialect() == "postgresql"; }
};
using LockingBackends = ::testing::Types<Backend<Postgres, duet::Blocking>, Backend<Postgres, duet::Async>,
                                         Backend<PgBouncer, duet::Blocking>, Backend<MariaDb, duet::Blocking>,
                                         Backend<MariaDb, duet::Async>>;
TYPED_TEST_SUITE(RowLocks, LockingBackends, BackendNames);

TYPED_TEST(RowLocks, AreRefusedOutsideOfATransaction) {
    const auto locking = this->jobs(this->db).for_update();
    EXPECT_THROW(got(locking.all()), duet::InvalidQuery);
    EXPECT_THROW(got(locking.first()), duet::InvalidQuery);
    EXPECT_THROW(got(locking.one()), duet::InvalidQuery);
    EXPECT_THROW(got(locking.select("title"_c)), duet::InvalidQuery);
    EXPECT_THROW((void)locking.iterate(), duet::InvalidQuery);
    EXPECT_THROW(got(this->jobs(this->db).for_share().all()), duet::InvalidQuery);
    EXPECT_NE(locking.to_sql().find("FOR UPDATE"), std::string::npos);
}

TYPED_TEST(RowLocks, InSubqueriesAreRefusedLikewise) {
    const auto free =
        duet::select("id"_c).template from<Job>().order_by("id").limit(1).for_update(duet::skip_locked);
    const auto first = this->db.template query<Job>().where("id"_c.in_(free));
    EXPECT_THROW(got(first.all()), duet::InvalidQuery);
    EXPECT_THROW(got(first.count()), duet::InvalidQuery);
    const auto picked = duet::subquery<JobId>("picked", free);
    EXPECT_THROW(got(this->db.execute(duet::select_from(picked)).all()), duet::InvalidQuery);
    // A write is a transaction of its own.
    EXPECT_EQ(got(first.update_bulk("title"_c = "taken")), 1);
    in_transaction(this->db, [&](auto& tx) -> duet::Task<> {
        const auto jobs = co_await later(tx.query(duet::query<Job>().where("id"_c.in_(free))).all());
        EXPECT_EQ(jobs.size(), 1U);
        EXPECT_EQ(jobs[0].title, "taken");
    });
    EXPECT_THROW(got(first.all()), duet::InvalidQuery) << "also when it is prepared";
}

TYPED_TEST(RowLocks, AreRefusedInTransactionsThatOnlyRead) {
    EXPECT_THROW(in_transaction(this->db,
                                [&](auto& tx) -> duet::Task<> {
                                    (void)co_await later(tx.query(duet::query<Job>().for_update()).all());
                                },
                                {.read_only = true}),
                 duet::InvalidQuery);
}

TYPED_TEST(RowLocks, AreSkippedOrRefusedByOthers) {
    auto first = got(this->db.begin());
    auto second = got(this->db.begin());
    const auto taken = got(this->jobs(first).for_update().first());
    ASSERT_TRUE(taken);
    EXPECT_EQ(this->titles(got(this->jobs(second).for_update(duet::skip_locked).all())),
              (std::vector<std::string>{"two", "orphan"}));
    EXPECT_THROW(got(this->jobs(second).for_update(duet::no_wait).all()), duet::LockTimeout);
    did([&] { return second.rollback(); });
    did([&] { return first.commit(); });
    auto third = got(this->db.begin());
    EXPECT_EQ(got(this->jobs(third).for_update(duet::no_wait).all()).size(), 3);
    did([&] { return third.commit(); });
}

TYPED_TEST(RowLocks, AreSharedWhenThatIsEnough) {
    auto first = got(this->db.begin());
    auto second = got(this->db.begin());
    EXPECT_EQ(got(this->jobs(first).for_share().all()).size(), 3);
    EXPECT_EQ(got(this->jobs(second).for_share(duet::no_wait).all()).size(), 3);
    EXPECT_EQ(got(this->jobs(second).for_update(duet::skip_locked).all()).size(), 0);
    did([&] { return second.rollback(); });
    did([&] { return first.rollback(); });
}

TYPED_TEST(RowLocks, LeaveJoinedRowsAloneUnlessAskedFor) {
    if (!this->is_postgres()) {
        auto tx = got(this->db.begin());
        EXPECT_THROW(got(this->jobs(tx).for_update(duet::of("writer"_c)).all()), duet::UnsupportedByDialect);
        did([&] { return tx.rollback(); });
        return;
    }
    auto first = got(this->db.begin());
    auto second = got(this->db.begin());
    EXPECT_EQ(got(this->jobs(first).related("writer"_c, duet::joined).for_update().all()).size(), 3);
    EXPECT_EQ(got(second.template query<Writer>().for_update(duet::no_wait).all()).size(), 1);
    did([&] { return second.rollback(); });
    did([&] { return first.rollback(); });

    first = got(this->db.begin());
    second = got(this->db.begin());
    const auto locked =
        got(this->jobs(first).related("writer"_c, duet::joined).for_update(duet::of("writer"_c)).all());
    EXPECT_EQ(this->titles(locked), (std::vector<std::string>{"one", "two"}));
    EXPECT_EQ((*locked[0].writer)->name, "Ada");
    EXPECT_EQ(got(this->jobs(second).for_update(duet::no_wait).all()).size(), 3);
    EXPECT_EQ(got(second.template query<Writer>().for_update(duet::skip_locked).all()).size(), 0);
    did([&] { return second.rollback(); });
    did([&] { return first.rollback(); });

    first = got(this->db.begin());
    second = got(this->db.begin());
    EXPECT_EQ(
        got(this->jobs(first).for_update(duet::of(duet::self, "writer"_c), duet::skip_locked).all()).size(),
        2);
    EXPECT_EQ(this->titles(got(this->jobs(second).for_update(duet::skip_locked).all())),
              (std::vector<std::string>{"orphan"}));
    EXPECT_EQ(got(second.template query<Writer>().for_update(duet::skip_locked).all()).size(), 0);
    did([&] { return second.rollback(); });
    did([&] { return first.rollback(); });
}

TYPED_TEST(RowLocks, AreWaitedForAsLongAsTheTransactionSays) {
    auto first = got(this->db.begin());
    (void)got(this->jobs(first).for_update().all());
    duet::TransactionOptions patient;
    patient.lock_timeout = 50ms;
    if (!this->is_postgres()) {
        EXPECT_THROW((void)got(this->db.begin(patient)), duet::UnsupportedByDialect);
        return did([&] { return first.rollback(); });
    }
    auto second = got(this->db.begin(patient));
    const auto began = std::chrono::steady_clock::now();
    EXPECT_THROW((void)got(this->jobs(second).for_update().all()), duet::LockTimeout);
    EXPECT_LT(std::chrono::steady_clock::now() - began, 5s);
    did([&] { return second.rollback(); });
    did([&] { return first.rollback(); });
    EXPECT_EQ(got(this->db.sql("SELECT current_setting('lock_timeout')").template scalar<std::string>()),
              "0");
}

TYPED_TEST(RowLocks, AreThoseOfTheLastCall) {
    const auto query = this->jobs(this->db).for_update(duet::skip_locked).for_update();
    EXPECT_EQ(query.to_sql().find("SKIP LOCKED"), std::string::npos);
    if (!this->is_postgres()) return;
    const auto narrowed = this->jobs(this->db).for_update(duet::of("writer"_c)).for_share();
    EXPECT_NE(narrowed.to_sql().find("FOR SHARE OF \"jobs\""), std::string::npos) << narrowed.to_sql();
    EXPECT_EQ(narrowed.to_sql().find("JOIN"), std::string::npos);
}

}  // namespace
