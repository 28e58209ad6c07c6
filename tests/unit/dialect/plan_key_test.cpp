#include <duet/dialect/plan_key.hpp>

#include <gtest/gtest.h>

namespace duet {
namespace {

// All with one hash, so that nothing but the bytes tells them apart.
PlanKey key_of(const std::vector<std::uint8_t>& bytes) { return {nullptr, 1, bytes, 42}; }

TEST(PlanKey, AreDifferentByAnyOneByte) {
    for (std::size_t size = 0; size <= 25; ++size) {
        const std::vector<std::uint8_t> bytes(size, 7);
        const StoredPlanKey stored(key_of(bytes));
        EXPECT_TRUE(stored.matches(key_of(bytes))) << size;
        EXPECT_TRUE(stored.view() == key_of(bytes)) << size;
        for (std::size_t at = 0; at < size; ++at) {
            std::vector<std::uint8_t> other = bytes;
            other[at] = 8;
            EXPECT_FALSE(stored.matches(key_of(other))) << size << ", " << at;
            EXPECT_FALSE(stored.view() == key_of(other)) << size << ", " << at;
        }
        std::vector<std::uint8_t> longer = bytes;
        longer.push_back(7);
        EXPECT_FALSE(stored.matches(key_of(longer))) << size;
    }
}

}  // namespace
}  // namespace duet
