#pragma once

#include <duet/async/frame.hpp>

#include <coroutine>
#include <exception>
#include <new>
#include <type_traits>
#include <utility>

namespace duet {

class Executor;
class WorkerPool;
template <class T = void>
class Task;

namespace detail {

struct CancelState;
class PromiseBase;

/// GCC 12.2 lays out the frame wrongly for a coroutine that has a co_await in the condition of an `if`,
/// `while` or `switch` and no variable in its outermost block (GCC bug 106188). That is told apart here and
/// ends the program with a sentence, instead of a crash somewhere else.
[[noreturn]] void report_miscompiled() noexcept;

struct InitialAwaiter {
    const void* promise;
    bool await_ready() const noexcept { return false; }
    void await_suspend([[maybe_unused]] std::coroutine_handle<> handle) const noexcept {
#if defined(__GNUC__) && !defined(__clang__) && __GNUC__ == 12 && __GNUC_MINOR__ < 3
        if (static_cast<const char*>(handle.address()) + 2 * sizeof(void*) != promise) report_miscompiled();
#endif
    }
    void await_resume() const noexcept {}
};

struct FinalAwaiter {
    PromiseBase& promise;
    bool await_ready() const noexcept { return false; }
    std::coroutine_handle<> await_suspend(std::coroutine_handle<>) const noexcept;
    void await_resume() const noexcept {}
};

/// What every Task coroutine carries, whatever its result.
class PromiseBase {
public:
    PromiseBase() noexcept = default;
    PromiseBase(const PromiseBase&) = delete;
    PromiseBase& operator=(const PromiseBase&) = delete;

    static void* operator new(std::size_t size) { return allocate_frame(size); }
    static void operator delete(void* frame, std::size_t size) noexcept { free_frame(frame, size); }

    InitialAwaiter initial_suspend() const noexcept { return {this}; }
    FinalAwaiter final_suspend() noexcept { return {*this}; }
    void unhandled_exception() noexcept { error = std::current_exception(); }

    std::coroutine_handle<> continuation;
    /// Where the coroutine runs when it is not on a worker; null in blocking mode, where every wait blocks.
    Executor* home = nullptr;
    /// Borrowed from whoever awaits; the owner of the token outlives the await.
    CancelState* cancel = nullptr;
    /// Set by `co_await pool.enter()`: the continuation is then resumed at home, not on the worker.
    WorkerPool* worker = nullptr;
    std::exception_ptr error;
    bool started = false;
};

[[noreturn]] void rethrow(PromiseBase& promise);
[[noreturn]] void throw_empty_task();
/// Starts `child` on this stack. True: it suspended, and resumes `parent` when it ends. False: it has ended.
bool start_child(std::coroutine_handle<> child, PromiseBase& promise, std::coroutine_handle<> parent,
                 const PromiseBase* awaiting);
/// Resumes a coroutine that nobody awaits and that must end without suspending.
void resume_inline(std::coroutine_handle<> handle, PromiseBase& promise);
/// Waits until no worker thread touches the coroutine any more and nobody is going to resume it or its
/// awaiter.
void let_go(std::coroutine_handle<> handle, PromiseBase& promise) noexcept;

inline PromiseBase* as_base(PromiseBase* promise) noexcept { return promise; }
inline PromiseBase* as_base(void*) noexcept { return nullptr; }

template <class T>
class Promise final : public PromiseBase {
public:
    Promise() noexcept {}
    ~Promise() {
        if (has_value_) value_.~T();
    }
    Task<T> get_return_object() noexcept;
    template <class U = T>
    requires std::is_constructible_v<T, U&&>
    void return_value(U&& value) {
        ::new (static_cast<void*>(&value_)) T(std::forward<U>(value));
        has_value_ = true;
    }
    T take() {
        if (error) rethrow(*this);
        return std::move(value_);
    }

private:
    union {
        T value_;
    };
    bool has_value_ = false;
};

template <class T>
class Promise<T&> final : public PromiseBase {
public:
    Task<T&> get_return_object() noexcept;
    void return_value(T& value) noexcept { value_ = &value; }
    T& take() {
        if (error) rethrow(*this);
        return *value_;
    }

private:
    T* value_ = nullptr;
};

template <>
class Promise<void> final : public PromiseBase {
public:
    Task<void> get_return_object() noexcept;
    void return_void() const noexcept {}
    void take() {
        if (error) rethrow(*this);
    }
};

struct TaskAwaiterBase {
    std::coroutine_handle<> child;
    PromiseBase* promise;

    bool await_ready() const noexcept { return promise == nullptr; }
    template <class P>
    bool await_suspend(std::coroutine_handle<P> parent) const {
        return start_child(child, *promise, parent, as_base(&parent.promise()));
    }
};

template <class T>
struct TaskAwaiter : TaskAwaiterBase {
    T await_resume() const {
        if constexpr (std::is_void_v<T>) {
            if (!promise) return;
        } else {
            if (!promise) throw_empty_task();
        }
        promise->worker = nullptr;
        return static_cast<Promise<T>*>(promise)->take();
    }
};

struct TaskAccess;

}  // namespace detail

/// A computation that starts when it is awaited, is awaited once, and hands over a `T` or throws.
///
/// It runs on the stack of whoever awaits it until it first has to wait, and goes on where its executor
/// resumes it. Executor and cancellation come from the awaiting Task. A default constructed Task is empty:
/// awaiting an empty `Task<>` does nothing, awaiting another empty one throws ConfigurationError, as does
/// awaiting a Task twice. Destroying a Task that has not ended destroys its coroutine wherever it waits. That
/// must happen on its executor (or after the executor has stopped); while a worker thread has the coroutine,
/// the destructor blocks until it lets go.
template <class T>
class [[nodiscard("a Task does nothing until it is awaited")]] Task {
public:
    using promise_type = detail::Promise<T>;
    using value_type = T;

    Task() noexcept = default;
    Task(Task && other) noexcept : handle_(std::exchange(other.handle_, nullptr)) {}
    Task& operator=(Task&& other) noexcept {
        Task(std::move(other)).swap(*this);
        return *this;
    }
    ~Task() {
        if (!handle_) return;
        if (handle_.promise().worker) detail::let_go(handle_, handle_.promise());
        handle_.destroy();
    }

    /// Whether there is a coroutine to await.
    explicit operator bool() const noexcept { return static_cast<bool>(handle_); }
    void swap(Task & other) noexcept { std::swap(handle_, other.handle_); }

    detail::TaskAwaiter<T> operator co_await()&& noexcept {
        return {{handle_, handle_ ? &handle_.promise() : nullptr}};
    }

private:
    friend promise_type;
    friend detail::TaskAccess;
    explicit Task(std::coroutine_handle<promise_type> handle) noexcept : handle_(handle) {}

    std::coroutine_handle<promise_type> handle_;
};

namespace detail {

struct TaskAccess {
    template <class T>
    static std::coroutine_handle<> handle(const Task<T>& task) noexcept {
        return task.handle_;
    }
    /// Null for an empty Task.
    template <class T>
    static Promise<T>* promise(const Task<T>& task) noexcept {
        return task.handle_ ? &task.handle_.promise() : nullptr;
    }
    /// The result of a Task that has ended.
    template <class T>
    static T take(const Task<T>& task) {
        return TaskAwaiter<T>{{task.handle_, promise(task)}}.await_resume();
    }
};

template <class T>
Task<T> Promise<T>::get_return_object() noexcept {
    return Task<T>(std::coroutine_handle<Promise>::from_promise(*this));
}
template <class T>
Task<T&> Promise<T&>::get_return_object() noexcept {
    return Task<T&>(std::coroutine_handle<Promise>::from_promise(*this));
}
inline Task<void> Promise<void>::get_return_object() noexcept {
    return Task<void>(std::coroutine_handle<Promise>::from_promise(*this));
}

/// Blocking mode: runs the Task to its end on the spot and returns what it returns or throws what it throws.
/// Every wait inside must block; a Task that suspends instead is a ConfigurationError.
template <class T>
T complete_inline(Task<T>&& task) {
    const Task<T> owned = std::move(task);
    if (owned) resume_inline(TaskAccess::handle(owned), *TaskAccess::promise(owned));
    return TaskAccess::take(owned);
}

/// `co_await current_promise()`: the promise of the coroutine that asks.
struct CurrentPromise {
    PromiseBase* promise = nullptr;
    bool await_ready() const noexcept { return false; }
    template <class P>
    bool await_suspend(std::coroutine_handle<P> handle) noexcept {
        promise = &handle.promise();
        return false;
    }
    PromiseBase& await_resume() const noexcept { return *promise; }
};
inline CurrentPromise current_promise() noexcept { return {}; }

/// What `for (auto& row : task)` would walk over.
template <class T>
struct ElementOf {
    using type = std::remove_reference_t<T>;
};
template <class T>
requires requires { typename T::value_type; }
struct ElementOf<T> {
    using type = typename T::value_type;
};

}  // namespace detail

/// These say what is wrong with a range-based for over a Task.
template <class T>
typename detail::ElementOf<T>::type* begin(const Task<T>& /*task*/) {
    static_assert(!std::is_same_v<T, T>, "duet: a co_await is missing in front of what this for walks over");
    return nullptr;
}
template <class T>
typename detail::ElementOf<T>::type* end(const Task<T>& /*task*/) {
    return nullptr;
}

}  // namespace duet
