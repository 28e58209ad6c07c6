#pragma once

#include <duet/dialect/plan_key.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

namespace duet {

/// A bounded map from PlanKeys, which drops what was not used for longest. Not thread-safe.
///
/// Looking up costs a multiplication and a compare in the common case: open addressing with the entries
/// beside their hashes.
template <class Value>
class PlanMap {
public:
    /// `capacity` is rounded up to a power of two.
    explicit PlanMap(std::size_t capacity) {
        std::size_t sets = 1;
        while (sets * ways < capacity) sets *= 2;
        entries_.resize(sets * ways);
        last_set_ = sets - 1;
    }

    /// Null when absent. The pointer holds until the next insert.
    Value* find(const PlanKey& key) noexcept {
        Entry* set = set_of(key.hash);
        for (std::size_t i = 0; i < ways; ++i) {
            if (set[i].hash == key.hash && set[i].value.has_value() && set[i].key->matches(key)) {
                set[i].used = ++clock_;
                return &*set[i].value;
            }
        }
        return nullptr;
    }

    /// Adds a value for a key that is absent; what it displaces, if anything, goes to `evicted`.
    Value& insert(const PlanKey& key, Value value, std::optional<Value>& evicted) {
        Entry* set = set_of(key.hash);
        Entry* oldest = set;
        for (std::size_t i = 0; i < ways; ++i) {
            if (!set[i].value.has_value()) {
                oldest = &set[i];
                ++size_;
                break;
            }
            if (set[i].used < oldest->used) oldest = &set[i];
        }
        evicted = std::move(oldest->value);
        oldest->key.emplace(key);
        oldest->hash = key.hash;
        oldest->used = ++clock_;
        oldest->value.emplace(std::move(value));
        return *oldest->value;
    }

    std::size_t size() const noexcept { return size_; }
    std::size_t capacity() const noexcept { return entries_.size(); }
    void clear() {
        for (Entry& e : entries_) e = Entry{};
        size_ = 0;
    }

private:
    static constexpr std::size_t ways = 8;
    struct Entry {
        std::uint64_t hash = 0;
        std::uint64_t used = 0;
        std::optional<StoredPlanKey> key;
        std::optional<Value> value;
    };
    Entry* set_of(std::uint64_t hash) noexcept { return entries_.data() + (hash & last_set_) * ways; }
    std::vector<Entry> entries_;
    std::size_t last_set_ = 0;
    std::uint64_t clock_ = 0;
    std::size_t size_ = 0;
};

}  // namespace duet
