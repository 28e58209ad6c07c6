// EXPECT: duet: each {} of sql() takes a value of a type that columns can have, and no expression
#include <duet/duet.hpp>

struct Point {
    int x{};
    int y{};
};

void change(duet::Database& db) { db.sql("UPDATE users SET place = {}", Point{1, 2}).execute(); }
