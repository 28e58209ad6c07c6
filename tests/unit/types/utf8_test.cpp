#include <duet/types/utf8.hpp>

#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace {

// Each text alone and behind 0 to 9 ASCII bytes, so that every alignment of the fast path is met, in an exact
// copy.
bool valid(std::string_view text) {
    bool result = false;
    for (std::size_t before = 0; before < 10; ++before) {
        std::vector<char> copy(before, 'a');
        copy.insert(copy.end(), text.begin(), text.end());
        const bool now = duet::detail::is_valid_utf8({copy.data(), copy.size()});
        EXPECT_TRUE(before == 0 || now == result);
        result = now;
    }
    return result;
}

std::string encode(unsigned code) {
    if (code < 0x80) return {static_cast<char>(code)};
    if (code < 0x800) return {static_cast<char>(0xC0 | code >> 6), static_cast<char>(0x80 | (code & 63))};
    if (code < 0x10000) {
        return {static_cast<char>(0xE0 | code >> 12), static_cast<char>(0x80 | (code >> 6 & 63)),
                static_cast<char>(0x80 | (code & 63))};
    }
    return {static_cast<char>(0xF0 | code >> 18), static_cast<char>(0x80 | (code >> 12 & 63)),
            static_cast<char>(0x80 | (code >> 6 & 63)), static_cast<char>(0x80 | (code & 63))};
}

TEST(Utf8, TakesEveryCodePointButSurrogates) {
    for (unsigned code = 0; code < 0x110000; ++code) {
        const bool surrogate = code >= 0xD800 && code <= 0xDFFF;
        ASSERT_EQ(duet::detail::is_valid_utf8(encode(code)), !surrogate) << code;
    }
}

TEST(Utf8, TakesMixedText) {
    EXPECT_TRUE(valid(""));
    EXPECT_TRUE(valid("plain ASCII text of some length"));
    EXPECT_TRUE(valid("gr\xC3\xBC\xC3\x9F dich, \xE4\xB8\x96\xE7\x95\x8C \xF0\x9F\x8E\x89 and more ASCII"));
    EXPECT_TRUE(valid({"a\0b", 3}));
}

TEST(Utf8, RefusesWhatIsCutOffOverlongOrOutOfRange) {
    for (const char* bad :
         {"\x80", "\xBF", "\xC0\x80", "\xC1\xBF", "\xC3", "\xC3(", "\xE0\x80\x80", "\xE0\x9F\xBF", "\xE2\x82",
          "\xE2(\xA1", "\xED\xA0\x80", "\xED\xBF\xBF", "\xF0\x80\x80\x80", "\xF0\x8F\xBF\xBF", "\xF0\x9F\x8E",
          "\xF4\x90\x80\x80", "\xF5\x80\x80\x80", "\xFE", "\xFF"}) {
        EXPECT_FALSE(valid(bad));
    }
}

}  // namespace
