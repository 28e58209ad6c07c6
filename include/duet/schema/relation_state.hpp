#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string_view>

namespace duet {
struct RelationInfo;
}

namespace duet::detail {

/// What every relation member holds: a view of objects that live in a block shared with whoever was loaded
/// along.
struct RelationState {
    std::shared_ptr<void> owner;
    void* first = nullptr;
    const RelationInfo* info = nullptr;  // set when the object came from the database, for messages
    std::uint32_t count = 0;
    bool loaded = false;
    bool copied = false;     // by hand: `owner` holds a CopiedObject
    bool scattered = false;  // `first` is a list of `count` addresses: objects of a session

    /// Of objects of `size` bytes.
    void* at(std::size_t i, std::size_t size) const noexcept {
        return scattered ? static_cast<void**>(first)[i] : static_cast<char*>(first) + i * size;
    }

    void reset() noexcept {
        owner.reset();
        first = nullptr;
        count = 0;
        loaded = false;
        copied = false;
        scattered = false;
    }
    void attach(std::shared_ptr<void> block, void* objects, std::size_t n) noexcept {
        owner = std::move(block);
        first = objects;
        count = static_cast<std::uint32_t>(n);
        loaded = true;
        copied = false;
        scattered = false;
    }
};

/// A copy that a relation was set to, and the address of what it was made of: a session knows its own objects
/// by that.
struct CopyHeader {
    alignas(16) const void* source;
};
template <class T>
struct CopiedObject : CopyHeader {
    explicit CopiedObject(const T& model) : CopyHeader{&model}, object(model) {}
    alignas(16) T object;
};
/// Of a state that is `copied`.
inline const void* source_of(const RelationState& state) noexcept {
    return static_cast<const CopyHeader*>(
               static_cast<const void*>(static_cast<const char*>(state.first) - sizeof(CopyHeader)))
        ->source;
}

/// Ownership of a CopiedObject by the function that destroys it. Notes that there was one more copy of its
/// source.
std::shared_ptr<void> share(void* copied_object, void (*destroy)(void*));

/// Counts copies by what they are of, roughly: while the number of a bucket stays the same, no relation was
/// set to any of the objects whose addresses fall into it. Thread-safe.
inline constexpr std::size_t copy_buckets = 1024;
std::size_t copy_bucket(const void* source) noexcept;
std::uint32_t copies_made(std::size_t bucket) noexcept;

/// Throws NotLoaded with the model, the relation and the cure; `kind` is the C++ type for objects made by
/// hand.
[[noreturn]] void throw_not_loaded(const RelationState& state, std::string_view kind);
/// Throws InvalidQuery: the objects do not lie one after the other.
[[noreturn]] void throw_scattered(const RelationState& state);
[[noreturn]] void throw_no_related_row(const RelationState& state, std::string_view kind);

}  // namespace duet::detail
