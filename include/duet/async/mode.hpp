#pragma once

#include <duet/async/task.hpp>

#include <type_traits>
#include <utility>

namespace duet {

/// Operations run to their end before they return.
struct Blocking {
    static constexpr bool is_async = false;
    template <class T>
    using Result = T;

    /// Runs an operation: `start()` makes its Task, `finish(result)` turns what that yields into what the
    /// user gets. Where an operation has `now(...)`, that comes first: it does the same without a coroutine
    /// if nothing has to be waited for, or does nothing and answers false.
    template <class Op>
    static auto run(Op&& operation) {
        using Value = typename decltype(operation.start())::value_type;
        if constexpr (requires { typename std::remove_cvref_t<Op>::Immediate; }) {
            typename std::remove_cvref_t<Op>::Immediate result{};
            if (!operation.now(result)) {
                if constexpr (std::is_void_v<Value>) {
                    detail::complete_inline(operation.start());
                    result = operation.finish();
                } else {
                    result = operation.finish(detail::complete_inline(operation.start()));
                }
            }
            return result;
        } else if constexpr (requires { operation.now(); }) {
            if (!operation.now()) detail::complete_inline(operation.start());
        } else if constexpr (std::is_void_v<Value>) {
            detail::complete_inline(operation.start());
            return operation.finish();
        } else {
            return operation.finish(detail::complete_inline(operation.start()));
        }
    }
};

/// Operations return Tasks.
struct Async {
    static constexpr bool is_async = true;
    template <class T>
    using Result = Task<T>;

    template <class Op>
    static auto run(Op operation) {
        using Value = typename decltype(operation.start())::value_type;
        if constexpr (std::is_void_v<Value>) {
            return run_task<decltype(operation.finish())>(std::move(operation));
        } else {
            return run_task<decltype(operation.finish(std::declval<Value>()))>(std::move(operation));
        }
    }

private:
    template <class R, class Op>
    static Task<R> run_task(Op operation) {
        using Value = typename decltype(operation.start())::value_type;
        if constexpr (std::is_void_v<Value>) {
            co_await operation.start();
            co_return operation.finish();
        } else {
            co_return operation.finish(co_await operation.start());
        }
    }
};

}  // namespace duet
