#pragma once

#include <memory>

#include <libpq-fe.h>

namespace duet::driver::postgres {

struct ClearResult {
    void operator()(PGresult* result) const noexcept { PQclear(result); }
};
using Result = std::unique_ptr<PGresult, ClearResult>;

}  // namespace duet::driver::postgres
