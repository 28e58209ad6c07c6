#pragma once

#include <duet/base/owned.hpp>
#include <duet/handle/session.hpp>

#include <optional>
#include <type_traits>
#include <utility>

namespace duet {

namespace detail {

/// A block of a session and the place for its result.
template <class Mode, class F, class R>
struct SessionBlockRun {
    engine::Call call;
    TransactionOptions options;
    F* block;
    std::optional<std::conditional_t<std::is_void_v<R>, bool, R>> result{};

    auto start() { return engine::run_session(call, options, {&SessionBlockRun::invoke, this}); }
    R finish() {
        if constexpr (!std::is_void_v<R>) return std::move(*result);
    }

private:
    static Task<> invoke(void* context, engine::UnitOfWork& unit) {
        auto& self = *static_cast<SessionBlockRun*>(context);
        if constexpr (Mode::is_async) {
            return await_block(self, unit);
        } else {
            BasicSession<Mode> session(unit);
            if constexpr (std::is_void_v<R>) {
                (*self.block)(session);
            } else {
                self.result.emplace((*self.block)(session));
            }
            return {};
        }
    }
    static Task<> await_block(SessionBlockRun& self, engine::UnitOfWork& unit) {
        BasicSession<Mode> session(unit);
        if constexpr (std::is_void_v<R>) {
            co_await (*self.block)(session);
        } else {
            self.result.emplace(co_await (*self.block)(session));
        }
    }
};
template <class F, class R>
Task<R> run_owned_session(engine::Call call, TransactionOptions options, F block) {
    SessionBlockRun<Async, F, R> run{call, options, &block};
    co_await run.start();
    co_return run.finish();
}

/// What BasicDatabase::session(block) and begin_session() are made of.
template <class Mode>
struct SessionAccess {
    template <class F>
    static auto run(const engine::Call& call, const TransactionOptions& options,
                    std::remove_reference_t<F>& block) {
        using Block = std::remove_reference_t<F>;
        using Returned = decltype(block(std::declval<BasicSession<Mode>&>()));
        using R = typename BlockResult<Returned>::type;
        if constexpr (Mode::is_async) {
            constexpr bool is_coroutine = !std::is_same_v<Returned, R>;
            static_assert(is_coroutine,
                          "duet: the block of an async session must be a coroutine (return duet::Task<>)");
            if constexpr (is_coroutine)
                return run_owned_session<std::remove_const_t<Block>, R>(call, options, std::move(block));
        } else {
            constexpr bool is_plain = std::is_same_v<Returned, R>;
            static_assert(is_plain, "duet: the block of a blocking session must not be a coroutine");
            if constexpr (is_plain) return Mode::run(SessionBlockRun<Mode, Block, R>{call, options, &block});
        }
    }
    static auto begin(const engine::Call& call, const TransactionOptions& options) {
        struct Begin {
            detail::Owned<engine::UnitOfWork> unit;
            std::source_location where;
            auto start() { return unit->begun(where); }
            BasicSession<Mode> finish(const engine::Call&) { return BasicSession<Mode>(std::move(unit)); }
        };
        return Mode::run(Begin{detail::make_owned<engine::UnitOfWork>(call, options, nullptr), call.where});
    }
};

}  // namespace detail
}  // namespace duet
