#include <duet/base/error.hpp>

#include <optional>

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
    model.list->take_first(found.get(), object);
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

Task<bool> get_or_create(Call call, const ModelInfo& model, void* object, const FindOrCreate& spec) {
    return on_connection<bool>(call, driver::Access::write,
                               [&model, object, &spec](Connected& at) -> Task<bool> {
                                   GetOrCreate operation(at, model, object, spec);
                                   co_return co_await operation.run();
                               });
}

}  // namespace duet::engine
