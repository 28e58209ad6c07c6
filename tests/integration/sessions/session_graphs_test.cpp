#include <duet/session.hpp>

#include "session_fixture.hpp"

// Graphs of objects that are changed from several sides at once, also by hooks while they are written.

namespace {

using namespace duet::test;
using duet::BelongsTo;
using duet::HasMany;
using duet::HasOne;
using duet::ManyToMany;

struct Book;
struct Topic;
struct Profile;

struct Writer {
    std::int64_t id{};
    std::string name{};
    int books_written{};
    HasMany<Book> books{};
    HasOne<Profile> profile{};
    static constexpr auto table = duet::table("writers", duet::cascade_orphans("profile"));
};
struct Profile {
    std::int64_t id{};
    std::string text{};
    BelongsTo<Writer> writer{};
    static constexpr auto table = duet::table("profiles", duet::unique("writer_id"));
};
struct Book {
    std::int64_t id{};
    std::string title{};
    std::optional<BelongsTo<Writer>> writer{};
    ManyToMany<Topic> topics{};
    duet::Version version{};
    static constexpr auto table = duet::table("books");

    // A counter cache, as people write them.
    void before_create() {
        if (writer && writer->loaded()) (*writer)->books_written += 1;
    }
};
struct Topic {
    std::int64_t id{};
    std::string name{};
    ManyToMany<Book> books{};
    static constexpr auto table = duet::table("topics");
};
/// Each counts what happens to the others.
struct Counter {
    std::int64_t id{};
    std::string name{};
    int touched{};
    std::optional<BelongsTo<Counter>> other{};
    static constexpr auto table = duet::table("counters");

    void before_update() {
        if (touched < 100 && other && other->loaded()) (*other)->touched += 100;
    }
};
inline constexpr auto models = duet::models<Writer, Profile, Book, Topic, Counter>;

template <class B>
class SessionGraphs : public SessionTest<B, models> {};
TYPED_TEST_SUITE(SessionGraphs, Backends, BackendNames);

TYPED_TEST(SessionGraphs, AHookMayChangeWhatIsWrittenBeforeIt) {
    this->in_session([&](auto& s) -> duet::Task<> {
        Writer& ada = s.add(Writer{.name = "Ada"});
        s.add(Book{.title = "one", .writer = ada});
        s.add(Book{.title = "two", .writer = ada});
        co_return;
    });
    EXPECT_EQ(this->plain_db().template query<Writer>().one().books_written, 2);
}

TYPED_TEST(SessionGraphs, AHookMayChangeWhatHadNotChanged) {
    Writer ada = this->plain_db().create(Writer{.name = "Ada"});
    this->in_session([&](auto& s) -> duet::Task<> {
        Writer& there = co_await same(s.template get<Writer>(ada.id));
        s.add(Book{.title = "one", .writer = there});
    });
    EXPECT_EQ(this->plain_db().template query<Writer>().one().books_written, 1);
}

TYPED_TEST(SessionGraphs, HooksMayChangeEachOthersRows) {
    for (const bool first_changes_second : {true, false}) {
        Counter a = this->plain_db().create(Counter{.name = "a"});
        Counter b = this->plain_db().create(Counter{.name = "b"});
        (first_changes_second ? a : b).other = first_changes_second ? b : a;
        this->plain_db().save(a);
        this->plain_db().save(b);
        this->in_session([&](auto& s) -> duet::Task<> {
            const auto all = co_await later(
                s.template query<Counter>().related("other"_c).where("id"_c >= a.id).order_by("id").all());
            all[0].name = "A";
            all[1].name = "B";
        });
        const std::vector<Counter> now =
            this->plain_db().template query<Counter>().where("id"_c >= a.id).order_by("id").all();
        EXPECT_EQ(now[0].touched, first_changes_second ? 0 : 100);
        EXPECT_EQ(now[1].touched, first_changes_second ? 100 : 0);
    }
}

TYPED_TEST(SessionGraphs, ALinkThatIsMadeFromBothSidesIsOneLink) {
    Book book = this->plain_db().create(Book{.title = "b"});
    Topic topic = this->plain_db().create(Topic{.name = "t"});
    this->in_session([&](auto& s) -> duet::Task<> {
        Book& b = co_await same(s.template get<Book>(book.id));
        Topic& t = co_await same(s.template get<Topic>(topic.id));
        s.collection(b, "topics"_c).add(t);
        s.collection(t, "books"_c).add(b);
    });
    EXPECT_EQ(this->plain_db().template query<Book>().related("topics"_c).one().topics.size(), 1U);
}

TYPED_TEST(SessionGraphs, ALinkThatIsTakenFromOneSideAndMadeFromTheOtherStays) {
    Book book = this->plain_db().create(Book{.title = "b"});
    Topic topic = this->plain_db().create(Topic{.name = "t"});
    this->plain_db().relation(book, "topics"_c).add(topic);
    for (const bool loaded : {true, false}) {
        for (const bool other_way : {true, false}) {
            this->in_session([&](auto& s) -> duet::Task<> {
                Book& b = co_await same(s.template get<Book>(book.id));
                Topic& t = co_await same(s.template get<Topic>(topic.id));
                auto topics = s.collection(b, "topics"_c);
                auto books = s.collection(t, "books"_c);
                if (loaded) {
                    co_await later_done([&] { return topics.load(); });
                    co_await later_done([&] { return books.load(); });
                }
                if (other_way) {
                    EXPECT_TRUE(books.remove(b));
                    topics.add(t);
                } else {
                    EXPECT_TRUE(topics.remove(t));
                    books.add(b);
                }
            });
            EXPECT_EQ(this->plain_db().template query<Book>().related("topics"_c).one().topics.size(), 1U)
                << loaded << other_way;
        }
    }
}

TYPED_TEST(SessionGraphs, ALinkThatIsMadeFromOneSideAndTakenFromTheOtherIsNone) {
    Book book = this->plain_db().create(Book{.title = "b"});
    Topic topic = this->plain_db().create(Topic{.name = "t"});
    for (const bool loaded : {true, false}) {
        this->in_session([&](auto& s) -> duet::Task<> {
            Book& b = co_await same(s.template get<Book>(book.id));
            Topic& t = co_await same(s.template get<Topic>(topic.id));
            auto topics = s.collection(b, "topics"_c);
            auto books = s.collection(t, "books"_c);
            if (loaded) {
                co_await later_done([&] { return topics.load(); });
                co_await later_done([&] { return books.load(); });
            }
            topics.add(t);
            EXPECT_TRUE(books.remove(b));
        });
        EXPECT_EQ(this->plain_db().template query<Book>().related("topics"_c).one().topics.size(), 0U);
    }
}

TYPED_TEST(SessionGraphs, LinksOfRemovedObjectsGo) {
    this->in_session([&](auto& s) -> duet::Task<> {
        Book& b = s.add(Book{.title = "b"});
        Topic& t = s.collection(b, "topics"_c).add(Topic{.name = "t"});
        Topic& u = s.collection(b, "topics"_c).add(Topic{.name = "u"});
        co_await later_done([&] { return s.flush(); });
        s.remove(t);
        EXPECT_EQ(s.collection(b, "topics"_c).size(), 1U);
        co_await later_done([&] { return s.flush(); });
        s.collection(u, "books"_c).remove(b);
        s.remove(b);
        s.remove(u);
    });
    EXPECT_EQ(this->plain_db().template query<Book>().count(), 0);
    EXPECT_EQ(this->plain_db().template query<Topic>().count(), 0);
}

TYPED_TEST(SessionGraphs, WhatAnObjectRefersToMayBeReplaced) {
    Writer ada = this->plain_db().create(Writer{.name = "Ada"});
    this->plain_db().create(Profile{.text = "old", .writer = ada});
    this->in_session([&](auto& s) -> duet::Task<> {
        Writer& w = co_await same(s.template query<Writer>().related("profile"_c).one());
        Profile* old = &*w.profile;
        s.remove(*old);
        s.add(Profile{.text = "new", .writer = w});
    });
    EXPECT_EQ(this->plain_db().template query<Profile>().one().text, "new");
}

TYPED_TEST(SessionGraphs, AOneToOneIsReplacedByItsCollection) {
    Writer ada = this->plain_db().create(Writer{.name = "Ada"});
    this->plain_db().create(Profile{.text = "old", .writer = ada});
    this->in_session([&](auto& s) -> duet::Task<> {
        Writer& w = co_await same(s.template query<Writer>().related("profile"_c).one());
        auto profile = s.collection(w, "profile"_c);
        EXPECT_EQ(profile.size(), 1U);
        profile.remove(profile.front());
        profile.add(Profile{.text = "new"});
        EXPECT_EQ(profile.size(), 1U);
    });
    EXPECT_EQ(this->plain_db().template query<Profile>().one().text, "new");
}

TYPED_TEST(SessionGraphs, CollectionsMayBeEmptiedWhileTheyAreWalked) {
    Writer ada = this->plain_db().create(Writer{.name = "Ada"});
    for (int i = 0; i < 5; ++i) this->plain_db().create(Book{.title = std::to_string(i), .writer = ada});
    this->in_session([&](auto& s) -> duet::Task<> {
        Writer& w = co_await same(s.template query<Writer>().related("books"_c).one());
        auto books = s.collection(w, "books"_c);
        while (!books.empty()) books.remove(books.front());
        EXPECT_EQ(w.books.size(), 0U);
    });
    EXPECT_EQ(this->plain_db().template query<Book>().where("writer"_c.is_null()).count(), 5);
}

TYPED_TEST(SessionGraphs, WhatHasNoRowAndHasLeftCannotBeReferredTo) {
    for (const bool removed : {true, false}) {
        auto s = got(this->db.begin_session());
        Writer& w = s.add(Writer{.name = "Ada"});
        Book& b = s.add(Book{.title = "b", .writer = w});
        if (removed) {
            s.remove(w);
        } else {
            s.expunge(w);
        }
        const auto error = thrown<duet::InvalidQuery>([&] { return s.flush(); });
        EXPECT_STREQ(
            error.what(),
            "Book::writer refers to a Writer that has no row and is not the session's any more: add() it "
            "again, or let the relation refer to something else");
        b.writer.reset();
        did([&] { return s.flush(); });
        EXPECT_NE(b.id, 0);
    }
}

TYPED_TEST(SessionGraphs, ACopyOfARowCannotBeAdded) {
    Writer ada = this->plain_db().create(Writer{.name = "Ada"});
    auto s = got(this->db.begin_session());
    const Writer copy = got(s.template get<Writer>(ada.id));
    Writer& added = s.add(copy);
    const auto error = thrown<duet::InvalidQuery>([&] { return s.flush(); });
    EXPECT_STREQ(
        error.what(),
        "flush: the session has an object of the row of this Writer already: change that one, or merge() a "
        "copy instead of adding it");
    s.expunge(added);
    did([&] { return s.flush(); });
}

TYPED_TEST(SessionGraphs, ChangesToAnOldVersionAreNotWrittenOverANewOne) {
    Book book = this->plain_db().create(Book{.title = "b"});
    auto s = got(this->db.begin_session());
    Book& mine = got(s.template get<Book>(book.id));
    did([&] { return s.commit(); });
    book.title = "theirs";
    this->plain_db().save(book);
    mine.title = "mine";
    (void)thrown<duet::StaleData>([&] { (void)got(s.template get_for_update<Book>(book.id)); });
    EXPECT_EQ(mine.title, "mine");
    did([&] { return s.refresh(mine); });
    EXPECT_EQ(mine.title, "theirs");
    mine.title = "mine again";
    did([&] { return s.commit(); });
    EXPECT_EQ(this->plain_db().template get<Book>(book.id)->title, "mine again");
}

TYPED_TEST(SessionGraphs, MergesWhatIsNewAlongAndNothingElse) {
    Writer ada = this->plain_db().create(Writer{.name = "Ada"});
    this->plain_db().create(Book{.title = "b", .writer = ada});
    Book detached = this->plain_db().template query<Book>().related("writer"_c).one();
    detached.title = "changed";
    (*detached.writer)->name = "Lovelace";
    const Book fresh{.title = "new", .writer = Writer{.name = "New"}};
    this->in_session([&](auto& s) -> duet::Task<> {
        Book& merged = co_await same(s.merge(detached));
        EXPECT_EQ(merged.title, "changed");
        Book& added = co_await same(s.merge(fresh));
        EXPECT_EQ(added.title, "new");
        Book moved = merged;
        moved.writer = Writer{.name = "Another"};
        EXPECT_EQ(&co_await same(s.merge(moved)), &merged);
    });
    EXPECT_EQ(this->plain_db().template get<Writer>(ada.id)->name, "Ada");
    std::string found;
    for (const Book& b : this->plain_db().template query<Book>().related("writer"_c).order_by("id").all())
        found += b.title + " by " + (*b.writer)->name + ", ";
    EXPECT_EQ(found, "changed by Another, new by New, ");
}

}  // namespace
