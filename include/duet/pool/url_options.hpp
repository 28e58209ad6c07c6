#pragma once

#include <duet/driver/url.hpp>
#include <duet/pool/options.hpp>

namespace duet {

/// Puts what a URL says about the pool into `options`: `pool_size`, `max_overflow` (or `pool_max_overflow`),
/// `pool_timeout` and so on, under the names that PoolOptions has. Durations are seconds ("30", "1.5") or
/// carry a unit ("1.5s", "500ms", "10m", "1h"). Throws ConfigurationError for an option that starts with
/// `pool_` and does not exist, and for a value that cannot be understood; values are not repeated.
void apply_url_options(const driver::Url& url, PoolOptions& options);

}  // namespace duet
