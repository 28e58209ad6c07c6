#include "matrix.hpp"

namespace {

using namespace duet::test;
using namespace duet::test::every_type;

template <class B>
using EveryTypeOfTimes = EveryType<B>;
TYPED_TEST_SUITE(EveryTypeOfTimes, Backends, BackendNames);

TYPED_TEST(EveryTypeOfTimes, ComesBackAsItWasWritten) { this->template write_and_read_all<Times>(); }

}  // namespace
