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

    void reset() noexcept {
        owner.reset();
        first = nullptr;
        count = 0;
        loaded = false;
    }
    void attach(std::shared_ptr<void> block, void* objects, std::size_t n) noexcept {
        owner = std::move(block);
        first = objects;
        count = static_cast<std::uint32_t>(n);
        loaded = true;
    }
};

/// Ownership of an object by the function that destroys it.
std::shared_ptr<void> share(void* object, void (*destroy)(void*));

/// Throws NotLoaded with the model, the relation and the cure; `kind` is the C++ type for objects made by
/// hand.
[[noreturn]] void throw_not_loaded(const RelationState& state, std::string_view kind);
[[noreturn]] void throw_no_related_row(const RelationState& state, std::string_view kind);

}  // namespace duet::detail
