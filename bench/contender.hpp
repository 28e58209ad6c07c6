#pragma once

#include <array>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "stopwatch.hpp"
#include "workload.hpp"

namespace bench {

/// Where a contender keeps its database: in memory when `file` is empty, else in that (fresh) file, with a
/// write-ahead log.
struct Store {
    std::string file{};
    Seed seed = Seed::users_and_posts;

    bool in_memory() const { return file.empty(); }
};

enum class Commit : std::uint8_t { never, each };

/// One way to do the six works. Each returns a digest of what it read or wrote, which must be the same for
/// all contenders; nothing when it does not take part in that work. Each leaves the rows as it found them
/// (ages apart), outside the watch.
class Contender {
public:
    Contender() = default;
    Contender(const Contender&) = delete;
    Contender& operator=(const Contender&) = delete;
    virtual ~Contender() = default;

    /// W1: `count` users by key, one statement each, each into a struct.
    virtual std::optional<std::uint64_t> point_selects(std::size_t count, Stopwatch& watch) = 0;
    /// W2: all users into a vector of structs.
    virtual std::optional<std::uint64_t> scan(Stopwatch& watch) = 0;
    /// W3: `count` users, one statement each, inside an open transaction that is rolled back afterwards. The
    /// watch sees the inserts alone; each user gets her key.
    virtual std::optional<std::uint64_t> single_inserts(std::size_t count, Stopwatch& watch) = 0;
    /// W4: `count` users as fast as the contender's API offers, in a transaction of its own, commit included.
    virtual std::optional<std::uint64_t> bulk_insert(std::size_t count, Stopwatch& watch) = 0;
    /// W4k: the same, and each user gets her key.
    virtual std::optional<std::uint64_t> bulk_insert_with_keys(std::size_t /*count*/, Stopwatch& /*watch*/) {
        return std::nullopt;
    }
    /// W5: the first thousand users, each with her posts attached, by two statements.
    virtual std::optional<std::uint64_t> parents_with_children(Stopwatch& watch) = 0;
    /// W6: one column of `count` users by key, one statement each: either all in an open transaction that is
    /// rolled back outside the watch, or each in a transaction of its own.
    virtual std::optional<std::uint64_t> updates(std::size_t count, Commit commit, Stopwatch& watch) = 0;
};

struct Entrant {
    const char* name;
    std::unique_ptr<Contender> (*make)(const Store& store);
};

std::unique_ptr<Contender> make_raw_usual(const Store& store);
std::unique_ptr<Contender> make_raw_best(const Store& store);
std::unique_ptr<Contender> make_duet(const Store& store);
std::unique_ptr<Contender> make_sqlitecpp(const Store& store);
std::unique_ptr<Contender> make_soci(const Store& store);
std::unique_ptr<Contender> make_soci_one_shot(const Store& store);

/// Everyone who was built in, the usual raw side first.
const std::vector<Entrant>& entrants();

enum class Work : std::uint8_t { w1, w2, w3, w4, w4_with_keys, w5, w6, w6_committed };

struct WorkInfo {
    Work work;
    const char* key;
    const char* title;
    std::size_t operations;  ///< in one run of a round
    double target;           ///< duet's ratio to the usual raw side
};

inline constexpr std::array<WorkInfo, 7> works{{
    {Work::w1, "W1", "point select by key", 2'000, 0.95},
    {Work::w2, "W2", "10,000 rows into structs, a row", user_count, 0.82},
    {Work::w3, "W3", "single insert in a transaction", 1'000, 1.02},
    {Work::w4, "W4", "bulk insert of 10,000, a row", user_count, 0.45},
    {Work::w5, "W5", "1,000 users with 10 posts, a user", parent_count, 0.92},
    {Work::w6, "W6", "update one column by key", 2'000, 1.02},
    {Work::w6_committed, "W6c", "the same, each committed", 2'000, 1.02},
}};

std::optional<std::uint64_t> perform(Contender& contender, Work work, std::size_t operations,
                                     Stopwatch& watch);

}  // namespace bench
