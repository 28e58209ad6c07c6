#include <duet/engine/query_log.hpp>

#include <atomic>
#include <mutex>
#include <vector>

namespace duet::detail {

struct QueryHooks::Impl {
    struct Entry {
        std::uint64_t id;
        std::shared_ptr<void> context;
        Call call;
    };
    using List = std::vector<Entry>;

    mutable std::mutex mutex;
    std::shared_ptr<const List> list = std::make_shared<List>();
    std::atomic<std::size_t> count{0};
    std::uint64_t next_id = 1;

    std::shared_ptr<const List> snapshot() const {
        const std::lock_guard lock(mutex);
        return list;
    }
};

QueryHooks::QueryHooks() : impl_(std::make_unique<Impl>()) {}
QueryHooks::~QueryHooks() = default;

bool QueryHooks::empty() const noexcept { return impl_->count.load(std::memory_order_relaxed) == 0; }

std::uint64_t QueryHooks::add(std::shared_ptr<void> context, Call call) {
    const std::lock_guard lock(impl_->mutex);
    auto list = std::make_shared<Impl::List>(*impl_->list);
    const std::uint64_t id = impl_->next_id++;
    list->push_back({id, std::move(context), call});
    impl_->count = list->size();
    impl_->list = std::move(list);
    return id;
}

void QueryHooks::remove(std::uint64_t id) noexcept {
    const std::lock_guard lock(impl_->mutex);
    auto list = std::make_shared<Impl::List>(*impl_->list);
    std::erase_if(*list, [id](const Impl::Entry& entry) { return entry.id == id; });
    impl_->count = list->size();
    impl_->list = std::move(list);
}

void QueryHooks::fire(const QueryEvent& event) const noexcept {
    const auto list = impl_->snapshot();
    for (const Impl::Entry& entry : *list) {
        try {
            entry.call(entry.context.get(), event);
        } catch (...) {  // NOLINT(bugprone-empty-catch): see the contract
        }
    }
}

}  // namespace duet::detail
