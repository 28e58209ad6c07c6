#include <numeric>

#include "integration/bookshop.hpp"

namespace {

using namespace duet::test;
using Ids = std::vector<std::int64_t>;

enum class Mood { calm, wild };

struct Word {
    std::int64_t id{};
    std::optional<std::string> text{};
    std::optional<int> number{};
    Mood mood{};
    duet::Timestamp at{};
    std::optional<bool> flag{};
    static constexpr auto table = duet::table("words");
};

/// 1 "Apple" 10, 2 "apple pie" 20, 3 "50%_off" 30, 4 NULL NULL, 5 "ÄRGER" -5, 6 "" 0, 7 R"(a\b*c?[d])" 10
template <class B>
class Lookups : public DatabaseTest<B> {
protected:
    void SetUp() override {
        using std::chrono::seconds;
        duet::Database blocking(this->db);
        blocking.create_all(duet::models<Word>);
        blocking.create_bulk(std::vector<Word>{
            {.text = "Apple", .number = 10, .at = duet::Timestamp(seconds(100)), .flag = true},
            {.text = "apple pie",
             .number = 20,
             .mood = Mood::wild,
             .at = duet::Timestamp(seconds(200)),
             .flag = false},
            {.text = "50%_off", .number = 30, .at = duet::Timestamp(seconds(86'400))},
            {.mood = Mood::wild},
            {.text = "ÄRGER", .number = -5, .flag = true},
            {.text = "", .number = 0},
            {.text = R"(a\b*c?[d])", .number = 10},
        });
    }
    Ids of(const duet::Condition<Word>& condition) {
        return bookshop::ids_of(got(this->db.all(duet::query<Word>().where(condition).order_by("id"))));
    }
};
TYPED_TEST_SUITE(Lookups, Backends, BackendNames);

TYPED_TEST(Lookups, ComparisonsLeaveNullsOut) {
    EXPECT_EQ(this->of("number"_c == 10), (Ids{1, 7}));
    EXPECT_EQ(this->of("number"_c != 10), (Ids{2, 3, 5, 6}));
    EXPECT_EQ(this->of("number"_c < 0), (Ids{5}));
    EXPECT_EQ(this->of("number"_c <= 0), (Ids{5, 6}));
    EXPECT_EQ(this->of("number"_c > 20), (Ids{3}));
    EXPECT_EQ(this->of(20 <= "number"_c), (Ids{2, 3}));
    EXPECT_EQ(this->of("number"_c > 9.5 && "number"_c < 20.5), (Ids{1, 2, 7}));
    EXPECT_EQ(this->of(!("number"_c == 10)), (Ids{2, 3, 5, 6}));
    EXPECT_EQ(this->of("text"_c == "Apple"), (Ids{1}));
    EXPECT_EQ(this->of("text"_c > "a"), (Ids{2, 5, 7}));
    EXPECT_EQ(this->of("mood"_c == Mood::wild), (Ids{2, 4}));
    EXPECT_EQ(this->of("at"_c == duet::Date(std::chrono::days(1))), (Ids{3}));
    EXPECT_EQ(this->of("id"_c == "number"_c / 10 + 1), (Ids{}));
    EXPECT_EQ(this->of(duet::col<&Word::number> == 20), (Ids{2}));
}

TYPED_TEST(Lookups, EmptyOptionalsAskForNull) {
    const std::optional<int> none;
    EXPECT_EQ(this->of("number"_c == none), (Ids{4}));
    EXPECT_EQ(this->of("number"_c != none), (Ids{1, 2, 3, 5, 6, 7}));
    EXPECT_EQ(this->of("number"_c == nullptr), (Ids{4}));
    EXPECT_EQ(this->of("number"_c.is_null()), (Ids{4}));
    EXPECT_EQ(this->of("number"_c.is_not_null()), (Ids{1, 2, 3, 5, 6, 7}));
    EXPECT_EQ(this->of("number"_c == std::optional(10)), (Ids{1, 7}));
}

TYPED_TEST(Lookups, IsTreatsNullAsAValue) {
    EXPECT_EQ(this->of("number"_c.is_(10)), (Ids{1, 7}));
    EXPECT_EQ(this->of("number"_c.is_not(10)), (Ids{2, 3, 4, 5, 6}));
    EXPECT_EQ(this->of("number"_c.is_(nullptr)), (Ids{4}));
    EXPECT_EQ(this->of("number"_c.is_not(nullptr)), (Ids{1, 2, 3, 5, 6, 7}));
    EXPECT_EQ(this->of("number"_c.is_("number"_c)), (Ids{1, 2, 3, 4, 5, 6, 7}));
    EXPECT_EQ(this->of("flag"_c.is_true()), (Ids{1, 5}));
    EXPECT_EQ(this->of("flag"_c.is_false()), (Ids{2}));
    EXPECT_EQ(this->of(!"flag"_c.is_true()), (Ids{2, 3, 4, 6, 7}));
    EXPECT_EQ(this->of("flag"_c), (Ids{1, 5}));
    EXPECT_EQ(this->of(!"flag"_c), (Ids{2}));
}

TYPED_TEST(Lookups, InTakesListsRangesAndNothing) {
    EXPECT_EQ(this->of("number"_c.in_(10, 30)), (Ids{1, 3, 7}));
    EXPECT_EQ(this->of("number"_c.in_({20, -5})), (Ids{2, 5}));
    EXPECT_EQ(this->of("number"_c.not_in(10, 30)), (Ids{2, 5, 6}));
    EXPECT_EQ(this->of("text"_c.in_("Apple", "", "nothing")), (Ids{1, 6}));
    EXPECT_EQ(this->of("text"_c.in_(std::vector<std::string>{"ÄRGER", "'; DROP TABLE words"})), (Ids{5}));
    EXPECT_EQ(this->of("text"_c.not_in({"Apple"})), (Ids{2, 3, 5, 6, 7}));
    EXPECT_EQ(this->of("mood"_c.in_(Mood::calm)), (Ids{1, 3, 5, 6, 7}));
    EXPECT_EQ(this->of("flag"_c.in_(true)), (Ids{1, 5}));
    EXPECT_EQ(this->of("at"_c.in_(duet::Timestamp(std::chrono::seconds(200)))), (Ids{2}));
    EXPECT_EQ(this->of("number"_c.in_(std::vector<int>{})), Ids{});
    EXPECT_EQ(this->of("number"_c.not_in(std::vector<int>{})), (Ids{1, 2, 3, 4, 5, 6, 7}));
    EXPECT_EQ(this->of("text"_c.in_(std::vector<std::string>{})), Ids{});
    EXPECT_EQ(this->of("number"_c.in_(std::vector<std::optional<int>>{10, std::nullopt})), (Ids{1, 7}));
}

TYPED_TEST(Lookups, InTakesALargeList) {
    std::vector<int> numbers(100'000);
    std::iota(numbers.begin(), numbers.end(), 15);
    EXPECT_EQ(this->of("number"_c.in_(numbers)), (Ids{2, 3}));
    EXPECT_EQ(this->of("number"_c.not_in(numbers)), (Ids{1, 5, 6, 7}));
    std::vector<std::string> texts(100'000, "x");
    texts.push_back("apple pie");
    EXPECT_EQ(this->of("text"_c.in_(texts)), (Ids{2}));
}

TYPED_TEST(Lookups, BetweenIncludesBothEnds) {
    EXPECT_EQ(this->of("number"_c.between(10, 20)), (Ids{1, 2, 7}));
    EXPECT_EQ(this->of(!"number"_c.between(10, 20)), (Ids{3, 5, 6}));
    EXPECT_EQ(this->of("number"_c.between(20, 10)), Ids{});
    EXPECT_EQ(this->of("text"_c.between("A", "Z")), (Ids{1}));
    EXPECT_EQ(this->of("at"_c.between(duet::Timestamp(std::chrono::seconds(100)),
                                      duet::Timestamp(std::chrono::seconds(200)))),
              (Ids{1, 2}));
}

TYPED_TEST(Lookups, TextLookupsMindTheCaseUnlessTheyStartWithI) {
    EXPECT_EQ(this->of("text"_c.contains("pple")), (Ids{1, 2}));
    EXPECT_EQ(this->of("text"_c.contains("APP")), Ids{});
    EXPECT_EQ(this->of("text"_c.icontains("APP")), (Ids{1, 2}));
    EXPECT_EQ(this->of("text"_c.startswith("app")), (Ids{2}));
    EXPECT_EQ(this->of("text"_c.istartswith("app")), (Ids{1, 2}));
    EXPECT_EQ(this->of("text"_c.endswith("PIE")), Ids{});
    EXPECT_EQ(this->of("text"_c.endswith("pie")), (Ids{2}));
    EXPECT_EQ(this->of("text"_c.iendswith("PIE")), (Ids{2}));
    EXPECT_EQ(this->of("text"_c.iendswith("longer than every text")), Ids{});
    EXPECT_EQ(this->of("text"_c.endswith("longer than every text")), Ids{});
    EXPECT_EQ(this->of("text"_c.startswith("Ä")), (Ids{5}));
}

TYPED_TEST(Lookups, AnEmptyTextIsPartOfEveryText) {
    const Ids with_text{1, 2, 3, 5, 6, 7};
    EXPECT_EQ(this->of("text"_c.contains("")), with_text);
    EXPECT_EQ(this->of("text"_c.icontains("")), with_text);
    EXPECT_EQ(this->of("text"_c.startswith("")), with_text);
    EXPECT_EQ(this->of("text"_c.istartswith("")), with_text);
    EXPECT_EQ(this->of("text"_c.endswith("")), with_text);
    EXPECT_EQ(this->of("text"_c.iendswith("")), with_text);
}

TYPED_TEST(Lookups, WildcardsInTextsAreLiteral) {
    EXPECT_EQ(this->of("text"_c.icontains("%")), (Ids{3}));
    EXPECT_EQ(this->of("text"_c.icontains("_")), (Ids{3}));
    EXPECT_EQ(this->of("text"_c.icontains("50%_")), (Ids{3}));
    EXPECT_EQ(this->of("text"_c.icontains("A\\B")), (Ids{7}));
    EXPECT_EQ(this->of("text"_c.contains("*")), (Ids{7}));
    EXPECT_EQ(this->of("text"_c.startswith("a\\b*c?[")), (Ids{7}));
    EXPECT_EQ(this->of("text"_c.startswith("*")), Ids{});
    EXPECT_EQ(this->of("text"_c.startswith("5?")), Ids{});
    EXPECT_EQ(this->of("text"_c.startswith("[A5]")), Ids{});
    EXPECT_EQ(this->of("text"_c.istartswith("5_")), Ids{});
    EXPECT_EQ(this->of("text"_c.iendswith("%OFF")), Ids{});
    EXPECT_EQ(this->of("text"_c.iendswith("_OFF")), (Ids{3}));
    EXPECT_EQ(this->of("text"_c.endswith("?[d]")), (Ids{7}));
    EXPECT_EQ(this->of("text"_c.icontains("\\")), (Ids{7}));
}

TYPED_TEST(Lookups, WildcardsThatComeOutOfColumnsAreLiteralToo) {
    EXPECT_EQ(this->of("text"_c.startswith("text"_c)), (Ids{1, 2, 3, 5, 6, 7}));
    EXPECT_EQ(this->of("text"_c.icontains("text"_c)), (Ids{1, 2, 3, 5, 6, 7}));
    EXPECT_EQ(this->of("text"_c.istartswith("text"_c)), (Ids{1, 2, 3, 5, 6, 7}));
    EXPECT_EQ(this->of("text"_c.iendswith("text"_c)), (Ids{1, 2, 3, 5, 6, 7}));
    EXPECT_EQ(this->of("text"_c.endswith(duet::lower("text"_c))), (Ids{2, 3, 6, 7}));
}

TYPED_TEST(Lookups, LikeHasWildcardsAndAnEscape) {
    EXPECT_EQ(this->of("text"_c.like("%pple%")), (Ids{1, 2}));
    EXPECT_EQ(this->of("text"_c.like("A____")), (Ids{1}));
    EXPECT_EQ(this->of("text"_c.like("a____")), Ids{});
    EXPECT_EQ(this->of("text"_c.like("%\\%\\_%")), (Ids{3}));
    EXPECT_EQ(this->of("text"_c.like("a\\\\b*c?[d]")), (Ids{7}));
    EXPECT_EQ(this->of("text"_c.like("*")), Ids{});
    EXPECT_EQ(this->of("text"_c.like("")), (Ids{6}));
    EXPECT_EQ(this->of("text"_c.like("_RGER")), (Ids{5}));
    EXPECT_EQ(this->of("text"_c.ilike("APPLE%")), (Ids{1, 2}));
    EXPECT_EQ(this->of("text"_c.ilike("%\\%%")), (Ids{3}));
}

TYPED_TEST(Lookups, RegularExpressionsMatchAnywhere) {
    EXPECT_EQ(this->of("text"_c.regex("^[Aa]pple")), (Ids{1, 2}));
    EXPECT_EQ(this->of("text"_c.regex("[0-9]+%")), (Ids{3}));
    EXPECT_EQ(this->of(!"text"_c.regex("e")), (Ids{3, 5, 6, 7}));
    EXPECT_EQ(this->of("text"_c.regex("^.RGER$")), (Ids{5})) << "a character, not a byte";
    EXPECT_THROW((void)this->of("text"_c.regex("(")), duet::Error);
}

TYPED_TEST(Lookups, UnknownStaysUnknownUnderNegation) {
    const Ids others{2, 3, 5, 6, 7};
    EXPECT_EQ(this->of(!"text"_c.contains("Apple")), others);
    EXPECT_EQ(this->of(!"text"_c.icontains("Apple ") && "id"_c != 2), (Ids{1, 3, 5, 6, 7}));
    EXPECT_EQ(this->of(!"text"_c.startswith("Apple")), others);
    EXPECT_EQ(this->of(!"text"_c.endswith("Apple")), others);
    EXPECT_EQ(this->of(!"text"_c.like("Apple")), others);
    EXPECT_EQ(this->of(!"text"_c.in_("Apple")), others);
    EXPECT_EQ(this->of(!("number"_c > 0 && "text"_c == "Apple")), (Ids{2, 3, 5, 6, 7}));
    EXPECT_EQ(this->of("number"_c > 0 || "mood"_c == Mood::wild), (Ids{1, 2, 3, 4, 7}));
    EXPECT_EQ(this->of(!("number"_c > 0 || "mood"_c == Mood::calm)), Ids{});
}

TYPED_TEST(Lookups, HostileTextsAreOnlyTexts) {
    for (const char* text :
         {"'", "\"", "'; DROP TABLE words; --", "%' OR 1=1 --", "\\", "{}", "?1", ":a", "\n"}) {
        EXPECT_EQ(this->of("text"_c == text), Ids{}) << text;
        EXPECT_EQ(this->of("text"_c.in_(text, text)), Ids{}) << text;
        EXPECT_LE(
            this->of("text"_c.icontains(text) || "text"_c.startswith(text) || "text"_c.like(text)).size(), 1u)
            << text;
    }
    EXPECT_THROW((void)this->of("text"_c.icontains("a\xff")), duet::ValidationError);
    EXPECT_EQ(this->of(duet::always()).size(), 7u);
}

}  // namespace
