#include <duet/pool/stats.hpp>

namespace duet {

void ConnectionSetup::run(std::string_view sql) { statements_.emplace_back(sql); }

std::string_view name_of(PoolEvent::Kind kind) noexcept {
    switch (kind) {
        case PoolEvent::Kind::leak:
            return "leak";
        case PoolEvent::Kind::grown:
            return "grown";
        case PoolEvent::Kind::shrunk:
            return "shrunk";
        case PoolEvent::Kind::invalidated:
            return "invalidated";
        case PoolEvent::Kind::recycled:
            return "recycled";
        case PoolEvent::Kind::open_failed:
            return "open_failed";
        case PoolEvent::Kind::timed_out:
            return "timed_out";
    }
    return "";
}

}  // namespace duet
