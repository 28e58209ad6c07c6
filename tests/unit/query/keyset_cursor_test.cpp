#include <algorithm>
#include <random>

#include "query/cursor_text.hpp"
#include "query/cursor_values.hpp"
#include "unit/query/keyset_support.hpp"

namespace keyset_test {
namespace {

using duet::InvalidQuery;
using duet::detail::decode_base64url;
using duet::detail::encode_base64url;
using duet::detail::keyset_cursor;
using duet::detail::open_cursor;
using duet::detail::prepare_keyset;
using duet::detail::seal_cursor;

/// All orderable columns at once.
QueryData by_everything() {
    QueryData query = ordered<Sample>({});
    for (std::size_t i = 0; i < orderable_columns; ++i) {
        const std::size_t begun = query.clauses.begin(duet::shape::Clause::order);
        query.clauses.u8(i % 2);
        query.clauses.column(i);
        query.clauses.end(begun);
    }
    return query;
}

std::uint32_t fingerprint_in(std::string_view cursor) {
    const std::string bytes = decode_base64url(cursor);
    std::uint32_t out = 0;
    for (std::size_t i = 4; i > 0; --i) out = out << 8 | static_cast<unsigned char>(bytes[i]);
    return out;
}

/// Whether the query takes the cursor; anything but taking it or InvalidQuery fails the test.
bool accepts(QueryData query, std::string_view cursor) {
    try {
        prepare_keyset(query, cursor, 3);
        return true;
    } catch (const InvalidQuery&) {
        return false;
    }
}

std::string message(QueryData query, std::string_view cursor) {
    try {
        prepare_keyset(query, cursor, 3);
    } catch (const InvalidQuery& error) {
        return error.what();
    }
    return {};
}

template <class Random>
std::string mutated(std::string text, Random& random, std::string_view alphabet) {
    const auto one_of = [&random](std::size_t n) { return static_cast<std::size_t>(random() % n); };
    for (std::size_t changes = 1 + one_of(3); changes > 0; --changes) {
        const char c = alphabet.empty() ? static_cast<char>(one_of(256)) : alphabet[one_of(alphabet.size())];
        const std::size_t at = one_of(text.size() + 1);
        switch (one_of(5)) {
            case 0:
                text.insert(at, 1, c);
                break;
            case 1:
                text.erase(at, 1 + one_of(4));
                break;
            case 2:
                text.resize(at);
                break;
            case 3:
                text.insert(at, text.substr(one_of(text.size() + 1), one_of(20)));
                break;
            default:
                if (at < text.size()) text[at] = c;
        }
    }
    return text;
}

TEST(CursorText, IsBase64OfAnyBytes) {
    EXPECT_EQ(encode_base64url(""), "");
    EXPECT_EQ(encode_base64url("f"), "Zg");
    EXPECT_EQ(encode_base64url("fo"), "Zm8");
    EXPECT_EQ(encode_base64url("foo"), "Zm9v");
    EXPECT_EQ(encode_base64url("\xfb\xff\xbf"), "-_-_");
    std::string bytes;
    for (int i = 0; i < 300; ++i) {
        EXPECT_EQ(decode_base64url(encode_base64url(bytes)), bytes);
        bytes += static_cast<char>(i * 7);
    }
    for (const std::string_view bad :
         {"Z", "Zh", "Zm9", "Zg==", "Zm9vY", "Zm 9", "Zm+v", "Zm/v", "Zm\xff\xff"}) {
        EXPECT_THROW(static_cast<void>(decode_base64url(bad)), InvalidQuery) << bad;
    }
}

TEST(CursorText, CarriesACrc32) { EXPECT_EQ(duet::detail::crc32("123456789"), 0xcbf4'3926U); }

TEST(CursorText, OpensForItsOwnFingerprintAlone) {
    const std::string cursor = seal_cursor(7, "values");
    EXPECT_EQ(open_cursor(cursor, 7), "values");
    EXPECT_THROW(static_cast<void>(open_cursor(cursor, 8)), InvalidQuery);
    EXPECT_THROW(static_cast<void>(open_cursor("", 7)), InvalidQuery);
    // Another version of the format.
    std::string bytes = decode_base64url(cursor);
    bytes[0] = '2';
    EXPECT_THROW(static_cast<void>(open_cursor(encode_base64url(bytes), 7)), InvalidQuery);
}

TEST(KeysetCursor, StaysReadableByLaterReleases) {
    Sample row{.id = -5, .name = "x"};
    row.score = 0.1;
    EXPECT_EQ(keyset_cursor(ordered<Sample>({"name", "-score", "nick"}), &row),
              "Mf-XA05ygt6OMTp4MzowLjEtMjotNQ");
}

TEST(KeysetCursor, NeedsNoQuotingInUrls) {
    Sample row{.id = 1, .name = std::string("\0\xff?&=/+ ", 8)};
    const std::string cursor = keyset_cursor(ordered<Sample>({"name"}), &row);
    EXPECT_TRUE(std::all_of(cursor.begin(), cursor.end(), [](char c) {
        return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || c == '-' ||
               c == '_';
    }));
}

TEST(KeysetCursor, BelongsToOneModelAndOrder) {
    const Sample row{.id = 3, .name = "n"};
    const std::string cursor = keyset_cursor(ordered<Sample>({"name", "-nick"}), &row);
    EXPECT_TRUE(accepts(ordered<Sample>({"name", "-nick"}), cursor));
    EXPECT_TRUE(accepts(ordered<Sample>({"name", "-nick", "id"}), cursor));
    for (const QueryData& other :
         {ordered<Sample>({"name"}), ordered<Sample>({"name", "nick"}), ordered<Sample>({"-nick", "name"}),
          ordered<Sample>({"name", "-nick"}, duet::shape::order_nulls_first), ordered<Sample>({}),
          ordered<Seat>({"guest"})}) {
        EXPECT_NE(message(other, cursor).find("does not belong to this query"), std::string::npos);
    }
    EXPECT_NE(message(ordered<Sample>({"name", "-nick"}), "next").find("malformed"), std::string::npos);
}

TEST(KeysetCursor, IsTheSameFromAPreparedQuery) {
    const Sample row{.id = 3};
    QueryData query = ordered<Sample>({"-nick"});
    const std::string cursor = keyset_cursor(query, &row);
    prepare_keyset(query, cursor, 3);
    EXPECT_EQ(keyset_cursor(query, &row), cursor);
}

TEST(KeysetCursor, BindsItsValuesAndWritesNoneIntoTheText) {
    const Sample row{.id = 3, .name = "secret"};
    QueryData query = ordered<Sample>({"name"});
    prepare_keyset(query, keyset_cursor(query, &row), 3);
    const auto shape = query.clauses.bytes.span();
    const std::string_view secret = "secret";
    EXPECT_EQ(std::search(shape.begin(), shape.end(), secret.begin(), secret.end()), shape.end());
    ASSERT_EQ(query.clauses.values.size(), 3u);  // (id > ? OR name > ?) AND name >= ?
    EXPECT_EQ(query.limit, 4);
}

TEST(KeysetCursor, KeepsExtremesExactly) {
    Sample row{};
    row.id = std::numeric_limits<std::int64_t>::min();
    row.big = std::numeric_limits<std::uint64_t>::max();
    row.ratio = 0.1F;
    row.score = std::numeric_limits<double>::denorm_min();
    row.exact = duet::Decimal::parse("-0.00000000000000000000000000000000000001");
    QueryData query = ordered<Sample>({"big", "ratio", "score", "exact"});
    prepare_keyset(query, keyset_cursor(query, &row), 1);
    const duet::shape::Values& values = query.clauses.values;
    ASSERT_EQ(values.size(), 9u);
    // The last term comes first, once; the others twice.
    EXPECT_EQ(*static_cast<const std::int64_t*>(values.data(0)), row.id);
    EXPECT_EQ(values.entry(1).type->kind, duet::Kind::decimal_text);
    EXPECT_EQ(*static_cast<const duet::Decimal*>(values.data(1)), row.exact);
    EXPECT_EQ(*static_cast<const double*>(values.data(3)), *row.score);
    EXPECT_EQ(*static_cast<const double*>(values.data(5)), static_cast<double>(row.ratio));
    EXPECT_EQ(*static_cast<const std::uint64_t*>(values.data(7)), row.big);
}

TEST(KeysetCursor, RefusesWhatWasTamperedWith) {
    std::mt19937 random(7);
    const QueryData query = by_everything();
    const auto rows = samples(20, random);
    constexpr std::string_view digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    for (int i = 0; i < 20'000; ++i) {
        const std::string cursor = keyset_cursor(query, &rows[random() % rows.size()]);
        const std::string changed = mutated(cursor, random, i % 2 == 0 ? digits : std::string_view());
        if (changed.empty()) continue;  // the first page
        ASSERT_EQ(accepts(query, changed), changed == cursor) << changed;
    }
}

TEST(KeysetCursor, RefusesGarbage) {
    std::mt19937 random(8);
    const QueryData query = by_everything();
    for (int i = 0; i < 20'000; ++i) {
        std::string garbage(1 + random() % 60, ' ');
        for (char& c : garbage) c = static_cast<char>(random());
        ASSERT_FALSE(accepts(query, garbage));
        ASSERT_FALSE(accepts(query, encode_base64url(garbage)));
    }
}

TEST(KeysetCursor, SurvivesForgeries) {
    Database db;
    db.create_all<Sample>();
    std::mt19937 random(9);
    const QueryData query = by_everything();
    auto rows = samples(20, random);
    db.insert(rows);
    int accepted = 0;
    for (int i = 0; i < 20'000; ++i) {
        const std::string cursor = keyset_cursor(query, &rows[random() % rows.size()]);
        const std::uint32_t fingerprint = fingerprint_in(cursor);
        const std::string values = open_cursor(cursor, fingerprint);
        const std::string forged =
            seal_cursor(fingerprint, mutated(values, random, i % 2 == 0 ? "0123456789:-.e" : ""));
        if (!accepts(query, forged)) continue;
        // A value of the right type like any other that a user might ask for.
        if (++accepted % 20 != 0) continue;
        try {
            static_cast<void>(db.page<Sample>(query, forged, 3));
        } catch (const duet::ValidationError&) {
        }
    }
    EXPECT_GT(accepted, 100);
}

TEST(KeysetCursor, RefusesForgedValuesOfTheWrongForm) {
    const Sample row{};
    const auto refuses = [&](std::string_view column, std::string_view value) {
        const QueryData query = ordered<Sample>({column});
        const std::string cursor = keyset_cursor(query, &row);
        const std::string text = value == "-" ? "-" : std::to_string(value.size()) + ":" + std::string(value);
        return !accepts(query, seal_cursor(fingerprint_in(cursor), text + "1:0"));
    };
    EXPECT_FALSE(refuses("name", "anything"));
    EXPECT_FALSE(refuses("nick", "-"));
    EXPECT_TRUE(refuses("name", "-"));  // never NULL
    EXPECT_TRUE(refuses("flag", "2"));
    EXPECT_TRUE(refuses("tiny", ""));
    EXPECT_TRUE(refuses("tiny", "1x"));
    EXPECT_TRUE(refuses("tiny", "9223372036854775808"));
    EXPECT_TRUE(refuses("big", "-1"));
    EXPECT_TRUE(refuses("score", "1.5.5"));
    EXPECT_TRUE(refuses("day", "99999999999"));
    EXPECT_TRUE(refuses("hour", "86400000000"));
    EXPECT_TRUE(refuses("hour", "-1"));
    EXPECT_TRUE(refuses("uid", "short"));
    EXPECT_TRUE(refuses("price", "1,5"));
    EXPECT_TRUE(refuses("exact", ""));

    const QueryData query = ordered<Sample>({});
    const std::uint32_t fingerprint = fingerprint_in(keyset_cursor(query, &row));
    for (const std::string_view values : {"", "1", ":", "1:", "2:1", "-1:1", "1:11:1", "1:1-", "01x:1",
                                          "18446744073709551616:1", "18446744073709551615:1"}) {
        EXPECT_FALSE(accepts(query, seal_cursor(fingerprint, values))) << values;
    }
}

}  // namespace
}  // namespace keyset_test
