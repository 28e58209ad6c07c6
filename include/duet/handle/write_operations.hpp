#pragma once

#include <duet/async/compiler.hpp>
#include <duet/async/mode.hpp>
#include <duet/engine/engine.hpp>
#include <duet/expr/expr.hpp>
#include <duet/model/model.hpp>

#include <array>
#include <cstddef>
#include <string_view>
#include <tuple>
#include <utility>
#include <vector>

namespace duet {

/// Assignments that together name a row: `duet::by("email"_c = e)`.
template <class... A>
struct By {
    std::tuple<A...> assignments;
};
template <expr::IsAssignment... A>
By<A...> by(const A&... assignments) {
    return {{assignments...}};
}
/// What a row gets in addition when it is created: `duet::defaults("name"_c = n)`.
template <class... A>
struct Defaults {
    std::tuple<A...> assignments;
};
template <expr::IsAssignment... A>
Defaults<A...> defaults(const A&... assignments) {
    return {{assignments...}};
}

/// The columns whose uniqueness an upsert relies on; names as text are checked when it runs.
struct ConflictOn {
    std::array<std::string_view, 8> names{};
    std::size_t count = 0;
};
template <class... N>
constexpr ConflictOn conflict_on(const N&... columns) {
    static_assert(sizeof...(N) >= 1 && sizeof...(N) <= 8, "duet: conflict_on takes 1 to 8 columns");
    ConflictOn out;
    const auto add = [&out]<class T>(const T& column) {
        if constexpr (requires { T::name(); }) {
            out.names[out.count++] = T::name();
        } else {
            out.names[out.count++] = column;
        }
    };
    (add(columns), ...);
    return out;
}
/// What an upsert changes on a row that is there: columns by name take the new row's value, assignments
/// theirs.
template <class... A>
struct SetOnConflict {
    std::tuple<A...> changes;
};
namespace detail {
template <class T>
auto set_item(const T& item) {
    if constexpr (expr::IsAssignment<T>) {
        return item;
    } else if constexpr (requires { T::name(); }) {
        return std::string_view(T::name());
    } else {
        return std::string_view(item);
    }
}
}  // namespace detail
template <class... T>
auto set(const T&... items) {
    return SetOnConflict<decltype(detail::set_item(items))...>{{detail::set_item(items)...}};
}
/// Leaves a row that is there alone.
struct DoNothing {};
inline constexpr DoNothing do_nothing{};

/// Passed to remove: marks the rows below (HasMany, HasOne with SoftDelete) as well, level by level.
struct SoftCascade {};
inline constexpr SoftCascade soft_cascade{};

namespace detail {

struct NoChange {};

/// Says what is wrong with an object that is const, or temporary.
template <class M>
M& changeable(const M& object) {
    constexpr bool can_change = !std::is_same_v<M, M>;
    static_assert(can_change,
                  "duet: this operation changes its object, too: pass a variable that is not const");
    return const_cast<M&>(object);
}

// What does not have to know the type of an object is no template: programs compile it once, or not at all.

/// An object that stays with the caller.
struct ObjectOperation {
    engine::Call call;
    const ModelInfo* model;
    void* object;
};
/// An object that comes in by value and goes out with what the database added. In async code; see
/// insert_blocking().
template <class M>
struct CreateObject {
    engine::Call call;
    M object;
    auto start() { return engine::insert(call, model_info<M>, &object); }
    M finish() { return std::move(object); }
};
/// The same in blocking code, where the object need not be kept anywhere.
void insert_blocking(const engine::Call& call, const ModelInfo& model, void* object);
template <class M, class O>
M create_object(Blocking /*mode*/, const engine::Call& call, O&& object) {
    M created(std::forward<O>(object));
    insert_blocking(call, model_info<M>, &created);
    return created;
}
template <class M, class O>
Task<M> create_object(Async /*mode*/, const engine::Call& call, O&& object) {
    return Async::run(CreateObject<M>{call, std::forward<O>(object)});
}
struct SaveObject : ObjectOperation {
    Task<> start() const;
    void finish() const {}
};
struct RefreshObject : ObjectOperation {
    Task<> start() const;
    void finish() const {}
};
struct UpdateObject : ObjectOperation {
    shape::QueryData changes{};
    bool now() const;
    Task<> start() const;
    void finish() const {}
};
struct RemoveObject : ObjectOperation {
    engine::Removal removal;
    Task<> start() const;
    void finish() const {}
};
struct RestoreObject : ObjectOperation {
    bool cascade;
    Task<bool> start() const;
    bool finish(bool restored) const { return restored; }
};
Task<std::size_t> run_insert_all(const engine::Call& call, const ModelInfo& model, void* objects,
                                 std::size_t count, bool keys_wanted, bool hooks);
template <class M>
struct CreateList {
    engine::Call call;
    std::vector<M> objects;
    bool hooks = false;
    auto start() { return run_insert_all(call, model_info<M>, objects.data(), objects.size(), false, hooks); }
    std::size_t finish(std::size_t count) { return count; }
};
template <class M>
struct CreateListAndReturn : CreateList<M> {
    auto start() {
        return run_insert_all(this->call, model_info<M>, this->objects.data(), this->objects.size(), true,
                              this->hooks);
    }
    std::vector<M> finish(std::size_t) { return std::move(this->objects); }
};
/// Objects that stay with the caller, who gets their keys.
struct CreateInPlace {
    engine::Call call;
    const ModelInfo* model;
    void* objects;
    std::size_t count;
    bool hooks = false;
    Task<std::size_t> start() const;
    std::size_t finish(std::size_t done) const { return done; }
};
struct LoadRelation {
    engine::Call call;
    const ModelInfo* model;
    void* objects;
    std::size_t count;
    shape::RelatedLoad load;
    Task<> start() const;
    void finish() const {}
};

/// Reads the single plain value of an assignment into the object's member.
template <class M, class A>
void assign_to(M& object, const A& assignment) {
    shape::Fragment out;
    expr::add<expr::Role::set, M>(out, assignment);
    if constexpr (expr::checked<M, A>.ok()) {
        static_assert(A::is_plain_value, "duet: by(...) and defaults(...) take plain values");
        const ColumnInfo& column = model_info<M>.columns[static_cast<std::size_t>(A::template column<M>())];
        shape::Values null;
        if (out.values.empty()) {
            null.add_null();
            engine::assign_member(column, &object, null, 0);
        } else {
            engine::assign_member(column, &object, out.values, 0);
        }
    }
}

/// `column = value` as a condition.
template <class M, class C, class V>
void add_lookup(shape::QueryData& query, const expr::Assignment<C, V>& assignment) {
    const std::size_t begun = query.clauses.begin(shape::Clause::where);
    if constexpr (requires { assignment.value.is_null(); }) {
        if (assignment.value.is_null()) {
            query.clauses.op(shape::Op::is_null);
            C{}.template emit<M>(query.clauses);
            query.clauses.end(begun);
            return;
        }
    }
    query.clauses.op(shape::Op::eq);
    C{}.template emit<M>(query.clauses);
    expr::emit_beside<M>(query.clauses, assignment.value, expr::checked<M, C>.type);
    query.clauses.end(begun);
}

template <class M, class ByAssignments, class DefaultAssignments>
struct GetOrCreate {
    engine::Call call;
    ByAssignments by;
    DefaultAssignments defaults;
    bool updates = false;
    shape::QueryData lookup{};
    shape::QueryData changes{};
    M object{};
    engine::FindOrCreate spec{};

    auto start() {
        lookup.model = changes.model = &model_info<M>;
        std::apply([this](const auto&... a) { (add_lookup<M>(lookup, a), ...); }, by.assignments);
        if (updates) {
            std::apply([this](const auto&... a) { (expr::add<expr::Role::set, M>(changes.clauses, a), ...); },
                       defaults.assignments);
        }
        spec.lookup = &lookup;
        spec.context = this;
        spec.prepare = [](void* context, void* target) {
            auto& self = *static_cast<GetOrCreate*>(context);
            auto& fresh = *static_cast<M*>(target);
            std::apply([&fresh](const auto&... a) { (assign_to(fresh, a), ...); }, self.by.assignments);
            std::apply([&fresh](const auto&... a) { (assign_to(fresh, a), ...); }, self.defaults.assignments);
        };
        if (updates) spec.changes = &changes;
        return engine::get_or_create(call, model_info<M>, &object, spec);
    }
    std::pair<M, bool> finish(bool created) { return {std::move(object), created}; }
};

/// Column indexes of names; throws InvalidQuery for one that the model does not have.
std::int16_t column_named(const ModelInfo& model, std::string_view name, const char* where);

struct UpsertObject : ObjectOperation {
    std::array<std::int16_t, 8> conflict{};
    std::size_t conflict_count = 0;
    std::vector<std::int16_t> columns{};
    shape::QueryData changes{};
    bool ignore = false;
    engine::UpsertSpec spec{};

    void on(const ConflictOn& on);
    /// The column takes the new row's value.
    void change(std::string_view column);
    Task<bool> start();
    bool finish(bool written) const { return written; }
};
template <class M, class Item>
void change_on_conflict(UpsertObject& upsert, const Item& item) {
    if constexpr (std::is_same_v<Item, std::string_view>) {
        upsert.change(item);
    } else {
        expr::add<expr::Role::set, M>(upsert.changes.clauses, item);
    }
}

struct ChangeLinks {
    engine::Call call;
    const ModelInfo* model;
    std::size_t relation;
    const void* owner;
    engine::LinkChange change;
    std::vector<const void*> targets{};
    Task<std::size_t> start();
    std::size_t finish(std::size_t count) { return count; }
};

}  // namespace detail

/// A many-to-many relation of one object, to be changed: `db.relation(post, "tags"_c).add(tag)`. Objects must
/// be saved; what the object has loaded is not touched. Each call succeeds as a whole or not at all and
/// returns how many links changed.
template <class Mode, class Target>
class RelationHandle {
    using Result = typename Mode::template Result<std::size_t>;

public:
    explicit RelationHandle(detail::ChangeLinks links) : links_(std::move(links)) {}

    template <class... T>
    requires(std::is_same_v<T, Target>&&...) Result add(const T&... targets) {
        return run(engine::LinkChange::add, {&targets...});
    }
    Result add(const std::vector<Target>& targets) {
        return run(engine::LinkChange::add, addresses(targets));
    }
    Result add(std::vector<Target>&& targets) {
        return run(engine::LinkChange::add, addresses(named(targets)));
    }
    template <class... T>
    requires(std::is_same_v<T, Target>&&...) Result remove(const T&... targets) {
        return run(engine::LinkChange::remove, {&targets...});
    }
    Result remove(const std::vector<Target>& targets) {
        return run(engine::LinkChange::remove, addresses(targets));
    }
    Result remove(std::vector<Target>&& targets) {
        return run(engine::LinkChange::remove, addresses(named(targets)));
    }
    /// Exactly these from now on; links that are there already stay as they are.
    Result set(const std::vector<Target>& targets) {
        return run(engine::LinkChange::set, addresses(targets));
    }
    Result set(std::vector<Target>&& targets) {
        return run(engine::LinkChange::set, addresses(named(targets)));
    }
    Result clear() { return run(engine::LinkChange::clear, {}); }

private:
    template <class T>
    static const T& named(const T& temporary) {
        static_assert(
            !Mode::is_async || detail::safe_in_co_await<T>,
            "duet: GCC 12 breaks temporaries in co_await: name the vector first, then pass it by its name");
        return temporary;
    }
    static std::vector<const void*> addresses(const std::vector<Target>& targets) {
        std::vector<const void*> out;
        out.reserve(targets.size());
        for (const Target& target : targets) out.push_back(&target);
        return out;
    }
    Result run(engine::LinkChange change, std::vector<const void*> targets) {
        detail::ChangeLinks links = links_;
        links.change = change;
        links.targets = std::move(targets);
        return Mode::run(std::move(links));
    }
    detail::ChangeLinks links_;
};

}  // namespace duet
