#pragma once

// Listening to writes of models that one does not own: db.connect<User>(duet::signal::before_save, fn).
#include <duet/base/error.hpp>
#include <duet/engine/signals.hpp>
#include <duet/handle/database.hpp>

#include <memory>
#include <type_traits>
#include <utility>

namespace duet {
namespace detail {
template <HookPoint P>
struct WriteSignal {
    static constexpr HookPoint point = P;
};
struct BeforeQuery {};
struct AfterQuery {};
}  // namespace detail

/// What a listener can be connected to.
namespace signal {
inline constexpr detail::WriteSignal<HookPoint::before_save> before_save{};
inline constexpr detail::WriteSignal<HookPoint::before_create> before_create{};
inline constexpr detail::WriteSignal<HookPoint::before_update> before_update{};
inline constexpr detail::WriteSignal<HookPoint::before_remove> before_remove{};
inline constexpr detail::WriteSignal<HookPoint::after_create> after_create{};
inline constexpr detail::WriteSignal<HookPoint::after_update> after_update{};
inline constexpr detail::WriteSignal<HookPoint::after_remove> after_remove{};
inline constexpr detail::WriteSignal<HookPoint::after_save> after_save{};
/// Called with a copy of the object as it was written, once its transaction has ended.
inline constexpr detail::WriteSignal<HookPoint::after_commit> after_commit{};
inline constexpr detail::WriteSignal<HookPoint::after_rollback> after_rollback{};
/// `fn(const QueryStart&)` before a statement is sent; what it throws keeps it from being sent.
inline constexpr detail::BeforeQuery before_query{};
/// `fn(const QueryEvent&)` after each statement, as db.on_query() has it.
inline constexpr detail::AfterQuery after_query{};
}  // namespace signal

namespace detail {

template <class T>
struct IsWriteSignal : std::false_type {};
template <HookPoint P>
struct IsWriteSignal<WriteSignal<P>> : std::true_type {};

/// The listener F to objects of M (void: of all models).
template <class M, HookPoint P, class F>
struct Listener {
    static constexpr bool ends = P == HookPoint::after_commit || P == HookPoint::after_rollback;
    using Object = std::conditional_t<ends, const M, M>;
    static constexpr bool told = std::is_invocable_v<F&, Object&, const HookContext&>;
    static constexpr bool holds = told || std::is_invocable_v<F&, Object&>;
    static decltype(auto) call(F& fn, const engine::SignalEvent& event) {
        if constexpr (told) {
            return fn(*static_cast<Object*>(event.object), event.context);
        } else {
            return fn(*static_cast<Object*>(event.object));
        }
    }
    static bool wants(const engine::SignalEvent& event) { return event.object != nullptr; }
};
template <HookPoint P, class F>
struct Listener<void, P, F> {
    static constexpr bool holds = std::is_invocable_v<F&, const HookContext&>;
    static decltype(auto) call(F& fn, const engine::SignalEvent& event) { return fn(event.context); }
    static bool wants(const engine::SignalEvent& /*event*/) { return true; }
};

template <class M, HookPoint P, class F>
HookConnection connect_write(engine::Engine& engine, F fn) {
    using Called = Listener<M, P, F>;
    using Result = decltype(Called::call(fn, std::declval<const engine::SignalEvent&>()));
    constexpr bool waits = std::is_same_v<Result, Task<>>;
    constexpr bool result_holds = std::is_void_v<Result> || waits;
    static_assert(result_holds, "duet: a listener returns void or duet::Task<>; a veto is thrown");
    constexpr bool may_wait = !waits || (P != HookPoint::after_commit && P != HookPoint::after_rollback);
    static_assert(
        may_wait,
        "duet: listeners to after_commit and after_rollback cannot be Tasks: nobody waits for them");
    const ModelInfo* model = nullptr;
    engine::Signals& signals = engine.signals();
    if constexpr (!std::is_void_v<M>) {
        model = &model_info<M>;
        signals.set_copy(*model, [](const void* object) -> std::shared_ptr<void> {
            return std::make_shared<M>(*static_cast<const M*>(object));
        });
    }
    return signals.of(model).at(P).add(
        [listener = std::make_shared<F>(std::move(fn))](const engine::SignalEvent& event) {
            if (!Called::wants(event)) return;
            if constexpr (waits) {
                event.started.push_back({listener, Called::call(*listener, event)});
            } else {
                Called::call(*listener, event);
            }
        });
}

template <class M, class Mode, class Signal, class F>
HookConnection connect_listener(engine::Engine& engine, Signal, F fn) {
    if constexpr (IsWriteSignal<Signal>::value) {
        constexpr bool takes_context = !std::is_void_v<M> || Listener<M, Signal::point, F>::holds;
        static_assert(takes_context, "duet: a listener to all models takes a const duet::HookContext&");
        constexpr bool takes_object = std::is_void_v<M> || Listener<M, Signal::point, F>::holds;
        static_assert(
            takes_object,
            "duet: a listener takes the object, and perhaps a const duet::HookContext& besides; the "
            "object of after_commit and after_rollback is const");
        if constexpr (takes_context && takes_object) {
            return connect_write<M, Signal::point>(engine, std::move(fn));
        } else {
            return {};
        }
    } else if constexpr (std::is_same_v<Signal, BeforeQuery>) {
        static_assert(std::is_void_v<M>,
                      "duet: statements have no model: db.connect(duet::signal::before_query, fn)");
        // Those who ask look at the other list first.
        auto idle = std::make_shared<HookConnection>(engine.hooks().add([](const QueryEvent&) {}));
        return engine.before_query().add(
            [fn = std::move(fn), idle = std::move(idle)](const QueryStart& start) mutable { fn(start); });
    } else {
        constexpr bool known = std::is_same_v<Signal, AfterQuery>;
        static_assert(known, "duet: connect() takes one of duet::signal, as in duet::signal::before_save");
        constexpr bool no_model = !known || std::is_void_v<M>;
        static_assert(no_model, "duet: statements have no model: db.connect(duet::signal::after_query, fn)");
        if constexpr (known) return engine.hooks().add(std::move(fn));
        return {};
    }
}

}  // namespace detail
}  // namespace duet
