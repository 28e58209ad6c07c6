#include <duet/payload.hpp>

#include "integration/support.hpp"

namespace {

using namespace duet::literals;
using namespace duet::test;

struct Book;

struct Reader {
    std::int64_t id{};
    std::string email{};
    std::string name{};
    int age{};
    std::optional<std::string> bio{};
    bool is_admin = false;
    duet::Timestamps times{};
    duet::Version version{};
    duet::HasMany<Book> books{};

    static constexpr auto table =
        duet::table("payload_readers", duet::unique("email"), duet::guarded("is_admin"));
};

struct Book {
    std::int64_t id{};
    std::string title{};
    std::optional<duet::BelongsTo<Reader>> reader{};
    std::vector<std::string> tags{};
    duet::Decimal price{};

    static constexpr auto table = duet::table("payload_books");
};

/// A model with rules of its own.
struct Shelf {
    std::string code{};
    int rows{};

    static constexpr auto table = duet::table("payload_shelves", duet::primary_key("code"));
    static constexpr auto rules = duet::rules(duet::length("code", 1, 4), duet::range("rows", 1, 9));
};
inline constexpr auto models = duet::models<Reader, Book, Shelf>;

struct ReaderCreate {
    std::string email{};
    std::string name{};
    int age{};

    static constexpr auto rules =
        duet::rules(duet::email("email"), duet::length("name", 1, 80), duet::range("age", 0, 150));
};
struct ReaderPatch {
    duet::Patch<std::string> name{};
    duet::Patch<int> age{};
    duet::Patch<std::optional<std::string>> bio{};

    static constexpr auto rules = duet::rules(duet::length("name", 1, 80));
};
struct BookWrite {
    std::string title{};
    std::optional<std::int64_t> reader_id{};
    std::vector<std::string> tags{};
    duet::Decimal price{};
};
struct ShelfPatch {
    duet::Patch<int> rows{};
};

struct BookRead {
    std::string title{};
    std::vector<std::string> tags{};
};
struct ReaderRead {
    std::int64_t id{};
    std::string name{};
    std::vector<BookRead> books{};
};
struct ReaderName {
    std::int64_t id{};
    std::string name{};
};
struct BookWithReader {
    std::string title{};
    std::optional<ReaderName> reader{};
    std::optional<std::string> reader_name{};

    static constexpr auto fields = duet::fields(duet::from("reader.name", "reader_name"));
};

template <class B>
class Payloads : public DatabaseTest<B> {
protected:
    void SetUp() override {
        did([&] { return this->db.create_all(models); });
    }
    Reader make_ada() {
        const ReaderCreate ada{.email = "ada@example.com", .name = "Ada", .age = 36};
        return got(this->db.template create<Reader>(ada));
    }
    Reader reload(const Reader& reader) { return *got(this->db.template get<Reader>(reader.id)); }
};
TYPED_TEST_SUITE(Payloads, Backends, BackendNames);

TYPED_TEST(Payloads, CreateWritesTheFieldsAndGivesTheRowBack) {
    const Reader ada = this->make_ada();
    EXPECT_GT(ada.id, 0);
    const Reader stored = this->reload(ada);
    EXPECT_EQ(stored.email, "ada@example.com");
    EXPECT_EQ(stored.age, 36);
    EXPECT_FALSE(stored.bio.has_value());
    EXPECT_EQ(stored.version.version, 1);
    EXPECT_NE(stored.times.created_at, duet::Timestamp{});
}

TYPED_TEST(Payloads, CreateRunsTheRulesBeforeAnythingIsSent) {
    const ReaderCreate bad{.email = "x", .name = "", .age = -1};
    try {
        got(this->db.template create<Reader>(bad));
        FAIL();
    } catch (const duet::ValidationError& error) {
        EXPECT_EQ(error.faults().size(), 3U);
        EXPECT_EQ(error.faults()[0].path, "/email");
        EXPECT_GT(error.where().line(), 0U);
    }
    EXPECT_EQ(got(this->db.template query<Reader>().count()), 0);
}

TYPED_TEST(Payloads, CreateBulkIsAllOrNothing) {
    std::vector<ReaderCreate> many;
    for (int i = 0; i < 100; ++i) many.push_back({std::to_string(i) + "@b.c", "N", i});
    EXPECT_EQ(got(this->db.template create_bulk<Reader>(many)), 100U);
    many[3].email = "no";
    try {
        got(this->db.template create_bulk<Reader>(many));
        FAIL();
    } catch (const duet::ValidationError& error) {
        EXPECT_EQ(error.faults()[0].path, "/3/email");
    }
    EXPECT_EQ(got(this->db.template query<Reader>().count()), 100);
}

TYPED_TEST(Payloads, UpdateWritesWhatIsSetAndNothingElse) {
    Reader ada = this->make_ada();
    got(this->db.template query<Reader>().where("id"_c == ada.id).update_bulk("age"_c = 99));
    Reader fresh = this->reload(ada);
    const duet::Timestamp before = fresh.times.updated_at;
    const ReaderPatch patch{.name = "Grace", .bio = "text"};
    did([&] { return this->db.update(fresh, patch); });
    EXPECT_EQ(fresh.name, "Grace");
    EXPECT_EQ(fresh.version.version, 3);
    EXPECT_GT(fresh.times.updated_at, before);
    const Reader stored = this->reload(ada);
    EXPECT_EQ(stored.name, "Grace");
    EXPECT_EQ(stored.age, 99);
    EXPECT_EQ(stored.bio, "text");
    EXPECT_EQ(stored.version.version, 3);

    const ReaderPatch null{.bio = nullptr};
    did([&] { return this->db.update(fresh, null); });
    EXPECT_FALSE(fresh.bio.has_value());
    EXPECT_FALSE(this->reload(ada).bio.has_value());
}

TYPED_TEST(Payloads, UpdateWithNothingSetSendsNothing) {
    Reader ada = this->make_ada();
    int statements = 0;
    const duet::QueryHook hook = this->db.on_query([&](const duet::QueryEvent&) { ++statements; });
    const ReaderPatch nothing{};
    did([&] { return this->db.update(ada, nothing); });
    EXPECT_EQ(statements, 0);
    EXPECT_EQ(ada.version.version, 1);
}

TYPED_TEST(Payloads, UpdateLeavesTheObjectAloneWhenItFails) {
    Reader ada = this->make_ada();
    const ReaderPatch bad{.name = ""};
    EXPECT_THROW(did([&] { return this->db.update(ada, bad); }), duet::ValidationError);
    EXPECT_EQ(ada.name, "Ada");

    Reader stale = ada;
    const ReaderPatch older{.age = 1};
    did([&] { return this->db.update(ada, older); });
    EXPECT_THROW(did([&] { return this->db.update(stale, older); }), duet::StaleData);
    EXPECT_EQ(stale.age, 36);
    EXPECT_EQ(stale.version.version, 1);

    Book gone{.id = 77};
    const BookWrite write{.title = "T"};
    EXPECT_THROW(did([&] { return this->db.update(gone, write); }), duet::NotFound);
    EXPECT_EQ(gone.title, "");
}

TYPED_TEST(Payloads, WriteListsDecimalsAndKeysOfRelations) {
    const Reader ada = this->make_ada();
    const BookWrite write{
        .title = "T", .reader_id = ada.id, .tags = {"a", "b"}, .price = duet::Decimal::parse("1.5")};
    Book book = got(this->db.template create<Book>(write));
    EXPECT_EQ(got(this->db.template query<Book>().where("reader.name"_c == "Ada").one()).tags.size(), 2U);
    const BookWrite loose{.title = "U", .tags = {"c"}, .price = 2};
    did([&] { return this->db.update(book, loose); });
    const Book stored = *got(this->db.template get<Book>(book.id));
    EXPECT_FALSE(stored.reader.has_value());
    EXPECT_EQ(stored.tags, std::vector<std::string>{"c"});
    EXPECT_EQ(stored.price, 2);
}

TYPED_TEST(Payloads, ReadingShapesTakeRelations) {
    const Reader ada = this->make_ada();
    std::vector<BookWrite> books{{.title = "A", .reader_id = ada.id, .tags = {"x"}}, {.title = "B"}};
    got(this->db.template create_bulk<Book>(books));
    const auto readers = got(this->db.template query<Reader>().related("books"_c).all());
    const auto read = duet::to<ReaderRead>(readers);
    ASSERT_EQ(read.size(), 1U);
    ASSERT_EQ(read[0].books.size(), 1U);
    EXPECT_EQ(read[0].books[0].tags, std::vector<std::string>{"x"});
    EXPECT_EQ(duet::to_json(read[0]).text(), R"({"id":)" + std::to_string(ada.id) +
                                                 R"(,"name":"Ada","books":[{"title":"A","tags":["x"]}]})");

    const auto with_reader = duet::to<BookWithReader>(
        got(this->db.template query<Book>().order_by("title").related("reader"_c).all()));
    EXPECT_EQ(with_reader[0].reader->name, "Ada");
    EXPECT_EQ(with_reader[0].reader_name, "Ada");
    EXPECT_FALSE(with_reader[1].reader.has_value());
    EXPECT_FALSE(with_reader[1].reader_name.has_value());

    try {
        duet::to<ReaderRead>(this->reload(ada));
        FAIL();
    } catch (const duet::NotLoaded& error) {
        EXPECT_NE(std::string_view(error.what()).find("books"), std::string_view::npos) << error.what();
    }
    EXPECT_EQ(got(this->db.template query<Reader>().template all<ReaderName>())[0].name, "Ada");
}

TYPED_TEST(Payloads, JsonGoesInAndComesOut) {
    const auto create = duet::from_json<ReaderCreate>(R"({"email":"a@b.c","name":"A","age":3})");
    Reader reader = got(this->db.template create<Reader>(create));
    const auto patch = duet::from_json<ReaderPatch>(R"({"bio":"x"})");
    did([&] { return this->db.update(reader, patch); });
    const duet::Json json = duet::to_json(this->reload(reader));
    EXPECT_EQ(json["bio"].as_string(), "x");
    EXPECT_EQ(json["version"].as_int(), 2);
}

TYPED_TEST(Payloads, AModelsOwnRulesHoldForEveryWriteOfAnObject) {
    const Shelf good{.code = "a", .rows = 2}, bad{.code = "too long", .rows = 0};
    Shelf shelf = got(this->db.create(good));
    EXPECT_THROW(got(this->db.create(bad)), duet::ValidationError);
    std::vector<Shelf> both{{.code = "b", .rows = 1}, bad};
    EXPECT_THROW(got(this->db.create_bulk(both)), duet::ValidationError);
    shelf.rows = 10;
    EXPECT_THROW(did([&] { return this->db.save(shelf); }), duet::ValidationError);
    shelf.rows = 3;
    did([&] { return this->db.save(shelf); });
    const ShelfPatch patch{.rows = 10};
    EXPECT_THROW(did([&] { return this->db.update(shelf, patch); }), duet::ValidationError);
    EXPECT_EQ(shelf.rows, 3);
    EXPECT_EQ(got(this->db.template query<Shelf>().count()), 1);
}

TYPED_TEST(Payloads, WorkInTransactions) {
    in_transaction(this->db, [&](auto& tx) -> duet::Task<> {
        const ReaderCreate create{.email = "a@b.c", .name = "A"};
        Reader reader = co_await later(tx.template create<Reader>(create));
        const ReaderPatch patch{.age = 5};
        co_await later_done([&] { return tx.update(reader, patch); });
    });
    EXPECT_EQ(got(this->db.template query<Reader>().one()).age, 5);
}

}  // namespace
