#include <duet/base/error.hpp>
#include <duet/dialect/render.hpp>

#include <optional>

#include "hooked.hpp"
#include "load.hpp"
#include "write.hpp"

namespace duet::engine {

namespace {
Task<bool> find_one(Connected& at, const ModelInfo& model, void* object, shape::QueryData lookup) {
    lookup.set_limit(2);
    const std::shared_ptr<void> found = make_list(*model.list);
    const std::size_t rows = co_await fetch_into(at, lookup, {model.list, found.get()});
    if (rows > 1)
        throw MultipleFound("get_or_create: several rows of " + std::string(model.table) + " match");
    if (rows == 0) co_return false;
    model.list->move(object, model.list->data(found.get()));
    co_return true;
}
}  // namespace

namespace {

/// Somebody else may have been faster between the look and the INSERT.
class GetOrCreate {
public:
    GetOrCreate(Connected& at, const ModelInfo& model, void* object, const FindOrCreate& spec)
        : at_(at), model_(model), object_(object), spec_(spec) {}

    Task<bool> run() {
        const bool existed = co_await use_existing(*spec_.lookup);
        if (existed) co_return false;
        std::optional<UniqueViolation> lost;
        try {
            // A savepoint of its own, so that losing the race does not cost an open transaction its work.
            co_await atomically(at_, [this]() -> Task<> {
                spec_.prepare(spec_.context, object_);
                co_await insert_on(at_, model_, object_);
            });
            co_return true;
        } catch (const UniqueViolation& violation) {
            lost = violation;
        }
        at_.failed(*lost);
        bool others = co_await use_existing(*spec_.lookup);
        if (others) co_return false;
        if (at_.dialect().capabilities().for_update && at_.connection().in_transaction()) {
            // The transaction may look at an older state, from before the others' row; locks see the latest.
            shape::QueryData latest = *spec_.lookup;
            latest.flags |= shape::for_update;
            others = co_await use_existing(latest);
            if (others) co_return false;
        }
        throw UniqueViolation(*lost);
    }

private:
    Task<bool> use_existing(const shape::QueryData& lookup) {
        const bool found = co_await find_one(at_, model_, object_, lookup);
        if (!found) co_return false;
        if (spec_.changes == nullptr) co_return true;
        shape::QueryData query = key_query(model_, object_);
        query.clauses.append_clauses(spec_.changes->clauses);
        co_await update_query_on(at_, std::move(query));
        query = key_query(model_, object_);
        co_await fetch_first_on(at_, query, object_);
        co_return true;
    }

    Connected& at_;
    const ModelInfo& model_;
    void* object_;
    const FindOrCreate& spec_;
};

}  // namespace

namespace {

/// The same where hooks want to know, in one transaction, with operations that call them.
class HookedGetOrCreate {
public:
    HookedGetOrCreate(const Call& call, const ModelInfo& model, void* object, const FindOrCreate& spec)
        : call_(call), model_(model), object_(object), spec_(spec) {}

    Task<bool> run() {
        bool existed = co_await use_existing(0);
        if (existed) co_return false;
        std::exception_ptr lost;
        try {
            // Hooks are in the savepoint, too: they have not happened when the race is lost.
            co_await in_own_transaction(call_, [this](const Call& inner) -> Task<> {
                spec_.prepare(spec_.context, object_);
                co_await insert(inner, model_, object_);
            });
            co_return true;
        } catch (const UniqueViolation&) {
            lost = std::current_exception();
        }
        existed = co_await use_existing(0);
        if (!existed && call_.engine->dialect().capabilities().for_update)
            existed = co_await use_existing(shape::for_update);  // sees the latest
        if (existed) co_return false;
        std::rethrow_exception(lost);
    }

private:
    Task<bool> use_existing(std::uint32_t flags) {
        shape::QueryData lookup = *spec_.lookup;
        lookup.flags |= flags;
        lookup.set_limit(2);
        const std::shared_ptr<void> found = make_list(*model_.list);
        const std::size_t rows = co_await fetch_all(call_, lookup, {model_.list, found.get()});
        if (rows > 1)
            throw MultipleFound("get_or_create: several rows of " + std::string(model_.table) + " match");
        if (rows == 0) co_return false;
        model_.list->move(object_, model_.list->data(found.get()));
        if (spec_.changes != nullptr) {
            co_await update(call_, model_, object_, *spec_.changes);
            co_await refresh(call_, model_, object_);
        }
        co_return true;
    }

    Call call_;
    const ModelInfo& model_;
    void* object_;
    const FindOrCreate& spec_;
};

Task<bool> hooked_get_or_create(Call call, const ModelInfo& model, void* object, const FindOrCreate& spec) {
    bool created = false;
    co_await in_own_transaction(call, [&](const Call& inner) -> Task<> {
        HookedGetOrCreate operation(inner, model, object, spec);
        created = co_await operation.run();
    });
    co_return created;
}

}  // namespace

Task<bool> get_or_create(Call call, const ModelInfo& model, void* object, const FindOrCreate& spec) {
    if (hooked(call, model)) return hooked_get_or_create(call, model, object, spec);
    return on_connection<bool>(call, driver::Access::write,
                               [&model, object, &spec](Connected& at) -> Task<bool> {
                                   GetOrCreate operation(at, model, object, spec);
                                   co_return co_await operation.run();
                               });
}

}  // namespace duet::engine
