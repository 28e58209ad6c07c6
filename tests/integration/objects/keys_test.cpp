#include <set>

#include "integration/bookshop.hpp"

namespace {

using namespace duet::test;

struct Leaf;
struct Place {
    std::string code{};
    std::string name{};
    duet::HasMany<Leaf> leaves{};
    static constexpr auto table = duet::table("places", duet::primary_key("code"));
};
struct Tag {
    duet::Uuid id{};
    std::string name{};
    duet::ManyToMany<Leaf> leaves{};
    static constexpr auto table = duet::table("tags");
};
struct Leaf {
    duet::Uuid id{};
    std::string name{};
    std::optional<duet::BelongsTo<Leaf, duet::Uuid>> parent{};
    duet::HasMany<Leaf> children{};
    duet::BelongsTo<Place, std::string> place{};
    duet::ManyToMany<Tag> tags{};
    static constexpr auto table = duet::table("leaves");
};
struct Stock {
    std::string shop{};
    std::int32_t item{};
    int amount{};
    static constexpr auto table = duet::table("stock", duet::primary_key("shop", "item"));
};

template <class B>
class Keys : public DatabaseTest<B> {
protected:
    void SetUp() override {
        did([this] { return this->db.create_all(duet::models<Place, Tag, Leaf, Stock>); });
    }
    template <class M>
    M made(const M& object) {
        return got(this->db.create(object));
    }
};
TYPED_TEST_SUITE(Keys, Backends, BackendNames);

TYPED_TEST(Keys, ACompositeKeyNamesARow) {
    Stock nails = this->made(Stock{"north", 1, 10});
    this->made(Stock{"north", 2, 20});
    this->made(Stock{"south", 1, 30});
    EXPECT_EQ(got(this->db.template get<Stock>(std::tuple("south", 1)))->amount, 30);
    EXPECT_FALSE(got(this->db.template get<Stock>(std::tuple("south", 2))).has_value());
    nails.amount = 11;
    did([&] { return this->db.save(nails); });
    did([&] { return this->db.update(nails, "amount"_c = "amount"_c + 1); });
    EXPECT_EQ(nails.amount, 12);
    EXPECT_EQ(got(this->db.query(duet::query<Stock>().where("shop"_c == "north" && "item"_c == 2))
                      .update_bulk("amount"_c = 21)),
              1);
    did([&] { return this->db.refresh(nails); });
    did([&] { return this->db.remove(nails); });
    EXPECT_THROW(did([&] { return this->db.refresh(nails); }), duet::NotFound);
    EXPECT_EQ(got(this->db.template query<Stock>().order_by("shop").select("amount"_c)),
              (std::vector<int>{21, 30}));
    EXPECT_THROW((void)this->made(Stock{"south", 1, 0}), duet::UniqueViolation);
}

TYPED_TEST(Keys, ACompositeKeyOrdersFirstPagesAndIterations) {
    for (int i = 9; i >= 0; --i) this->made(Stock{i % 2 == 0 ? "even" : "odd", i, i});
    EXPECT_EQ(got(this->db.template query<Stock>().first())->item, 0);
    std::vector<int> seen;
    std::string cursor;
    do {
        auto page = got(this->db.template query<Stock>().page_after(cursor, 3));
        for (const Stock& row : page.items) seen.push_back(row.amount);
        cursor = page.next;
    } while (!cursor.empty());
    EXPECT_EQ(seen, (std::vector<int>{0, 2, 4, 6, 8, 1, 3, 5, 7, 9}));
    EXPECT_EQ(got(this->db.template query<Stock>().order_by("-item").limit(3).update_bulk("amount"_c = 0,
                                                                                          duet::all_rows)),
              3);
    EXPECT_EQ(got(this->db.template query<Stock>().where("amount"_c == 0).count()), 4);
    EXPECT_EQ(got(this->db.template query<Stock>().order_by("item").limit(2).delete_bulk(duet::all_rows)), 2);
}

TYPED_TEST(Keys, ANaturalKeyIsATextOfItsOwn) {
    Place oslo = this->made(Place{"OSL", "Oslo"});
    EXPECT_EQ(got(this->db.template get<Place>("OSL"))->name, "Oslo");
    EXPECT_EQ(got(this->db.template get<Place>(std::string("OSL")))->name, "Oslo");
    EXPECT_FALSE(got(this->db.template get<Place>("osl")).has_value());
    EXPECT_FALSE(got(this->db.template get<Place>("' OR 1=1 --")).has_value());
    oslo.name = "Christiania";
    did([&] { return this->db.save(oslo); });
    EXPECT_EQ(got(this->db.template get<Place>("OSL"))->name, "Christiania");
    EXPECT_THROW((void)this->made(Place{"OSL", "again"}), duet::UniqueViolation);
    did([&] { return this->db.remove(oslo); });
    EXPECT_EQ(got(this->db.template query<Place>().count()), 0);
}

TYPED_TEST(Keys, UuidKeysAreGeneratedAndGrow) {
    this->made(Place{"OSL", "Oslo"});
    std::vector<Leaf> leaves(100, Leaf{.name = "x", .place = std::string("OSL")});
    (void)got(this->db.create_bulk(leaves));
    std::set<duet::Uuid> ids;
    for (const Leaf& leaf : leaves) ids.insert(leaf.id);
    EXPECT_EQ(ids.size(), 100u);
    EXPECT_FALSE(ids.contains(duet::Uuid{}));
    const duet::Uuid own = duet::Uuid::v4();
    EXPECT_EQ(this->made(Leaf{.id = own, .name = "own", .place = std::string("OSL")}).id, own);
    EXPECT_EQ(got(this->db.template get<Leaf>(own))->name, "own");
    EXPECT_EQ(got(this->db.template query<Leaf>().where("id"_c.in_(own, leaves[3].id)).count()), 2);
}

TYPED_TEST(Keys, SaveInsertsANewUuidRowAndUpdatesAKnownOne) {
    this->made(Place{"OSL", "Oslo"});
    Leaf leaf{.name = "new", .place = std::string("OSL")};
    did([&] { return this->db.save(leaf); });
    EXPECT_FALSE(leaf.id.is_nil());
    leaf.name = "changed";
    did([&] { return this->db.save(leaf); });
    EXPECT_EQ(got(this->db.template query<Leaf>().one()).name, "changed");
}

TYPED_TEST(Keys, RelationsRunOverTextAndUuidKeys) {
    const Place oslo = this->made(Place{"OSL", "Oslo"});
    const Place rome = this->made(Place{"ROM", "Rome"});
    const Leaf root = this->made(Leaf{.name = "root", .place = oslo});
    const Leaf left = this->made(Leaf{.name = "left", .parent = root, .place = rome});
    const Leaf right = this->made(Leaf{.name = "right", .parent = root.id, .place = std::string("ROM")});
    EXPECT_EQ(left.place->name, "Rome");

    const auto leaves = got(this->db.all(duet::query<Leaf>()
                                             .related("place"_c)
                                             .related("parent"_c, duet::joined)
                                             .related("children"_c)
                                             .order_by("name")));
    ASSERT_EQ(leaves.size(), 3u);
    EXPECT_EQ(leaves[0].place->name, "Rome");
    EXPECT_EQ((*leaves[0].parent)->name, "root");
    EXPECT_FALSE(leaves[2].parent.has_value());
    EXPECT_EQ(leaves[2].children.size(), 2u);
    const auto places = got(this->db.all(
        duet::query<Place>().related("leaves"_c, duet::query<Leaf>().order_by("-name")).order_by("code")));
    EXPECT_EQ(places[0].leaves.front().name, "root");
    EXPECT_EQ(places[1].leaves[0].name, "right");
    EXPECT_EQ(got(this->db.count(duet::query<Leaf>().where("place"_c == "ROM" && "parent"_c == root.id &&
                                                           "parent.place.name"_c == "Oslo"))),
              2);
    EXPECT_EQ(got(this->db.count(duet::query<Place>().where(duet::count_of("leaves"_c) == 2))), 1);
    const Leaf lost{.name = "lost", .place = std::string("nowhere")};
    EXPECT_THROW((void)got(this->db.create(lost)), duet::ForeignKeyViolation);
}

TYPED_TEST(Keys, LinksRunOverUuidKeys) {
    this->made(Place{"OSL", "Oslo"});
    const Leaf a = this->made(Leaf{.name = "a", .place = std::string("OSL")});
    const Leaf b = this->made(Leaf{.name = "b", .place = std::string("OSL")});
    const Tag red = this->made(Tag{.name = "red"});
    const Tag dry = this->made(Tag{.name = "dry"});
    EXPECT_EQ(got(this->db.relation(a, "tags"_c).add(red, dry)), 2u);
    EXPECT_EQ(got(this->db.relation(b, "tags"_c).add(dry)), 1u);
    const auto leaves = got(this->db.all(
        duet::query<Leaf>().related("tags"_c, duet::query<Tag>().order_by("name")).order_by("name")));
    EXPECT_EQ(leaves[0].tags[1].name, "red");
    EXPECT_EQ(leaves[1].tags.size(), 1u);
    const auto tags = got(this->db.all(duet::query<Tag>().related("leaves"_c).order_by("name")));
    EXPECT_EQ(tags[0].leaves.size(), 2u);
    EXPECT_EQ(got(this->db.count(duet::query<Leaf>().where("tags.name"_c == "red"))), 1);
}

}  // namespace
