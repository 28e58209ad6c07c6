#pragma once

#include <cstdint>
#include <vector>

#include "models.hpp"
#include "workload.hpp"

/// The point select of the workload for many at once, by coroutines; digests are added to `sum`.
namespace bench {

inline duet::Task<> select_some(duet::AsyncDatabase& db, std::size_t first, std::size_t count,
                                std::uint64_t& sum) {
    for (std::size_t step = first; step < first + count; ++step) {
        const auto user = co_await db.get<models::User>(shuffled_key(step));
        sum += digest(*user);
    }
}

/// `tasks` coroutines at once, each of which does `steps` selects one after the other.
inline duet::Task<> select_side_by_side(duet::AsyncDatabase& db, std::size_t tasks, std::size_t steps,
                                        std::uint64_t& sum) {
    std::vector<duet::Task<>> all;
    all.reserve(tasks);
    for (std::size_t task = 0; task < tasks; ++task) all.push_back(select_some(db, task * steps, steps, sum));
    co_await duet::when_all(std::move(all));
}

}  // namespace bench
