#include <duet/base/error.hpp>
#include <duet/driver/decode.hpp>
#include <duet/driver/encode.hpp>
#include <duet/model/column_types.hpp>

#include <cstdint>
#include <limits>

#include <gtest/gtest.h>

namespace {

using duet::detail::type_info;
using duet::driver::Fault;

enum class Small : std::int8_t { low = -16, high = 127 };
enum class Byte : std::uint8_t { zero, top = 127 };
enum class Wide : std::uint32_t { zero };
enum class Long : std::int64_t { zero };
enum class Huge : std::uint64_t { zero, one };

template <class E>
Fault stored(std::int64_t number, E& out) {
    return duet::driver::store_enum_number(type_info<E>, number, &out);
}
template <class E>
void expect_taken(std::int64_t number) {
    E value{};
    EXPECT_EQ(stored(number, value), Fault::none) << number;
    EXPECT_EQ(static_cast<std::int64_t>(value), number);
    EXPECT_EQ(duet::driver::enum_number(type_info<E>, &value), number);
}
template <class E>
void expect_refused(std::int64_t number) {
    E value{};
    EXPECT_EQ(stored(number, value), Fault::out_of_range) << number;
    EXPECT_EQ(value, E{});
}

constexpr std::int64_t least = std::numeric_limits<std::int64_t>::min();
constexpr std::int64_t most = std::numeric_limits<std::int64_t>::max();

TEST(EnumNumbers, TakeWhatTheirIntegerHolds) {
    expect_taken<Small>(-128);
    expect_taken<Small>(127);
    expect_taken<Byte>(255);
    expect_taken<Wide>(4294967295);
    expect_taken<Long>(least);
    expect_taken<Long>(most);
    expect_taken<Huge>(most);
}

TEST(EnumNumbers, AreRefusedOutsideOfTheirInteger) {
    expect_refused<Small>(-129);
    expect_refused<Small>(128);
    expect_refused<Byte>(-1);
    expect_refused<Byte>(256);
    expect_refused<Wide>(-1);
    expect_refused<Wide>(4294967296);
    expect_refused<Huge>(-1);
}

TEST(EnumNumbers, AboveTheRangeOfDatabasesAreNotWritten) {
    const auto beyond = static_cast<Huge>(std::uint64_t{1} << 63U);
    EXPECT_THROW(duet::driver::enum_number(type_info<Huge>, &beyond), duet::ValidationError);
}

TEST(EnumNames, ComeBackAsTheyWereWritten) {
    const auto again = [](auto value) {
        const duet::TypeInfo& type = type_info<decltype(value)>;
        decltype(value) out{};
        EXPECT_EQ(duet::driver::store_enumerator(type, duet::driver::enumerator_name(type, &value), &out),
                  Fault::none);
        EXPECT_EQ(out, value);
    };
    again(Small::low);
    again(Small::high);
    again(Byte::top);
    again(Huge::one);
}

TEST(EnumNames, ThatTheEnumHasNotAreRefused) {
    Byte value = Byte::top;
    EXPECT_EQ(duet::driver::store_enumerator(type_info<Byte>, "middle", &value), Fault::unknown_name);
    EXPECT_EQ(value, Byte::top);
    const auto nameless = static_cast<Byte>(7);
    EXPECT_THROW(duet::driver::enumerator_name(type_info<Byte>, &nameless), duet::ValidationError);
}

}  // namespace
