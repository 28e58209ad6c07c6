#include <duet/dialect/mariadb.hpp>
#include <duet/dialect/postgres.hpp>
#include <duet/dialect/sqlite.hpp>
#include <duet/driver/sql_listing.hpp>
#include <duet/duet.hpp>

#include <limits>

#include <gtest/gtest.h>

namespace {

using duet::Transform;
using duet::driver::BindValue;

struct Spellings {
    std::string sqlite, postgres, mariadb;
    friend bool operator==(const Spellings&, const Spellings&) = default;
    friend std::ostream& operator<<(std::ostream& out, const Spellings& s) {
        return out << s.sqlite << "\n" << s.postgres << "\n" << s.mariadb;
    }
};
Spellings same(const std::string& text) { return {text, text, text}; }

Spellings spelled(const BindValue& value, Transform transform = Transform::none, std::size_t most = 0) {
    Spellings out;
    duet::driver::append_literal(out.sqlite, duet::sqlite_dialect(), value, transform, most);
    duet::driver::append_literal(out.postgres, duet::postgres_dialect(), value, transform, most);
    duet::driver::append_literal(out.mariadb, duet::mariadb_dialect(), value, transform, most);
    return out;
}
template <class T>
Spellings literal(const T& value) {
    return spelled({&duet::detail::type_info<T>, &value});
}
Spellings text(std::string_view value, Transform transform = Transform::none, std::size_t most = 0) {
    return spelled({&duet::detail::text_value, value.data(), value.size()}, transform, most);
}

TEST(SqlLiteral, SpellsNumbers) {
    EXPECT_EQ(literal(-7), same("-7"));
    EXPECT_EQ(literal(std::numeric_limits<std::int64_t>::min()), same("-9223372036854775808"));
    EXPECT_EQ(literal(std::numeric_limits<std::uint64_t>::max()), same("18446744073709551615"));
    EXPECT_EQ(literal(2.0), same("2.0"));
    EXPECT_EQ(literal(1e300), same("1e+300"));
    EXPECT_EQ(literal(duet::Decimal::parse("-12.50")).postgres.substr(0, 5), "-12.5");
    EXPECT_EQ(literal(true), (Spellings{"1", "TRUE", "TRUE"}));
    EXPECT_EQ(literal(std::numeric_limits<double>::infinity()),
              (Spellings{"9e999", "FLOAT8 'Infinity'", "9e999"}));
    EXPECT_EQ(literal(std::optional<int>{}), same("NULL"));
}

TEST(SqlLiteral, QuotesTexts) {
    EXPECT_EQ(text("O'Brien"), same("'O''Brien'"));
    EXPECT_EQ(text("a\\'; DROP"), (Spellings{"'a\\''; DROP'", "'a\\''; DROP'", "'a\\\\''; DROP'"}));
    using namespace std::string_view_literals;
    EXPECT_EQ(text("a\0b"sv),
              (Spellings{"CAST(x'610062' AS TEXT)", "convert_from(BYTEA '\\x610062', 'UTF8')", "'a\\0b'"}));
    EXPECT_EQ(literal(std::string("x")), same("'x'"));
    EXPECT_EQ(literal(std::vector<std::byte>{std::byte{0}, std::byte{255}}),
              (Spellings{"x'00ff'", "BYTEA '\\x00ff'", "x'00ff'"}));
}

TEST(SqlLiteral, SpellsMoments) {
    using namespace std::chrono;
    const duet::Timestamp moment = sys_days{2024y / 2 / 29} + 12h + 30min + 1500ms;
    EXPECT_EQ(literal(moment),
              (Spellings{"'2024-02-29 12:30:01.500000'", "TIMESTAMPTZ '2024-02-29 12:30:01.500000+00'",
                         "TIMESTAMP '2024-02-29 12:30:01.500000'"}));
    EXPECT_EQ(spelled({&duet::detail::type_info<duet::Timestamp>, &moment}, Transform::moment_first).sqlite,
              "'2024-02-29 12:30:01.5'");
    EXPECT_EQ(literal(duet::Date{2024y / 2 / 29}),
              (Spellings{"'2024-02-29'", "DATE '2024-02-29'", "DATE '2024-02-29'"}));
    EXPECT_EQ(literal(duet::Timestamp::max()).postgres, "TIMESTAMPTZ 'infinity'");
    EXPECT_EQ(literal(duet::Timestamp::max()).mariadb,
              "NULL /* in place of a value that cannot be stored */");
    EXPECT_EQ(literal(milliseconds(-1500)), (Spellings{"-1500000", "INTERVAL '-1.5 seconds'", "-1500000"}));
}

TEST(SqlLiteral, SpellsArraysListsAndJson) {
    EXPECT_EQ(literal(std::vector<int>{1, -2}), (Spellings{"'[1,-2]'", "ARRAY[1, -2]", "'[1,-2]'"}));
    EXPECT_EQ(literal(std::vector<std::string>{"it's"}),
              (Spellings{"'[\"it''s\"]'", "ARRAY['it''s']", "'[\"it''s\"]'"}));
    EXPECT_EQ(literal(std::vector<std::string>{}).postgres, "'{}'");
    EXPECT_EQ(literal(duet::Json::parse(R"({"a":"b\n'"})")),
              (Spellings{R"('{"a":"b\n''"}')", R"(JSONB '{"a":"b\n''"}')", R"('{"a":"b\\n''"}')"}));
    const std::int64_t numbers[] = {1, 2, 3};
    EXPECT_EQ(spelled({&duet::detail::int64_value, numbers, 3, true}),
              (Spellings{"'[1,2,3]'", "ARRAY[1, 2, 3]", "'[1,2,3]'"}));
    EXPECT_EQ(text(R"(["flags",-1,"a.b"])", Transform::json_path),
              (Spellings{R"('$."flags"[#-1]."a.b"')", "ARRAY['flags', '-1', 'a.b']",
                         R"('$."flags"[last]."a.b"')"}));
}

TEST(SqlLiteral, ShowsThePatternThatIsSent) {
    EXPECT_EQ(text("5%_\\", Transform::like_contains),
              (Spellings{"'%5\\%\\_\\\\%'", "'%5\\%\\_\\\\%'", "'%5\\\\%\\\\_\\\\\\\\%'"}));
    EXPECT_EQ(text("a*", Transform::glob_prefix).sqlite, "'a[*]*'");
}

TEST(SqlLiteral, CutsLongValuesAndSaysSo) {
    EXPECT_EQ(text("äöü", Transform::none, 3), same("'ä' /* of 6 bytes */"));
    EXPECT_EQ(spelled({&duet::detail::blob_value, "abcdef", 6}, Transform::none, 4).sqlite,
              "x'6162' /* of 6 bytes */");
    const std::int64_t numbers[] = {10, 20, 30};
    EXPECT_EQ(spelled({&duet::detail::int64_value, numbers, 3, true}, Transform::none, 4).postgres,
              "ARRAY[10, 20 /* of 3 elements */]");
}

TEST(SqlListing, PutsValuesInPlaceOfPlaceholdersOnly) {
    duet::Plan plan;
    plan.sql = "SELECT '$1 ?', \"$1\" FROM t WHERE a = $2::int8 AND b=$1 AND c = $3";
    plan.binds = {{0}, {1}};
    const std::int64_t minus = -1;
    const BindValue values[] = {{&duet::detail::text_value, "x", 1}, {&duet::detail::int64_value, &minus}};
    EXPECT_EQ(duet::driver::list_sql(duet::postgres_dialect(), plan, values, {.literals = true}).to_string(),
              "SELECT '$1 ?', \"$1\" FROM t WHERE a = (-1)::int8 AND b='x' AND c = $3");
    plan.sql = "SELECT '?' WHERE a = ? AND b=?";
    EXPECT_EQ(duet::driver::list_sql(duet::mariadb_dialect(), plan, values, {.literals = true}).to_string(),
              "SELECT '?' WHERE a = 'x' AND b=(-1)");
}

}  // namespace
