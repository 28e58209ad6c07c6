#include "matrix.hpp"

namespace {

using namespace duet::test;
using namespace duet::test::every_type;

template <class B>
using EveryTypeOfOptionals = EveryType<B>;
TYPED_TEST_SUITE(EveryTypeOfOptionals, Backends, BackendNames);

TYPED_TEST(EveryTypeOfOptionals, ComesBackAsItWasWritten) { this->template write_and_read_all<Optionals>(); }

}  // namespace
