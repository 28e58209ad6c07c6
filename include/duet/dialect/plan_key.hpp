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

namespace detail {

/// The bytes of a key are few: a call of memcmp would cost more than the comparison.
inline bool same_bytes(const std::uint8_t* a, const std::uint8_t* b, std::size_t size) noexcept {
    std::uint64_t left = 0;
    std::uint64_t right = 0;
    for (; size >= sizeof left; size -= sizeof left) {
        std::memcpy(&left, a, sizeof left);
        std::memcpy(&right, b, sizeof right);
        if (left != right) return false;
        a += sizeof left;
        b += sizeof right;
    }
    for (; size != 0; --size) {
        if (*a++ != *b++) return false;
    }
    return true;
}

}  // namespace detail

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
               detail::same_bytes(a.bytes.data(), b.bytes.data(), a.bytes.size());
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
               detail::same_bytes(bytes_.data(), key.bytes.data(), bytes_.size());
    }
    std::uint64_t hash() const noexcept { return hash_; }
    PlanKey view() const noexcept { return {model_, verb_, bytes_, hash_}; }

private:
    std::vector<std::uint8_t> bytes_;
    const void* model_;
    std::uint64_t verb_;
    std::uint64_t hash_;
};

}  // namespace duet
