#pragma once

#include <duet/engine/hooks.hpp>

#include <type_traits>

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

/// One hook of one model: its table entry, and what is wrong with it.
template <class M, class Hook>
struct HookOf {
    static constexpr bool ends =
        Hook::point == HookPoint::after_commit || Hook::point == HookPoint::after_rollback;
    static constexpr bool loads = Hook::point == HookPoint::after_load;
    using Object = std::conditional_t<ends, const M, M>;
    static constexpr bool plain = requires(Object & m) { Hook::call(m); };
    static constexpr bool told = requires(Object & m, const HookContext& c) { Hook::call(m, c); };

    static consteval void add(HookTable& table) {
        if constexpr (plain && !(told && !loads)) {
            put<decltype(Hook::call(std::declval<Object&>()))>(table);
        } else if constexpr (told) {
            static_assert(!loads, "duet: after_load takes no parameter: there is no write to tell of");
            put<decltype(Hook::call(std::declval<Object&>(), std::declval<const HookContext&>()))>(table);
        } else if constexpr (requires { Hook::template member<M>(); }) {
            using Member = decltype(Hook::template member<M>());
            static_assert(
                !ends || !std::is_member_function_pointer_v<Member> ||
                    !(
                        requires(M & m) { Hook::call(m); } ||
                        requires(M & m, const HookContext& c) { Hook::call(m, c); }),
                "duet: after_commit and after_rollback see a copy of the object: declare them const");
            static_assert(!std::is_member_function_pointer_v<Member> || ends,
                          "duet: a hook takes nothing, or a const duet::HookContext&");
        }
    }

private:
    template <class R>
    static consteval void put(HookTable& table) {
        constexpr bool waits = std::is_same_v<R, Task<>>;
        static_assert(std::is_void_v<R> || waits,
                      "duet: a hook returns void or duet::Task<>; a veto is thrown");
        static_assert(
            !waits || !(ends || loads),
            "duet: after_load, after_commit and after_rollback cannot be Tasks: nobody waits for them");
        HookTable::Entry& entry = table.entries[static_cast<std::size_t>(Hook::point)];
        entry.told = told && !loads;
        if constexpr (waits) {
            entry.start = &start;
        } else {
            entry.call = &run;
        }
        (loads ? table.loads : table.writes) = true;
        if constexpr (ends) table.copy = &copy;
    }
    static auto call(void* object, const HookContext& context) {
        auto& model = *static_cast<Object*>(object);
        if constexpr (told && !loads) {
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
consteval HookTable make_hook_table() {
    HookTable table;
    (HookOf<M, Hooks>::add(table), ...);
    return table;
}
template <class M>
inline constexpr HookTable hook_table =
    make_hook_table<M, BeforeSave, BeforeCreate, BeforeUpdate, BeforeRemove, AfterCreate, AfterUpdate,
                    AfterRemove, AfterSave, AfterLoad, AfterCommit, AfterRollback>();
/// The table of a model's hooks, null when it has none.
template <class M>
consteval const HookTable* hooks_of() {
    return hook_table<M>.writes || hook_table<M>.loads ? &hook_table<M> : nullptr;
}

}  // namespace duet::detail
