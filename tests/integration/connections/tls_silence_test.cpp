#include <duet/async/timeout.hpp>
#include <duet/async/wait.hpp>
#include <duet/async/when_all.hpp>

#include <atomic>
#include <thread>

#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>

#include "integration/checks.hpp"

/// Servers that agree to TLS and then say nothing any more: the handshake ends by the limit of its own.
namespace {

using namespace duet::test;
using namespace std::chrono_literals;

/// Listens on a port of its own. Says `greeting` to whoever comes, answers the first bytes with `answer`, and
/// falls silent.
class SilentServer {
public:
    SilentServer(std::string greeting, std::string answer)
        : greeting_(std::move(greeting)), answer_(std::move(answer)) {
        listener_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        socklen_t size = sizeof address;
        if (::bind(listener_, reinterpret_cast<sockaddr*>(&address), size) != 0 ||
            ::listen(listener_, 16) != 0 ||
            ::getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size) != 0)
            throw std::runtime_error("no port to listen on");
        port_ = ntohs(address.sin_port);
        thread_ = std::thread([this] { serve(); });
    }
    ~SilentServer() {
        stop_ = true;
        thread_.join();
        ::close(listener_);
    }
    SilentServer(const SilentServer&) = delete;
    SilentServer& operator=(const SilentServer&) = delete;

    std::string address() const { return "127.0.0.1:" + std::to_string(port_); }
    int visitors() const { return visitors_; }

private:
    void serve() {
        std::vector<pollfd> sockets{{listener_, POLLIN, 0}};
        std::vector<bool> answered{true};
        while (!stop_) {
            if (::poll(sockets.data(), sockets.size(), 20) <= 0) continue;
            for (std::size_t i = 1; i < sockets.size(); ++i) {
                char bytes[4096];
                if (answered[i] || (sockets[i].revents & POLLIN) == 0) continue;
                if (::recv(sockets[i].fd, bytes, sizeof bytes, 0) <= 0) continue;
                (void)::send(sockets[i].fd, answer_.data(), answer_.size(), MSG_NOSIGNAL);
                answered[i] = true;
                sockets[i].events = 0;
            }
            if ((sockets[0].revents & POLLIN) == 0) continue;
            const int visitor = ::accept(listener_, nullptr, nullptr);
            if (visitor < 0) continue;
            ++visitors_;
            (void)::send(visitor, greeting_.data(), greeting_.size(), MSG_NOSIGNAL);
            sockets.push_back({visitor, POLLIN, 0});
            answered.push_back(false);
        }
        for (std::size_t i = 1; i < sockets.size(); ++i) ::close(sockets[i].fd);
    }

    const std::string greeting_;
    const std::string answer_;
    int listener_ = -1;
    std::uint16_t port_ = 0;
    std::atomic<bool> stop_{false};
    std::atomic<int> visitors_{0};
    std::thread thread_;
};

/// What a MariaDB that speaks TLS says first.
std::string mariadb_greeting() {
    using namespace std::string_literals;
    const std::string body = "\x0A"s + "10.11.6-MariaDB\0"s + "\x07\0\0\0"s + "saltsalt\0"s + "\x0B\xAA"s +
                             "\x2D"s + "\x02\0"s + "\x0F\0"s + "\x15"s + std::string(10, '\0') +
                             "saltsaltsalt\0"s + "mysql_native_password\0"s;
    return std::string{static_cast<char>(body.size()), '\0', '\0', '\0'} + body;
}

template <class Mode>
class SilentHandshake : public ::testing::Test {
protected:
    using Db = duet::BasicDatabase<Mode>;

    static void gives_up(const SilentServer& server, const std::string& url) {
        Db db{url};
        if constexpr (Mode::is_async) {
            duet::run([&]() -> duet::Task<> {
                std::atomic<bool> over{false};
                int turns = 0;
                const auto others = [&]() -> duet::Task<> {
                    while (!over) {
                        co_await duet::sleep_for(5ms);
                        ++turns;
                    }
                };
                const auto connecting = [&]() -> duet::Task<> {
                    bool failed = false;
                    try {
                        co_await db.sql("SELECT 1").template scalar<int>();
                    } catch (const duet::ConnectionError&) {
                        failed = true;
                    }
                    EXPECT_TRUE(failed);
                    EXPECT_GT(turns, 2) << "the loop stood still";
                    over = true;
                };
                std::vector<duet::Task<>> tasks;
                tasks.push_back(others());
                tasks.push_back(connecting());
                co_await duet::when_all(std::move(tasks));
            }());
        } else {
            EXPECT_THROW(db.sql("SELECT 1").template scalar<int>(), duet::ConnectionError);
        }
        EXPECT_GE(server.visitors(), 1);
        EXPECT_EQ(db.pool_stats().open, 0U);
        EXPECT_EQ(db.pool_stats().checked_out, 0U);
    }
};
TYPED_TEST_SUITE(SilentHandshake, Modes, ModeNames);

TYPED_TEST(SilentHandshake, WithPostgresEndsByItsLimit) {
    const SilentServer server("", "S");
    this->gives_up(server,
                   "postgresql://ada@" + server.address() + "/shop?sslmode=require&connect_timeout=1");
}

TYPED_TEST(SilentHandshake, WithMariaDbEndsByItsLimit) {
    const SilentServer server(mariadb_greeting(), "");
    this->gives_up(server, "mariadb://ada:sesame@" + server.address() + "/shop?ssl=true&connect_timeout=1");
}

TYPED_TEST(SilentHandshake, EndsByTheLimitOfThePool) {
    const SilentServer postgres("", "S");
    this->gives_up(
        postgres, "postgresql://ada@" + postgres.address() + "/shop?sslmode=require&pool_connect_timeout=1s");
    const SilentServer mariadb(mariadb_greeting(), "");
    this->gives_up(mariadb, "mariadb://ada@" + mariadb.address() + "/shop?ssl=true&pool_connect_timeout=1s");
}

}  // namespace
