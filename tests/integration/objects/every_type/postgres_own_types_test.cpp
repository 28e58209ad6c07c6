#include <duet/postgres.hpp>

#include "matrix.hpp"

namespace duet::test::every_type {

enum class Weather { sunny, rainy };

}  // namespace duet::test::every_type

template <>
struct duet::enum_options<duet::test::every_type::Weather> {
    static constexpr bool as_integer = false;
    static constexpr int first = 0, last = 127;
    static constexpr std::string_view sql_type = "weather";
};

namespace duet::test::every_type {

struct Stay {
    std::int64_t id{};
    pg::Inet addr{.address = "127.0.0.1"};
    std::optional<pg::Inet> via{};
    pg::Interval every{};
    std::optional<pg::Interval> rest{};
    Weather weather{};
    std::optional<Weather> later{};
    pg::Range<Decimal> price{};
    std::optional<pg::Range<Timestamp>> during{};
    pg::TsVector words{};
    bool operator==(const Stay&) const = default;
    static constexpr auto table = duet::table("stays");
};
template <template <class> class W>
struct StayAs {
    W<pg::Inet> addr{};
    W<std::optional<pg::Inet>> via{};
    W<pg::Interval> every{};
    W<std::optional<pg::Interval>> rest{};
    W<Weather> weather{};
    W<std::optional<Weather>> later{};
    W<pg::Range<Decimal>> price{};
    W<std::optional<pg::Range<Timestamp>>> during{};
    W<pg::TsVector> words{};
};
template <>
struct About<Stay> {
    template <template <class> class W>
    using As = StayAs<W>;
    template <class S>
    using members = Members<&S::addr, &S::via, &S::every, &S::rest, &S::weather, &S::later, &S::price,
                            &S::during, &S::words>;

    static std::vector<Stay> rows() {
        return {{},
                {.addr = pg::Inet::parse("192.0.2.7/24"),
                 .via = pg::Inet::parse("2001:db8::1"),
                 .every = {.months = -14, .days = 3, .micros = -3'600'000'001},
                 .rest = pg::Interval{},
                 .weather = Weather::rainy,
                 .later = Weather::sunny,
                 .price = {.lower = Decimal::parse("-1.50"), .upper = Decimal::parse("2.25")},
                 .during = pg::Range<Timestamp>{.lower = Timestamp(-1us)},
                 .words = {"'cat':3 'it''s':2"}},
                {.during = pg::Range<Timestamp>{.upper = Timestamp(1us)}}};
    }
    static std::vector<Stay> special_rows(const Able& /*able*/) { return {}; }
};

}  // namespace duet::test::every_type

namespace {

using namespace duet::test;
using namespace duet::test::every_type;

template <class B>
using EveryTypeOfPostgres = EveryType<B>;
using PostgresModes = ::testing::Types<Backend<Postgres, duet::Blocking>, Backend<Postgres, duet::Async>,
                                       Backend<PgBouncer, duet::Async>>;
TYPED_TEST_SUITE(EveryTypeOfPostgres, PostgresModes, BackendNames);

TYPED_TEST(EveryTypeOfPostgres, ComesBackAsItWasWritten) { this->template write_and_read_all<Stay>(); }

}  // namespace
