#pragma once

// SQL for reading that is not a query's: duet::pretty_sql(). What queries say about themselves comes with
// <duet/duet.hpp>.
#include <duet/dialect/pretty_sql.hpp>
#include <duet/dialect/sql_style.hpp>
