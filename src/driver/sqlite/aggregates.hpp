#pragma once

#include <sqlite3.h>

namespace duet::driver::sqlite {

/// Registers the aggregates of duet's SQL that SQLite does not have; none of them can have a window.
/// * duet_gather(options, text, between, key...): texts one behind the other, NULLs left out. Options: 'u'
/// (each
///   text once) or 'a', then two characters for each key: '+' or '-' (descending), 'f' or 'l' (NULLs first,
///   last);
/// * duet_var_samp(x), duet_var_pop, duet_stddev_samp, duet_stddev_pop;
/// * duet_percentile_cont(x, fraction, descending), duet_percentile_disc likewise;
/// * duet_mode(x, descending): the most frequent value, of several the first in order.
/// Throws what connections throw.
void register_aggregates(sqlite3* db);

}  // namespace duet::driver::sqlite
