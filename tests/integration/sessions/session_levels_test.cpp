#include <duet/payload.hpp>
#include <duet/session.hpp>

#include "session_fixture.hpp"

// Savepoints, commits and rollbacks, and what they do to objects, collections and hooks.

namespace {

using namespace duet::test;
using duet::BelongsTo;
using duet::HasMany;
using duet::ManyToMany;

struct Pet;
struct Toy;

struct Owner {
    std::int64_t id{};
    std::string name{};
    std::optional<std::string> phone{};
    HasMany<Pet> pets{};
    static constexpr auto table = duet::table("owners", duet::unique("name"));
};
struct Pet {
    std::int64_t id{};
    std::string name{};
    std::optional<BelongsTo<Owner>> owner{};
    ManyToMany<Toy> toys{};
    duet::Version version{};
    static constexpr auto table = duet::table("pets");
};
struct Toy {
    std::int64_t id{};
    std::string name{};
    ManyToMany<Pet> pets{};
    static constexpr auto table = duet::table("toys");
};
std::string heard;
std::string take() { return std::exchange(heard, {}); }
/// Hooks with effects.
struct Letter {
    std::int64_t id{};
    std::string text{};
    static constexpr auto table = duet::table("letters");
    void before_save() {
        if (text == "veto") throw std::invalid_argument("veto");
    }
    void after_save() {
        if (text == "late") throw std::invalid_argument("late");
    }
    void after_commit() const {
        heard += " c:" + text;
        if (text == "boom") throw std::invalid_argument("boom");
    }
    void after_rollback() const { heard += " r:" + text; }
};
struct PetPatch {
    duet::Patch<std::string> name{};
    duet::Patch<std::optional<std::int64_t>> owner_id{};
};
inline constexpr auto models = duet::models<Owner, Pet, Toy, Letter>;

template <class B>
class SessionLevels : public SessionTest<B, models> {
protected:
    void SetUp() override {
        SessionTest<B, models>::SetUp();
        heard.clear();
    }
    std::string pets() {
        std::string out;
        for (const Pet& p : rows<Pet>(this->db))
            out += p.name + ":" + (p.owner ? std::to_string(p.owner->key()) : "-") + " ";
        return out;
    }
};
TYPED_TEST_SUITE(SessionLevels, Backends, BackendNames);

TYPED_TEST(SessionLevels, CollectionsGoBackWithEachSavepoint) {
    Owner ada = this->plain_db().create(Owner{.name = "Ada"});
    Owner bob = this->plain_db().create(Owner{.name = "Bob"});
    this->plain_db().create(Pet{.name = "a", .owner = ada});
    this->plain_db().create(Pet{.name = "b", .owner = ada});
    this->in_session([&](auto& s) -> duet::Task<> {
        Owner& a = co_await same(s.template get<Owner>(ada.id));
        Owner& b = co_await same(s.template get<Owner>(bob.id));
        auto of_a = s.collection(a, "pets"_c);
        auto of_b = s.collection(b, "pets"_c);
        co_await later_done([&] { return of_a.load(); });
        co_await later_done([&] { return of_b.load(); });
        Pet& first = of_a[0];
        Pet& second = of_a[1];
        auto outer = co_await later(s.begin_nested());
        of_b.add(first);
        of_b.add(Pet{.name = "new"});
        EXPECT_EQ(of_b.size(), 2U);
        auto inner = co_await later(s.begin_nested());
        of_b.add(second);
        s.remove(first);
        co_await later_done([&] { return s.flush(); });
        EXPECT_EQ(of_a.size(), 0U);
        EXPECT_EQ(of_b.size(), 2U);
        co_await later_done([&] { return inner.rollback(); });
        EXPECT_EQ(of_a.size(), 1U);
        EXPECT_EQ(&of_a[0], &second);
        EXPECT_EQ(of_b.size(), 2U);
        EXPECT_EQ(b.pets.size(), 2U);
        EXPECT_TRUE(s.contains(first));
        EXPECT_FALSE(s.is_modified(first));
        EXPECT_FALSE(s.is_modified(second));
        first.name = "A";
        co_await later_done([&] { return s.flush(); });
        co_await later_done([&] { return outer.rollback(); });
        EXPECT_EQ(first.name, "a");
        EXPECT_EQ(of_a.size(), 2U);
        EXPECT_EQ(of_b.size(), 0U);
        EXPECT_EQ(a.pets.size(), 2U);
        EXPECT_EQ(b.pets.size(), 0U);
        second.name = "B";
        first.name = "A";
    });
    EXPECT_EQ(this->pets(), "A:1 B:1 ");
}

TYPED_TEST(SessionLevels, LinksGoBackWithEachSavepoint) {
    Pet cat = this->plain_db().create(Pet{.name = "cat"});
    Toy ball = this->plain_db().create(Toy{.name = "ball"});
    Toy mouse = this->plain_db().create(Toy{.name = "mouse"});
    this->plain_db().relation(cat, "toys"_c).add(ball);
    this->in_session([&](auto& s) -> duet::Task<> {
        Pet& c = co_await same(s.template get<Pet>(cat.id));
        Toy& b = co_await same(s.template get<Toy>(ball.id));
        Toy& m = co_await same(s.template get<Toy>(mouse.id));
        auto toys = s.collection(c, "toys"_c);
        auto of_mouse = s.collection(m, "pets"_c);
        co_await later_done([&] { return toys.load(); });
        co_await later_done([&] { return of_mouse.load(); });
        toys.add(m);  // written by the savepoint
        auto outer = co_await later(s.begin_nested());
        toys.remove(b);
        auto inner = co_await later(s.begin_nested());
        toys.remove(m);
        toys.add(b);
        co_await later_done([&] { return s.flush(); });
        EXPECT_EQ(toys.size(), 1U);
        EXPECT_EQ(of_mouse.size(), 0U);
        co_await later_done([&] { return inner.rollback(); });
        EXPECT_EQ(toys.size(), 1U);
        EXPECT_EQ(of_mouse.size(), 1U);
        EXPECT_EQ(&toys[0], &m);
        co_await later_done([&] { return outer.rollback(); });
        EXPECT_EQ(toys.size(), 2U);
        EXPECT_EQ(c.toys.size(), 2U);
        EXPECT_EQ(of_mouse.size(), 1U);
    });
    EXPECT_EQ(this->plain_db().template query<Pet>().related("toys"_c).one().toys.size(), 2U);
}

TYPED_TEST(SessionLevels, ARollbackOfUnflushedLinksForgetsThem) {
    Pet cat = this->plain_db().create(Pet{.name = "cat"});
    Toy ball = this->plain_db().create(Toy{.name = "ball"});
    this->in_session([&](auto& s) -> duet::Task<> {
        Pet& c = co_await same(s.template get<Pet>(cat.id));
        Toy& b = co_await same(s.template get<Toy>(ball.id));
        auto nested = co_await later(s.begin_nested());
        s.collection(c, "toys"_c).add(b);
        s.collection(c, "toys"_c).add(Toy{.name = "new"});
        co_await later_done([&] { return nested.rollback(); });
        EXPECT_EQ(s.pending().links, 0U);
        c.name = "CAT";
    });
    EXPECT_EQ(this->plain_db().template query<Pet>().related("toys"_c).one().toys.size(), 0U);
    EXPECT_EQ(this->plain_db().template query<Toy>().count(), 1);
}

TYPED_TEST(SessionLevels, ACommittedSavepointGoesBackWithTheOneAround) {
    Owner ada = this->plain_db().create(Owner{.name = "Ada"});
    this->in_session([&](auto& s) -> duet::Task<> {
        Owner& a = co_await same(s.template get<Owner>(ada.id));
        auto outer = co_await later(s.begin_nested());
        a.phone = "1";
        Pet* added = nullptr;
        Pet* removed = &s.add(Pet{.name = "removed", .owner = a});
        co_await later_done([&] { return s.flush(); });
        {
            auto inner = co_await later(s.begin_nested());
            a.phone = "2";
            added = &s.add(Pet{.name = "added", .owner = a});
            s.remove(*removed);
            co_await later_done([&] { return inner.commit(); });
        }
        EXPECT_EQ(s.collection(a, "pets"_c).loaded(), false);
        EXPECT_NE(added->id, 0);
        EXPECT_FALSE(s.contains(*removed));
        co_await later_done([&] { return outer.rollback(); });
        EXPECT_EQ(a.phone, std::nullopt);
        EXPECT_FALSE(s.contains(*added));
        EXPECT_FALSE(s.contains(*removed));
        EXPECT_EQ(added->id, 0);
        EXPECT_EQ(removed->id, 0);
        EXPECT_EQ(s.pending().added + s.pending().changed + s.pending().removed, 0U);
        s.add(*added);
    });
    EXPECT_EQ(this->plain_db().template query<Pet>().count(), 1);
}

TYPED_TEST(SessionLevels, HooksHearWhatWasTakenBack) {
    this->in_session([&](auto& s) -> duet::Task<> {
        s.add(Letter{.text = "kept"});
        auto nested = co_await later(s.begin_nested());
        s.add(Letter{.text = "gone"});
        co_await later_done([&] { return s.flush(); });
        co_await later_done([&] { return nested.rollback(); });
        s.add(Letter{.text = "last"});
    });
    EXPECT_EQ(take(), " r:gone c:kept c:last");
    for (const char* const text : {"veto", "late"}) {
        this->in_session([&](auto& s) -> duet::Task<> {
            Letter& fine = s.add(Letter{.text = "fine"});
            Letter& bad = s.add(Letter{.text = text});
            bool refused = false;
            try {
                co_await later_done([&] { return s.flush(); });
            } catch (const std::invalid_argument&) {
                refused = true;
            }
            EXPECT_TRUE(refused);
            EXPECT_EQ(fine.id, 0);
            EXPECT_EQ(bad.id, 0);
            bad.text = "mended";
        });
    }
    EXPECT_EQ(take(), " c:fine c:mended r:fine r:late c:fine c:mended");
    EXPECT_EQ(this->plain_db().template query<Letter>().count(), 6);
}

TYPED_TEST(SessionLevels, AHookThatFailsAfterTheCommitLeavesItCommitted) {
    auto s = got(this->db.begin_session());
    Letter& letter = s.add(Letter{.text = "boom"});
    EXPECT_THROW(did([&] { return s.commit(); }), std::invalid_argument);
    EXPECT_EQ(this->plain_db().template query<Letter>().count(), 1);
    EXPECT_TRUE(s.contains(letter));
    letter.text = "again";
    did([&] { return s.commit(); });
    EXPECT_EQ(this->plain_db().template query<Letter>().one().text, "again");
}

TYPED_TEST(SessionLevels, PayloadsChangeTrackedObjects) {
    Owner ada = this->plain_db().create(Owner{.name = "Ada"});
    Pet cat = this->plain_db().create(Pet{.name = "cat"});
    this->in_session([&](auto& s) -> duet::Task<> {
        Owner& a = co_await same(s.template query<Owner>().related("pets"_c).one());
        Pet& c = co_await same(s.template get<Pet>(cat.id));
        duet::apply(PetPatch{.name = "CAT", .owner_id = a.id}, c);
        EXPECT_EQ(s.changes(c).size(), 2U);
        EXPECT_EQ(s.collection(a, "pets"_c).size(), 1U);
        duet::apply(PetPatch{.owner_id = nullptr}, c);
        EXPECT_EQ(s.collection(a, "pets"_c).size(), 0U);
        duet::apply(PetPatch{.owner_id = a.id}, c);
    });
    EXPECT_EQ(this->pets(), "CAT:1 ");
}

TYPED_TEST(SessionLevels, CountsAndExistsSeeWhatWasChanged) {
    Owner ada = this->plain_db().create(Owner{.name = "Ada"});
    this->in_session([&](auto& s) -> duet::Task<> {
        Owner& a = co_await same(s.template get<Owner>(ada.id));
        s.add(Pet{.name = "x", .owner = a});
        EXPECT_EQ(co_await later(s.template query<Pet>().count()), 1);
        a.name = "Eve";
        EXPECT_TRUE(co_await later(s.template query<Pet>().where("owner.name"_c == "Eve").exists()));
        Pet& p = co_await same(s.template query<Pet>().one());
        s.remove(p);
        EXPECT_EQ(co_await later(s.template query<Pet>().count()), 0);
        s.add(Pet{.name = "y", .owner = a});
        const std::int64_t n =
            co_await later(s.template query<Owner>().where(duet::any("pets"_c, "name"_c == "y")).count());
        EXPECT_EQ(n, 1);
        const auto names = co_await later(s.template query<Pet>().select("name"_c));
        EXPECT_EQ(names.size(), 1U);
        const auto changed =
            co_await later(s.template query<Pet>().update_bulk("name"_c = "z", duet::all_rows));
        EXPECT_EQ(changed, 1);
        Pet& z = co_await same(s.template query<Pet>().one());
        EXPECT_EQ(z.name, "z");
    });
}

TYPED_TEST(SessionLevels, ARowThatSomebodyElseHasChangedOrDeletedIsTold) {
    Owner ada = this->plain_db().create(Owner{.name = "Ada"});
    Pet cat = this->plain_db().create(Pet{.name = "cat", .owner = ada});
    enum class Way { changed_and_removed, deleted_and_changed, deleted_and_removed };
    for (const Way way : {Way::changed_and_removed, Way::deleted_and_changed, Way::deleted_and_removed}) {
        auto s = got(this->db.begin_session());
        Pet& c = got(s.template get<Pet>(cat.id));
        Owner& a = got(s.template get<Owner>(ada.id));
        did([&] { return s.commit(); });
        Pet theirs = *this->plain_db().template get<Pet>(cat.id);
        theirs.name = "theirs";
        if (way == Way::changed_and_removed) {
            this->plain_db().save(theirs);
        } else {
            this->plain_db().remove(theirs);
        }
        if (way == Way::deleted_and_changed) {
            c.name = "mine";
            (void)thrown<duet::NotFound>([&] { return s.commit(); });
        } else {
            s.remove(c);
            if (way == Way::changed_and_removed) {
                (void)thrown<duet::StaleData>([&] { return s.commit(); });
            } else {
                (void)thrown<duet::NotFound>([&] { return s.commit(); });
            }
        }
        a.phone = std::to_string(static_cast<int>(way));
        did([&] { return s.commit(); });
        EXPECT_EQ(this->plain_db().template get<Owner>(ada.id)->phone, a.phone);
        if (way != Way::deleted_and_changed) continue;
        EXPECT_EQ(got(s.template find<Pet>(cat.id)), nullptr);
        did([&] { return s.commit(); });
        this->plain_db().create(Pet{.id = cat.id, .name = "again"});
    }
}

TYPED_TEST(SessionLevels, ReadOnlySessionsRefuseToWrite) {
    this->plain_db().create(Owner{.name = "Ada"});
    (void)thrown<duet::Error>([&] {
        in_session_of(
            this->db,
            [&](auto& s) -> duet::Task<> {
                Owner& a = co_await same(s.template query<Owner>().one());
                a.phone = "x";
            },
            duet::TransactionOptions{.read_only = true});
    });
}

TYPED_TEST(SessionLevels, TheTransactionIsThereAsAnOrdinaryHandle) {
    Owner ada = this->plain_db().create(Owner{.name = "Ada"});
    this->in_session([&](auto& s) -> duet::Task<> {
        Owner& a = co_await same(s.template get<Owner>(ada.id));
        a.phone = "1";
        auto tx = co_await later(s.direct());
        co_await later_done([&] { return s.flush(); });
        std::optional<Owner> there = co_await later(tx.template get<Owner>(ada.id));
        Owner plain = *there;
        EXPECT_EQ(plain.phone, "1");
        plain.phone = "2";
        co_await later_done([&] { return tx.save(plain); });
        co_await later_done([&] { return s.refresh(a); });
        EXPECT_EQ(a.phone, "2");
    });
}

}  // namespace
