#pragma once

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
    bool copied = false;  // by hand: `owner` holds a CopiedObject

    void reset() noexcept {
        owner.reset();
        first = nullptr;
        count = 0;
        loaded = false;
        copied = false;
    }
    void attach(std::shared_ptr<void> block, void* objects, std::size_t n) noexcept {
        owner = std::move(block);
        first = objects;
        count = static_cast<std::uint32_t>(n);
        loaded = true;
        copied = false;
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

/// Ownership of an object by the function that destroys it.
std::shared_ptr<void> share(void* object, void (*destroy)(void*));

/// Throws NotLoaded with the model, the relation and the cure; `kind` is the C++ type for objects made by
/// hand.
[[noreturn]] void throw_not_loaded(const RelationState& state, std::string_view kind);
[[noreturn]] void throw_no_related_row(const RelationState& state, std::string_view kind);

}  // namespace duet::detail
