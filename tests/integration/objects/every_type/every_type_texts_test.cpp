#include "matrix.hpp"

namespace {

using namespace duet::test;
using namespace duet::test::every_type;

template <class B>
using EveryTypeOfTexts = EveryType<B>;
TYPED_TEST_SUITE(EveryTypeOfTexts, Backends, BackendNames);

TYPED_TEST(EveryTypeOfTexts, ComesBackAsItWasWritten) { this->template write_and_read_all<Texts>(); }

}  // namespace
