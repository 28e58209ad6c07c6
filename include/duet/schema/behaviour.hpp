#pragma once

#include <duet/types/time.hpp>

#include <string_view>

namespace duet {

/// What a behaviour knows when a row is about to be written.
struct WriteMoment {
    Timestamp now;
};

/// What a behaviour (a member whose type has `static constexpr duet::Behaviour behaviour`) asks of the
/// engine.
///
/// The engine knows behaviours only through this: a new one is a new struct, not a change of the engine.
/// Column names are members of the behaviour's struct.
struct Behaviour {
    /// Runs on the member of each object before its INSERT / UPDATE.
    void (*before_insert)(void* member, const WriteMoment&) = nullptr;
    void (*before_update)(void* member, const WriteMoment&) = nullptr;
    /// This column is set to the current time by set-based updates too.
    std::string_view touched_by_updates{};
    /// Rows in which this (nullable timestamp) column is set are hidden from queries by default,
    /// and removing a row sets it instead of deleting.
    std::string_view marks_deleted{};
    /// An integer that every UPDATE compares and increments; a mismatch is a stale write.
    std::string_view counts_versions{};
};

}  // namespace duet
