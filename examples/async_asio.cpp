// A server on Asio that asks duet: `co_await duet::as_awaitable(...)` inside an asio::awaitable<>.
#include <duet/asio.hpp>
#include <duet/duet.hpp>

#include <iostream>
#include <string>

#include <asio.hpp>

using namespace duet::literals;
using asio::ip::tcp;

struct Page {
    std::string path{};
    std::int64_t visits{};

    static constexpr auto table = duet::table("pages", duet::primary_key("path"));
};

namespace {

// [visit]
duet::Task<std::int64_t> visit(duet::AsyncDatabase& db, std::string path) {
    Page page{.path = path, .visits = 1};
    co_await db.upsert(page, duet::conflict_on("path"), duet::set("visits"_c = "visits"_c + 1));
    co_return page.visits;
}

/// One line in, one line out, until the client hangs up.
asio::awaitable<void> serve(tcp::socket socket, duet::AsyncDatabase& db) {
    std::string input;
    asio::error_code end;
    while (true) {
        const std::size_t size = co_await asio::async_read_until(
            socket, asio::dynamic_buffer(input), '\n', asio::redirect_error(asio::use_awaitable, end));
        if (end) co_return;
        std::string path = input.substr(0, size - 1);
        input.erase(0, size);
        const std::int64_t visits = co_await duet::as_awaitable(visit(db, path));
        const std::string answer = path + " " + std::to_string(visits) + "\n";
        co_await asio::async_write(socket, asio::buffer(answer), asio::use_awaitable);
    }
}
// [/visit]

asio::awaitable<void> client(tcp::endpoint server) {
    tcp::socket socket(co_await asio::this_coro::executor);
    co_await socket.async_connect(server, asio::use_awaitable);
    const std::string requests = "/home\n/about\n/home\n";
    co_await asio::async_write(socket, asio::buffer(requests), asio::use_awaitable);
    std::string answers;
    for (int i = 0; i < 3; ++i) {
        const std::size_t size =
            co_await asio::async_read_until(socket, asio::dynamic_buffer(answers), '\n', asio::use_awaitable);
        std::cout << answers.substr(0, size);
        answers.erase(0, size);
    }
}

}  // namespace

int main() {
    asio::io_context context;
    duet::AsyncDatabase db{"sqlite://:memory:"};
    asio::co_spawn(context, duet::as_awaitable(db.create_all(duet::models<Page>)), asio::detached);
    context.run();
    context.restart();

    tcp::acceptor acceptor(context, {asio::ip::address_v4::loopback(), 0});
    acceptor.async_accept([&](asio::error_code error, tcp::socket socket) {
        if (!error) asio::co_spawn(context, serve(std::move(socket), db), asio::detached);
    });
    asio::co_spawn(context, client(acceptor.local_endpoint()), asio::detached);
    context.run();
}
