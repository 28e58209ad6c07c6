#include <duet/base/error.hpp>
#include <duet/types/time.hpp>

namespace duet::detail {

void throw_bad_time() {
    throw ValidationError("a time of day must lie between 00:00:00 and 23:59:59.999999");
}

}  // namespace duet::detail
