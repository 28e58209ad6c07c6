#pragma once

#include <duet/engine/inspect.hpp>

#include "write.hpp"

namespace duet::engine {

/// A query as the statement that an operation would send, and its values.
struct Rendered {
    Rendered(const Dialect& dialect, const shape::QueryData& asked, QueryForm form);
    Rendered(const Rendered&) = delete;
    Rendered& operator=(const Rendered&) = delete;

    shape::QueryData query;  // what `values` point into
    Plan plan;
    BindValues values;
};

}  // namespace duet::engine
