// EXPECT: duet: execute() takes a statement
#include <duet/session.hpp>
#include <duet/statement.hpp>

auto f(duet::Session& s) { return s.execute("SELECT 1"); }
