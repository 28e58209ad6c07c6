#pragma once

#include <gtest/gtest.h>

#include "unit/engine/models.hpp"
#include "unit/engine/scripted_driver.hpp"

namespace engine_test {

using namespace duet::literals;
using duet::testing::failing;
using duet::testing::Reply;

class ScriptedTest : public ::testing::Test {
protected:
    using Log = std::vector<std::string>;

    duet::testing::ScriptedServer server;
    duet::Database db{duet::testing::scripted_url(server)};
    duet::AsyncDatabase async{db};
};

}  // namespace engine_test
