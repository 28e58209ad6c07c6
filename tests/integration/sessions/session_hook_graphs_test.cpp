#include <duet/session.hpp>
#include <duet/signals.hpp>

#include "session_fixture.hpp"

// Hooks and listeners that work on the session whose objects are written, and programs around them.

namespace {

using namespace duet::test;
using duet::BelongsTo;
using duet::HasMany;

struct Part;

struct Whole {
    std::int64_t id{};
    std::string name{};
    int parts_seen{};
    HasMany<Part> parts{};
    static constexpr auto table = duet::table("wholes", duet::cascade_orphans("parts"));
};
struct Part {
    std::int64_t id{};
    std::string name{};
    int weight{};
    std::optional<BelongsTo<Whole>> whole{};
    duet::Timestamps times{};
    duet::Version version{};
    static constexpr auto table = duet::table("parts", duet::check("light", "weight < 100"));
};
struct Note {
    std::int64_t id{};
    std::string text{};
    duet::SoftDelete soft_delete{};
    static constexpr auto table = duet::table("part_notes");
};
struct Pair {
    std::int64_t a{};
    std::string b{};
    std::string value{};
    duet::Version version{};
    static constexpr auto table = duet::table("pairs", duet::primary_key("a", "b"));
};
struct Token {
    duet::Uuid id{};
    std::string text{};
    std::optional<BelongsTo<Token, duet::Uuid>> next{};
    static constexpr auto table = duet::table("tokens");
};
inline constexpr auto models = duet::models<Whole, Part, Note, Pair, Token>;

template <class B>
class SessionHookGraphs : public SessionTest<B, models> {
protected:
    std::string texts() {
        std::string out;
        for (const Note& note : this->plain_db().template query<Note>().order_by("text").all())
            out += note.text + " ";
        return out;
    }
};
TYPED_TEST_SUITE(SessionHookGraphs, Backends, BackendNames);

TYPED_TEST(SessionHookGraphs, AListenerAddsToTheSessionAndAsksIt) {
    Whole whole = this->plain_db().create(Whole{.name = "w"});
    auto s = got(this->db.begin_session());
    Whole& w = got(s.template get<Whole>(whole.id));
    int counted = 0;
    const auto connection =
        this->db.template connect<Part>(duet::signal::after_create, [&](Part& part) -> duet::Task<> {
            s.add(Note{.text = part.name});
            counted = static_cast<int>(co_await later(s.template query<Part>().count()));
            Whole* const found = co_await later(s.template find<Whole>(whole.id));
            found->parts_seen = counted;
        });
    s.add(Part{.name = "one", .whole = w});
    s.add(Part{.name = "two", .whole = w});
    did([&] { return s.flush(); });
    EXPECT_EQ(counted, 2);
    EXPECT_FALSE(s.is_modified(w));
    EXPECT_EQ(s.pending().added, 0U);
    did([&] { return s.commit(); });
    EXPECT_EQ(this->texts(), "one two ");
    EXPECT_EQ(this->plain_db().template get<Whole>(whole.id)->parts_seen, 2);
}

TYPED_TEST(SessionHookGraphs, WhatAHookChangedGoesBackWithAFlushThatFails) {
    Whole whole = this->plain_db().create(Whole{.name = "w"});
    auto s = got(this->db.begin_session());
    Whole& w = got(s.template get<Whole>(whole.id));
    const auto connection =
        this->db.template connect<Part>(duet::signal::before_create, [&](Part&) { w.parts_seen += 1; });
    Part& bad = s.add(Part{.name = "bad", .weight = 1000, .whole = w});
    for (int i = 0; i < 3; ++i) {
        EXPECT_THROW(did([&] { return s.flush(); }), duet::CheckViolation);
        EXPECT_EQ(w.parts_seen, 0);
        EXPECT_EQ(bad.id, 0);
    }
    bad.weight = 1;
    did([&] { return s.commit(); });
    EXPECT_EQ(this->plain_db().template get<Whole>(whole.id)->parts_seen, 1);
}

TYPED_TEST(SessionHookGraphs, AHookCannotEndTheTransaction) {
    this->plain_db().create(Whole{.name = "w"});
    auto s = got(this->db.begin_session());
    int way = 0;
    const auto connection =
        this->db.template connect<Part>(duet::signal::before_create, [&](Part& part) -> duet::Task<> {
            if (way == 0) co_await later_done([&] { return s.commit(); });
            if (way == 1) co_await later_done([&] { return s.rollback(); });
            if (way == 2) co_await later_done([&] { return s.flush(); });
            if (way == 3) s.remove(part);
            if (way == 4) s.expunge(part);
            if (way == 5) (void)co_await later(s.begin_nested());
        });
    Part& part = s.add(Part{.name = "p"});
    for (way = 0; way < 6; ++way) {
        (void)thrown<duet::InvalidQuery>([&] { return s.flush(); });
        EXPECT_TRUE(s.contains(part));
    }
    did([&] { return s.commit(); });
    EXPECT_EQ(this->plain_db().template query<Part>().count(), 1);
}

TYPED_TEST(SessionHookGraphs, HooksThatNeverEndAreStopped) {
    this->plain_db().create(Whole{.name = "a"});
    this->plain_db().create(Whole{.name = "b"});
    auto s = got(this->db.begin_session());
    const auto all = got(s.template query<Whole>().order_by("id").all());
    const auto connection = this->db.template connect<Whole>(
        duet::signal::after_update, [&](Whole& w) { (&w == &all[0] ? all[1] : all[0]).parts_seen += 1; });
    all[0].name = "c";
    (void)thrown<duet::InvalidQuery>([&] { return s.commit(); });
    EXPECT_EQ(all[0].name, "a");
    EXPECT_EQ(this->plain_db().template query<Whole>().order_by("id").first()->name, "a");
}

TYPED_TEST(SessionHookGraphs, IteratesAndKeepsWhatHooksChange) {
    for (int n = 0; n < 7; ++n) this->plain_db().create(Whole{.name = std::to_string(n)});
    Whole* first = nullptr;
    const auto connection = this->db.template connect<Whole>(duet::signal::before_update, [&](Whole& w) {
        if (&w != first && first != nullptr) first->parts_seen += 1;
    });
    this->in_session([&](auto& s) -> duet::Task<> {
        first = co_await later(s.template query<Whole>().order_by("id").first());
        auto rows = s.template query<Whole>().iterate(3);
        if constexpr (requires { rows.next(); }) {
            while (Whole* w = co_await rows.next()) w->name += "!";
        } else {
            for (Whole& w : rows) w.name += "!";
        }
    });
    first = nullptr;
    const std::vector<Whole> now = rows<Whole>(this->db);
    EXPECT_EQ(now[0].parts_seen, 6);
    EXPECT_EQ(now[6].name, "6!");
}

TYPED_TEST(SessionHookGraphs, CompositeKeysAndUuidsAreTracked) {
    this->plain_db().create(Pair{.a = 1, .b = "x", .value = "old"});
    this->in_session([&](auto& s) -> duet::Task<> {
        Pair& p = co_await same(s.template get<Pair>(duet::key(1, "x")));
        p.value = "new";
        s.add(Pair{.a = 1, .b = "y", .value = "other"});
        const Pair form{.a = 1, .b = "y", .value = "merged"};
        Pair& merged = co_await same(s.merge(form));
        EXPECT_EQ(merged.value, "merged");
        Token& first = s.add(Token{.text = "1"});
        Token& second = s.add(Token{.text = "2", .next = first});
        first.next = second;
        co_await later_done([&] { return s.flush(); });
        auto nested = co_await later(s.begin_nested());
        s.remove(p);
        s.remove(first);
        s.remove(second);
        co_await later_done([&] { return s.flush(); });
        co_await later_done([&] { return nested.rollback(); });
        EXPECT_TRUE(s.contains(p));
        EXPECT_EQ(first.next->key(), second.id);  // its row had to be emptied before
        EXPECT_EQ(second.next->key(), first.id);
        EXPECT_FALSE(s.is_modified(first));
        first.text = "one";
    });
    EXPECT_EQ(this->plain_db().template get<Pair>(duet::key(1, "x"))->value, "new");
    EXPECT_EQ(this->plain_db().template query<Token>().where("text"_c == "one").count(), 1);
}

TYPED_TEST(SessionHookGraphs, SoftDeletedRowsComeBack) {
    Note note = this->plain_db().create(Note{.text = "n"});
    this->in_session([&](auto& s) -> duet::Task<> {
        Note& n = co_await same(s.template get<Note>(note.id));
        auto nested = co_await later(s.begin_nested());
        s.remove(n);
        co_await later_done([&] { return s.flush(); });
        EXPECT_EQ(co_await later(s.template find<Note>(note.id)), nullptr);
        co_await later_done([&] { return nested.rollback(); });
        EXPECT_FALSE(n.soft_delete.deleted_at.has_value());
        EXPECT_EQ(co_await later(s.template find<Note>(note.id)), &n);
        s.remove(n);
        co_await later_done([&] { return s.flush(); });
        s.add(Note{.text = "other"});
    });
    EXPECT_EQ(this->texts(), "other ");
}

TYPED_TEST(SessionHookGraphs, ImportsAGraphAndForgetsIt) {
    this->in_session([&](auto& s) -> duet::Task<> {
        for (int n = 0; n < 30; ++n) {
            Whole& w = s.add(Whole{.name = std::to_string(n)});
            auto parts = s.collection(w, "parts"_c);
            for (int p = 0; p < 3; ++p) parts.add(Part{.name = std::to_string(p)});
            EXPECT_EQ(w.parts.size(), 3U);
            if (n % 10 != 9) continue;
            co_await later_done([&] { return s.flush(); });
            s.expunge_all();
            EXPECT_EQ(s.size(), 0U);
            Whole& again = co_await same(s.template query<Whole>().order_by("-id").limit(1).one());
            again.parts_seen = 3;
            co_await later_done([&] { return s.load(again, "parts"_c); });
            auto loaded = s.collection(again, "parts"_c);
            loaded.remove(loaded[0]);
        }
    });
    EXPECT_EQ(this->plain_db().template query<Part>().count(), 87);
    EXPECT_EQ(this->plain_db().template query<Whole>().where("parts_seen"_c == 3).count(), 3);
}

TYPED_TEST(SessionHookGraphs, RefreshesAndExpiresWithRelations) {
    Whole whole = this->plain_db().create(Whole{.name = "w"});
    Part part = this->plain_db().create(Part{.name = "p", .whole = whole});
    this->in_session([&](auto& s) -> duet::Task<> {
        Whole& w = co_await same(s.template query<Whole>().related("parts"_c).one());
        Part& p = s.collection(w, "parts"_c)[0];
        p.name = "changed";
        w.name = "changed";
        co_await later_done([&] { return s.refresh(w); });
        EXPECT_EQ(w.name, "w");
        EXPECT_EQ(p.name, "changed");
        EXPECT_FALSE(s.collection(w, "parts"_c).loaded());
        co_await later_done([&] { return s.load(w, "parts"_c); });
        EXPECT_EQ(&s.collection(w, "parts"_c)[0], &p);
        s.expire_all();
        EXPECT_EQ(p.name, "changed");  // written by load()
        Whole& again = co_await same(s.template get<Whole>(whole.id));
        EXPECT_EQ(&again, &w);
        p.whole.reset();
        co_await later_done([&] { return s.load(w, "parts"_c); });
        EXPECT_EQ(s.collection(w, "parts"_c).size(), 0U);
    });
    EXPECT_FALSE(this->plain_db().template get<Part>(part.id)->whole.has_value());
}

}  // namespace
