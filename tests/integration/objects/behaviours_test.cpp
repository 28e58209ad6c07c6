#include <thread>

#include "integration/checks.hpp"

namespace {

using namespace duet::test;
using namespace std::chrono_literals;

/// A behaviour of this program: counts its writes and refuses to lose a title.
struct Audited {
    std::int64_t writes{};
    std::string last_action{};

    static void inserted(void* member, const duet::WriteMoment&) { note(member, "insert"); }
    static void updated(void* member, const duet::WriteMoment&) { note(member, "update"); }
    static void note(void* member, const char* action) {
        auto& self = *static_cast<Audited*>(member);
        ++self.writes;
        self.last_action = action;
    }
    static constexpr duet::Behaviour behaviour{.before_insert = &inserted, .before_update = &updated};
};

struct Page;
struct Note;
struct Folder {
    std::int64_t id{};
    std::string name{};
    duet::HasMany<Page> pages{};
    duet::SoftDelete mark{};
    static constexpr auto table = duet::table("folders");
};
struct Page {
    std::int64_t id{};
    std::string title{};
    duet::BelongsTo<Folder> folder{};
    duet::HasMany<Note> notes{};
    duet::Timestamps times{};
    duet::SoftDelete mark{};
    duet::Version lock{};
    static constexpr auto table = duet::table("pages");
};
struct Note {
    std::int64_t id{};
    std::string text{};
    duet::BelongsTo<Page> page{};
    duet::SoftDelete mark{};
    Audited audit{};
    static constexpr auto table = duet::table("notes");
};
inline constexpr auto models = duet::models<Folder, Page, Note>;

template <class B>
class Behaviours : public DatabaseTest<B> {
protected:
    void SetUp() override {
        did([&] { return this->db.create_all(models); });
        folder.name = "inbox";
        did([&] { return this->db.save(folder); });
        page = {.title = "one", .folder = folder.id};
        did([&] { return this->db.save(page); });
    }
    Page add_page(const std::string& title) {
        Page fresh{.title = title, .folder = folder.id};
        did([&] { return this->db.save(fresh); });
        return fresh;
    }
    Note add_note(const std::string& text) {
        Note fresh{.text = text, .page = page.id};
        did([&] { return this->db.save(fresh); });
        return fresh;
    }
    std::int64_t counted(const duet::Query<Page>& query) { return got(this->db.count(query)); }
    Page stored() {
        return got(this->db.query(duet::query<Page>().where("id"_c == page.id).with_deleted()).one());
    }
    Folder folder{};
    Page page{};
};
TYPED_TEST_SUITE(Behaviours, Backends, BackendNames);

// Timestamps

TYPED_TEST(Behaviours, TimestampsKeepCreationAndLastUpdate) {
    EXPECT_NE(this->page.times.created_at, duet::Timestamp{});
    EXPECT_EQ(this->page.times.created_at, this->page.times.updated_at);
    const auto created = this->page.times.created_at;
    std::this_thread::sleep_for(1ms);
    this->page.title = "two";
    did([&] { return this->db.save(this->page); });
    EXPECT_GT(this->page.times.updated_at, created);
    EXPECT_EQ(this->stored().times.created_at, created);
    EXPECT_EQ(this->stored().times.updated_at, this->page.times.updated_at);

    const auto saved = this->page.times.updated_at;
    std::this_thread::sleep_for(1ms);
    did([&] { return this->db.update(this->page, "title"_c = "three"); });
    EXPECT_GT(this->page.times.updated_at, saved);
    EXPECT_EQ(this->stored().times.updated_at, this->page.times.updated_at);
}

TYPED_TEST(Behaviours, TimestampsAreTouchedByBulkUpdatesUnlessSet) {
    const auto before = this->page.times.updated_at;
    std::this_thread::sleep_for(1ms);
    did([&] { return this->db.query(duet::query<Page>()).update_bulk("title"_c = "x", duet::all_rows); });
    EXPECT_GT(this->stored().times.updated_at, before);
    did([&] {
        return this->db.query(duet::query<Page>()).update_bulk("updated_at"_c = at_second(5), duet::all_rows);
    });
    EXPECT_EQ(this->stored().times.updated_at, at_second(5));
}

// SoftDelete

TYPED_TEST(Behaviours, SoftDeleteMarksAndHidesEverywhere) {
    const Page other = this->add_page("other");
    did([&] { return this->db.remove(this->page); });
    EXPECT_TRUE(this->page.mark.is_deleted());
    EXPECT_EQ(this->stored().mark.deleted_at, this->page.mark.deleted_at);

    EXPECT_EQ(this->counted(duet::query<Page>()), 1);
    EXPECT_FALSE(find<Page>(this->db, this->page.id).has_value());
    EXPECT_EQ(this->counted(duet::query<Page>().with_deleted()), 2);
    EXPECT_EQ(this->counted(duet::query<Page>().only_deleted()), 1);
    EXPECT_EQ(got(this->db.all(duet::query<Page>())).size(), 1U);
    EXPECT_FALSE(got(this->db.query(duet::query<Page>().where("title"_c == "one")).exists()));

    did([&] { return this->db.load(this->folder, "pages"_c); });
    ASSERT_EQ(this->folder.pages.size(), 1U);
    EXPECT_EQ(this->folder.pages[0].id, other.id);
    EXPECT_EQ(got(this->db.count(duet::query<Folder>().where(duet::any("pages"_c, "title"_c == "one")))), 0);
    EXPECT_EQ(got(this->db.count(duet::query<Folder>().where(duet::count_of("pages"_c) == 1))), 1);
}

TYPED_TEST(Behaviours, SoftDeleteOfADeletedRowIsNotFound) {
    Page copy = this->page;
    did([&] { return this->db.remove(this->page); });
    EXPECT_THROW(did([&] { return this->db.remove(copy); }), duet::NotFound);
    EXPECT_FALSE(copy.mark.is_deleted());
    EXPECT_THROW(did([&] { return this->db.remove(this->page); }), duet::NotFound);
}

TYPED_TEST(Behaviours, HardRemovesTheRow) {
    did([&] { return this->db.remove(this->page, duet::hard); });
    EXPECT_EQ(this->counted(duet::query<Page>().with_deleted()), 0);
    Page marked = this->add_page("marked");
    did([&] { return this->db.remove(marked); });
    did([&] { return this->db.remove(marked, duet::hard); });
    EXPECT_EQ(this->counted(duet::query<Page>().with_deleted()), 0);
}

TYPED_TEST(Behaviours, RestoreTakesTheMarkAwayAndTheObjectStaysUsable) {
    did([&] { return this->db.remove(this->page); });
    EXPECT_TRUE(got(this->db.restore(this->page)));
    EXPECT_FALSE(this->page.mark.is_deleted());
    EXPECT_FALSE(got(this->db.restore(this->page)));
    EXPECT_EQ(this->counted(duet::query<Page>()), 1);
    this->page.title = "back";
    did([&] { return this->db.save(this->page); });
    EXPECT_EQ(this->stored().title, "back");
}

TYPED_TEST(Behaviours, BulkDeletesMarkOnlyLiveRows) {
    const auto all = this->db.query(duet::query<Page>());
    Page old = this->add_page("old");
    did([&] { return this->db.remove(old); });
    EXPECT_EQ(got(all.where("title"_c != "").delete_bulk()), 1);
    EXPECT_EQ(this->counted(duet::query<Page>().only_deleted()), 2);
    EXPECT_EQ(find<Page>(this->db, old.id).has_value(), false);
    did([&] { return this->db.refresh(old); });
    EXPECT_LT(old.mark.deleted_at, this->stored().mark.deleted_at) << "an older mark stays";

    EXPECT_EQ(got(all.update_bulk("title"_c = "hidden", duet::all_rows)), 0)
        << "bulk updates pass over deleted rows";
    EXPECT_EQ(got(all.with_deleted().delete_bulk(duet::all_rows, duet::hard)), 2);
    EXPECT_EQ(this->counted(duet::query<Page>().with_deleted()), 0);
}

TYPED_TEST(Behaviours, SoftCascadeMarksWhatIsBelowAndRestoreBringsTheSameBack) {
    Note earlier = this->add_note("earlier");
    const Note note = this->add_note("with the folder");
    did([&] { return this->db.remove(earlier); });
    did([&] { return this->db.remove(this->folder, duet::soft_cascade); });
    EXPECT_EQ(this->counted(duet::query<Page>()), 0);
    EXPECT_EQ(count<Note>(this->db), 0);

    EXPECT_TRUE(got(this->db.restore(this->folder, duet::soft_cascade)));
    EXPECT_EQ(this->counted(duet::query<Page>()), 1);
    EXPECT_TRUE(find<Note>(this->db, note.id).has_value());
    EXPECT_FALSE(find<Note>(this->db, earlier.id).has_value()) << "it was deleted before";
}

TYPED_TEST(Behaviours, RestoreWithoutCascadeLeavesTheRestMarked) {
    did([&] { return this->db.remove(this->folder, duet::soft_cascade); });
    EXPECT_TRUE(got(this->db.restore(this->folder)));
    EXPECT_EQ(count<Folder>(this->db), 1);
    EXPECT_EQ(this->counted(duet::query<Page>()), 0);
}

// Version

TYPED_TEST(Behaviours, VersionRefusesAStaleSave) {
    Page mine = this->stored();
    Page theirs = this->stored();
    theirs.title = "theirs";
    did([&] { return this->db.save(theirs); });
    EXPECT_EQ(theirs.lock.version, 2);
    mine.title = "mine";
    EXPECT_THROW(did([&] { return this->db.save(mine); }), duet::StaleData);
    EXPECT_EQ(mine.lock.version, 1);
    EXPECT_THROW(did([&] { return this->db.update(mine, "title"_c = "mine"); }), duet::StaleData);
    EXPECT_THROW(did([&] { return this->db.remove(mine); }), duet::StaleData);
    EXPECT_THROW(did([&] { return this->db.remove(mine, duet::hard); }), duet::StaleData);
    EXPECT_EQ(this->stored().title, "theirs");
    did([&] { return this->db.refresh(mine); });
    mine.title = "merged";
    did([&] { return this->db.save(mine); });
    EXPECT_EQ(this->stored().lock.version, 3);
}

TYPED_TEST(Behaviours, VersionFollowsEveryWriteThroughTheObject) {
    did([&] { return this->db.update(this->page, "title"_c = "a"); });
    EXPECT_EQ(this->page.lock.version, 2);
    did([&] { return this->db.save(this->page); });
    EXPECT_EQ(this->page.lock.version, 3);
    did([&] { return this->db.remove(this->page); });
    EXPECT_EQ(this->page.lock.version, 4);
    did([&] { return this->db.restore(this->page); });
    EXPECT_EQ(this->page.lock.version, 5);
    EXPECT_EQ(this->stored().lock.version, 5);
    did([&] { return this->db.query(duet::query<Page>()).update_bulk("title"_c = "bulk", duet::all_rows); });
    EXPECT_THROW(did([&] { return this->db.save(this->page); }), duet::StaleData)
        << "a bulk update counts as well";
}

TYPED_TEST(Behaviours, VersionOfARowThatIsGoneIsNotFound) {
    Page copy = this->page;
    did([&] { return this->db.remove(this->page, duet::hard); });
    EXPECT_THROW(did([&] { return this->db.save(copy); }), duet::NotFound);
    EXPECT_THROW(did([&] { return this->db.update(copy, "title"_c = "x"); }), duet::NotFound);
}

// One's own

TYPED_TEST(Behaviours, AnyStructCanBeOne) {
    Note note = this->add_note("hello");
    EXPECT_EQ(note.audit.writes, 1);
    EXPECT_EQ(note.audit.last_action, "insert");
    did([&] { return this->db.save(note); });
    const Note stored = *find<Note>(this->db, note.id);
    EXPECT_EQ(stored.audit.writes, 2);
    EXPECT_EQ(stored.audit.last_action, "update");
    EXPECT_EQ(got(this->db.count(duet::query<Note>().where("writes"_c == 2))), 1);
    std::vector<Note> many(3, Note{.text = "bulk", .page = this->page.id});
    did([&] { return this->db.create_bulk(many); });
    EXPECT_EQ(got(this->db.count(duet::query<Note>().where("last_action"_c == "insert"))), 3);
}

}  // namespace
