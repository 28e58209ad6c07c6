#pragma once

#include <coroutine>

namespace duet::detail {

/// A coroutine handle that calls a function whenever it is resumed; the way to be told that a Task ended.
class ResumeCallback {
public:
    using Function = void (*)(void*) noexcept;

    ResumeCallback(Function function, void* argument) : handle_(loop(function, argument).handle) {}
    ResumeCallback(const ResumeCallback&) = delete;
    ResumeCallback& operator=(const ResumeCallback&) = delete;
    ~ResumeCallback() { handle_.destroy(); }

    std::coroutine_handle<> handle() const noexcept { return handle_; }

private:
    struct Loop {
        struct promise_type {
            Loop get_return_object() noexcept {
                return {std::coroutine_handle<promise_type>::from_promise(*this)};
            }
            std::suspend_always initial_suspend() const noexcept { return {}; }
            std::suspend_always final_suspend() const noexcept { return {}; }
            void return_void() const noexcept {}
            void unhandled_exception() const noexcept {}
        };
        std::coroutine_handle<promise_type> handle;
    };
    static Loop loop(Function function, void* argument) {
        for (;;) {
            function(argument);
            co_await std::suspend_always{};
        }
    }

    std::coroutine_handle<> handle_;
};

}  // namespace duet::detail
