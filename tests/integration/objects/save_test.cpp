#include "integration/checks.hpp"

namespace {

using namespace duet::test;

struct Author {
    std::int64_t id{};
    std::string name{};
    std::optional<int> born{};
    duet::Timestamps times{};
    static constexpr auto table = duet::table("authors", duet::unique("name"));
};
struct Token {
    duet::Uuid id{};
    std::string text{};
    static constexpr auto table = duet::table("tokens", duet::unique("text"));
};
struct Setting {
    std::string name{};
    std::string value{};
    static constexpr auto table = duet::table("settings", duet::primary_key("name"));
};
struct Mark {
    std::int64_t pupil{};
    std::int64_t exam{};
    int points{};
    static constexpr auto table = duet::table("marks", duet::primary_key("pupil", "exam"));
};
inline constexpr auto models = duet::models<Author, Token, Setting, Mark>;

template <class B>
class Save : public DatabaseTest<B> {
protected:
    void SetUp() override {
        did([&] { return this->db.create_all(models); });
    }
};
TYPED_TEST_SUITE(Save, Backends, BackendNames);

TYPED_TEST(Save, InsertsWhatIsNewAndUpdatesWhatIsNot) {
    Author ada{.name = "Ada"};
    did([&] { return this->db.save(ada); });
    ASSERT_GT(ada.id, 0);
    ada.name = "Lady Ada";
    ada.born = 1815;
    did([&] { return this->db.save(ada); });
    ada.born.reset();
    did([&] { return this->db.save(ada); });

    const auto all = rows<Author>(this->db);
    ASSERT_EQ(all.size(), 1U);
    EXPECT_EQ(all[0].name, "Lady Ada");
    EXPECT_EQ(all[0].born, std::nullopt);
}

TYPED_TEST(Save, SaysNotFoundWhenTheRowIsGone) {
    Author ada{.name = "Ada"};
    did([&] { return this->db.save(ada); });
    Author copy = ada;
    did([&] { return this->db.remove(copy); });
    const auto gone = thrown<duet::NotFound>([&] { return this->db.save(ada); });
    EXPECT_NE(std::string(gone.what()).find("authors"), std::string::npos);
    EXPECT_EQ(count<Author>(this->db), 0);
}

TYPED_TEST(Save, LeavesANewObjectNewWhenItFails) {
    Author first{.name = "Ada"};
    did([&] { return this->db.save(first); });
    Author second{.name = "Ada"};
    EXPECT_THROW(did([&] { return this->db.save(second); }), duet::UniqueViolation);
    EXPECT_EQ(second.id, 0);
    second.name = "Bob";
    did([&] { return this->db.save(second); });
    EXPECT_EQ(count<Author>(this->db), 2);

    Token one{.text = "x"};
    did([&] { return this->db.save(one); });
    Token two{.text = "x"};
    EXPECT_THROW(did([&] { return this->db.save(two); }), duet::UniqueViolation);
    EXPECT_TRUE(two.id.is_nil());
    two.text = "y";
    did([&] { return this->db.save(two); });
    EXPECT_EQ(count<Token>(this->db), 2);
}

TYPED_TEST(Save, LeavesTheRowAndItsTimesAloneWhenAnUpdateFails) {
    Author ada{.name = "Ada"};
    Author bob{.name = "Bob"};
    did([&] { return this->db.save(ada); });
    did([&] { return this->db.save(bob); });
    const Author before = bob;
    bob.name = "Ada";
    EXPECT_THROW(did([&] { return this->db.save(bob); }), duet::UniqueViolation);
    EXPECT_EQ(bob.times.updated_at, before.times.updated_at);
    EXPECT_EQ(find<Author>(this->db, bob.id)->name, "Bob");
}

TYPED_TEST(Save, UpdatesByAGeneratedUuid) {
    Token token{.text = "a"};
    did([&] { return this->db.save(token); });
    token.text = "b";
    did([&] { return this->db.save(token); });
    EXPECT_EQ(count<Token>(this->db), 1);
    EXPECT_EQ(find<Token>(this->db, token.id)->text, "b");
}

TYPED_TEST(Save, InsertsOrUpdatesByANaturalKeyAsTheDatabaseTells) {
    Setting setting{.name = "colour", .value = "red"};
    did([&] { return this->db.save(setting); });
    setting.value = "blue";
    did([&] { return this->db.save(setting); });
    EXPECT_EQ(count<Setting>(this->db), 1);
    EXPECT_EQ(find<Setting>(this->db, "colour")->value, "blue");

    Mark mark{.pupil = 1, .exam = 2, .points = 3};
    did([&] { return this->db.save(mark); });
    mark.points = 4;
    did([&] { return this->db.save(mark); });
    Mark other{.pupil = 1, .exam = 3, .points = 5};
    did([&] { return this->db.save(other); });
    EXPECT_EQ(count<Mark>(this->db), 2);
    EXPECT_EQ(find<Mark>(this->db, std::tuple(1, 2))->points, 4);
}

TYPED_TEST(Save, TouchesOnlyTheRowWithTheKey) {
    Mark first{.pupil = 1, .exam = 1, .points = 1};
    Mark second{.pupil = 1, .exam = 2, .points = 2};
    did([&] { return this->db.save(first); });
    did([&] { return this->db.save(second); });
    second.points = 20;
    did([&] { return this->db.save(second); });
    EXPECT_EQ(find<Mark>(this->db, std::tuple(1, 1))->points, 1);
}

}  // namespace
