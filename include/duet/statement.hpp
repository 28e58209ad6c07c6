#pragma once

// SQL statements as values: joins of anything, CTEs, set operations, subqueries. See
// docs/guide/statements.md.
// clang-format off
#include <duet/duet.hpp>
#include <duet/statement/select.hpp>
#include <duet/statement/subquery.hpp>
// clang-format on
