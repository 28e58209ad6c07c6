#include <duet/base/hook_list.hpp>

#include <mutex>
#include <vector>

namespace duet::detail {

struct HookListState {
    struct Entry {
        std::uint64_t id;
        std::shared_ptr<void> function;
        void (*call)(void* function, const void* event);
    };
    using List = std::vector<Entry>;

    std::shared_ptr<const List> snapshot() const {
        const std::lock_guard lock(mutex);
        return list;
    }
    /// Under the mutex. Returns the old list.
    std::shared_ptr<const List> replace(std::shared_ptr<const List> other) noexcept {
        __atomic_store_n(&size, other->size(), __ATOMIC_RELAXED);
        list.swap(other);
        return other;
    }

    mutable std::mutex mutex;
    std::shared_ptr<const List> list = std::make_shared<List>();
    std::size_t size = 0;
    std::uint64_t next_id = 1;
};

HookListBase::HookListBase() : state_(std::make_shared<HookListState>()), size_(&state_->size) {}
HookListBase::~HookListBase() = default;

HookConnection HookListBase::add_function(std::shared_ptr<void> function, Call call) {
    std::shared_ptr<const HookListState::List> before;
    const std::lock_guard lock(state_->mutex);
    auto list = std::make_shared<HookListState::List>(*state_->list);
    const std::uint64_t id = state_->next_id++;
    list->push_back({id, std::move(function), call});
    before = state_->replace(std::move(list));
    return {state_, id};
}

void disconnect(HookListState& state, std::uint64_t id) noexcept {
    // What the function owns goes when nobody needs the mutex: it may disconnect others.
    std::shared_ptr<const HookListState::List> before;
    const std::lock_guard lock(state.mutex);
    auto list = std::make_shared<HookListState::List>(*state.list);
    std::erase_if(*list, [id](const HookListState::Entry& entry) { return entry.id == id; });
    before = state.replace(std::move(list));
}

void HookListBase::call_all(const void* event) const {
    const auto list = state_->snapshot();
    for (const HookListState::Entry& entry : *list) entry.call(entry.function.get(), event);
}

void HookListBase::call_all_quietly(const void* event) const noexcept {
    const auto list = state_->snapshot();
    for (const HookListState::Entry& entry : *list) {
        try {
            entry.call(entry.function.get(), event);
        } catch (...) {  // NOLINT(bugprone-empty-catch): see the contract
        }
    }
}

}  // namespace duet::detail
