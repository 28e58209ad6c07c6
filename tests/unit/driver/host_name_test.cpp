#include "driver/host_name.hpp"

#include <gtest/gtest.h>

namespace {

using duet::driver::has_host_name;
using duet::driver::is_host_name;

TEST(HostName, IsWhatIsNeitherAnAddressNorASocket) {
    EXPECT_TRUE(is_host_name("localhost"));
    EXPECT_TRUE(is_host_name("db.example.com"));
    EXPECT_TRUE(is_host_name("10.0.0"));
    EXPECT_FALSE(is_host_name("10.0.0.1"));
    EXPECT_FALSE(is_host_name("::1"));
    EXPECT_FALSE(is_host_name("/run/postgresql"));
    EXPECT_FALSE(is_host_name("@abstract"));
    EXPECT_FALSE(is_host_name(""));
}

TEST(HostName, IsFoundAmongAddresses) {
    EXPECT_FALSE(has_host_name(""));
    EXPECT_FALSE(has_host_name("10.0.0.1,::1,/run"));
    EXPECT_TRUE(has_host_name("10.0.0.1,db"));
    EXPECT_TRUE(has_host_name("db,10.0.0.1"));
}

}  // namespace
