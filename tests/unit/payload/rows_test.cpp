#include <sstream>

#include <gtest/gtest.h>

#include "shapes.hpp"

namespace {

using namespace duet::test;

struct Row {
    std::string name{};
    std::optional<std::string> note{};
    int count{};
    bool flag{};
    std::vector<std::string> tags{};
    std::optional<duet::Decimal> price{};

    friend bool operator==(const Row&, const Row&) = default;
};

/// A list as something that is iterated over.
template <class T>
struct Rows {
    std::vector<T> rows;
    const std::vector<T>& iterate() const { return rows; }
};

std::vector<Row> nasty() {
    return {{"plain", "note", 1, true, {"a", "b\"c"}, duet::Decimal::parse("1.10")},
            {"with, comma", "with \"quotes\"", -5, false, {}, std::nullopt},
            {"line\nbreak\r\n", std::nullopt, 0, false, {"x,y"}, 0},
            {"", "", 0, true, {}, std::nullopt},
            {" spaces ", "\xC3\xA9", 2147483647, true, {}, std::nullopt}};
}

TEST(WriteCsv, FollowsRfc4180) {
    std::ostringstream out;
    EXPECT_EQ(duet::write_csv(Rows<Row>{nasty()}, out), 5U);
    EXPECT_EQ(out.str(),
              "name,note,count,flag,tags,price\r\n"
              "plain,note,1,true,\"[\"\"a\"\",\"\"b\\\"\"c\"\"]\",1.10\r\n"
              "\"with, comma\",\"with \"\"quotes\"\"\",-5,false,[],\r\n"
              "\"line\nbreak\r\n\",,0,false,\"[\"\"x,y\"\"]\",0\r\n"
              "\"\",\"\",0,true,[],\r\n"
              "\" spaces \",\xC3\xA9,2147483647,true,[],\r\n");
}

TEST(ReadCsv, ReadsWhatWriteCsvWrites) {
    for (const duet::CsvOptions& options :
         {duet::CsvOptions{},
          duet::CsvOptions{.delimiter = ';', .quote = '\'', .null = "NULL", .line_end = "\n"},
          duet::CsvOptions{.header = false, .quote_all = true, .null = "\\N"}}) {
        std::stringstream file;
        duet::write_csv(Rows<Row>{nasty()}, file, options);
        std::vector<Row> back;
        for (const Row& row : duet::read_csv<Row>(file, options)) back.push_back(row);
        EXPECT_EQ(back, nasty()) << file.str();
    }
}

TEST(WriteCsv, WritesAHeaderForNoRows) {
    std::string out;
    duet::write_csv(Rows<Row>{}, [&](std::string_view part) { out += part; },
                    {.columns = {"a", "b", "c", "d", "e", "f"}});
    EXPECT_EQ(out, "a,b,c,d,e,f\r\n");
    EXPECT_THROW(duet::write_csv(Rows<Row>{}, [](std::string_view) {}, {.columns = {"a"}}),
                 duet::ConfigurationError);
}

TEST(WriteCsv, TakesTuplesAndSingleValues) {
    std::string out;
    const auto sink = [&](std::string_view part) { out += part; };
    duet::write_csv(Rows<std::tuple<int, std::string>>{{{1, "a"}, {2, "b"}}}, sink,
                    {.columns = {"n", "text"}});
    EXPECT_EQ(out, "n,text\r\n1,a\r\n2,b\r\n");
    out.clear();
    duet::write_json_lines(Rows<std::tuple<int, std::optional<std::string>>>{{{1, "a"}, {2, std::nullopt}}},
                           sink);
    EXPECT_EQ(out, "[1,\"a\"]\n[2,null]\n");
    out.clear();
    duet::write_json_lines(Rows<std::tuple<User, int>>{{{User{.id = 3, .name = "Ada"}, 7}}}, sink);
    EXPECT_TRUE(out.starts_with("[{\"id\":3,")) << out;
    EXPECT_TRUE(out.ends_with("},7]\n")) << out;
    out.clear();
    duet::write_csv(Rows<int>{{1, 2}}, sink, {.header = false});
    EXPECT_EQ(out, "1\r\n2\r\n");
}

TEST(WriteCsv, SaysThatAStreamFailed) {
    std::ostringstream out;
    out.setstate(std::ios::badbit);
    EXPECT_THROW(duet::write_csv(Rows<Row>{nasty()}, out), duet::Error);
}

TEST(WriteJsonLines, WritesALineForEachRow) {
    std::ostringstream out;
    EXPECT_EQ(duet::write_json_lines<UserPatch>(Rows<UserPatch>{{{.name = "a\nb"}, {.bio = nullptr}}}, out),
              2U);
    EXPECT_EQ(out.str(), "{\"name\":\"a\\nb\"}\n{\"bio\":null}\n");
}

TEST(ReadJsonLines, ReportsFaultsByLineAndGoesOn) {
    std::istringstream in("{\"name\":\"a\"}\n\n{\"name\":7,\"x\":1}\r\n{\n{\"name\":\"b\"}");
    auto file = duet::read_json_lines<UserPatch>(in);
    EXPECT_EQ(file.next()->name, "a");
    EXPECT_EQ(faults_in([&] { file.next(); }), "3 type /name\n3 unknown /x");
    EXPECT_EQ(faults_in([&] { file.next(); }), "4 syntax ");
    EXPECT_EQ(file.next()->name, "b");
    EXPECT_EQ(file.line(), 5U);
    EXPECT_FALSE(file.next().has_value());
    EXPECT_FALSE(file.next().has_value());
}

TEST(ReadCsv, ReportsFaultsByLineAndGoesOn) {
    std::istringstream in(
        "email,name,age\r\n"
        "a@b.c,\"two\nlines\",3\r\n"
        "x,Ada,old\r\n"
        "x,,200\r\n"
        "only,two\r\n"
        "a@b.c,\"q\"x,1\r\n"
        "\r\n"
        "a@b.c,Bob,\r\n"
        "a@b.c,Bob,5");
    auto file = duet::read_csv<UserCreate>(in);
    EXPECT_EQ(file.next()->name, "two\nlines");
    EXPECT_EQ(faults_in([&] { file.next(); }), "4 type /age\n4 email /email");
    EXPECT_EQ(faults_in([&] { file.next(); }), "5 email /email\n5 too_short /name\n5 too_large /age");
    EXPECT_EQ(faults_in([&] { file.next(); }), "6 malformed ");
    EXPECT_EQ(faults_in([&] { file.next(); }), "7 malformed ");
    EXPECT_EQ(faults_in([&] { file.next(); }), "9 null /age");
    EXPECT_EQ(file.next()->age, 5);
    EXPECT_FALSE(file.next().has_value());
}

TEST(ReadCsv, ChecksTheHeader) {
    const auto header = [](const char* text, duet::CsvOptions options = {}) {
        std::istringstream in(text);
        return faults_in([&] { duet::read_csv<UserCreate>(in, options).next(); });
    };
    EXPECT_EQ(header(""), "1 missing ");
    EXPECT_EQ(header("email,nick,email\n"), "1 unknown /nick\n1 duplicate /email\n1 missing /name");
    EXPECT_EQ(header("\xEF\xBB\xBFname,email,x\nA,a@b.c,1\n", {.allow_unknown = true}), "nothing");
    std::istringstream in("email,name,is_admin\n");
    EXPECT_EQ(faults_in([&] { duet::read_csv<User>(in).next(); }),
              "1 guarded /is_admin\n1 missing /age\n1 missing /role");
}

struct One {
    std::optional<int> n{};
};
TEST(ReadCsv, TellsAnEmptyLineFromNoneInAFileOfOneColumn) {
    std::istringstream in("n\r\n1\r\n\r\n3\r\n");
    std::vector<std::optional<int>> read;
    for (const One& one : duet::read_csv<One>(in)) read.push_back(one.n);
    EXPECT_EQ(read, (std::vector<std::optional<int>>{1, std::nullopt, 3}));
}

TEST(ReadCsv, BoundsARecord) {
    std::istringstream in("email,name\na@b.c,\"" + std::string(5000, 'x') + "\"\na@b.c,B\n");
    auto file = duet::read_csv<UserCreate>(in, {.max_record = 1000});
    EXPECT_EQ(faults_in([&] { file.next(); }), "2 too_long ");
    EXPECT_EQ(file.next()->name, "B");
}

}  // namespace
