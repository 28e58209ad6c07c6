#include "integration/checks.hpp"

namespace {

using namespace duet::test;

struct Shelf {
    std::int64_t id{};
    std::string name{};
    static constexpr auto table = duet::table("shelves");
};
/// Goes with its shelf.
struct Book {
    std::int64_t id{};
    duet::BelongsTo<Shelf> shelf{};
    static constexpr auto table = duet::table("books", duet::on_delete("shelf", duet::cascade));
};
/// Forgets its shelf.
struct Sticker {
    std::int64_t id{};
    std::optional<duet::BelongsTo<Shelf>> shelf{};
    static constexpr auto table = duet::table("stickers", duet::on_delete("shelf", duet::set_null));
};
/// Keeps its shelf from going.
struct Lamp {
    std::int64_t id{};
    duet::BelongsTo<Shelf> shelf{};
    static constexpr auto table = duet::table("lamps", duet::on_delete("shelf", duet::restrict));
};
struct Pair {
    std::int64_t left{};
    std::int64_t right{};
    static constexpr auto table = duet::table("pairs", duet::primary_key("left", "right"));
};
inline constexpr auto models = duet::models<Shelf, Book, Sticker, Lamp, Pair>;

template <class B>
class Remove : public DatabaseTest<B> {
protected:
    void SetUp() override {
        did([&] { return this->db.create_all(models); });
        const Shelf fresh{.name = "oak"};
        shelf = got(this->db.create(fresh));
    }
    Shelf shelf{};
};
TYPED_TEST_SUITE(Remove, Backends, BackendNames);

TYPED_TEST(Remove, DeletesTheRowAndSaysNotFoundTheSecondTime) {
    const Shelf other{.name = "pine"};
    did([&] { return this->db.create(other); });
    did([&] { return this->db.remove(this->shelf); });
    EXPECT_EQ(count<Shelf>(this->db), 1);
    EXPECT_THROW(did([&] { return this->db.remove(this->shelf); }), duet::NotFound);
    EXPECT_EQ(count<Shelf>(this->db), 1);
}

TYPED_TEST(Remove, LetsTheDatabaseCascadeAndSetNull) {
    const Book book{.shelf = this->shelf.id};
    did([&] { return this->db.create(book); });
    did([&] { return this->db.create(book); });
    const Sticker sticker{.shelf = duet::BelongsTo<Shelf>(this->shelf.id)};
    const Sticker stuck = got(this->db.create(sticker));
    did([&] { return this->db.remove(this->shelf); });
    EXPECT_EQ(count<Book>(this->db), 0);
    EXPECT_FALSE(find<Sticker>(this->db, stuck.id)->shelf.has_value());
}

TYPED_TEST(Remove, IsRefusedWhereTheDatabaseRestricts) {
    const Lamp lamp{.shelf = this->shelf.id};
    Lamp lit = got(this->db.create(lamp));
    EXPECT_THROW(did([&] { return this->db.remove(this->shelf); }), duet::ForeignKeyViolation);
    EXPECT_EQ(count<Shelf>(this->db), 1);
    EXPECT_THROW(did([&] { return this->db.query(duet::query<Shelf>()).delete_bulk(duet::all_rows); }),
                 duet::ForeignKeyViolation);
    did([&] { return this->db.remove(lit); });
    did([&] { return this->db.remove(this->shelf); });
}

TYPED_TEST(Remove, FindsItsRowByACompositeKey) {
    Pair one{.left = 1, .right = 2};
    Pair two{.left = 1, .right = 3};
    did([&] { return this->db.create(one); });
    did([&] { return this->db.create(two); });
    did([&] { return this->db.remove(one); });
    EXPECT_EQ(count<Pair>(this->db), 1);
    EXPECT_TRUE(find<Pair>(this->db, std::tuple(1, 3)).has_value());
}

TYPED_TEST(Remove, OfAnObjectThatWasNeverSavedIsNotFound) {
    Shelf unsaved{.name = "air"};
    EXPECT_THROW(did([&] { return this->db.remove(unsaved); }), duet::NotFound);
    EXPECT_THROW(did([&] { return this->db.refresh(unsaved); }), duet::NotFound);
}

TYPED_TEST(Remove, SoftCascadeNeedsASoftDelete) {
    EXPECT_THROW(did([&] { return this->db.remove(this->shelf, duet::soft_cascade); }), duet::InvalidQuery);
    EXPECT_THROW(did([&] { return this->db.restore(this->shelf); }), duet::InvalidQuery);
    EXPECT_EQ(count<Shelf>(this->db), 1);
}

}  // namespace
