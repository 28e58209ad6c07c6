#include <duet/base/owned.hpp>

#include <gtest/gtest.h>

namespace {

using duet::detail::make_owned;
using duet::detail::Owned;

struct Base {
    explicit Base(int& count) : alive(count) { ++alive; }
    Base(const Base&) = delete;
    Base& operator=(const Base&) = delete;
    virtual ~Base() { --alive; }
    int& alive;
};
struct Derived : Base {
    using Base::Base;
};

TEST(Owned, DeletesItsObjectOnce) {
    int alive = 0;
    {
        Owned<Base> first = make_owned<Base>(alive);
        Owned<Base> second = std::move(first);
        EXPECT_TRUE(first == nullptr);
        EXPECT_TRUE(second);
        EXPECT_EQ(alive, 1);
    }
    EXPECT_EQ(alive, 0);
}

TEST(Owned, GivesUpItsOldObjectForANewOne) {
    int alive = 0;
    Owned<Base> owned = make_owned<Base>(alive);
    owned = make_owned<Base>(alive);
    EXPECT_EQ(alive, 1);
    owned.reset();
    EXPECT_EQ(alive, 0);
    EXPECT_TRUE(owned == nullptr);
}

TEST(Owned, TakesOwnersOfDerivedObjects) {
    int alive = 0;
    {
        const Owned<Base> from_owned = make_owned<Derived>(alive);
        const Owned<Base> from_unique = std::make_unique<Derived>(alive);
        EXPECT_EQ(alive, 2);
    }
    EXPECT_EQ(alive, 0);
}

TEST(Owned, StaysWholeWhenMovedToItself) {
    int alive = 0;
    Owned<Base> owned = make_owned<Base>(alive);
    Owned<Base>& same = owned;
    owned = std::move(same);
    EXPECT_EQ(alive, 1);
    EXPECT_TRUE(owned != nullptr);
}

}  // namespace
