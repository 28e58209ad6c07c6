#include <duet/session.hpp>

#include "integration/session_models.hpp"

// The order in which a flush writes rows that stand in each other's way.

namespace {

using namespace duet::test;
using duet::BelongsTo;
using duet::HasMany;

struct Page;
struct Folder;

struct Site {
    std::string host{};
    std::string title{};
    static constexpr auto table = duet::table("sites", duet::primary_key("host"));
};
struct Folder {
    std::int64_t id{};
    std::string name{};
    std::optional<BelongsTo<Folder>> parent{};
    std::optional<std::string> alias{};
    HasMany<Page> pages{};
    static constexpr auto table =
        duet::table("folders", duet::unique("name"), duet::unique("alias"), duet::cascade_orphans("pages"));
};
struct Page {
    std::int64_t id{};
    int number{};
    std::string text{};
    BelongsTo<Folder> folder{};
    static constexpr auto table = duet::table("pages", duet::unique("folder_id", "number"));
};
/// Marked, not deleted: its values stay taken.
struct Note {
    std::int64_t id{};
    std::string title{};
    duet::SoftDelete soft_delete{};
    static constexpr auto table = duet::table("notes", duet::unique("title"));
};
struct Seat {
    int row{};
    int place{};
    std::string guest{};
    static constexpr auto table =
        duet::table("seats", duet::primary_key("row", "place"), duet::unique("guest"));
};
inline constexpr auto models = duet::models<Site, Folder, Page, Note, Seat>;

template <class B>
class SessionOrder : public DatabaseTest<B> {
protected:
    void SetUp() override { plain_db().create_all(models); }
    duet::Database plain_db() { return duet::Database(this->db); }
    template <class F>
    void in_session(F body) {
        in_session_of(this->db, std::move(body));
    }
    Folder folder(const std::string& name) { return plain_db().create(Folder{.name = name}); }
};
TYPED_TEST_SUITE(SessionOrder, Backends, BackendNames);

TYPED_TEST(SessionOrder, ARemovedRowMakesRoomForANewOne) {
    const Folder old = this->folder("in");
    this->plain_db().create(Page{.number = 1, .text = "old", .folder = old});
    this->plain_db().create(Site{.host = "a.example", .title = "old"});
    this->plain_db().create(Seat{.row = 1, .place = 2, .guest = "Ada"});
    this->in_session([&](auto& s) -> duet::Task<> {
        Folder& gone = co_await same(s.template query<Folder>().one());
        s.remove(gone);  // with its pages, which have to go before
        Folder& fresh = s.add(Folder{.name = "in"});
        s.add(Page{.number = 1, .text = "new", .folder = fresh});
        Site& site = co_await same(s.template get<Site>("a.example"));
        s.remove(site);
        Site& other = s.add(Site{.host = "a.example", .title = "new"});
        Site* const found = co_await later(s.template find<Site>("a.example"));
        EXPECT_EQ(found, &other);
        Seat& seat = co_await same(s.template get<Seat>(duet::key(1, 2)));
        s.remove(seat);
        s.add(Seat{.row = 3, .place = 4, .guest = "ada"});
        s.add(Seat{.row = 5, .place = 6, .guest = "Ada"});
        co_await later_done([&] { return s.flush(); });
        EXPECT_FALSE(s.contains(site));
        Site* const again = co_await later(s.template find<Site>("a.example"));
        EXPECT_EQ(again, &other);
    });
    EXPECT_EQ(this->plain_db().template query<Folder>().one().name, "in");
    EXPECT_EQ(this->plain_db().template query<Page>().one().text, "new");
    EXPECT_EQ(this->plain_db().template query<Site>().one().title, "new");
    EXPECT_EQ(this->plain_db().template query<Seat>().where("guest"_c == "Ada").one().row, 5);
}

TYPED_TEST(SessionOrder, ARemovedRowMakesRoomForAChangedOne) {
    this->folder("a");
    this->folder("b");
    this->in_session([&](auto& s) -> duet::Task<> {
        const auto all = co_await later(s.template query<Folder>().order_by("name").all());
        s.remove(all[0]);
        all[1].name = "a";
    });
    EXPECT_EQ(this->plain_db().template query<Folder>().one().name, "a");
}

TYPED_TEST(SessionOrder, AChangedRowMakesRoomForANewOne) {
    this->folder("a");
    this->in_session([&](auto& s) -> duet::Task<> {
        Folder& old = co_await same(s.template query<Folder>().one());
        old.name = "b";
        Folder& fresh = s.add(Folder{.name = "a", .parent = old});
        co_await later_done([&] { return s.flush(); });
        EXPECT_EQ(fresh.parent->key(), old.id);
        EXPECT_FALSE(s.is_modified(old));
    });
    EXPECT_EQ(this->plain_db().template query<Folder>().count(), 2);
}

// What refers to a removed row would go with it, or hold it: the order is the usual one then.
TYPED_TEST(SessionOrder, RowsThatAreTakenElsewhereAreNotLost) {
    const Folder old = this->folder("a");
    this->plain_db().create(Page{.number = 1, .text = "kept", .folder = old});
    EXPECT_THROW(this->in_session([&](auto& s) -> duet::Task<> {
        Folder& gone = co_await same(s.template query<Folder>().related("pages"_c).one());
        Page& page = s.collection(gone, "pages"_c)[0];
        Folder& fresh = s.add(Folder{.name = "a"});
        page.folder = fresh;
        s.remove(gone);
    }),
                 duet::UniqueViolation);
    EXPECT_EQ(this->plain_db().template query<Page>().one().text, "kept");
    this->in_session([&](auto& s) -> duet::Task<> {
        Folder& gone = co_await same(s.template query<Folder>().related("pages"_c).one());
        gone.name = "old a";
        co_await later_done([&] { return s.flush(); });
        s.collection(gone, "pages"_c)[0].folder = s.add(Folder{.name = "a"});
        s.remove(gone);
    });
    EXPECT_EQ(this->plain_db().template query<Page>().related("folder"_c).one().folder->name, "a");
}

TYPED_TEST(SessionOrder, RowsThatGoAlongMayHaveChanged) {
    const Folder old = this->folder("a");
    Folder below = this->plain_db().create(Folder{.name = "below", .parent = old});
    this->in_session([&](auto& s) -> duet::Task<> {
        Folder& gone = co_await same(s.template get<Folder>(old.id));
        Folder& child = co_await same(s.template get<Folder>(below.id));
        child.alias = "changed";
        s.remove(gone);
        s.remove(child);
        s.add(Folder{.name = "a"});
        Folder& stays = s.add(Folder{.name = "stays"});
        child.parent = stays;  // its row refers to the removed one all the same
    });
    EXPECT_EQ(this->plain_db().template query<Folder>().count(), 2);
}

TYPED_TEST(SessionOrder, MarkedRowsKeepTheirValues) {
    this->plain_db().create(Note{.title = "n"});
    EXPECT_THROW(this->in_session([&](auto& s) -> duet::Task<> {
        Note& note = co_await same(s.template query<Note>().one());
        s.remove(note);
        s.add(Note{.title = "n"});
    }),
                 duet::UniqueViolation);
    this->in_session([&](auto& s) -> duet::Task<> {
        Note& note = co_await same(s.template query<Note>().one());
        s.remove(note, duet::hard);
        s.add(Note{.title = "n"});
    });
    EXPECT_EQ(this->plain_db().template query<Note>().with_deleted().count(), 1);
}

TYPED_TEST(SessionOrder, NullsStandInNobodysWay) {
    this->folder("a");
    this->in_session([&](auto& s) -> duet::Task<> {
        Folder& old = co_await same(s.template query<Folder>().one());
        s.remove(old);
        Folder& top = s.add(Folder{.name = "b"});
        s.add(Folder{.name = "c", .parent = top});
    });
    EXPECT_EQ(this->plain_db().template query<Folder>().count(), 2);
}

TYPED_TEST(SessionOrder, RollsBackARowThatWasReplaced) {
    this->plain_db().create(Site{.host = "a.example", .title = "old"});
    auto s = got(this->db.begin_session());
    Site& site = got(s.template get<Site>("a.example"));
    s.remove(site);
    s.add(Site{.host = "a.example", .title = "new"});
    did([&] { return s.flush(); });
    did([&] { return s.rollback(); });
    EXPECT_TRUE(s.contains(site));
    EXPECT_EQ(&got(s.template get<Site>("a.example")), &site);
    site.title = "changed";
    did([&] { return s.commit(); });
    EXPECT_EQ(this->plain_db().template query<Site>().one().title, "changed");
}

TYPED_TEST(SessionOrder, NewRowsAreFoundByTheKeysThatTheyWillHave) {
    this->in_session([&](auto& s) -> duet::Task<> {
        s.add(Page{.number = 1, .folder = 77});
        s.add(Folder{.id = 77, .name = "given"});
        co_return;
    });
    EXPECT_EQ(this->plain_db().template query<Page>().one().folder.key(), 77);
}

}  // namespace
