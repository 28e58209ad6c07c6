#pragma once

#include <duet/schema/model_info.hpp>
#include <duet/shape/fragment.hpp>

#include <cstdint>
#include <string>
#include <unordered_map>
#include <vector>

namespace duet::engine {

/// Numbers the distinct values of a key column, so that rows of two tables can be brought together.
class KeyIndex {
public:
    static constexpr std::uint32_t none = 0xffffffff;

    /// `type` is that of the key; nullable types count as their base.
    explicit KeyIndex(const TypeInfo& type);

    /// The number of the value at `field` (of `declared` type, maybe nullable); none for NULL.
    std::uint32_t add(const TypeInfo& declared, const void* field);
    std::uint32_t find(const TypeInfo& declared, const void* field) const;
    std::size_t size() const noexcept { return is_integer_ ? integers_.size() : texts_.size(); }

    /// Appends all keys as one list value.
    void emit_list(shape::Fragment& out) const;

private:
    std::string bytes_of(const TypeInfo& declared, const void* value) const;
    std::uint32_t find_integer(std::int64_t key) const;

    const TypeInfo& type_;
    bool is_integer_;
    // Keys mostly come in ascending order; then a binary search replaces the hash.
    bool ascending_ = true;
    std::vector<std::int64_t> integers_;
    std::unordered_map<std::int64_t, std::uint32_t> by_integer_;
    std::vector<std::string> texts_;
    std::unordered_map<std::string, std::uint32_t> by_text_;
};

}  // namespace duet::engine
