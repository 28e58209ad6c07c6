// EXPECT: duet: an assignment is needed here, as in "age"_c = 18 (== compares)
// MAX_LINES(clang): 16
#include <duet/duet.hpp>

using namespace duet::literals;

struct Book {
    std::int64_t id{};
    std::string title{};
    int pages{};
    static constexpr auto table = duet::table("books");
};

void f(duet::Database& db, Book& book) {
    db.batch([&](duet::Batch& batch) { batch.update(book, "pages"_c == 3); });
}
