#pragma once

// Everything that a program over a database needs. Asio users add <duet/asio.hpp>.
#include <duet/async/run.hpp>
#include <duet/async/task_group.hpp>
#include <duet/async/this_task.hpp>
#include <duet/async/timeout.hpp>
#include <duet/async/wait.hpp>
#include <duet/async/when_all.hpp>
#include <duet/base/error.hpp>
#include <duet/expr/add.hpp>    // first, so that compile errors show a short chain of includes
#include <duet/expr/order.hpp>
#include <duet/handle/database.hpp>
#include <duet/version.hpp>
