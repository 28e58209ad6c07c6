#pragma once

#include <duet/schema/model_info.hpp>

#include <cstddef>
#include <cstdint>
#include <string>
#include <unordered_map>
#include <vector>

namespace duet::engine {

struct Tracked;

/// Numbers (integer keys, addresses) to tracked objects, by open addressing.
class NumberTable {
public:
    /// Null when absent.
    Tracked* find(std::uint64_t number) const noexcept {
        if (slots_.empty()) return nullptr;
        for (std::size_t i = home(number);; i = (i + 1) & mask()) {
            const Slot& slot = slots_[i];
            if (slot.value == nullptr) return nullptr;
            if (slot.number == number) return slot.value;
        }
    }
    /// Adds, or replaces what was there.
    void insert(std::uint64_t number, Tracked* value);
    void erase(std::uint64_t number) noexcept;
    void clear() noexcept;
    std::size_t size() const noexcept { return size_; }

private:
    struct Slot {
        std::uint64_t number = 0;
        Tracked* value = nullptr;
    };
    std::size_t mask() const noexcept { return slots_.size() - 1; }
    std::size_t home(std::uint64_t number) const noexcept {
        return static_cast<std::size_t>(number * 0x9e37'79b9'7f4a'7c15ULL >> shift_);
    }
    void grow();

    std::vector<Slot> slots_;
    std::size_t size_ = 0;
    unsigned shift_ = 64;
};

inline std::uint64_t number_of(const void* address) noexcept {
    return reinterpret_cast<std::uintptr_t>(address);
}

/// The tracked objects of a model by primary key.
class KeyTable {
public:
    explicit KeyTable(const ModelInfo& model);

    bool by_integer() const noexcept { return by_integer_; }
    Tracked* find(std::int64_t key) const noexcept { return numbers_.find(static_cast<std::uint64_t>(key)); }
    /// By the key of an object of the model.
    Tracked* find(const void* object) const;
    void insert(const void* object, Tracked* value);
    void erase(const void* object);
    void clear() noexcept;

private:
    std::int64_t integer(const void* object) const noexcept;

    const ModelInfo& model_;
    bool by_integer_;
    NumberTable numbers_;
    std::unordered_map<std::string, Tracked*> texts_;
};

}  // namespace duet::engine
