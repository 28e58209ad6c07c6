#pragma once

/// All that expressions can be beside what <duet/duet.hpp> has: window functions, more aggregates, JSON and
/// arrays, vendors' casts, operators and fragments.

#include <duet/expr/fragments.hpp>
#include <duet/expr/json_building.hpp>
#include <duet/expr/rows.hpp>
#include <duet/expr/rows_in.hpp>
#include <duet/expr/set_functions.hpp>
#include <duet/expr/window.hpp>
