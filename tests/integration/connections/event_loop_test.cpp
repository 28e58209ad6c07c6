#include <duet/async/timeout.hpp>
#include <duet/async/wait.hpp>
#include <duet/async/when_all.hpp>

#include <atomic>
#include <cstring>
#include <thread>

#include <dlfcn.h>
#include <netdb.h>

#include "integration/support.hpp"

namespace {

/// Who was the last to ask where a host of this test is.
std::atomic<std::thread::id> asked_by{};
constexpr const char* slow_host = "slow.host.test";
constexpr auto slowness = std::chrono::milliseconds(300);

}  // namespace

/// In place of the C library's, for the client libraries as well: this host is found on this machine, after a
/// while.
extern "C" int getaddrinfo(const char* node, const char* service, const addrinfo* hints, addrinfo** found) {
    using Function = int (*)(const char*, const char*, const addrinfo*, addrinfo**);
    static const auto original = reinterpret_cast<Function>(::dlsym(RTLD_NEXT, "getaddrinfo"));
    if (node != nullptr && std::strcmp(node, slow_host) == 0) {
        asked_by = std::this_thread::get_id();
        std::this_thread::sleep_for(slowness);
        node = "127.0.0.1";
    }
    return original(node, service, hints, found);
}

namespace {

using namespace duet::test;
using namespace std::chrono_literals;

template <class B>
class EventLoop : public DatabaseTest<B> {
protected:
    /// How often another coroutine had its turn while the task ran.
    template <class T>
    int turns_during(duet::Task<T> task) {
        int turns = 0;
        bool over = false;
        const auto others = [&]() -> duet::Task<> {
            for (;;) {
                co_await duet::sleep_for(1ms);
                if (over) co_return;
                ++turns;
            }
        };
        const auto first = [&]() -> duet::Task<> {
            // GCC 12 wants a local variable.
            [[maybe_unused]] const auto result = co_await std::move(task);
            over = true;
        };
        duet::run(duet::when_all(first(), others()));
        return turns;
    }
};
template <class Server>
using InCoroutines = Backend<Server, duet::Async>;
using AsyncBackends =
    ::testing::Types<InCoroutines<SqliteMemory>, InCoroutines<SqliteFile>, InCoroutines<Postgres>,
                     InCoroutines<PgBouncer>, InCoroutines<MariaDb>>;
TYPED_TEST_SUITE(EventLoop, AsyncBackends, BackendNames);

TYPED_TEST(EventLoop, GoesOnWhileASchemaIsRead) {
    const int tables = this->is_sqlite ? 400 : 40;
    duet::Database blocking(this->db);
    for (int i = 0; i < tables; ++i) {
        blocking
            .sql(duet::runtime("CREATE TABLE t" + std::to_string(i) +
                               " (a integer primary key, b integer, c integer, d varchar(20) unique)"))
            .execute();
    }
    EXPECT_GT(this->turns_during(this->db.introspect()), 1);
    const duet::DatabaseSchema schema = got(this->db.introspect());
    EXPECT_EQ(schema.tables.size(), static_cast<std::size_t>(tables));
    // And what went on is in order afterwards.
    EXPECT_EQ(got(this->db.sql("SELECT count(*) FROM t1").template scalar<std::int64_t>()), 0);
    EXPECT_EQ(this->db.pool_stats().checked_out, 0u);
}

TYPED_TEST(EventLoop, GoesOnWhileAHostIsLookedUp) {
    std::string url = this->server.url();
    const std::size_t address = url.find("127.0.0.1");
    if (address == std::string::npos) return;  // SQLite
    url.replace(address, 9, slow_host);
    for (const bool cancelled : {false, true}) {
        duet::AsyncDatabase named{url};
        asked_by = std::thread::id{};
        if (cancelled) {
            EXPECT_THROW(duet::run(duet::timeout(named.sql("SELECT 1").template scalar<int>(), 20ms)),
                         duet::QueryCanceled);
        } else {
            EXPECT_GT(this->turns_during(named.sql("SELECT 1").template scalar<int>()), 20);
        }
        EXPECT_NE(asked_by.load(), std::thread::id{});
        EXPECT_NE(asked_by.load(), std::this_thread::get_id());
        EXPECT_EQ(got(named.sql("SELECT 1").template scalar<int>()), 1);
        EXPECT_EQ(named.pool_stats().checked_out, 0u);
    }
    // A blocking user waits on the thread that calls.
    duet::Database named{url};
    EXPECT_EQ(named.sql("SELECT 1").template scalar<int>(), 1);
    EXPECT_EQ(asked_by.load(), std::this_thread::get_id());
}

}  // namespace
