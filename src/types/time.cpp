#include <duet/base/error.hpp>
#include <duet/types/time.hpp>

namespace duet::detail {

void throw_bad_time() {
    throw ValidationError("a time of day must lie between 00:00:00 and 23:59:59.999999");
}

void throw_bad_duration() {
    throw ValidationError(
        "a duration is too long to be stored: it has more microseconds than 64 bits can count");
}

}  // namespace duet::detail
