#pragma once

// Models, queries, writes, transactions and coroutines. What has a header of its own is in <duet/all.hpp>.
#include <duet/async/run.hpp>
#include <duet/async/task_group.hpp>
#include <duet/async/this_task.hpp>
#include <duet/async/timeout.hpp>
#include <duet/async/wait.hpp>
#include <duet/async/when_all.hpp>
#include <duet/base/error.hpp>
// From the bottom up, so that compile errors show short chains of includes.
// clang-format off
#include <duet/model/hooks.hpp>
#include <duet/expr/add.hpp>
#include <duet/expr/order.hpp>
#include <duet/query/builder.hpp>
#include <duet/query/bound_query.hpp>
#include <duet/handle/raw_query.hpp>
#include <duet/handle/by_key.hpp>
#include <duet/handle/handle.hpp>
#include <duet/handle/database.hpp>
// clang-format on
#include <duet/version.hpp>
