#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace duet {

/// What happens to a value on its way to a placeholder. The dialect chooses it, the driver applies it.
enum class Transform : std::uint8_t {
    none,
    like_contains,  // %value% with wildcards escaped by a backslash
    like_prefix,    // value%
    like_suffix,    // %value
    glob_prefix,    // value* with GLOB's wildcards bracketed
    like_to_glob,   // a LIKE pattern (percent, underscore, backslash escapes) as the same GLOB pattern
    json_path,      // Kind::json_path -> the engine's path text: $."flags"[0]
    // Moments in databases that keep them as text, which others may write with fewer digits of a second:
    moment_first,  // the first text, in order, that means this moment
    moment_last,   // the last one: all six digits
    moment_texts,  // a list of moments: both of each
    like_pattern,  // a LIKE pattern; a lone backslash at its end is doubled, so that it means itself
};

struct PlanBind {
    std::uint16_t value;  // index into the values of the execution
    Transform transform = Transform::none;
};

/// SQL text, rendered once for a shape and a dialect, and how values travel to its placeholders. Immutable,
/// shared.
struct Plan {
    std::string sql;
    std::vector<PlanBind> binds;  // one per placeholder, in order
    bool writes = false;          // may change the database: goes to a writable connection
    /// Values that have one placeholder because the database has to see that they are equal: pairs of indexes
    /// into the values of the execution. Whoever executes the plan refuses values that differ.
    std::vector<std::pair<std::uint16_t, std::uint16_t>> equal_values{};
    bool raw = false;  // the user's text: the server finds out what its texts are meant to be
    /// There are functions or fragments in it (`fn`, `raw`) of which nobody here knows what they do. They may
    /// change something, though the statement reads.
    bool own_words = false;
    /// It locks rows that it reads, maybe in a subquery alone. Then `own_words` is set, too.
    bool locks = false;
};

}  // namespace duet
