#include <duet/async/run.hpp>
#include <duet/async/when_all.hpp>
#include <duet/async/worker_pool.hpp>
#include <duet/base/error.hpp>
#include <duet/driver/url.hpp>
#include <duet/pool/pool.hpp>

#include <filesystem>
#include <string>
#include <thread>
#include <vector>

#include <gtest/gtest.h>
#include <unistd.h>

namespace duet {
namespace {

using driver::Access;

class SqlitePool : public ::testing::Test {
protected:
    SqlitePool() { std::filesystem::create_directory(folder_); }
    ~SqlitePool() override { std::filesystem::remove_all(folder_); }

    std::string file_url() const { return "sqlite:///" + (folder_ / "counter.db").string(); }

private:
    std::filesystem::path folder_ =
        std::filesystem::temp_directory_path() / ("duet_pool_" + std::to_string(::getpid()));
};

Pool pool_of(const std::string& url) {
    return Pool(driver::open_driver(driver::parse_url(url)), {.size = 2});
}

void script(Pool& pool, Access access, std::string_view sql) {
    Lease lease = pool.acquire_blocking(access);
    lease.open().connection->execute_script(sql);
}

Task<> async_script(Pool& pool, Access access, std::string_view sql) {
    Lease lease = co_await pool.acquire(access);
    co_await pool.workers()->enter();
    lease.open().connection->execute_script(sql);
}

Task<> async_scripts(Pool& pool, Access access, std::string_view sql, int number) {
    std::vector<Task<>> tasks;
    for (int i = 0; i < number; ++i) tasks.push_back(async_script(pool, access, sql));
    co_await when_all(std::move(tasks));
}

constexpr std::string_view count_up = "UPDATE counter SET n = n + 1";
constexpr std::string_view create =
    "CREATE TABLE counter (n INTEGER CHECK (n <= 80)); INSERT INTO counter VALUES (0)";

void count_from_everywhere(Pool& pool) {
    script(pool, Access::write, create);
    std::thread thread([&] {
        for (int i = 0; i < 40; ++i) script(pool, Access::write, count_up);
    });
    std::thread loop([&] { run(async_scripts(pool, Access::write, count_up, 40)); });
    run(async_scripts(pool, Access::read, "SELECT n FROM counter", 40));
    thread.join();
    loop.join();
    EXPECT_THROW(script(pool, Access::write, count_up), CheckViolation) << "not every update was counted";
    EXPECT_EQ(pool.stats().checked_out, 0u);
}

TEST_F(SqlitePool, CountsRightOnAFile) {
    Pool pool = pool_of(file_url());
    count_from_everywhere(pool);
    EXPECT_EQ(pool.stats().size, 3u);
}

TEST_F(SqlitePool, IsOneDatabaseInMemory) {
    Pool pool = pool_of("sqlite://");
    count_from_everywhere(pool);
    EXPECT_EQ(pool.stats().open, 1u);
}

TEST_F(SqlitePool, RollsBackWhatWasLeftOpen) {
    Pool pool = pool_of(file_url());
    script(pool, Access::write, "CREATE TABLE counter (n)");
    script(pool, Access::write, "BEGIN; DROP TABLE counter");
    EXPECT_NO_THROW(script(pool, Access::write, "DROP TABLE counter"));
    EXPECT_EQ(pool.stats().open, 1u);
}

TEST_F(SqlitePool, SurvivesAFileThatCannotBeOpened) {
    Pool pool = pool_of("sqlite:////no/such/folder/x.db");
    for (int i = 0; i < 3; ++i) EXPECT_THROW(script(pool, Access::write, "SELECT 1"), ConnectionError);
    EXPECT_EQ(pool.stats().checked_out, 0u);
    EXPECT_EQ(pool.stats().open, 0u);
}

}  // namespace
}  // namespace duet
