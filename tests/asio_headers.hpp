#pragma once

// The bridge, and what tests use of Asio; to be included before anything else of Asio.

#if defined(__clang__)
// Asio's own recycling of frames does not survive Clang's idea of thread-local addresses in coroutines that
// change threads.
#define ASIO_DISABLE_AWAITABLE_FRAME_RECYCLING 1
#define BOOST_ASIO_DISABLE_AWAITABLE_FRAME_RECYCLING 1
#endif

#include <duet/asio.hpp>

#if defined(DUET_BOOST_ASIO)
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/thread_pool.hpp>
#include <boost/asio/use_future.hpp>
#else
#include <asio/co_spawn.hpp>
#include <asio/detached.hpp>
#include <asio/io_context.hpp>
#include <asio/thread_pool.hpp>
#include <asio/use_future.hpp>
#endif
