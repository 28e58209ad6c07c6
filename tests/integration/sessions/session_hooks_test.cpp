#include <duet/session.hpp>

#include <stdexcept>
#include <string>
#include <utility>

#include "integration/session_models.hpp"

namespace {

using namespace duet::test;

struct Veto : std::runtime_error {
    using std::runtime_error::runtime_error;
};

std::string seen;
std::string take() { return std::exchange(seen, {}); }

struct Member {
    std::int64_t id{};
    std::string name{};
    int age{};
    static constexpr auto table = duet::table("hooked_members");

    void before_save(const duet::HookContext& context) {
        seen += " before:" + name + (context.changes("age") ? "+age" : "");
        if (name == "X") name = "x";
        if (name == "bad") throw Veto("bad");
    }
    void after_create() { seen += " created:" + name; }
    void after_update() { seen += " updated:" + name; }
    void before_remove() { seen += " remove:" + name; }
    void after_commit() const { seen += " commit:" + name; }
};

template <class B>
class SessionHooks : public DatabaseTest<B> {
protected:
    void SetUp() override {
        duet::Database filling(this->db);
        filling.create_all(duet::models<Member>);
        for (const char* const name : {"a", "b", "c"}) {
            Member member{.name = name};
            filling.save(member);
        }
        seen.clear();
    }
};
TYPED_TEST_SUITE(SessionHooks, Backends, BackendNames);

TYPED_TEST(SessionHooks, RunWhenNewObjectsAreWritten) {
    in_session_of(this->db, [&](auto& s) -> duet::Task<> {
        for (const char* const name : {"d", "X"}) {
            Member member{.name = name};
            s.add(std::move(member));
        }
        co_await later_done([&] { return s.flush(); });
        seen += " |";
    });
    EXPECT_EQ(take(), " before:d+age before:X+age created:d created:x | commit:d commit:x");
    duet::Database reading(this->db);
    EXPECT_EQ(reading.query<Member>().where("name"_c == "x").count(), 1);
}

TYPED_TEST(SessionHooks, RunWhenChangesAndRemovalsAreWritten) {
    in_session_of(this->db, [&](auto& s) -> duet::Task<> {
        Member& first = co_await same(s.template get<Member>(1));
        first.name = "X";
        co_await later_done([&] { return s.flush(); });
        EXPECT_EQ(take(), " before:X updated:x");
        first.age = 3;
        Member& third = co_await same(s.template get<Member>(3));
        s.remove(third);
    });
    EXPECT_EQ(take(), " before:x+age updated:x remove:c commit:x commit:x commit:c");
    duet::Database reading(this->db);
    EXPECT_EQ(reading.get<Member>(1)->name, "x");
    EXPECT_EQ(reading.get<Member>(1)->age, 3);
}

TYPED_TEST(SessionHooks, VetoTheSession) {
    EXPECT_THROW(in_session_of(this->db,
                               [&](auto& s) -> duet::Task<> {
                                   Member& first = co_await same(s.template get<Member>(1));
                                   first.name = "bad";
                                   Member added{.name = "new"};
                                   s.add(std::move(added));
                               }),
                 Veto);
    duet::Database reading(this->db);
    EXPECT_EQ(reading.query<Member>().count(), 3);
    EXPECT_EQ(reading.get<Member>(1)->name, "a");
}

TYPED_TEST(SessionHooks, AVetoInTheMiddleLeavesObjectsAsTheyWere) {
    in_session_of(this->db, [&](auto& s) -> duet::Task<> {
        Member& changed = co_await same(s.template get<Member>(1));
        Member& removed = co_await same(s.template get<Member>(2));
        changed.name = "X";
        s.remove(removed);
        Member one{.name = "X"};
        Member two{.name = "bad"};
        Member& fresh = s.add(std::move(one));
        Member& bad = s.add(std::move(two));
        bool vetoed = false;
        try {
            co_await later_done([&] { return s.flush(); });
        } catch (const Veto&) {
            vetoed = true;
        }
        EXPECT_TRUE(vetoed);
        EXPECT_EQ(fresh.name, "X");
        EXPECT_EQ(changed.name, "X");
        EXPECT_EQ(fresh.id, 0);
        EXPECT_EQ(s.pending().added, 2u);
        EXPECT_EQ(s.pending().removed, 1u);
        bad.name = "good";
        co_await later_done([&] { return s.flush(); });
        EXPECT_EQ(fresh.name, "x");
        EXPECT_GT(bad.id, fresh.id);
    });
    duet::Database reading(this->db);
    EXPECT_EQ(reading.query<Member>().count(), 4);
    EXPECT_EQ(reading.get<Member>(1)->name, "x");
}

}  // namespace
