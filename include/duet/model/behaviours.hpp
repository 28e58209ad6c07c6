#pragma once

#include <duet/schema/behaviour.hpp>
#include <duet/types/time.hpp>

#include <cstdint>
#include <optional>

namespace duet {

/// A member of this type adds `created_at` and `updated_at`, kept by the library.
struct Timestamps {
    Timestamp created_at{};
    Timestamp updated_at{};

    static void before_insert(void* member, const WriteMoment& moment) {
        auto& self = *static_cast<Timestamps*>(member);
        if (self.created_at == Timestamp{}) self.created_at = moment.now;
        self.updated_at = moment.now;
    }
    static void before_update(void* member, const WriteMoment& moment) {
        static_cast<Timestamps*>(member)->updated_at = moment.now;
    }
    static constexpr Behaviour behaviour{
        .before_insert = &before_insert, .before_update = &before_update, .touched_by_updates = "updated_at"};
};

/// A member of this type adds `deleted_at`: removing a row marks it, queries pass over marked rows unless
/// told otherwise.
struct SoftDelete {
    std::optional<Timestamp> deleted_at{};

    bool is_deleted() const { return deleted_at.has_value(); }
    static constexpr Behaviour behaviour{.marks_deleted = "deleted_at"};
};

/// A member of this type adds `version`, an optimistic lock: an UPDATE of a row that somebody else changed is
/// an error.
struct Version {
    std::int64_t version = 1;

    static constexpr Behaviour behaviour{.counts_versions = "version"};
};

}  // namespace duet
