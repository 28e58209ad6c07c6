#pragma once

/// Everything that duet has, for those who would rather compile more than choose.

// clang-format off
#include <duet/duet.hpp>
#include <duet/functions.hpp>
#include <duet/statement.hpp>
// clang-format on
