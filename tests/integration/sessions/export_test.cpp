#include <duet/payload.hpp>
#include <duet/statement.hpp>

#include <sstream>

#include "integration/support.hpp"

namespace {

using namespace duet::literals;
using namespace duet::test;

struct Line {
    std::int64_t id{};
    std::string text{};
    std::optional<std::string> note{};
    duet::Timestamp at{};

    static constexpr auto table = duet::table("export_lines");
};
inline constexpr auto models = duet::models<Line>;

struct LineRead {
    std::string text{};
    std::optional<std::string> note{};
};
struct LineIn {
    std::int64_t id{};
    std::string text{};
    std::optional<std::string> note{};
    duet::Timestamp at{};
};

template <class B>
class Export : public DatabaseTest<B> {
protected:
    void SetUp() override {
        did([&] { return this->db.create_all(models); });
        std::vector<Line> lines;
        for (int i = 1; i <= 2500; ++i) {
            lines.push_back({.id = i,
                             .text = i % 3 == 0 ? "a,\"b\"\n" + std::to_string(i) : "line",
                             .note = i % 2 == 0 ? std::optional<std::string>("") : std::nullopt,
                             .at = duet::Timestamp{std::chrono::seconds{i}}});
        }
        got(this->db.create_bulk(lines));
    }
};
TYPED_TEST_SUITE(Export, Backends, BackendNames);

TYPED_TEST(Export, CsvGoesOutAndComesBack) {
    std::stringstream file;
    EXPECT_EQ(got(duet::write_csv(this->db.template query<Line>().order_by("id"), file)), 2500U);
    EXPECT_TRUE(
        file.str().starts_with("id,text,note,at\r\n"
                               "1,line,,1970-01-01T00:00:01.000000Z\r\n"
                               "2,line,\"\",1970-01-01T00:00:02.000000Z\r\n"));
    std::vector<LineIn> back;
    for (const LineIn& line : duet::read_csv<LineIn>(file)) back.push_back(line);
    ASSERT_EQ(back.size(), 2500U);
    EXPECT_EQ(back[2].text, "a,\"b\"\n3");
    EXPECT_FALSE(back[2].note.has_value());
    EXPECT_EQ(back[3].note, "");
    EXPECT_EQ(back[2499].at, duet::Timestamp{std::chrono::seconds{2500}});

    did([&] { return this->db.template query<Line>().delete_bulk(duet::all_rows); });
    EXPECT_EQ(got(this->db.template create_bulk<Line>(back)), 2500U);
    EXPECT_EQ(got(this->db.template query<Line>().count()), 2500);
}

TYPED_TEST(Export, JsonLinesTakeAReadingShape) {
    std::string out;
    const auto sink = [&](std::string_view part) { out += part; };
    const auto query = this->db.template query<Line>().where("id"_c <= 3).order_by("id");
    EXPECT_EQ(got(duet::write_json_lines<LineRead>(query, sink)), 3U);
    EXPECT_EQ(out,
              "{\"text\":\"line\",\"note\":null}\n{\"text\":\"line\",\"note\":\"\"}\n"
              "{\"text\":\"a,\\\"b\\\"\\n3\",\"note\":null}\n");
}

TYPED_TEST(Export, StatementsAreSourcesToo) {
    const auto texts = duet::select("id"_c, "text"_c).template from<Line>().where("id"_c <= 3).order_by("id");
    std::ostringstream csv;
    EXPECT_EQ(got(duet::write_csv(this->db.execute(texts), csv, {.columns = {"number", "text"}})), 3U);
    EXPECT_EQ(csv.str(), "number,text\r\n1,line\r\n2,line\r\n3,\"a,\"\"b\"\"\n3\"\r\n");

    std::string json;
    const auto sink = [&](std::string_view part) { json += part; };
    const auto objects = duet::select<Line>().where("id"_c == 2);
    EXPECT_EQ(got(duet::write_json_lines(this->db.execute(objects), sink)), 1U);
    EXPECT_EQ(json, "{\"id\":2,\"text\":\"line\",\"note\":\"\",\"at\":\"1970-01-01T00:00:02.000000Z\"}\n");

    json.clear();
    struct Group {
        std::string text{};
        std::int64_t lines{};
    };
    const auto groups = duet::select("text"_c, duet::count().as("lines"))
                            .template from<Line>()
                            .where("text"_c == "line")
                            .group_by("text"_c);
    EXPECT_EQ(got(duet::write_json_lines(this->db.execute(groups).template as<Group>(), sink)), 1U);
    EXPECT_EQ(json, "{\"text\":\"line\",\"lines\":1667}\n");

    // All rows, more than one portion of them.
    std::size_t bytes = 0;
    const auto count_bytes = [&](std::string_view part) { bytes += part.size(); };
    const auto all = duet::select("text"_c).template from<Line>();
    EXPECT_EQ(got(duet::write_csv(this->db.execute(all), count_bytes)), 2500U);
    EXPECT_GT(bytes, 2500U * 5);
}

TYPED_TEST(Export, WorksWithinACoroutine) {
    std::ostringstream out;
    const std::string header = "n";
    run_in<typename TestFixture::Mode>([](auto& handle, std::ostream& stream,
                                          const std::string& name) -> duet::Task<> {
        const auto query = handle.template query<Line>().where("id"_c <= 2).order_by("id");
        co_await later(duet::write_csv<LineRead>(query, stream, {.null = "-", .columns = {name, "note"}}));
        co_await later(duet::write_csv<LineRead>(query, stream));
    }(this->db, out, header));
    EXPECT_EQ(out.str(), "n,note\r\nline,-\r\nline,\r\ntext,note\r\nline,\r\nline,\"\"\r\n");
}

TYPED_TEST(Export, WhatTheSinkThrowsComesOut) {
    int parts = 0;
    const auto sink = [&](std::string_view) {
        if (++parts == 2) throw std::string("full");
    };
    const auto query = this->db.template query<Line>();
    EXPECT_THROW(got(duet::write_csv(query, sink)), std::string);
    EXPECT_EQ(got(this->db.template query<Line>().count()), 2500);
}

TYPED_TEST(Export, PartsAreOfBoundedSize) {
    std::size_t largest = 0, parts = 0;
    const auto sink = [&](std::string_view part) {
        largest = std::max(largest, part.size());
        ++parts;
    };
    got(duet::write_json_lines(this->db.template query<Line>(), sink));
    EXPECT_GT(parts, 1U);
    EXPECT_LT(largest, std::size_t{70} << 10);
}

}  // namespace
