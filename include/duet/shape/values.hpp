#pragma once

#include <duet/base/small_buffer.hpp>
#include <duet/schema/value_types.hpp>

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace duet::shape {

/// Values of a query in order of appearance, copied into the query, so that it can be stored and passed on.
class Values {
public:
    struct Entry {
        const TypeInfo* type;  // null: SQL NULL
        std::uint32_t offset;
        std::uint32_t size;  // bytes; lists: elements
        bool list;
    };

    std::size_t size() const noexcept { return entries_.size(); }
    bool empty() const noexcept { return entries_.empty(); }
    const Entry& entry(std::size_t i) const noexcept { return entries_[i]; }
    const void* data(std::size_t i) const noexcept { return arena_.data() + entries_[i].offset; }

    /// A trivially copyable value of a fixed-size kind.
    void add_fixed(const TypeInfo& type, const void* value, std::size_t size) {
        put(&type, value, size, size, false);
    }
    void add_text(const TypeInfo& type, std::string_view text) {
        put(&type, text.data(), text.size(), text.size(), false);
    }
    void add_null() { entries_.push({nullptr, 0, 0, false}); }
    /// `count` elements of `type`, laid out one after the other.
    void add_list(const TypeInfo& type, const void* elements, std::size_t bytes, std::size_t count) {
        put(&type, elements, bytes, count, true);
    }
    /// Texts; kept as lengths and characters.
    void add_text_list(const std::string_view* texts, std::size_t count);
    /// Reads element `index` of a text list.
    static const std::byte* next_text(const std::byte* at, std::string_view& out) noexcept;

    void append(const Values& other);
    void clear() noexcept {
        entries_.clear();
        arena_.clear();
    }

private:
    void put(const TypeInfo* type, const void* from, std::size_t bytes, std::size_t size, bool list) {
        const std::size_t start = (arena_.size() + 7) & ~std::size_t{7};
        arena_.resize(start + bytes);
        if (bytes == 8) {  // most are; a copy of known size needs no call
            std::memcpy(arena_.data() + start, from, 8);
        } else if (bytes != 0) {
            std::memcpy(arena_.data() + start, from, bytes);
        }
        entries_.push({type, static_cast<std::uint32_t>(start), static_cast<std::uint32_t>(size), list});
    }

    detail::SmallBuffer<Entry, 6> entries_;
    // Aligned for every fixed-size kind (Decimal and Uuid hold 64-bit words at most).
    alignas(8) detail::SmallBuffer<std::byte, 96> arena_;
};

}  // namespace duet::shape
