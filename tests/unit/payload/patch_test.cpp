#include <gtest/gtest.h>

#include "shapes.hpp"

namespace {

using duet::Patch;

TEST(Patch, IsUnsetAValueOrNull) {
    Patch<std::optional<std::string>> bio;
    EXPECT_FALSE(bio.is_set());
    EXPECT_FALSE(bio.is_null());
    bio = "text";
    EXPECT_TRUE(bio.is_set());
    EXPECT_EQ(bio.value(), "text");
    bio = nullptr;
    EXPECT_TRUE(bio.is_set());
    EXPECT_TRUE(bio.is_null());
    bio = std::nullopt;
    EXPECT_TRUE(bio.is_null());
    bio.reset();
    EXPECT_FALSE(bio.is_set());
}

TEST(Patch, TakesWhatItsTypeTakes) {
    const Patch<std::string> name = "Ada";
    EXPECT_EQ(*name, "Ada");
    EXPECT_EQ(name->size(), 3U);
    EXPECT_EQ(Patch<int>().value_or(7), 7);
    static_assert(!std::is_constructible_v<Patch<std::string>, std::nullptr_t>);
    static_assert(!std::is_constructible_v<Patch<int>, std::string>);
}

TEST(Patch, ComparesByStateAndValue) {
    EXPECT_EQ(Patch<int>(), Patch<int>());
    EXPECT_NE(Patch<int>(), Patch<int>(0));
    EXPECT_EQ(Patch<int>(3), 3);
    EXPECT_NE(Patch<int>(), 0);
    EXPECT_NE(Patch<std::optional<int>>(), Patch<std::optional<int>>(nullptr));
}

}  // namespace
