#pragma once

#include <duet/async/wait.hpp>
#include <duet/driver/connection.hpp>

namespace duet {

inline Readiness readiness_of(driver::Wait wait) noexcept {
    switch (wait) {
        case driver::Wait::readable:
            return Readiness::readable;
        case driver::Wait::writable:
            return Readiness::writable;
        default:
            return Readiness::both;
    }
}

}  // namespace duet
