#include <set>

#include "integration/bookshop.hpp"

namespace {

using namespace duet::test;
using Ids = std::vector<std::int64_t>;

struct Entry {
    std::int64_t id{};
    std::optional<int> score{};
    std::string name{};
    static constexpr auto table = duet::table("entries");
};

/// 1000 rows full of ties and NULLs.
template <class B>
class Paging : public DatabaseTest<B> {
protected:
    static constexpr std::int64_t row_count = 1000;

    void SetUp() override {
        duet::Database blocking(this->db);
        blocking.create_all(duet::models<Entry>);
        std::vector<Entry> entries;
        for (int i = 0; i < row_count; ++i) {
            entries.push_back({.score = i % 3 == 0 ? std::nullopt : std::optional(i % 7),
                               .name = std::string(1, "aÄb"[i % 2 * 3])});
        }
        blocking.create_bulk(std::move(entries));
    }
    Ids in_one_go(const duet::Query<Entry>& query) { return bookshop::ids_of(got(this->db.all(query))); }
    Ids page_by_page(const duet::Query<Entry>& query, std::int64_t size) {
        Ids out;
        std::string cursor;
        do {
            const auto page = got(this->db.query(query).page_after(cursor, size));
            EXPECT_LE(static_cast<std::int64_t>(page.items.size()), size);
            for (const Entry& entry : page.items) out.push_back(entry.id);
            cursor = page.next;
        } while (!cursor.empty());
        return out;
    }
};
TYPED_TEST_SUITE(Paging, Backends, BackendNames);

TYPED_TEST(Paging, PagesByCursorLoseNoTiesAndNoNulls) {
    const auto all = duet::query<Entry>();
    EXPECT_EQ(this->page_by_page(all, 77), this->in_one_go(all.order_by("id")));
    EXPECT_EQ(this->page_by_page(all.order_by("score"), 60), this->in_one_go(all.order_by("score", "id")));
    EXPECT_EQ(this->page_by_page(all.order_by("-score"), 60), this->in_one_go(all.order_by("-score", "-id")));
    EXPECT_EQ(this->page_by_page(all.order_by("name", "-score"), 60),
              this->in_one_go(all.order_by("name", "-score", "id")));
    EXPECT_EQ(this->page_by_page(all.order_by(duet::asc("score"_c).nulls_last()), 60),
              this->in_one_go(all.order_by(duet::asc("score"_c).nulls_last(), "id")));
}

TYPED_TEST(Paging, APageByCursorIsNotMovedByRowsThatCameOrWent) {
    const auto query = duet::query<Entry>().where("score"_c == 1).order_by("-id");
    const auto first = got(this->db.query(query).page_after("", 10));
    const Entry late{.score = 1, .name = "late"};
    (void)got(this->db.create(late));
    EXPECT_EQ(got(this->db.query(duet::query<Entry>().where("id"_c == first.items[3].id)).delete_bulk()), 1);
    const auto second = got(this->db.query(query).page_after(first.next, 10));
    ASSERT_EQ(second.items.size(), 10u);
    EXPECT_LT(second.items[0].id, first.items[9].id);
}

TYPED_TEST(Paging, BadCursorsAndBadPagesAreRefused) {
    const auto by_score = duet::query<Entry>().order_by("score");
    const std::string cursor = got(this->db.query(by_score).page_after("", 5)).next;
    EXPECT_THROW((void)got(this->db.query(by_score).page_after("rubbish", 5)), duet::InvalidQuery);
    EXPECT_THROW((void)got(this->db.query(by_score).page_after(cursor + "x", 5)), duet::InvalidQuery);
    EXPECT_THROW((void)got(this->db.query(duet::query<Entry>().order_by("name")).page_after(cursor, 5)),
                 duet::InvalidQuery);
    EXPECT_THROW((void)got(this->db.query(by_score).page_after(cursor, 0)), duet::InvalidQuery);
    EXPECT_THROW((void)got(this->db.query(by_score.offset(1)).page_after("", 5)), duet::InvalidQuery);
    EXPECT_THROW(
        (void)got(this->db.query(duet::query<Entry>().order_by(duet::lower("name"_c))).page_after("", 5)),
        duet::InvalidQuery);
}

/// The rows of an iteration, in either mode, until `enough` are there.
template <class Stream>
Ids walked(Stream stream, std::size_t enough = SIZE_MAX) {
    Ids out;
    if constexpr (requires { stream.begin(); }) {
        for (const Entry& entry : stream) {
            out.push_back(entry.id);
            if (out.size() == enough) break;
        }
    } else {
        duet::run([](Stream& rows, Ids& ids, std::size_t most) -> duet::Task<> {
            std::size_t seen = 0;
            while (auto row = co_await rows.next()) {
                ids.push_back(row->id);
                if (++seen == most) break;
            }
        }(stream, out, enough));
    }
    return out;
}

TYPED_TEST(Paging, IterateWalksEveryRowOnceWhateverTheBatch) {
    const Ids expected = this->in_one_go(duet::query<Entry>().order_by("id"));
    for (const std::size_t batch : {1u, 7u, 1000u, 5000u}) {
        EXPECT_EQ(walked(this->db.template query<Entry>().iterate(batch)), expected) << batch;
    }
    const auto some = duet::query<Entry>().where("score"_c > 2).order_by("-name", "id").limit(45).offset(5);
    EXPECT_EQ(walked(this->db.query(some).iterate(10)), this->in_one_go(some));
    EXPECT_TRUE(walked(this->db.query(some.where("id"_c < 0)).iterate(10)).empty());
    EXPECT_THROW((void)this->db.template query<Entry>().iterate(0), duet::InvalidQuery);
}

TYPED_TEST(Paging, BreakingOutOfAnIterationGivesTheConnectionBack) {
    for (int i = 0; i < 20; ++i) {
        EXPECT_EQ(walked(this->db.template query<Entry>().iterate(10), 25).size(), 25u);
    }
    EXPECT_EQ(got(this->db.count(duet::query<Entry>())), this->row_count);
    const Entry more{.name = "more"};
    EXPECT_GT(got(this->db.create(more)).id, this->row_count);
    did([&] { return this->db.drop_all(duet::models<Entry>); });
}

TYPED_TEST(Paging, RowsCanBeWrittenWhileAnIterationIsUnderWay) {
    const auto change = [this](std::int64_t id) {
        return this->db.query(duet::query<Entry>().where("id"_c == id)).update_bulk("name"_c = "seen");
    };
    const auto query = duet::query<Entry>().where("id"_c <= 50);
    if constexpr (TypeParam::mode::is_async) {
        duet::run([](auto& handle, auto& all, auto& write) -> duet::Task<> {
            auto rows = handle.query(all).iterate(8);
            while (auto row = co_await rows.next()) {
                const std::int64_t id = row->id;
                co_await write(id);
            }
        }(this->db, query, change));
    } else {
        for (const Entry& entry : this->db.query(query).iterate(8)) (void)change(entry.id);
    }
    EXPECT_EQ(got(this->db.count(duet::query<Entry>().where("name"_c == "seen"))), 50);
}

TYPED_TEST(Paging, AnIterationInsideATransactionSeesItsRows) {
    std::size_t seen = 0;
    in_transaction(this->db, [&](auto& tx) -> duet::Task<> {
        const Entry fresh{.name = "fresh"};
        co_await later(tx.create(fresh));
        auto rows = tx.query(duet::query<Entry>().where("id"_c > 990)).iterate(3);
        if constexpr (TypeParam::mode::is_async) {
            while (auto row = co_await rows.next()) ++seen;
        } else {
            for (const Entry& entry : rows) seen += entry.id > 0 ? 1 : 0;
        }
    });
    EXPECT_EQ(seen, 11u);
}

TYPED_TEST(Paging, TwoIterationsOfOneQueryDoNotDisturbEachOther) {
    const auto query = duet::query<Entry>().where("id"_c <= 20);
    if constexpr (!TypeParam::mode::is_async) {
        std::size_t pairs = 0;
        for (const Entry& a : this->db.query(query).iterate(3)) {
            for (const Entry& b : this->db.query(query).iterate(4)) pairs += a.id != b.id ? 1 : 0;
        }
        EXPECT_EQ(pairs, 380u);
    } else {
        const auto pairs = duet::run([](auto& handle, auto& all) -> duet::Task<std::size_t> {
            std::size_t out = 0;
            auto outer = handle.query(all).iterate(3);
            while (auto a = co_await outer.next()) {
                auto inner = handle.query(all).iterate(4);
                while (auto b = co_await inner.next()) out += a->id != b->id ? 1 : 0;
            }
            co_return out;
        }(this->db, query));
        EXPECT_EQ(pairs, 380u);
    }
}

}  // namespace
