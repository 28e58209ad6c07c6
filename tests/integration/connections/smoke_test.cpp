#include "integration/support.hpp"

namespace {

using namespace duet::test;

struct Note {
    std::int64_t id{};
    std::string text{};
    static constexpr auto table = duet::table("notes");
};
inline constexpr auto models = duet::models<Note>;

template <class B>
class Smoke : public DatabaseTest<B> {
protected:
    void SetUp() override {
        did([&] { return this->db.create_all(models); });
    }
};
TYPED_TEST_SUITE(Smoke, Backends, BackendNames);

TYPED_TEST(Smoke, CreatesReadsAndRemoves) {
    const Note fresh{.text = "hello"};
    Note note = got(this->db.create(fresh));
    EXPECT_GT(note.id, 0);
    EXPECT_EQ(got(this->db.template get<Note>(note.id))->text, "hello");
    note.text = "changed";
    did([&] { return this->db.save(note); });
    EXPECT_EQ(got(this->db.template query<Note>().one()).text, "changed");
    did([&] { return this->db.remove(note); });
    EXPECT_EQ(got(this->db.template query<Note>().count()), 0);
}

TYPED_TEST(Smoke, RollsBackWhatABlockThrewOutOf) {
    EXPECT_THROW(in_transaction(this->db,
                                [&](auto& tx) -> duet::Task<> {
                                    const Note note{.text = "gone"};
                                    co_await later(tx.create(note));
                                    throw std::string("stop");
                                }),
                 std::string);
    EXPECT_EQ(got(this->db.template query<Note>().count()), 0);
}

}  // namespace
