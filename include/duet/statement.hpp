#pragma once

// SQL statements as values: joins of anything, CTEs, set operations, subqueries, and statements that write.
// See docs/guide/statements.md and docs/guide/statements_write.md.
// clang-format off
#include <duet/duet.hpp>
#include <duet/functions.hpp>
// From the bottom up, so that compile errors show short chains of includes.
#include <duet/statement/alias.hpp>
#include <duet/statement/result.hpp>
#include <duet/statement/select.hpp>
#include <duet/statement/subquery.hpp>
#include <duet/statement/unnest.hpp>
#include <duet/statement/write.hpp>
#include <duet/statement/insert.hpp>
#include <duet/statement/remove.hpp>
#include <duet/statement/update.hpp>
// clang-format on
