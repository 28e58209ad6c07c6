#include <algorithm>
#include <limits>
#include <random>
#include <set>

#include "unit/query/keyset_support.hpp"

namespace keyset_test {
namespace {

using duet::InvalidQuery;
using duet::detail::prepare_keyset;

/// One row for each name, with ids from 1.
void fill(Database& db, std::initializer_list<std::optional<std::string>> nicks) {
    db.create_all<Sample>();
    std::vector<Sample> rows(nicks.size());
    std::size_t i = 0;
    for (const auto& nick : nicks) rows[i++].nick = nick;
    db.insert(rows);
}

std::string refusal(QueryData query, std::string_view cursor = {}, std::int64_t limit = 10) {
    const std::size_t before = query.clauses.bytes.size();
    try {
        prepare_keyset(query, cursor, limit);
    } catch (const InvalidQuery& error) {
        EXPECT_EQ(query.clauses.bytes.size(), before);
        EXPECT_EQ(query.flags & duet::shape::has_limit, 0u);
        return error.what();
    }
    return "accepted";
}

TEST(KeysetPages, FollowTheKeyWhenNoOrderIsAskedFor) {
    Database db;
    fill(db, {"c", "b", "a"});
    const auto first = db.page<Sample>(ordered<Sample>({}), {}, 2);
    EXPECT_EQ(ids(first.rows), (std::vector<std::int64_t>{1, 2}));
    const auto second = db.page<Sample>(ordered<Sample>({}), first.next, 2);
    EXPECT_EQ(ids(second.rows), std::vector<std::int64_t>{3});
    EXPECT_EQ(second.next, "");
}

TEST(KeysetPages, SayThatThereIsMoreOnlyWhenThereIs) {
    Database db;
    fill(db, {"a", "a"});
    EXPECT_NE(db.page<Sample>(ordered<Sample>({"nick"}), {}, 1).next, "");
    EXPECT_EQ(db.page<Sample>(ordered<Sample>({"nick"}), {}, 2).next, "");
    EXPECT_EQ(db.page<Sample>(ordered<Sample>({"nick"}), {}, 3).next, "");
}

TEST(KeysetPages, BreakTiesByTheKeyInTheDirectionOfTheRest) {
    Database db;
    fill(db, {"a", "a", "b"});
    EXPECT_EQ(ids(db.all_pages<Sample>(ordered<Sample>({"nick"}), 1)), (std::vector<std::int64_t>{1, 2, 3}));
    EXPECT_EQ(ids(db.all_pages<Sample>(ordered<Sample>({"-nick"}), 1)), (std::vector<std::int64_t>{3, 2, 1}));
    EXPECT_EQ(ids(db.all_pages<Sample>(ordered<Sample>({"-nick", "tiny"}), 1)),
              (std::vector<std::int64_t>{3, 1, 2}));
}

TEST(KeysetPages, NeitherLoseNorRepeatNulls) {
    Database db;
    fill(db, {"b", std::nullopt, "a", std::nullopt, std::nullopt});
    using Ids = std::vector<std::int64_t>;
    for (std::size_t limit = 1; limit <= 6; ++limit) {
        EXPECT_EQ(ids(db.all_pages<Sample>(ordered<Sample>({"nick"}), limit)), (Ids{2, 4, 5, 3, 1}));
        EXPECT_EQ(ids(db.all_pages<Sample>(ordered<Sample>({"-nick"}), limit)), (Ids{1, 3, 5, 4, 2}));
        EXPECT_EQ(ids(db.all_pages<Sample>(ordered<Sample>({"nick"}, duet::shape::order_nulls_last), limit)),
                  (Ids{3, 1, 2, 4, 5}));
        EXPECT_EQ(
            ids(db.all_pages<Sample>(ordered<Sample>({"-nick"}, duet::shape::order_nulls_first), limit)),
            (Ids{5, 4, 2, 1, 3}));
    }
}

TEST(KeysetPages, GoOnWhenTheRowOfTheCursorIsGone) {
    Database db;
    fill(db, {"a", "b", "c", "d"});
    const auto first = db.page<Sample>(ordered<Sample>({"nick"}), {}, 2);
    db.script("DELETE FROM samples WHERE id IN (1, 2); UPDATE samples SET nick = 'bb' WHERE id = 4");
    EXPECT_EQ(ids(db.page<Sample>(ordered<Sample>({"nick"}), first.next, 5).rows),
              (std::vector<std::int64_t>{4, 3}));
}

TEST(KeysetPages, KeepTheConditionsOfTheQuery) {
    Database db;
    fill(db, {"a", "b", "a", "b", "a"});
    QueryData query = ordered<Sample>({"-tiny"});
    const std::size_t begun = query.clauses.begin(duet::shape::Clause::where);
    query.clauses.op(Op::eq);
    query.clauses.column(column_of(*query.model, "nick"));
    query.clauses.value(std::string_view("a"));
    query.clauses.end(begun);
    EXPECT_EQ(ids(db.all_pages<Sample>(query, 1)), (std::vector<std::int64_t>{5, 3, 1}));
}

TEST(KeysetPages, CountATermOnceHoweverOftenItIsNamed) {
    Database db;
    fill(db, {"b", "a", "b"});
    EXPECT_EQ(ids(db.all_pages<Sample>(ordered<Sample>({"nick", "-nick", "-id", "id"}), 1)),
              (std::vector<std::int64_t>{2, 3, 1}));
}

TEST(KeysetPages, TakeTextThatIsNotUtf8AsItIs) {
    Database db;
    fill(db, {"a", "b", "c", "d", "e"});
    db.script("UPDATE samples SET nick = CAST(x'ff00fe' AS TEXT) WHERE id IN (2, 3, 4)");
    EXPECT_EQ(ids(db.all_pages<Sample>(ordered<Sample>({"nick"}), 1)),
              (std::vector<std::int64_t>{1, 5, 2, 3, 4}));
}

TEST(KeysetPages, ReadNoMoreOfAnIndexThanTheyNeed) {
    Database db;
    fill(db, {"a", "b"});
    QueryData query = ordered<Sample>({"tiny"});
    const auto first = db.page<Sample>(query, {}, 1);
    prepare_keyset(query, first.next, 1);
    const std::string plan = db.explain(query);
    EXPECT_NE(plan.find("SEARCH"), std::string::npos) << plan;
    EXPECT_EQ(plan.find("TEMP B-TREE"), std::string::npos) << plan;
}

TEST(KeysetPages, GoThroughCompositeKeys) {
    Database db;
    db.create_all<Seat>();
    std::vector<Seat> seats;
    for (int i = 0; i < 30; ++i) seats.push_back({i % 4 < 2 ? "x" : "y", i % 5, i / 5});
    db.insert(seats);
    for (const auto& query : {ordered<Seat>({}), ordered<Seat>({"guest"}), ordered<Seat>({"-guest"}),
                              ordered<Seat>({"guest", "-number"}), ordered<Seat>({"-row"})}) {
        QueryData whole = query;
        prepare_keyset(whole, {}, 1000);
        const auto key = [](const Seat& seat) { return seat.row * 100 + seat.number; };
        std::vector<int> expected;
        for (const Seat& seat : db.all<Seat>(whole)) expected.push_back(key(seat));
        ASSERT_EQ(expected.size(), seats.size());
        for (std::size_t limit = 1; limit <= 7; ++limit) {
            std::vector<int> found;
            for (const Seat& seat : db.all_pages<Seat>(query, limit)) found.push_back(key(seat));
            EXPECT_EQ(found, expected);
        }
    }
}

TEST(KeysetPages, TogetherAreTheWholeResultInAnyOrder) {
    std::mt19937 random(20'240'229);
    const auto one_of = [&random](std::size_t n) { return static_cast<std::size_t>(random() % n); };
    Database db;
    db.create_all<Sample>();
    auto rows = samples(60, random);
    db.insert(rows);
    const duet::ModelInfo& model = model_info<Sample>;
    for (int round = 0; round < 150; ++round) {
        SCOPED_TRACE(round);
        QueryData query = ordered<Sample>({});
        std::string order;
        bool all_descend = true;
        bool by_key = false;
        std::set<std::size_t> columns;
        for (std::size_t terms = one_of(5); columns.size() < terms;) {
            const std::size_t column = one_of(orderable_columns);
            if (!columns.insert(column).second) continue;
            const bool descends = one_of(2) != 0;
            all_descend = all_descend && descends;
            by_key = by_key || model.columns[column].primary_key;
            std::size_t flags = descends ? duet::shape::order_descending : 0;
            if (model.columns[column].type->nullable != nullptr) flags |= std::size_t{2} * one_of(3);
            const std::size_t begun = query.clauses.begin(duet::shape::Clause::order);
            query.clauses.u8(flags);
            query.clauses.column(column);
            query.clauses.end(begun);
            order += std::string(model.columns[column].name) + '/' + std::to_string(flags) + ' ';
        }
        SCOPED_TRACE(order);
        // What SQLite makes of the same order, with the key spelled out and NULLs where SQLite has them.
        QueryData whole = query;
        if (!by_key) {
            const bool descends = !columns.empty() && all_descend;
            whole.clauses.append_clauses(ordered<Sample>({descends ? "-id" : "id"}).clauses);
        }
        const auto expected = ids(db.all<Sample>(whole));
        ASSERT_EQ(std::set<std::int64_t>(expected.begin(), expected.end()).size(), rows.size());
        ASSERT_EQ(ids(db.all_pages<Sample>(query, 1 + one_of(7))), expected);
    }
}

TEST(KeysetPages, RefuseLimitsThatAreNone) {
    constexpr std::int64_t most = std::numeric_limits<std::int64_t>::max();
    EXPECT_NE(refusal(ordered<Sample>({}), {}, 0).find("at least one"), std::string::npos);
    EXPECT_NE(refusal(ordered<Sample>({}), {}, -1).find("at least one"), std::string::npos);
    EXPECT_NE(refusal(ordered<Sample>({}), {}, most).find("too large"), std::string::npos);
    EXPECT_EQ(refusal(ordered<Sample>({}), {}, most - 1), "accepted");
}

TEST(KeysetPages, RefuseAnOffset) {
    QueryData query = ordered<Sample>({});
    query.set_offset(0);
    EXPECT_NE(refusal(query).find("offset"), std::string::npos);
}

TEST(KeysetPages, RefuseOrdersThatAreNoColumnsOfTheModel) {
    QueryData expression = ordered<Sample>({"name"});
    std::size_t begun = expression.clauses.begin(duet::shape::Clause::order);
    expression.clauses.u8(0);
    expression.clauses.op(Op::negate);
    expression.clauses.column(2);
    expression.clauses.end(begun);
    EXPECT_NE(refusal(expression).find("expression"), std::string::npos);

    QueryData path = ordered<Sample>({});
    begun = path.clauses.begin(duet::shape::Clause::order);
    path.clauses.u8(0);
    const std::uint8_t relation = 0;
    path.clauses.path({&relation, 1}, 2);
    path.clauses.end(begun);
    EXPECT_NE(refusal(path).find("across a relation"), std::string::npos);

    EXPECT_NE(refusal(ordered<Sample>({"extra"})).find("extra"), std::string::npos);
    EXPECT_NE(refusal(ordered<Sample>({"list"})).find("list"), std::string::npos);
}

TEST(KeysetPages, RefuseGroupsAndSelectLists) {
    using duet::shape::Clause;
    for (const Clause clause : {Clause::group, Clause::having, Clause::select}) {
        QueryData query = ordered<Sample>({});
        const std::size_t begun = query.clauses.begin(clause);
        if (clause == Clause::select) query.clauses.name("_");
        query.clauses.column(0);
        query.clauses.end(begun);
        EXPECT_NE(refusal(query).find("whole rows"), std::string::npos);
    }
}

}  // namespace
}  // namespace keyset_test
