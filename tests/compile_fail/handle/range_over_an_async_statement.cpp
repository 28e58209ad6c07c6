// EXPECT: duet: coroutines read a stream row by row, with auto row = co_await rows.next()
// MAX_LINES(clang): 16
#include <duet/statement.hpp>

using namespace duet::literals;

struct Book {
    std::int64_t id{};
    std::string title{};
    int pages{};
    static constexpr auto table = duet::table("books");
};

duet::Task<> f(duet::AsyncDatabase& db, std::string& titles) {
    for (const Book& book : db.execute(duet::select<Book>()).iterate(100)) titles += book.title;
    co_return;
}
