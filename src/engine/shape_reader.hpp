#pragma once

#include <duet/shape/fragment.hpp>

#include <span>

namespace duet::engine {

/// Calls `f(clause, body)` for each clause of a query.
template <class F>
void for_each_clause(const shape::Fragment& clauses, F&& f) {
    const std::uint8_t* at = clauses.bytes.data();
    const std::uint8_t* const end = at + clauses.bytes.size();
    while (at != end) {
        const auto clause = static_cast<shape::Clause>(*at);
        const std::size_t length = at[1] | static_cast<std::size_t>(at[2]) << 8;
        at += 5;
        f(clause, std::span(at, length));
        at += length;
    }
}

}  // namespace duet::engine
