// EXPECT: duet: each {} of sql() takes a value of a type that columns can have, and no expression
#include <duet/duet.hpp>
using namespace duet::literals;

void change(duet::Database& db) { db.sql("UPDATE users SET age = {}", "age"_c + 1).execute(); }
