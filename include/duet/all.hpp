#pragma once

// Everything but the bridges to other libraries (<duet/asio.hpp>, <duet/json.hpp>) and the servers for tests
// (<duet/testing/testing.hpp>). A unit that needs less compiles quicker with less.
#include <duet/duet.hpp>
#include <duet/functions.hpp>
#include <duet/inspect.hpp>
#include <duet/payload.hpp>
#include <duet/postgres.hpp>
#include <duet/session.hpp>
#include <duet/signals.hpp>
#include <duet/statement.hpp>
