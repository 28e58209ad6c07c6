#include <duet/session.hpp>

#include "session_fixture.hpp"

// Changed rows that take unique values over from each other within one flush.

namespace {

using namespace duet::test;
using duet::BelongsTo;
using duet::HasMany;

struct Item;

struct Tenant {
    std::int64_t id{};
    std::string name{};
    static constexpr auto table = duet::table("tenants");
};
struct Playlist {
    std::int64_t id{};
    std::string name{};
    HasMany<Item> items{};
    duet::Version version{};
    static constexpr auto table = duet::table("playlists", duet::unique("name"));
};
struct Item {
    std::int64_t id{};
    std::string title{};
    int place{};
    BelongsTo<Playlist> playlist{};
    static constexpr auto table =
        duet::table("items", duet::unique("playlist_id", "place"), duet::check("from_one", "place >= 1"));
};
struct Locker {
    std::int64_t id{};
    std::string what{};
    std::optional<std::int64_t> number{};
    static constexpr auto table = duet::table("lockers", duet::unique("number"));
};
/// A pair that nothing else can be put into.
struct Badge {
    std::int64_t id{};
    std::string note{};
    BelongsTo<Tenant> tenant{};
    static constexpr auto table = duet::table("badges", duet::unique("tenant_id"));
};
struct Shelf {
    std::int64_t id{};
    int level{};
    static constexpr auto table =
        duet::table("shelves", duet::unique("level"), duet::check("few", "level BETWEEN 1 AND 9"));
};
struct Watched {
    std::int64_t id{};
    int place{};
    static constexpr auto table = duet::table("watched", duet::unique("place"));
    static inline int updates = 0;
    void before_update() { ++updates; }
};
inline constexpr auto models = duet::models<Tenant, Playlist, Item, Locker, Badge, Shelf, Watched>;

template <class B>
class SessionSwaps : public SessionTest<B, models> {
protected:
    Playlist playlist(int items) {
        Playlist made = this->plain_db().create(Playlist{.name = "list"});
        for (int n = 1; n <= items; ++n)
            this->plain_db().create(
                Item{.title = std::string(1, static_cast<char>('a' + n - 1)), .place = n, .playlist = made});
        return made;
    }
    std::string titles() {
        std::string out;
        for (const Item& item :
             this->plain_db().template query<Item>().order_by("playlist_id", "place").all())
            out += item.title;
        return out;
    }
};
TYPED_TEST_SUITE(SessionSwaps, Backends, BackendNames);

TYPED_TEST(SessionSwaps, AnItemMovesToTheFrontOfAList) {
    this->playlist(5);
    this->in_session([&](auto& s) -> duet::Task<> {
        const auto items = co_await later(s.template query<Item>().order_by("place").all());
        for (Item& item : items) item.place = item.place % 5 + 1;  // abcde -> eabcd
    });
    EXPECT_EQ(this->titles(), "eabcd");
    const std::vector<Item> all = rows<Item>(this->db);
    EXPECT_EQ(all[0].place, 2);
}

TYPED_TEST(SessionSwaps, MakesRoomInAListForANewItem) {
    const Playlist list = this->playlist(4);
    this->in_session([&](auto& s) -> duet::Task<> {
        const auto items =
            co_await later(s.template query<Item>().where("place"_c >= 2).order_by("place").all());
        for (Item& item : items) item.place += 1;
        items[0].title = "B";  // not the same columns as the others
        s.add(Item{.title = "x", .place = 2, .playlist = list});
    });
    EXPECT_EQ(this->titles(), "axBcd");
}

TYPED_TEST(SessionSwaps, ClosesTheGapOfARemovedItem) {
    this->playlist(4);
    this->in_session([&](auto& s) -> duet::Task<> {
        const auto items = co_await later(s.template query<Item>().order_by("place").all());
        s.remove(items[0]);
        for (std::size_t i = 1; i < items.size(); ++i) items[i].place -= 1;
    });
    EXPECT_EQ(this->titles(), "bcd");
    EXPECT_EQ(rows<Item>(this->db)[0].place, 1);
}

TYPED_TEST(SessionSwaps, TwoNamesAndTheirVersions) {
    for (const char* const name : {"a", "b", "c"}) this->plain_db().create(Playlist{.name = name});
    this->in_session([&](auto& s) -> duet::Task<> {
        const auto all = co_await later(s.template query<Playlist>().order_by("id").all());
        std::swap(all[0].name, all[1].name);
        co_await later_done([&] { return s.flush(); });
        EXPECT_FALSE(s.is_modified(all[0]));
        std::swap(all[1].name, all[2].name);  // the versions are known
    });
    std::string names;
    for (const Playlist& list : rows<Playlist>(this->db)) names += list.name;
    EXPECT_EQ(names, "bca");
}

TYPED_TEST(SessionSwaps, WhatMayBeNullIsNullMeanwhile) {
    for (int n = 1; n <= 4; ++n) this->plain_db().create(Locker{.what = std::to_string(n), .number = n});
    this->in_session([&](auto& s) -> duet::Task<> {
        const auto all = co_await later(s.template query<Locker>().order_by("id").all());
        std::swap(all[0].number, all[1].number);
        std::swap(all[2].number, all[3].number);
        all[3].what = "four";
    });
    std::string numbers;
    for (const Locker& locker : rows<Locker>(this->db)) numbers += std::to_string(locker.number.value_or(0));
    EXPECT_EQ(numbers, "2143");
}

TYPED_TEST(SessionSwaps, LettersOfOneNameAreNoSwap) {
    this->plain_db().create(Playlist{.name = "a"});
    this->plain_db().create(Playlist{.name = "b"});
    this->in_session([&](auto& s) -> duet::Task<> {
        const auto all = co_await later(s.template query<Playlist>().order_by("id").all());
        all[0].name = "A";
        all[1].name = "B";
    });
    EXPECT_EQ(rows<Playlist>(this->db)[1].name, "B");
}

TYPED_TEST(SessionSwaps, HooksRunOnceForEachRow) {
    for (int n = 1; n <= 2; ++n) this->plain_db().create(Watched{.place = n});
    Watched::updates = 0;
    this->in_session([&](auto& s) -> duet::Task<> {
        const auto all = co_await later(s.template query<Watched>().order_by("id").all());
        std::swap(all[0].place, all[1].place);
    });
    EXPECT_EQ(Watched::updates, 2);
    EXPECT_EQ(rows<Watched>(this->db)[0].place, 2);
}

TYPED_TEST(SessionSwaps, SaysWhatToDoWhereNothingCanBePutMeanwhile) {
    const Tenant one = this->plain_db().create(Tenant{.name = "1"});
    const Tenant two = this->plain_db().create(Tenant{.name = "2"});
    const Tenant spare = this->plain_db().create(Tenant{.name = "3"});
    this->plain_db().create(Badge{.tenant = one});
    this->plain_db().create(Badge{.tenant = two});
    auto s = got(this->db.begin_session());
    const auto badges = got(s.template query<Badge>().order_by("id").all());
    badges[0].tenant = two.id;
    badges[1].tenant = one.id;
    badges[1].note = "kept";
    const auto error = thrown<duet::InvalidQuery>([&] { return s.flush(); });
    EXPECT_STREQ(
        error.what(),
        "flush: changed rows of badges swap their values of tenant, which have to be unique, and none can "
        "have another value meanwhile: give one of them a value that nobody has, flush(), and then the "
        "value that it is to have");
    EXPECT_EQ(badges[0].tenant.key(), two.id);
    EXPECT_EQ(badges[1].note, "kept");
    badges[0].tenant = spare.id;
    did([&] { return s.flush(); });
    badges[0].tenant = two.id;
    did([&] { return s.commit(); });
    EXPECT_EQ(rows<Badge>(this->db)[0].tenant.key(), two.id);
}

// 65 and 97 are the letters A and a.
TYPED_TEST(SessionSwaps, NumbersAreNoLetters) {
    for (const std::int64_t id : {10, 65, 97}) this->plain_db().create(Tenant{.id = id, .name = "t"});
    this->plain_db().create(Badge{.tenant = 65});
    this->plain_db().create(Badge{.tenant = 10});
    this->in_session([&](auto& s) -> duet::Task<> {
        const auto badges = co_await later(s.template query<Badge>().order_by("id").all());
        badges[0].tenant = 10;
        badges[1].tenant = 97;
    });
    EXPECT_EQ(rows<Badge>(this->db)[0].tenant.key(), 10);
    EXPECT_EQ(rows<Badge>(this->db)[1].tenant.key(), 97);
}

TYPED_TEST(SessionSwaps, SaysSoWhenTheDatabaseRefusesTheValueMeanwhile) {
    for (int n = 1; n <= 2; ++n) this->plain_db().create(Shelf{.level = n});
    auto s = got(this->db.begin_session());
    const auto all = got(s.template query<Shelf>().order_by("id").all());
    std::swap(all[0].level, all[1].level);
    const auto error = thrown<duet::InvalidQuery>([&] { return s.flush(); });
    EXPECT_TRUE(std::string_view(error.what())
                    .starts_with("flush: changed rows of shelves swap their values of level"))
        << error.what();
    EXPECT_EQ(all[0].level, 2);
    EXPECT_TRUE(s.is_modified(all[0]));
    all[1].level = 9;
    did([&] { return s.flush(); });
    all[1].level = 1;
    did([&] { return s.commit(); });
    EXPECT_EQ(rows<Shelf>(this->db)[1].level, 1);
}

TYPED_TEST(SessionSwaps, GoBackWithTheirSavepoint) {
    for (const char* const name : {"a", "b"}) this->plain_db().create(Playlist{.name = name});
    this->in_session([&](auto& s) -> duet::Task<> {
        const auto all = co_await later(s.template query<Playlist>().order_by("id").all());
        auto nested = co_await later(s.begin_nested());
        std::swap(all[0].name, all[1].name);
        co_await later_done([&] { return s.flush(); });
        co_await later_done([&] { return nested.rollback(); });
        EXPECT_EQ(all[0].name, "a");
        all[0].name = "c";
    });
    EXPECT_EQ(rows<Playlist>(this->db)[0].name, "c");
    EXPECT_EQ(rows<Playlist>(this->db)[1].name, "b");
}

}  // namespace
