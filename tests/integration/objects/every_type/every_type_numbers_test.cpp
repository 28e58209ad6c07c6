#include "matrix.hpp"

namespace {

using namespace duet::test;
using namespace duet::test::every_type;

template <class B>
using EveryTypeOfNumbers = EveryType<B>;
TYPED_TEST_SUITE(EveryTypeOfNumbers, Backends, BackendNames);

TYPED_TEST(EveryTypeOfNumbers, ComesBackAsItWasWritten) { this->template write_and_read_all<Numbers>(); }

}  // namespace
