// EXPECT: duet: a co_await is missing in front of what this for walks over
// MAX_LINES(clang): 16
#include <duet/duet.hpp>

using namespace duet::literals;

struct Book {
    std::int64_t id{};
    std::string title{};
    int pages{};
    static constexpr auto table = duet::table("books");
};

duet::Task<> f(duet::AsyncDatabase& db, std::string& titles) {
    for (const auto& book : db.query<Book>().where("pages"_c > 10).all()) titles += book.title;
    co_return;
}
