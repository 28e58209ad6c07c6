#include <duet/base/error.hpp>
#include <duet/schema/model_info.hpp>
#include <duet/schema/relation_state.hpp>

#include <array>
#include <atomic>

namespace duet::detail {

namespace {
std::string named(const RelationState& state, std::string_view kind) {
    if (state.info == nullptr) return "a relation of type " + std::string(kind);
    return std::string(state.info->owner().type_name) + "::" + std::string(state.info->name);
}

// Written from many threads: spread, and nobody waits for anything.
std::array<std::atomic<std::uint32_t>, copy_buckets> copies;

}  // namespace

std::size_t copy_bucket(const void* source) noexcept {
    static_assert(copy_buckets == 1 << 10);
    return static_cast<std::size_t>(reinterpret_cast<std::uintptr_t>(source) * 0x9e37'79b9'7f4a'7c15ULL >>
                                    54);
}

std::uint32_t copies_made(std::size_t bucket) noexcept {
    return copies[bucket].load(std::memory_order_relaxed);
}

std::shared_ptr<void> share(void* copied_object, void (*destroy)(void*)) {
    const void* const source = static_cast<const CopyHeader*>(copied_object)->source;
    copies[copy_bucket(source)].fetch_add(1, std::memory_order_relaxed);
    return {copied_object, destroy};
}

void throw_not_loaded(const RelationState& state, std::string_view kind) {
    const std::string relation = state.info == nullptr ? "name" : std::string(state.info->name);
    throw NotLoaded(named(state, kind) + " was read but not loaded; load it with .related(\"" + relation +
                    "\"_c) in the query or load(object, \"" + relation + "\"_c)");
}

void throw_scattered(const RelationState& state) {
    throw InvalidQuery(named(state, "a collection") +
                       " holds objects of a session, which do not lie one after the other: walk over the "
                       "relation itself instead of its span()");
}

void throw_no_related_row(const RelationState& state, std::string_view kind) {
    throw NotFound(named(state, kind) + " refers to no row (or to a deleted one)");
}

}  // namespace duet::detail
