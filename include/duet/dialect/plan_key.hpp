#pragma once

#include <duet/schema/model_info.hpp>

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <optional>
#include <span>
#include <utility>
#include <vector>

namespace duet {

/// What a plan is made for: a verb over a model with some bytes (a query's shape, a list of columns). A view;
/// see StoredPlanKey.
struct PlanKey {
    const void* model = nullptr;
    std::uint64_t verb = 0;  // verb and flags
    std::span<const std::uint8_t> bytes;
    std::uint64_t hash = 0;

    PlanKey(const void* m, std::uint64_t v, std::span<const std::uint8_t> b) noexcept
        : model(m), verb(v), bytes(b), hash(mix(m, v, b)) {}

    /// With a hash that is known already.
    PlanKey(const void* m, std::uint64_t v, std::span<const std::uint8_t> b, std::uint64_t h) noexcept
        : model(m), verb(v), bytes(b), hash(h) {}

    friend bool operator==(const PlanKey& a, const PlanKey& b) noexcept {
        return a.hash == b.hash && a.model == b.model && a.verb == b.verb &&
               a.bytes.size() == b.bytes.size() &&
               (a.bytes.empty() || std::memcmp(a.bytes.data(), b.bytes.data(), a.bytes.size()) == 0);
    }

private:
    static std::uint64_t step(std::uint64_t h, std::uint64_t word) noexcept {
        h = (h ^ word) * 0xff51afd7ed558ccdULL;
        return h ^ (h >> 32);
    }
    static std::uint64_t mix(const void* model, std::uint64_t verb,
                             std::span<const std::uint8_t> bytes) noexcept {
        std::uint64_t h = step(reinterpret_cast<std::uintptr_t>(model), verb ^ bytes.size() << 48);
        std::size_t i = 0;
        for (; i + 8 <= bytes.size(); i += 8) {
            std::uint64_t word = 0;
            std::memcpy(&word, bytes.data() + i, 8);
            h = step(h, word);
        }
        if (i < bytes.size()) {
            std::uint64_t word = 0;
            std::memcpy(&word, bytes.data() + i, bytes.size() - i);
            h = step(h, word);
        }
        return h ^ (h >> 29);
    }
};

/// A PlanKey that owns its bytes.
class StoredPlanKey {
public:
    explicit StoredPlanKey(const PlanKey& key)
        : bytes_(key.bytes.begin(), key.bytes.end()), model_(key.model), verb_(key.verb), hash_(key.hash) {}
    bool matches(const PlanKey& key) const noexcept {
        return hash_ == key.hash && model_ == key.model && verb_ == key.verb &&
               bytes_.size() == key.bytes.size() &&
               (bytes_.empty() || std::memcmp(bytes_.data(), key.bytes.data(), bytes_.size()) == 0);
    }
    std::uint64_t hash() const noexcept { return hash_; }
    PlanKey view() const noexcept { return {model_, verb_, bytes_, hash_}; }

private:
    std::vector<std::uint8_t> bytes_;
    const void* model_;
    std::uint64_t verb_;
    std::uint64_t hash_;
};

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
    Entry* set_of(std::uint64_t hash) noexcept {
        const std::size_t sets = entries_.size() / ways;
        return entries_.data() + (hash & (sets - 1)) * ways;
    }
    std::vector<Entry> entries_;
    std::uint64_t clock_ = 0;
    std::size_t size_ = 0;
};

}  // namespace duet
