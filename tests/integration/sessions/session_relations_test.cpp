#include <duet/session.hpp>

#include <algorithm>

#include "integration/session_models.hpp"

namespace {

using namespace duet::test;
using duet::BelongsTo;
using duet::HasMany;
using duet::HasOne;
using duet::ManyToMany;

struct Writer;
struct Text;
struct Tag;
struct Remark;
struct Member;

struct Portrait {
    std::int64_t id{};
    std::string file{};
    BelongsTo<Writer> writer{};
    static constexpr auto table =
        duet::table("portraits", duet::unique("writer_id"), duet::on_delete("writer", duet::cascade));
};
struct Writer {
    std::int64_t id{};
    std::string name{};
    HasMany<Text, "writer"> texts{};
    HasOne<Portrait> portrait{};
    static constexpr auto table = duet::table("writers", duet::cascade_orphans("texts"));
};
struct Text {
    std::int64_t id{};
    std::string title{};
    BelongsTo<Writer> writer{};
    std::optional<BelongsTo<Writer>> editor{};
    ManyToMany<Tag> tags{};
    HasMany<Remark> remarks{};
    static constexpr auto table = duet::table("texts", duet::on_delete("editor", duet::set_null));
};
struct Tag {
    std::int64_t id{};
    std::string name{};
    ManyToMany<Text> texts{};
    static constexpr auto table = duet::table("tags");
};
struct Remark {
    std::int64_t id{};
    std::string body{};
    BelongsTo<Text> text{};
    static constexpr auto table = duet::table("remarks", duet::on_delete("text", duet::cascade));
};
struct Team {
    std::int64_t id{};
    std::string name{};
    std::optional<BelongsTo<Member>> captain{};
    HasMany<Member> members{};
    static constexpr auto table = duet::table("teams");
};
struct Member {
    std::int64_t id{};
    std::string name{};
    std::optional<BelongsTo<Team>> team{};
    std::optional<BelongsTo<Member>> chief{};
    static constexpr auto table = duet::table("members");
};
inline constexpr auto models = duet::models<Writer, Portrait, Tag, Text, Remark, Team, Member>;

}  // namespace

// Text has two references to Writer: the collection names one.
namespace {

template <class B>
class SessionRelations : public DatabaseTest<B> {
protected:
    void SetUp() override { plain_db().create_all(models); }
    duet::Database plain_db() { return duet::Database(this->db); }
    template <class F>
    void in_session(F body) {
        in_session_of(this->db, std::move(body));
    }
    template <class M>
    std::int64_t total() {
        return plain_db().template query<M>().count();
    }
};
TYPED_TEST_SUITE(SessionRelations, Backends, BackendNames);

TYPED_TEST(SessionRelations, WritesParentsBeforeTheirChildren) {
    this->in_session([&](auto& s) -> duet::Task<> {
        Text& text = s.add(Text{.title = "first", .writer = Writer{.name = "along"}});
        Writer& writer = text.writer.get();
        EXPECT_TRUE(s.contains(writer));
        Text& second = s.add(Text{.title = "second", .writer = writer});
        EXPECT_EQ(&second.writer.get(), &writer);  // not a second writer
        Writer& late = s.add(Writer{.name = "late"});
        s.set(second, "writer"_c, late);
        EXPECT_EQ(s.pending().added, 4u);
        co_await later_done([&] { return s.flush(); });
        EXPECT_GT(writer.id, 0);
        EXPECT_EQ(text.writer.key(), writer.id);
        EXPECT_EQ(second.writer.key(), late.id);
    });
    EXPECT_EQ(this->template total<Writer>(), 2);
    EXPECT_EQ(this->template total<Text>(), 2);
}

TYPED_TEST(SessionRelations, FillsCollectionsFromBothSides) {
    this->in_session([&](auto& s) -> duet::Task<> {
        Writer& ada = s.add(Writer{.name = "Ada"});
        Writer& bob = s.add(Writer{.name = "Bob"});
        auto texts = s.collection(ada, "texts"_c);
        Text& one = texts.add(Text{.title = "one"});
        Text& two = s.add(Text{.title = "two", .writer = ada});
        EXPECT_EQ(texts.size(), 2u);
        EXPECT_TRUE(texts.contains(two));
        two.writer = bob;
        EXPECT_EQ(texts.size(), 1u);
        EXPECT_EQ(&texts[0], &one);
        EXPECT_EQ(&s.collection(bob, "texts"_c)[0], &two);
        co_await later_done([&] { return s.flush(); });
        EXPECT_EQ(one.writer.key(), ada.id);
        EXPECT_EQ(two.writer.key(), bob.id);
    });
}

TYPED_TEST(SessionRelations, LoadsRelationsOfItsObjects) {
    {
        auto plain = this->plain_db();
        const Writer ada = plain.create(Writer{.name = "Ada"});
        plain.create(Portrait{.file = "ada.png", .writer = ada});
        plain.create_bulk(std::vector<Text>{{.title = "a", .writer = ada}, {.title = "b", .writer = ada}});
    }
    this->in_session([&](auto& s) -> duet::Task<> {
        Writer& ada =
            co_await same(s.template query<Writer>().related("texts"_c).related("portrait"_c).one());
        auto texts = s.collection(ada, "texts"_c);
        EXPECT_EQ(texts.size(), 2u);
        for (Text& text : texts) {
            EXPECT_TRUE(s.contains(text));
            EXPECT_EQ(&text.writer.get(), &ada);
        }
        EXPECT_EQ(&ada.portrait->writer.get(), &ada);
        ada.portrait->file = "new.png";
        texts[0].title = "changed";
        EXPECT_EQ(s.pending().changed, 2u);
        EXPECT_EQ(ada.texts.size(), 2u);
    });
    EXPECT_EQ(this->plain_db().template query<Portrait>().one().file, "new.png");
    this->in_session([&](auto& s) -> duet::Task<> {
        const auto all = co_await later(s.template query<Text>().order_by("id").all());
        EXPECT_EQ(all[0].title, "changed");
        EXPECT_THROW((void)all[0].writer->name, duet::NotLoaded);
        co_await later_done([&] { return s.load(all, "writer"_c); });
        EXPECT_EQ(all[0].writer->name, "Ada");
        EXPECT_EQ(&all[0].writer.get(), &all[1].writer.get());
        auto texts = s.collection(all[0].writer.get(), "texts"_c);
        EXPECT_THROW((void)texts.size(), duet::NotLoaded);
        co_await later_done([&] { return texts.load(); });
        EXPECT_EQ(texts.size(), 2u);
        EXPECT_EQ(&texts[1], &all[1]);
    });
}

TYPED_TEST(SessionRelations, RemovesOrphansWhereThatIsDeclared) {
    {
        auto plain = this->plain_db();
        const Writer ada = plain.create(Writer{.name = "Ada"});
        plain.create_bulk(std::vector<Text>{{.title = "a", .writer = ada}, {.title = "b", .writer = ada}});
        const Team team = plain.create(Team{.name = "team"});
        plain.create(Member{.name = "m", .team = team});
    }
    this->in_session([&](auto& s) -> duet::Task<> {
        Writer& ada = co_await same(s.template query<Writer>().related("texts"_c).one());
        auto texts = s.collection(ada, "texts"_c);
        EXPECT_TRUE(texts.remove(texts[0]));
        EXPECT_EQ(texts.size(), 1u);
        Team& team = co_await same(s.template query<Team>().related("members"_c).one());
        auto members = s.collection(team, "members"_c);
        Member& member = members[0];
        EXPECT_TRUE(members.remove(member));
        EXPECT_FALSE(member.team.has_value());
        EXPECT_TRUE(members.empty());
    });
    EXPECT_EQ(this->template total<Text>(), 1);
    EXPECT_EQ(this->template total<Member>(), 1);
    // Those that were not loaded, too.
    this->in_session([&](auto& s) -> duet::Task<> {
        Writer& ada = co_await same(s.template query<Writer>().one());
        s.remove(ada);
    });
    EXPECT_EQ(this->template total<Text>(), 0);
    EXPECT_EQ(this->template total<Writer>(), 0);
}

TYPED_TEST(SessionRelations, FollowsWhatTheDatabaseDoesToRowsBelow) {
    {
        auto plain = this->plain_db();
        const Writer ada = plain.create(Writer{.name = "Ada"});
        const Writer bob = plain.create(Writer{.name = "Bob"});
        const Text text = plain.create(Text{.title = "a", .writer = ada, .editor = bob});
        plain.create(Remark{.body = "r", .text = text});
        plain.create(Portrait{.file = "p", .writer = bob});
    }
    this->in_session([&](auto& s) -> duet::Task<> {
        Text& text = co_await same(s.template query<Text>().related("editor"_c).related("remarks"_c).one());
        Remark& remark = s.collection(text, "remarks"_c)[0];
        Portrait& portrait = co_await same(s.template query<Portrait>().one());
        s.remove(text.editor->get());
        co_await later_done([&] { return s.flush(); });
        EXPECT_FALSE(text.editor.has_value());
        EXPECT_FALSE(s.contains(portrait));
        EXPECT_FALSE(s.is_modified(text));
        s.remove(text);
        co_await later_done([&] { return s.flush(); });
        EXPECT_FALSE(s.contains(remark));
    });
    EXPECT_EQ(this->template total<Remark>(), 0);
    EXPECT_EQ(this->template total<Portrait>(), 0);
}

TYPED_TEST(SessionRelations, AddsAndRemovesLinks) {
    this->in_session([&](auto& s) -> duet::Task<> {
        Text& text = s.add(Text{.title = "a", .writer = Writer{.name = "Ada"}});
        auto tags = s.collection(text, "tags"_c);
        Tag& first = tags.add(Tag{.name = "first"});
        tags.add(Tag{.name = "second"});
        EXPECT_EQ(tags.size(), 2u);
        EXPECT_TRUE(s.collection(first, "texts"_c).contains(text));
        EXPECT_EQ(s.pending().links, 2u);
        co_await later_done([&] { return s.flush(); });
        EXPECT_EQ(s.pending().links, 0u);
    });
    this->in_session([&](auto& s) -> duet::Task<> {
        Text& text = co_await same(s.template query<Text>().related("tags"_c).one());
        auto tags = s.collection(text, "tags"_c);
        EXPECT_EQ(tags.size(), 2u);
        Tag& gone = *std::find_if(tags.begin(), tags.end(), [](const Tag& t) { return t.name == "first"; });
        EXPECT_TRUE(tags.remove(gone));
        EXPECT_EQ(tags.size(), 1u);
    });
    auto plain = this->plain_db();
    const Text text = plain.template query<Text>().related("tags"_c).one();
    ASSERT_EQ(text.tags.size(), 1u);
    EXPECT_EQ(text.tags[0].name, "second");
    EXPECT_EQ(this->template total<Tag>(), 2);
}

TYPED_TEST(SessionRelations, WritesTreesAndRings) {
    this->in_session([&](auto& s) -> duet::Task<> {
        // The chief comes after those below, in the order of adding.
        Member& low = s.add(Member{.name = "low"});
        Member& middle = s.add(Member{.name = "middle"});
        Member& top = s.add(Member{.name = "top"});
        s.set(low, "chief"_c, middle);
        s.set(middle, "chief"_c, top);
        s.set(top, "chief"_c, top);  // a ring of one
        Team& team = s.add(Team{.name = "team"});
        s.set(team, "captain"_c, low);
        s.set(low, "team"_c, team);  // a ring of two tables
        co_await later_done([&] { return s.flush(); });
        EXPECT_EQ(low.chief->key(), middle.id);
        EXPECT_EQ(top.chief->key(), top.id);
        EXPECT_EQ(team.captain->key(), low.id);
        EXPECT_EQ(low.team->key(), team.id);
        EXPECT_EQ(s.pending().changed, 0u);
    });
    auto plain = this->plain_db();
    const auto low = plain.template query<Member>().where("name"_c == "low").related("chief"_c).one();
    EXPECT_EQ((*low.chief)->name, "middle");
    EXPECT_EQ(plain.template query<Team>().one().captain->key(), low.id);
    this->in_session([&](auto& s) -> duet::Task<> {
        const auto members = co_await later(s.template query<Member>().all());
        const auto teams = co_await later(s.template query<Team>().all());
        for (Member& member : members) s.remove(member);
        for (Team& team : teams) s.remove(team);
    });
    EXPECT_EQ(this->template total<Member>(), 0);
    EXPECT_EQ(this->template total<Team>(), 0);
}

TYPED_TEST(SessionRelations, InsertsManyObjectsInFewStatements) {
    std::size_t inserts = 0;
    {
        const auto hook = this->db.on_query([&](const duet::QueryEvent& event) {
            if (event.sql.substr(0, 6) == "INSERT" || event.sql.substr(0, 4) == "COPY") ++inserts;
        });
        this->in_session([&](auto& s) -> duet::Task<> {
            Writer& writer = s.add(Writer{.name = "Ada"});
            for (int i = 0; i < 500; ++i) s.add(Text{.title = "t" + std::to_string(i), .writer = writer});
            co_await later_done([&] { return s.flush(); });
            const auto all = co_await later(s.template query<Text>().order_by("id").all());
            EXPECT_EQ(all.size(), 500u);
            EXPECT_EQ(all[499].title, "t499");
            EXPECT_EQ(s.size(), 501u);
        });
    }
    EXPECT_LE(inserts, 40u);
    EXPECT_EQ(this->template total<Text>(), 500);
}

TYPED_TEST(SessionRelations, MergesCopiesFromElsewhere) {
    Writer ada = this->plain_db().create(Writer{.name = "Ada"});
    ada.name = "Countess";
    const Writer fresh{.name = "Bob"};
    this->in_session([&](auto& s) -> duet::Task<> {
        Writer& merged = co_await same(s.merge(ada));
        EXPECT_NE(&merged, &ada);
        EXPECT_EQ(s.changes(merged), (std::vector<std::string_view>{"name"}));
        Writer& again = co_await same(s.merge(ada));
        EXPECT_EQ(&again, &merged);
        Writer& other = co_await same(s.merge(fresh));
        EXPECT_EQ(other.name, "Bob");
        EXPECT_EQ(s.pending().added, 1u);
    });
    EXPECT_EQ(this->plain_db().template get<Writer>(ada.id)->name, "Countess");
    EXPECT_EQ(this->template total<Writer>(), 2);
}

}  // namespace
