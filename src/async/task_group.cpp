#include <duet/async/task_group.hpp>
#include <duet/base/error.hpp>

#include <vector>

namespace duet {

using detail::PromiseBase;

struct TaskGroup::Impl {
    Impl(Executor* executor, const CancelToken& outer)
        : home(executor),
          on_outer(
              outer, [](void* mine) noexcept { static_cast<CancelSource*>(mine)->request_cancel(); },
              &source) {}

    Executor* const home;
    CancelSource source;
    std::vector<Task<>> runners;
    std::vector<std::size_t> vacant;
    std::vector<std::size_t> ended;  // runners that wait at their last line
    std::size_t active = 0;
    std::coroutine_handle<> joining;
    std::exception_ptr error;
    const CancelToken::Registration on_outer;

    struct Leave {
        Impl& group;
        std::size_t place;
        bool await_ready() const noexcept { return false; }
        [[gnu::noinline]] std::coroutine_handle<> await_suspend(std::coroutine_handle<>) const {
            group.reap();
            group.ended.push_back(place);
            --group.active;
            if (group.active == 0 && group.joining) return std::exchange(group.joining, nullptr);
            return std::noop_coroutine();
        }
        void await_resume() const noexcept {}
    };

    // Stays suspended at its end, until it is reaped by somebody else.
    static Task<> look_after(Impl& group, Task<> task, std::size_t place) {
        std::exception_ptr failure;
        try {
            co_await std::move(task);
        } catch (...) {
            failure = std::current_exception();
        }
        if (failure && !group.error) group.error = failure;
        co_await Leave{group, place};
    }

    void reap() {
        for (const std::size_t place : ended) {
            runners[place] = {};
            vacant.push_back(place);
        }
        ended.clear();
    }

    void add(Task<> task) {
        reap();
        std::size_t place = runners.size();
        if (vacant.empty()) {
            runners.emplace_back();
        } else {
            place = vacant.back();
            vacant.pop_back();
        }
        Task<> runner = look_after(*this, std::move(task), place);
        PromiseBase& promise = *detail::TaskAccess::promise(runner);
        promise.home = home;
        promise.cancel = source.token().state();
        const std::coroutine_handle<> handle = detail::TaskAccess::handle(runner);
        runners[place] = std::move(runner);
        ++active;
        detail::start_child(handle, promise, nullptr, nullptr);
    }
};

namespace {

struct AwaitEmpty {
    const std::size_t& active;
    std::coroutine_handle<>& joining;

    AwaitEmpty(const std::size_t& count, std::coroutine_handle<>& slot) noexcept
        : active(count), joining(slot) {}
    AwaitEmpty(const AwaitEmpty&) = delete;
    AwaitEmpty& operator=(const AwaitEmpty&) = delete;
    ~AwaitEmpty() { joining = nullptr; }

    bool await_ready() const noexcept { return active == 0; }
    void await_suspend(std::coroutine_handle<> handle) const noexcept { joining = handle; }
    void await_resume() const noexcept {}
};

}  // namespace

TaskGroup::TaskGroup(Executor* executor, const CancelToken& token) : impl_(new Impl(executor, token)) {}

TaskGroup::~TaskGroup() {
    impl_->source.request_cancel();
    impl_->runners.clear();
    delete impl_;
}

void TaskGroup::add(Task<> task) { impl_->add(std::move(task)); }
std::size_t TaskGroup::size() const noexcept { return impl_->active; }
void TaskGroup::request_cancel() noexcept { impl_->source.request_cancel(); }

Task<> TaskGroup::join() {
    Impl& group = *impl_;
    if (group.joining) throw ConfigurationError("a duet::TaskGroup is joined by two Tasks at once");
    while (group.active != 0) {
        AwaitEmpty empty(group.active, group.joining);
        co_await empty;
    }
    group.reap();
    if (group.error) std::rethrow_exception(std::exchange(group.error, nullptr));
}

}  // namespace duet
