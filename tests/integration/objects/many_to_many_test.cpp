#include "integration/checks.hpp"

namespace {

using namespace duet::test;

struct Tag;
struct Post {
    std::int64_t id{};
    std::string title{};
    duet::ManyToMany<Tag> tags{};
    static constexpr auto table = duet::table("posts");
};
struct Tag {
    std::int64_t id{};
    std::string name{};
    duet::ManyToMany<Post> posts{};
    static constexpr auto table = duet::table("tags");
};
struct Person {
    std::int64_t id{};
    std::string name{};
    duet::ManyToMany<Person> follows{};
    static constexpr auto table = duet::table("people");
};
struct Membership;
struct Club;
struct Member {
    duet::Uuid id{};
    std::string name{};
    duet::ManyToMany<Club, Membership> clubs{};
    static constexpr auto table = duet::table("members");
};
struct Club {
    std::string code{};
    duet::ManyToMany<Member, Membership> members{};
    static constexpr auto table = duet::table("clubs", duet::primary_key("code"));
};
struct Membership {
    std::int64_t id{};
    duet::BelongsTo<Member, duet::Uuid> member{};
    duet::BelongsTo<Club, std::string> club{};
    std::string role{};
    static constexpr auto table = duet::table("memberships", duet::default_sql("role", "'guest'"));
};
inline constexpr auto models = duet::models<Post, Tag, Person, Member, Club, Membership>;

template <class B>
class ManyToMany : public DatabaseTest<B> {
protected:
    void SetUp() override {
        did([&] { return this->db.create_all(models); });
        std::vector<Tag> list(4);
        for (std::size_t i = 0; i < list.size(); ++i)
            list[i].name = std::string(1, static_cast<char>('a' + i));
        tags = got(this->db.create_bulk_returning(list));
        const Post fresh{.title = "first"};
        post = got(this->db.create(fresh));
    }
    auto tags_of() { return this->db.relation(post, "tags"_c); }
    std::string linked() {
        did([&] { return this->db.load(post, "tags"_c); });
        std::string names;
        for (const Tag& tag : post.tags) names += tag.name;
        std::sort(names.begin(), names.end());
        return names;
    }
    std::vector<Tag> tags;
    Post post;
};
TYPED_TEST_SUITE(ManyToMany, Backends, BackendNames);

TYPED_TEST(ManyToMany, AddsAndRemovesAndCountsWhatChanged) {
    const auto& t = this->tags;
    EXPECT_EQ(got(this->tags_of().add(t[0], t[1])), 2U);
    EXPECT_EQ(got(this->tags_of().add(t[1], t[2])), 1U) << "a link that is there stays alone";
    EXPECT_EQ(this->linked(), "abc");
    const std::vector<Tag> last{t[3]};
    EXPECT_EQ(got(this->tags_of().add(last)), 1U);
    EXPECT_EQ(got(this->tags_of().remove(t[0], t[3])), 2U);
    EXPECT_EQ(got(this->tags_of().remove(t[0])), 0U);
    EXPECT_EQ(this->linked(), "bc");
    EXPECT_EQ(got(this->tags_of().clear()), 2U);
    EXPECT_EQ(this->linked(), "");
}

TYPED_TEST(ManyToMany, SetsExactlyTheseAndCountsOnlyDifferences) {
    const auto& t = this->tags;
    const std::vector<Tag> first{t[0], t[1]};
    const std::vector<Tag> second{t[1], t[2], t[2]};
    EXPECT_EQ(got(this->tags_of().set(first)), 2U);
    EXPECT_EQ(got(this->tags_of().set(second)), 2U);
    EXPECT_EQ(this->linked(), "bc");
    EXPECT_EQ(got(this->tags_of().set(second)), 0U);
    const std::vector<Tag> none;
    EXPECT_EQ(got(this->tags_of().set(none)), 2U);
    EXPECT_EQ(this->linked(), "");
}

TYPED_TEST(ManyToMany, IsOneRelationFromBothSides) {
    did([&] { return this->tags_of().add(this->tags[0]); });
    Tag tag = this->tags[0];
    did([&] { return this->db.load(tag, "posts"_c); });
    ASSERT_EQ(tag.posts.size(), 1U);
    EXPECT_EQ(tag.posts[0].title, "first");
    EXPECT_EQ(got(this->db.relation(tag, "posts"_c).add(this->post)), 0U);
    EXPECT_EQ(got(this->db.relation(tag, "posts"_c).remove(this->post)), 1U);
    EXPECT_EQ(this->linked(), "");
}

TYPED_TEST(ManyToMany, RefusesObjectsThatAreNotSavedAndChangesNothing) {
    const Tag unsaved{.name = "new"};
    EXPECT_THROW(did([&] { return this->tags_of().add(this->tags[0], unsaved); }), duet::InvalidQuery);
    const std::vector<Tag> mixed{this->tags[0], unsaved};
    EXPECT_THROW(did([&] { return this->tags_of().set(mixed); }), duet::InvalidQuery);
    const Post stranger{.title = "x"};
    EXPECT_THROW(did([&] { return this->db.relation(stranger, "tags"_c).add(this->tags[0]); }),
                 duet::InvalidQuery);
    EXPECT_EQ(this->linked(), "");
}

TYPED_TEST(ManyToMany, ChangesAllLinksOrNone) {
    did([&] { return this->tags_of().add(this->tags[0]); });
    const Tag gone{.id = 999, .name = "gone"};
    const std::vector<Tag> wanted{this->tags[1], gone};
    EXPECT_THROW(did([&] { return this->tags_of().set(wanted); }), duet::ForeignKeyViolation);
    EXPECT_EQ(this->linked(), "a");
}

TYPED_TEST(ManyToMany, LosesItsLinksWithEitherRow) {
    did([&] { return this->tags_of().add(this->tags[0], this->tags[1]); });
    did([&] { return this->db.remove(this->tags[0]); });
    EXPECT_EQ(this->linked(), "b");
    did([&] { return this->db.remove(this->post); });
    EXPECT_EQ(got(this->db.sql("SELECT count(*) FROM posts_tags").template scalar<std::int64_t>()), 0);
}

TYPED_TEST(ManyToMany, PointsOneWayBetweenRowsOfOneTable) {
    std::vector<Person> fresh(3);
    fresh[0].name = "ada", fresh[1].name = "bob", fresh[2].name = "cy";
    std::vector<Person> people = got(this->db.create_bulk_returning(fresh));
    EXPECT_EQ(got(this->db.relation(people[0], "follows"_c).add(people[1], people[2], people[0])), 3U);
    did([&] { return this->db.load(people, "follows"_c); });
    EXPECT_EQ(people[0].follows.size(), 3U);
    EXPECT_TRUE(people[1].follows.empty());
}

TYPED_TEST(ManyToMany, KeepsWhatALinkOfAnExplicitTableHolds) {
    const Member fresh{.name = "ada"};
    const Member ada = got(this->db.create(fresh));
    const Club chess{.code = "chess"};
    const Club golf{.code = "golf"};
    did([&] { return this->db.create(chess); });
    did([&] { return this->db.create(golf); });
    const Membership owner{.member = ada, .club = chess, .role = "owner"};
    did([&] { return this->db.create(owner); });

    const std::vector<Club> both{chess, golf};
    EXPECT_EQ(got(this->db.relation(ada, "clubs"_c).set(both)), 1U);
    const auto roles = rows<Membership>(this->db);
    ASSERT_EQ(roles.size(), 2U);
    EXPECT_EQ(roles[0].role, "owner");
    EXPECT_EQ(roles[1].role, "guest");
    EXPECT_EQ(got(this->db.relation(golf, "members"_c).clear()), 1U);
    EXPECT_EQ(count<Membership>(this->db), 1);
}

TYPED_TEST(ManyToMany, TakesPartInTransactions) {
    try {
        in_transaction(this->db, [&](auto& tx) -> duet::Task<> {
            auto links = tx.relation(this->post, "tags"_c);
            co_await later(links.add(this->tags[0]));
            throw std::string("stop");
        });
    } catch (const std::string&) {
        EXPECT_EQ(this->linked(), "");
    }
}

}  // namespace
