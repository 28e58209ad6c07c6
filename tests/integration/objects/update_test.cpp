#include "integration/checks.hpp"

namespace {

using namespace duet::test;

struct Team {
    std::int64_t id{};
    std::string name{};
    static constexpr auto table = duet::table("teams");
};
enum class Rank { rookie, regular, captain };
struct Player {
    std::int64_t id{};
    std::string name{};
    std::int8_t level{};
    std::optional<int> shirt{};
    Rank rank{};
    std::int64_t goals{};
    std::optional<duet::BelongsTo<Team>> team{};
    duet::Decimal value{};
    std::vector<std::string> tags{};
    duet::Json notes{};
    static constexpr auto table =
        duet::table("players", duet::unique("name"), duet::check("level_not_negative", "level >= 0"));
};
struct Box {
    std::int64_t row{};
    std::int64_t shelf{};
    std::string label{};
    static constexpr auto table = duet::table("boxes", duet::primary_key("row", "shelf"));
};
inline constexpr auto models = duet::models<Team, Player, Box>;

template <class B>
class Update : public DatabaseTest<B> {
protected:
    void SetUp() override {
        did([&] { return this->db.create_all(models); });
        const Player fresh{.name = "Ada", .level = 3, .shirt = 7};
        ada = got(this->db.create(fresh));
    }
    Player stored() { return *find<Player>(this->db, ada.id); }
    Player ada{};
};
TYPED_TEST_SUITE(Update, Backends, BackendNames);

TYPED_TEST(Update, SetsTheseColumnsAndNoOthersAndTheObjectFollows) {
    Player stale = this->ada;
    stale.level = 99;  // not saved, and not to be
    did([&] { return this->db.update(stale, "name"_c = "Lady", "goals"_c = 5); });
    EXPECT_EQ(stale.name, "Lady");
    EXPECT_EQ(stale.goals, 5);
    EXPECT_EQ(stale.level, 99);
    EXPECT_EQ(this->stored().name, "Lady");
    EXPECT_EQ(this->stored().goals, 5);
    EXPECT_EQ(this->stored().level, 3);
}

TYPED_TEST(Update, ReadsBackWhatTheDatabaseComputedAndNothingElse) {
    did([&] { return this->db.update(this->ada, "goals"_c = 10); });
    Player stale = this->ada;
    stale.goals = 2;
    stale.name = "changed here only";
    did([&] { return this->db.update(stale, "goals"_c = "goals"_c + 1, "level"_c = 4); });
    EXPECT_EQ(stale.goals, 11);
    EXPECT_EQ(stale.level, 4);
    EXPECT_EQ(stale.name, "changed here only");
    EXPECT_EQ(this->stored().name, "Ada");
}

TYPED_TEST(Update, SetsNull) {
    did([&] { return this->db.update(this->ada, "shirt"_c = std::nullopt); });
    EXPECT_EQ(this->ada.shirt, std::nullopt);
    EXPECT_EQ(this->stored().shirt, std::nullopt);
    did([&] { return this->db.update(this->ada, "shirt"_c = 9); });
    EXPECT_EQ(this->ada.shirt, 9);
    did([&] { return this->db.update(this->ada, "shirt"_c = std::optional<int>{}); });
    EXPECT_EQ(this->ada.shirt, std::nullopt);
    EXPECT_EQ(this->stored().shirt, std::nullopt);
}

TYPED_TEST(Update, SetsARelationByObjectByKeyAndToNull) {
    const Team fresh{.name = "Reds"};
    const Team reds = got(this->db.create(fresh));
    did([&] { return this->db.update(this->ada, "team"_c = reds); });
    ASSERT_TRUE(this->ada.team.has_value());
    EXPECT_EQ(this->ada.team->key(), reds.id);
    EXPECT_EQ(this->stored().team->key(), reds.id);
    did([&] { return this->db.load(this->ada, "team"_c); });

    const Team others{.name = "Blues"};
    const Team blues = got(this->db.create(others));
    did([&] { return this->db.update(this->ada, "team_id"_c = blues.id); });
    EXPECT_EQ(this->ada.team->key(), blues.id);
    EXPECT_FALSE(this->ada.team->loaded()) << "what was loaded is another row";
    did([&] { return this->db.update(this->ada, "team"_c = std::nullopt); });
    EXPECT_FALSE(this->ada.team.has_value());
    EXPECT_FALSE(this->stored().team.has_value());
}

TYPED_TEST(Update, SetsEnumsDecimalsListsAndJson) {
    const std::vector<std::string> tags{"fast", "left \"foot\""};
    did([&] {
        return this->db.update(this->ada, "rank"_c = Rank::captain, "value"_c = duet::Decimal::parse("12.50"),
                               "tags"_c = tags, "notes"_c = duet::Json::parse(R"({"a":[1]})"));
    });
    for (const Player& player : {this->ada, this->stored()}) {
        EXPECT_EQ(player.rank, Rank::captain);
        EXPECT_EQ(player.value, duet::Decimal::parse("12.50"));
        EXPECT_EQ(player.tags, tags);
        EXPECT_EQ(player.notes, duet::Json::parse(R"({"a":[1]})"));
    }
}

TYPED_TEST(Update, RefusesAValueOutOfRangeAndChangesNothing) {
    EXPECT_THROW(did([&] { return this->db.update(this->ada, "name"_c = "Zoe", "level"_c = 300); }),
                 duet::ValidationError);
    EXPECT_EQ(this->ada.name, "Ada");
    EXPECT_EQ(this->ada.level, 3);
    EXPECT_EQ(this->stored().name, "Ada");
    EXPECT_EQ(this->stored().level, 3);
}

TYPED_TEST(Update, ChangesNothingWhenAConstraintSaysNo) {
    const Player other{.name = "Bob"};
    did([&] { return this->db.create(other); });
    EXPECT_THROW(did([&] { return this->db.update(this->ada, "goals"_c = 1, "name"_c = "Bob"); }),
                 duet::UniqueViolation);
    EXPECT_THROW(did([&] { return this->db.update(this->ada, "goals"_c = 1, "level"_c = -1); }),
                 duet::CheckViolation);
    EXPECT_EQ(this->ada.name, "Ada");
    EXPECT_EQ(this->ada.goals, 0);
    EXPECT_EQ(this->ada.level, 3);
    EXPECT_EQ(this->stored().goals, 0);
}

TYPED_TEST(Update, SaysNotFoundWhenTheRowIsGone) {
    Player copy = this->ada;
    did([&] { return this->db.remove(copy); });
    EXPECT_THROW(did([&] { return this->db.update(this->ada, "goals"_c = 1); }), duet::NotFound);
    EXPECT_EQ(this->ada.goals, 0);
    EXPECT_THROW(did([&] { return this->db.refresh(this->ada); }), duet::NotFound);
}

TYPED_TEST(Update, FindsItsRowByACompositeKeyAndCanChangeIt) {
    const Box fresh{.row = 1, .shelf = 2, .label = "nails"};
    Box box = got(this->db.create(fresh));
    const Box neighbour{.row = 1, .shelf = 3, .label = "screws"};
    did([&] { return this->db.create(neighbour); });
    did([&] { return this->db.update(box, "label"_c = "pins", "shelf"_c = 9); });
    EXPECT_EQ(box.shelf, 9);
    EXPECT_EQ(find<Box>(this->db, std::tuple(1, 9))->label, "pins");
    EXPECT_EQ(find<Box>(this->db, std::tuple(1, 2)).has_value(), false);
    EXPECT_EQ(find<Box>(this->db, std::tuple(1, 3))->label, "screws");
}

TYPED_TEST(Update, RefreshBringsWhatOthersWrote) {
    Player mine = this->ada;
    did([&] { return this->db.update(this->ada, "goals"_c = 42, "name"_c = "Eve"); });
    mine.level = 77;
    did([&] { return this->db.refresh(mine); });
    EXPECT_EQ(mine.goals, 42);
    EXPECT_EQ(mine.name, "Eve");
    EXPECT_EQ(mine.level, 3);
}

}  // namespace
