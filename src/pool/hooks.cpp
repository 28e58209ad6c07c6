#include <duet/pool/stats.hpp>

#include <atomic>
#include <mutex>

namespace duet {

std::string_view name_of(PoolEvent::Kind kind) noexcept {
    switch (kind) {
        case PoolEvent::Kind::leak:
            return "leak";
        case PoolEvent::Kind::grown:
            return "grown";
        case PoolEvent::Kind::shrunk:
            return "shrunk";
        case PoolEvent::Kind::invalidated:
            return "invalidated";
        case PoolEvent::Kind::recycled:
            return "recycled";
        case PoolEvent::Kind::open_failed:
            return "open_failed";
        case PoolEvent::Kind::timed_out:
            return "timed_out";
    }
    return "";
}

namespace detail {

struct PoolHooks::Impl {
    struct Entry {
        std::uint64_t id;
        std::shared_ptr<void> context;
        Call call;
    };
    using List = std::vector<Entry>;

    std::mutex mutex;
    std::shared_ptr<const List> list = std::make_shared<List>();
    std::atomic<std::size_t> count{0};
    std::uint64_t next_id = 1;
};

PoolHooks::PoolHooks() : impl_(std::make_unique<Impl>()) {}
PoolHooks::~PoolHooks() = default;

bool PoolHooks::empty() const noexcept { return impl_->count.load(std::memory_order_relaxed) == 0; }

std::uint64_t PoolHooks::add(std::shared_ptr<void> context, Call call) {
    const std::lock_guard lock(impl_->mutex);
    auto list = std::make_shared<Impl::List>(*impl_->list);
    const std::uint64_t id = impl_->next_id++;
    list->push_back({id, std::move(context), call});
    impl_->count = list->size();
    impl_->list = std::move(list);
    return id;
}

void PoolHooks::remove(std::uint64_t id) noexcept {
    const std::lock_guard lock(impl_->mutex);
    auto list = std::make_shared<Impl::List>(*impl_->list);
    std::erase_if(*list, [id](const Impl::Entry& entry) { return entry.id == id; });
    impl_->count = list->size();
    impl_->list = std::move(list);
}

void PoolHooks::fire(const PoolEvent& event) const noexcept {
    if (empty()) return;
    std::shared_ptr<const Impl::List> list;
    {
        const std::lock_guard lock(impl_->mutex);
        list = impl_->list;
    }
    for (const Impl::Entry& entry : *list) {
        try {
            entry.call(entry.context.get(), event);
        } catch (...) {  // NOLINT(bugprone-empty-catch): see the contract
        }
    }
}

}  // namespace detail
}  // namespace duet
