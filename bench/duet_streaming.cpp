#include <algorithm>
#include <filesystem>
#include <fstream>

#include <malloc.h>
#include <sys/wait.h>
#include <unistd.h>

#include "models.hpp"
#include "raw_sqlite.hpp"

// The memory that a stream of a million rows needs, beyond what its first ten thousand needed.
namespace {

using namespace bench;

constexpr std::size_t row_count = 1'000'000;
constexpr double mebibyte = 1024.0 * 1024.0;
constexpr double target = 2.0;

// A process of its own fills the table, so that what it allocates is not in this one's figures.
void fill(const std::string& file) {
    if (const pid_t child = ::fork(); child != 0) {
        int status = 0;
        ::waitpid(child, &status, 0);
        if (status != 0) std::exit(2);
        return;
    }
    {
        const raw::Connection db = raw::open({.file = file, .seed = Seed::users_only}, 0);
        raw::execute(
            db.get(),
            "WITH RECURSIVE counted (n) AS (SELECT 10001 UNION ALL SELECT n + 1 FROM counted WHERE n < "
            "1000000) "
            "INSERT INTO users SELECT n, 'user' || n || '@example.com', 'Name ' || n, n % 90, n * 0.5, "
            "iif(n % 2, 'some words that user number ' || n || ' wrote about herself', NULL), n % 3 = 0, "
            "'2023-11-14 22:13:20.000000' FROM counted");
    }
    ::_exit(0);
}

std::size_t resident() {
    std::size_t total = 0;
    std::size_t pages = 0;
    std::ifstream{"/proc/self/statm"} >> total >> pages;
    return pages * static_cast<std::size_t>(::sysconf(_SC_PAGESIZE));
}

struct Peak {
    std::size_t heap = 0;
    std::size_t resident_set = 0;

    void look() {
        const auto info = ::mallinfo2();
        heap = std::max(heap, info.uordblks + info.hblkhd);
        resident_set = std::max(resident_set, resident());
    }
};

void print(const char* what, std::size_t early, std::size_t late) {
    const double growth = (static_cast<double>(late) - static_cast<double>(early)) / mebibyte;
    std::printf("%-14s %14.2f MiB %14.2f MiB %11.2f MiB %7.1f MiB  %s\n", what,
                static_cast<double>(early) / mebibyte, static_cast<double>(late) / mebibyte, growth, target,
                growth <= target ? "reached" : "missed");
}

void stream(const std::string& file) {
    duet::Database db{"sqlite:///" + file};
    Peak early;
    Peak peak;
    std::size_t rows = 0;
    std::uint64_t sum = 0;
    for (const models::User& user : db.query<models::User>().iterate(5'000)) {
        sum += digest(user);
        ++rows;
        if (rows % 500 == 0) peak.look();
        if (rows == user_count) early = peak;
    }
    std::printf("\nMemory of streaming %zu rows from a file by iterate(5000) (digest %llx)\n\n", rows,
                static_cast<unsigned long long>(sum));
    std::printf("%-14s %18s %18s %15s %11s  verdict\n", "peak", "after 10,000", "after all", "growth",
                "target");
    print("heap", early.heap, peak.heap);
    print("resident set", early.resident_set, peak.resident_set);
    if (rows != row_count) std::exit(2);
}

}  // namespace

int main() {
    const auto folder =
        std::filesystem::temp_directory_path() / ("duet_streaming_" + std::to_string(::getpid()));
    std::filesystem::create_directory(folder);
    const std::string file = (folder / "users.db").string();
    fill(file);
    stream(file);
    std::filesystem::remove_all(folder);
}
