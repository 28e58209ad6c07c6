#pragma once

#include <duet/expr/add.hpp>
#include <duet/expr/assignment.hpp>
#include <duet/expr/column.hpp>
#include <duet/expr/comparison.hpp>
#include <duet/expr/condition.hpp>
#include <duet/expr/json_path.hpp>
#include <duet/expr/list.hpp>
#include <duet/expr/logic.hpp>
#include <duet/expr/lookups.hpp>
#include <duet/expr/resolve.hpp>
#include <duet/expr/result.hpp>
#include <duet/expr/subquery.hpp>
#include <duet/expr/value.hpp>
