#pragma once

#include <duet/engine/hooks.hpp>

#include <cstdint>
#include <memory>
#include <type_traits>
#include <utility>

/// The member functions of a model that are hooks.
namespace duet::detail {

// One for each hook: how it is called without the context and with it, and what its name stands for.
struct BeforeSave {
    static constexpr HookPoint point = HookPoint::before_save;
    template <class M, class... C>
    static auto call(M& m, const C&... c) -> decltype(m.before_save(c...)) {
        return m.before_save(c...);
    }
    template <class M>
    static auto member() -> decltype(&M::before_save);
};
struct BeforeCreate {
    static constexpr HookPoint point = HookPoint::before_create;
    template <class M, class... C>
    static auto call(M& m, const C&... c) -> decltype(m.before_create(c...)) {
        return m.before_create(c...);
    }
    template <class M>
    static auto member() -> decltype(&M::before_create);
};
struct BeforeUpdate {
    static constexpr HookPoint point = HookPoint::before_update;
    template <class M, class... C>
    static auto call(M& m, const C&... c) -> decltype(m.before_update(c...)) {
        return m.before_update(c...);
    }
    template <class M>
    static auto member() -> decltype(&M::before_update);
};
struct BeforeRemove {
    static constexpr HookPoint point = HookPoint::before_remove;
    template <class M, class... C>
    static auto call(M& m, const C&... c) -> decltype(m.before_remove(c...)) {
        return m.before_remove(c...);
    }
    template <class M>
    static auto member() -> decltype(&M::before_remove);
};
struct AfterCreate {
    static constexpr HookPoint point = HookPoint::after_create;
    template <class M, class... C>
    static auto call(M& m, const C&... c) -> decltype(m.after_create(c...)) {
        return m.after_create(c...);
    }
    template <class M>
    static auto member() -> decltype(&M::after_create);
};
struct AfterUpdate {
    static constexpr HookPoint point = HookPoint::after_update;
    template <class M, class... C>
    static auto call(M& m, const C&... c) -> decltype(m.after_update(c...)) {
        return m.after_update(c...);
    }
    template <class M>
    static auto member() -> decltype(&M::after_update);
};
struct AfterRemove {
    static constexpr HookPoint point = HookPoint::after_remove;
    template <class M, class... C>
    static auto call(M& m, const C&... c) -> decltype(m.after_remove(c...)) {
        return m.after_remove(c...);
    }
    template <class M>
    static auto member() -> decltype(&M::after_remove);
};
struct AfterSave {
    static constexpr HookPoint point = HookPoint::after_save;
    template <class M, class... C>
    static auto call(M& m, const C&... c) -> decltype(m.after_save(c...)) {
        return m.after_save(c...);
    }
    template <class M>
    static auto member() -> decltype(&M::after_save);
};
struct AfterLoad {
    static constexpr HookPoint point = HookPoint::after_load;
    template <class M, class... C>
    static auto call(M& m, const C&... c) -> decltype(m.after_load(c...)) {
        return m.after_load(c...);
    }
    template <class M>
    static auto member() -> decltype(&M::after_load);
};
struct AfterCommit {
    static constexpr HookPoint point = HookPoint::after_commit;
    template <class M, class... C>
    static auto call(M& m, const C&... c) -> decltype(m.after_commit(c...)) {
        return m.after_commit(c...);
    }
    template <class M>
    static auto member() -> decltype(&M::after_commit);
};
struct AfterRollback {
    static constexpr HookPoint point = HookPoint::after_rollback;
    template <class M, class... C>
    static auto call(M& m, const C&... c) -> decltype(m.after_rollback(c...)) {
        return m.after_rollback(c...);
    }
    template <class M>
    static auto member() -> decltype(&M::after_rollback);
};

enum class HookFault : std::uint8_t { none, parameters, result, not_const, waits, load_told };

/// The hooks of a model, and what is wrong with one of them.
struct MadeHooks {
    HookTable table{};
    HookFault fault = HookFault::none;
    HookPoint point{};
};

/// One hook of one model.
template <class M, class Hook>
struct HookOf {
    static constexpr bool ends =
        Hook::point == HookPoint::after_commit || Hook::point == HookPoint::after_rollback;
    static constexpr bool loads = Hook::point == HookPoint::after_load;
    using Object = std::conditional_t<ends, const M, M>;
    static constexpr bool told = requires(Object & m, const HookContext& c) { Hook::call(m, c); };

    static consteval void add(MadeHooks& made) {
        const HookFault fault = add_to(made.table);
        if (fault == HookFault::none) return;
        made.fault = fault;
        made.point = Hook::point;
    }

private:
    static consteval HookFault add_to(HookTable& table) {
        if constexpr (told) {
            if constexpr (loads) return HookFault::load_told;
            return put<decltype(Hook::call(std::declval<Object&>(), std::declval<const HookContext&>()))>(
                table);
        } else if constexpr (requires(Object & m) { Hook::call(m); }) {
            return put<decltype(Hook::call(std::declval<Object&>()))>(table);
        } else if constexpr (
            requires(M & m, const HookContext& c) { Hook::call(m, c); } ||
            requires(M & m) { Hook::call(m); }) {
            return HookFault::not_const;
        } else if constexpr (requires { Hook::template member<M>(); }) {
            // A column may have the name of a hook.
            return std::is_member_function_pointer_v<decltype(Hook::template member<M>())>
                       ? HookFault::parameters
                       : HookFault::none;
        }
        return HookFault::none;
    }
    template <class R>
    static consteval HookFault put(HookTable& table) {
        HookTable::Entry& entry = table.entries[static_cast<std::size_t>(Hook::point)];
        entry.told = told;
        (loads ? table.loads : table.writes) = true;
        if constexpr (ends) table.copy = &copy;
        if constexpr (std::is_void_v<R>) {
            entry.call = &run;
        } else if constexpr (!std::is_same_v<R, Task<>>) {
            return HookFault::result;
        } else if constexpr (ends || loads) {
            return HookFault::waits;
        } else {
            entry.start = &start;
        }
        return HookFault::none;
    }
    static auto call(void* object, [[maybe_unused]] const HookContext& context) {
        auto& model = *static_cast<Object*>(object);
        if constexpr (told) {
            return Hook::call(model, context);
        } else {
            return Hook::call(model);
        }
    }
    static void run(void* object, const HookContext& context) { call(object, context); }
    static Task<> start(void* object, const HookContext& context) { return call(object, context); }
    static std::shared_ptr<void> copy(const void* object) {
        return std::make_shared<M>(*static_cast<const M*>(object));
    }
};

template <class M, class... Hooks>
consteval MadeHooks make_hooks() {
    MadeHooks made;
    (HookOf<M, Hooks>::add(made), ...);
    return made;
}
template <class M>
inline constexpr MadeHooks made_hooks =
    make_hooks<M, BeforeSave, BeforeCreate, BeforeUpdate, BeforeRemove, AfterCreate, AfterUpdate, AfterRemove,
               AfterSave, AfterLoad, AfterCommit, AfterRollback>();

/// Says what is wrong with the hook `Point` of M.
template <class M, HookFault Fault, HookPoint Point>
consteval bool hooks_hold() {
    constexpr bool parameters_hold = Fault != HookFault::parameters;
    static_assert(parameters_hold, "duet: a hook takes nothing, or a const duet::HookContext&");
    constexpr bool result_holds = Fault != HookFault::result;
    static_assert(result_holds, "duet: a hook returns void or duet::Task<>; a veto is thrown");
    constexpr bool is_const = Fault != HookFault::not_const;
    static_assert(is_const,
                  "duet: after_commit and after_rollback see a copy of the object: declare them const");
    constexpr bool is_no_task = Fault != HookFault::waits;
    static_assert(is_no_task,
                  "duet: after_load, after_commit and after_rollback cannot be Tasks: nobody waits for them");
    constexpr bool is_not_told = Fault != HookFault::load_told;
    static_assert(is_not_told, "duet: after_load takes no parameter: there is no write to tell of");
    return true;
}
template <class M>
inline constexpr bool has_right_hooks = hooks_hold<M, made_hooks<M>.fault, made_hooks<M>.point>();

/// The table of a model's hooks, null when it has none.
template <class M>
consteval const HookTable* hooks_of() {
    static_assert(has_right_hooks<M>);
    constexpr const HookTable& table = made_hooks<M>.table;
    return table.writes || table.loads ? &table : nullptr;
}

}  // namespace duet::detail
