#include "matrix.hpp"

namespace {

using namespace duet::test;
using namespace duet::test::every_type;

template <class B>
using EveryTypeOfLists = EveryType<B>;
TYPED_TEST_SUITE(EveryTypeOfLists, Backends, BackendNames);

TYPED_TEST(EveryTypeOfLists, ComesBackAsItWasWritten) { this->template write_and_read_all<Lists>(); }

}  // namespace
