#include <duet/model/row_iterator.hpp>

#include <algorithm>
#include <array>
#include <iterator>
#include <vector>

#include <gtest/gtest.h>

namespace {

using duet::detail::RowIterator;
static_assert(std::random_access_iterator<RowIterator<int>>);
static_assert(std::random_access_iterator<RowIterator<const int>>);

TEST(RowIterator, WalksOverObjectsThatLieOneAfterTheOther) {
    std::array<int, 3> rows{3, 1, 2};
    const RowIterator<int> begin(rows.data());
    const RowIterator<int> end(rows.data() + rows.size());
    EXPECT_EQ(end - begin, 3);
    EXPECT_EQ(std::vector<int>(begin, end), (std::vector<int>{3, 1, 2}));
    EXPECT_EQ(begin[2], 2);
    const RowIterator<const int> second = begin + 1;
    EXPECT_EQ(*second, 1);
    EXPECT_LT(begin, end);
}

TEST(RowIterator, WalksOverAddresses) {
    int one = 1;
    int two = 2;
    int three = 3;
    std::vector<void*> places{&three, &one, &two};
    const RowIterator<int> begin(places.data());
    const RowIterator<int> end(places.data() + places.size());
    EXPECT_EQ(std::max_element(begin, end), begin);
    EXPECT_EQ(*(end - 1), 2);
    *begin = 4;
    EXPECT_EQ(three, 4);
    const RowIterator<const int> last = begin + 2;
    EXPECT_EQ(&*last, &two);
}

TEST(RowIterator, OfNothingIsItsEnd) {
    EXPECT_EQ(RowIterator<int>(static_cast<int*>(nullptr)), RowIterator<int>(static_cast<void**>(nullptr)));
    EXPECT_EQ(RowIterator<int>(), RowIterator<int>());
}

}  // namespace
