// EXPECT: duet: this operation changes its object, too: pass a variable that is not const
// MAX_LINES(clang): 16
#include <duet/duet.hpp>

using namespace duet::literals;

struct Book {
    std::int64_t id{};
    std::string title{};
    int pages{};
    static constexpr auto table = duet::table("books");
};

void f(duet::Database& db, const Book& book) { db.update(book, "pages"_c = 3, "title"_c = "Emma"); }
