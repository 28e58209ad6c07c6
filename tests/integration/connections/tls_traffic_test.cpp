#include <duet/async/timeout.hpp>
#include <duet/async/wait.hpp>
#include <duet/async/when_all.hpp>

#include <chrono>
#include <thread>

#include "tls_servers.hpp"

/// Much data over TLS. What a TLS library has read and not handed out yet makes no socket readable: whoever
/// waits for the socket then waits for ever, which is why everything here has a time limit.
namespace {

using namespace duet::test;
using namespace std::chrono_literals;

struct Piece {
    std::int64_t id{};
    std::string text{};
    std::vector<std::byte> bytes{};
    bool operator==(const Piece&) const = default;
    static constexpr auto table = duet::table("pieces");
};
inline constexpr auto models = duet::models<Piece>;

struct TlsPostgres {
    static constexpr const char* name = "Postgres";
    static std::string url() {
        return tls_postgres().url(tls_postgres().create_fresh_database()) +
               "?sslmode=verify-full&sslrootcert=" + tls_postgres().tls().authority.string();
    }
};
struct TlsMariaDb {
    static constexpr const char* name = "MariaDb";
    static std::string url() {
        return tls_mariadb().url(tls_mariadb().create_fresh_database()) +
               "?ssl_verify=true&ssl_ca=" + tls_mariadb().tls().authority.string();
    }
};
using TlsBackends = ::testing::Types<Backend<TlsPostgres, duet::Blocking>, Backend<TlsPostgres, duet::Async>,
                                     Backend<TlsMariaDb, duet::Blocking>, Backend<TlsMariaDb, duet::Async>>;

// No two neighbours are alike, so that what is lost or doubled shows.
Piece piece_of(std::size_t text, std::size_t bytes) {
    Piece piece;
    for (std::size_t i = 0; i < text; ++i) piece.text += static_cast<char>('a' + (i * 7 + i / 251) % 26);
    for (std::size_t i = 0; i < bytes; ++i)
        piece.bytes.push_back(static_cast<std::byte>((i * 31 + i / 257) & 255));
    return piece;
}

template <class T>
T in_time(duet::Task<T> task) {
    return duet::run(duet::timeout(std::move(task), 30s));
}
template <class T>
T in_time(T value) {
    return value;
}
void in_time_done(duet::Task<> task) { duet::run(duet::timeout(std::move(task), 30s)); }

template <class B>
class TlsTraffic : public ::testing::Test {
protected:
    using Db = duet::BasicDatabase<typename B::mode>;
    void SetUp() override {
        did([&] { return db.create_all(models); });
    }
    Db db{B::server_type::url()};
};
TYPED_TEST_SUITE(TlsTraffic, TlsBackends, BackendNames);

TYPED_TEST(TlsTraffic, CarriesRowsOfAllSizes) {
    // Around the sizes of TLS records (16 KiB), of what the servers send at a time (8 and 16 KiB), and of the
    // buffers of the client libraries.
    std::vector<Piece> pieces;
    for (const std::size_t base : {0U, 4096U, 8192U, 16384U, 24576U, 32768U, 65536U, 131072U}) {
        for (const std::size_t more : {0U, 1U, 2U, 3U, 5U, 21U, 29U, 100U}) {
            pieces.push_back(piece_of(base + more, base == 0 ? 0 : base - more));
        }
    }
    pieces.push_back(piece_of(3'000'000, 1'000'003));
    for (Piece& piece : pieces) piece = in_time(this->db.create(piece));
    EXPECT_TRUE(in_time(this->db.all(duet::query<Piece>().order_by("id"))) == pieces);
    for (const Piece& piece : pieces) {
        const auto found = in_time(this->db.template get<Piece>(piece.id));
        EXPECT_TRUE(found == piece) << piece.text.size();
    }
}

TYPED_TEST(TlsTraffic, CarriesManyRowsAtOnceAndInPortions) {
    std::vector<Piece> pieces;
    for (std::size_t i = 0; i < 4000; ++i) pieces.push_back(piece_of(i, 4000 - i));
    EXPECT_EQ(in_time(this->db.create_bulk(pieces)), pieces.size());
    EXPECT_TRUE(in_time(this->db.all(duet::query<Piece>().order_by("id"))) == pieces);

    std::size_t seen = 0;
    const auto look = [&](const Piece& piece) {
        EXPECT_TRUE(piece == pieces.at(seen)) << seen;
        ++seen;
    };
    auto rows = this->db.query(duet::query<Piece>().order_by("id")).iterate(100);
    if constexpr (TypeParam::mode::is_async) {
        const auto read = [&]() -> duet::Task<> {
            while (auto row = co_await rows.next()) look(*row);
        };
        in_time_done(read());
    } else {
        for (const Piece& piece : rows) look(piece);
    }
    EXPECT_EQ(seen, pieces.size());
}

TYPED_TEST(TlsTraffic, StopsStatements) {
    const auto begin = std::chrono::steady_clock::now();
    // MariaDB ends SLEEP() alone as if nothing had happened.
    const std::string_view sleep = std::is_same_v<typename TypeParam::server_type, TlsMariaDb>
                                       ? "SELECT 1 FROM information_schema.tables WHERE SLEEP(1)"
                                       : "SELECT 1 FROM pg_sleep(30)";
    auto impatient = this->db.within(200ms);
    EXPECT_THROW(did([&] { return impatient.sql(duet::runtime(sleep)).template scalar<int>(); }),
                 duet::QueryCanceled);
    EXPECT_LT(std::chrono::steady_clock::now() - begin, 10s);
    EXPECT_EQ(in_time(this->db.sql("SELECT 7").template scalar<int>()), 7);
}

TYPED_TEST(TlsTraffic, AConnectionThatEndsHarmsNoOther) {
    constexpr bool is_mariadb = std::is_same_v<typename TypeParam::server_type, TlsMariaDb>;
    typename TestFixture::Db other{TypeParam::server_type::url()};
    EXPECT_EQ(in_time(other.sql("SELECT 1").template scalar<int>()), 1);
    const std::string_view who = is_mariadb ? "SELECT CONNECTION_ID()" : "SELECT pg_backend_pid()::bigint";
    const std::string_view slow = is_mariadb ? "SELECT SLEEP(0.2)" : "SELECT 0 FROM pg_sleep(0.2)";
    for (int i = 0; i < 3; ++i) {
        const auto id = in_time(this->db.sql(duet::runtime(who)).template scalar<std::int64_t>());
        if (is_mariadb) {
            tls_mariadb().ask("KILL " + std::to_string(id));
        } else {
            tls_postgres().ask("SELECT pg_terminate_backend(" + std::to_string(id) + ")");
        }
        std::this_thread::sleep_for(50ms);
        try {
            (void)in_time(this->db.sql("SELECT 1").template scalar<int>());
        } catch (const duet::ConnectionError&) {  // or it was seen in time
        }
        EXPECT_EQ(in_time(other.sql(duet::runtime(slow)).template scalar<int>()), 0);
    }
}

TYPED_TEST(TlsTraffic, LetsOthersRunMeanwhile) {
    if constexpr (TypeParam::mode::is_async) {
        int ticks = 0;
        const auto tick = [&]() -> duet::Task<> {
            for (; ticks < 20; ++ticks) co_await duet::sleep_for(10ms);
        };
        int ticks_at_end = 0;
        const auto sleep = [&]() -> duet::Task<> {
            const std::string_view sql = std::is_same_v<typename TypeParam::server_type, TlsMariaDb>
                                             ? "SELECT SLEEP(1)"
                                             : "SELECT 0 FROM pg_sleep(1)";
            const int slept = co_await this->db.sql(duet::runtime(sql)).template scalar<int>();
            EXPECT_EQ(slept, 0);
            ticks_at_end = ticks;
        };
        duet::run(duet::when_all(tick(), sleep()));
        EXPECT_EQ(ticks_at_end, 20);
    }
}

TYPED_TEST(TlsTraffic, NoticesThatTheServerIsGone) {
    auto& server = [&]() -> auto& {
        if constexpr (std::is_same_v<typename TypeParam::server_type, TlsMariaDb>) {
            return tls_mariadb();
        } else {
            return tls_postgres();
        }
    }
    ();
    Piece piece = piece_of(100, 100);
    piece = in_time(this->db.create(piece));
    server.kill();
    EXPECT_THROW(in_time(this->db.template get<Piece>(piece.id)), duet::ConnectionError);
    server.start();
    EXPECT_TRUE(in_time(this->db.template get<Piece>(piece.id)) == piece);
}

class TlsPipelining : public ::testing::Test {
protected:
    /// Reads all pieces many times over, from coroutines that share the connections of `db`.
    static void read_together(duet::AsyncDatabase& db) {
        std::vector<Piece> pieces;
        for (std::size_t i = 0; i < 64; ++i) pieces.push_back(piece_of(i * 1021, i * 509));
        for (Piece& piece : pieces) piece = in_time(db.create(piece));
        std::vector<duet::Task<std::optional<Piece>>> tasks;
        for (std::size_t i = 0; i < 512; ++i) {
            tasks.push_back(duet::timeout(db.get<Piece>(pieces[i % pieces.size()].id), 30s));
        }
        const auto found = duet::run(duet::when_all(std::move(tasks)));
        for (std::size_t i = 0; i < found.size(); ++i) {
            EXPECT_TRUE(found[i] == pieces[i % pieces.size()]) << i;
        }
    }
};

TEST_F(TlsPipelining, SharesConnections) {
    duet::DatabaseOptions options;
    options.pool.size = 2;
    duet::AsyncDatabase db{TlsPostgres::url(), options};
    duet::run(db.create_all(models));
    read_together(db);
}

// PgBouncer with a large buffer sends TLS records of full size, as do newer servers with large values; other
// servers send halves.
TEST_F(TlsPipelining, HandsOutWhatTheTlsLibraryHasReadAlready) {
    const auto& server = tls_postgres();
    const duet::testing::EphemeralPgBouncer bouncer(
        server, {.settings = {"client_tls_sslmode=require", "pkt_buf=65536",
                              "client_tls_cert_file=" + (server.folder() / "server.pem").string(),
                              "client_tls_key_file=" + (server.folder() / "server.key").string()},
                 .parent_folder = fast_folder()});
    const std::string database = tls_postgres().create_fresh_database();
    duet::AsyncDatabase db{bouncer.url(database) + "?sslmode=require"};
    duet::run(db.create_all(models));
    read_together(db);
    for (std::size_t size = 8000; size < 80'000; size += 111) {
        const std::string sql = "SELECT repeat('x', " + std::to_string(size) + ") FROM generate_series(1, 3)";
        const auto rows = in_time(db.sql(duet::runtime(sql)).as<std::string>());
        EXPECT_EQ(rows.size(), 3U);
    }
}

TEST_F(TlsPipelining, CopiesOut) {
    duet::AsyncDatabase db{TlsPostgres::url()};
    std::size_t bytes = 0;
    const std::int64_t rows = in_time(
        db.copy_out("COPY (SELECT repeat('x', 1000 + g) FROM generate_series(1, 5000) AS g) TO STDOUT",
                    [&](std::string_view part) { bytes += part.size(); }));
    EXPECT_EQ(rows, 5000);
    EXPECT_EQ(bytes, 5000U * 1001 + 5000U * 5001 / 2);
}

}  // namespace
