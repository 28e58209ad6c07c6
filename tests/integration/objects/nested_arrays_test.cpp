#include <duet/statement.hpp>

#include "integration/checks.hpp"
#include "integration/session_models.hpp"

// Columns whose elements databases do not store like others: bytes, and arrays, which PostgreSQL has as
// jsonb. Each test uses the tables through a handle that has not made them itself.
namespace {

using namespace duet::test;
using Bytes = std::vector<std::byte>;

struct Blobs {
    std::int64_t id{};
    std::vector<Bytes> values{};
    std::vector<std::optional<Bytes>> gaps{};
    std::optional<std::vector<Bytes>> maybe{};
    static constexpr auto table = duet::table("blobs");
    bool operator==(const Blobs&) const = default;
};
struct Grid {
    std::int64_t id{};
    std::vector<std::vector<int>> cells{};
    std::optional<std::vector<std::vector<std::string>>> texts{};
    static constexpr auto table = duet::table("grids");
    bool operator==(const Grid&) const = default;
};
inline constexpr auto models = duet::models<Blobs, Grid>;

constexpr std::size_t few = 5, many = 50;

Bytes bytes(std::string_view text) {
    const auto* at = reinterpret_cast<const std::byte*>(text.data());
    return {at, at + text.size()};
}

const std::vector<std::vector<Bytes>> awkward_bytes{
    {},
    {bytes("\1")},
    {bytes("\1"), bytes("")},
    {bytes("")},
    {bytes(std::string_view("\0", 1)), bytes("\xFF\x80")},
    {bytes("\\"), bytes(",\""), bytes("{}"), bytes("01"), bytes("\\x31")},
};
const std::vector<std::vector<std::vector<int>>> awkward_cells{{}, {{}}, {{1}, {}, {2, 3}}, {{-7}}};

Grid grid(std::size_t i) {
    Grid made{.cells = awkward_cells[i % awkward_cells.size()]};
    if (i % 3 == 1) made.texts = {{"a\"", "\\", "é\n"}, {}};
    if (i % 3 == 2) made.texts.emplace();
    return made;
}
Blobs blobs(std::size_t i) {
    Blobs made{.values = awkward_bytes[i % awkward_bytes.size()]};
    made.gaps = {std::nullopt, bytes("x"), bytes("")};
    if (i % 2 == 1) made.maybe = made.values;
    return made;
}

template <class M>
M sample(std::size_t i) {
    if constexpr (std::is_same_v<M, Grid>) {
        return grid(i);
    } else {
        return blobs(i);
    }
}
template <class M>
std::vector<M> samples(std::size_t count) {
    std::vector<M> made;
    for (std::size_t i = 0; i < count; ++i) made.push_back(sample<M>(i));
    return made;
}

template <class B>
class NestedArrays : public DatabaseTest<B> {
protected:
    using Db = typename DatabaseTest<B>::Db;
    void SetUp() override {
        did([this] { return this->db.create_all(models); });
    }

    /// Without statements and without what it learned about tables.
    Db fresh() { return Db{this->server.url()}; }
    /// A database in memory is that of one handle.
    Db other() {
        if constexpr (std::is_same_v<typename B::server_type, SqliteMemory>) {
            return this->db;
        } else {
            return fresh();
        }
    }

    template <class M>
    void creates_many() {
        for (const std::size_t count : {few, many}) {
            Db handle = other();
            std::vector<M> made = samples<M>(count);
            did([&] { return handle.create_bulk(made); });
            for (const M& row : made) EXPECT_EQ(find<M>(handle, row.id), row);
            if constexpr (!B::mode::is_async) {  // without keys in return
                Db second = other();
                const std::int64_t before = duet::test::count<M>(second);
                second.create_bulk(samples<M>(count));
                EXPECT_EQ(duet::test::count<M>(second), before + static_cast<std::int64_t>(count));
            }
        }
    }
    /// Rows of nothing but empty arrays.
    template <class M>
    void creates_many_empty() {
        for (const std::size_t count : {few, many}) {
            Db handle = other();
            std::vector<M> made(count);
            did([&] { return handle.create_bulk(made); });
            for (const M& row : made) EXPECT_EQ(find<M>(handle, row.id), row);
        }
    }
    template <class M>
    void works_in_sessions() {
        for (const std::size_t count : {few, many}) {
            Db handle = other();
            std::vector<M> expected;
            in_session_of(handle, [&](auto& s) -> duet::Task<> {
                std::vector<M*> added;
                for (std::size_t i = 0; i < count; ++i) added.push_back(&s.add(sample<M>(i)));
                co_await later_done([&] { return s.flush(); });
                for (const M* row : added) expected.push_back(*row);
            });
            for (const M& row : expected) EXPECT_EQ(find<M>(handle, row.id), row);
            Db second = other();
            in_session_of(second, [&](auto& s) -> duet::Task<> {
                const auto found = co_await later(s.template query<M>().order_by("id").all());
                for (std::size_t i = 0; i < found.size(); ++i) {
                    const std::int64_t id = found[i].id;
                    found[i] = sample<M>(i + 1);
                    found[i].id = id;
                }
            });
            const auto changed = rows<M>(second);
            for (std::size_t i = 0; i < changed.size(); ++i) {
                M wanted = sample<M>(i + 1);
                wanted.id = changed[i].id;
                EXPECT_EQ(changed[i], wanted);
            }
        }
    }
};
TYPED_TEST_SUITE(NestedArrays, Backends, BackendNames);

TYPED_TEST(NestedArrays, OfBytesAreCreatedInAnyNumber) { this->template creates_many<Blobs>(); }
TYPED_TEST(NestedArrays, OfArraysAreCreatedInAnyNumber) { this->template creates_many<Grid>(); }
TYPED_TEST(NestedArrays, OfBytesMayBeEmptyInAllRows) { this->template creates_many_empty<Blobs>(); }
TYPED_TEST(NestedArrays, OfArraysMayBeEmptyInAllRows) { this->template creates_many_empty<Grid>(); }
TYPED_TEST(NestedArrays, OfBytesAreAddedAndChangedInSessions) { this->template works_in_sessions<Blobs>(); }
TYPED_TEST(NestedArrays, OfArraysAreAddedAndChangedInSessions) { this->template works_in_sessions<Grid>(); }

TYPED_TEST(NestedArrays, OfBytesAreTheSameHoweverTheyAreWritten) {
    using duet::literals::operator""_c;
    auto handle = this->other();
    for (const std::vector<Bytes>& value : awkward_bytes) {
        const std::vector<std::optional<Bytes>> gaps{std::nullopt, bytes("\\x"), bytes("")};
        Blobs wanted{.values = value, .gaps = gaps, .maybe = value};
        Blobs row;
        row = got(handle.create(row));
        wanted.id = row.id;
        did([&] { return handle.update(row, "values"_c = value, "gaps"_c = gaps, "maybe"_c = value); });
        EXPECT_EQ(find<Blobs>(handle, row.id), wanted) << "update";

        Blobs saved;
        saved = got(handle.create(saved));
        saved.values = value;
        saved.gaps = gaps;
        saved.maybe = value;
        did([&] { return handle.save(saved); });
        wanted.id = saved.id;
        EXPECT_EQ(find<Blobs>(handle, saved.id), wanted) << "save";

        Blobs other;
        other = got(handle.create(other));
        wanted.id = other.id;
        EXPECT_EQ(got(handle.template query<Blobs>()
                          .where("id"_c == other.id)
                          .update_bulk("values"_c = value, "gaps"_c = gaps, "maybe"_c = value)),
                  1);
        EXPECT_EQ(find<Blobs>(handle, other.id), wanted) << "update_bulk";

        const auto inserted =
            got(handle
                    .execute(duet::insert<Blobs>()
                                 .values("values"_c = value, "gaps"_c = gaps, "maybe"_c = value)
                                 .returning())
                    .one());
        wanted.id = inserted.id;
        EXPECT_EQ(inserted, wanted) << "insert";

        for (const std::int64_t id : {row.id, saved.id, other.id, inserted.id}) {
            EXPECT_EQ(got(handle.template query<Blobs>()
                              .where("id"_c == id && "values"_c == value && "maybe"_c == value)
                              .count()),
                      1);
        }
        did([&] { return handle.update(row, "maybe"_c = nullptr); });
        EXPECT_EQ(find<Blobs>(handle, row.id)->maybe, std::nullopt);
    }
}

TYPED_TEST(NestedArrays, OfArraysAreTheSameHoweverTheyAreWritten) {
    using duet::literals::operator""_c;
    auto handle = this->other();
    for (const std::vector<std::vector<int>>& value : awkward_cells) {
        Grid row;
        row = got(handle.create(row));
        did([&] { return handle.update(row, "cells"_c = value); });
        EXPECT_EQ(find<Grid>(handle, row.id)->cells, value);
        EXPECT_EQ(got(handle.template query<Grid>().where("id"_c == row.id).update_bulk("cells"_c = value)),
                  1);
        EXPECT_EQ(find<Grid>(handle, row.id)->cells, value);
        EXPECT_EQ(got(handle.template query<Grid>().where("id"_c == row.id && "cells"_c == value).count()),
                  1);
    }
}

}  // namespace
