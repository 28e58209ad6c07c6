#include <duet/base/error.hpp>
#include <duet/dialect/render.hpp>
#include <duet/engine/fetch_prepared.hpp>

#include "connected.hpp"
#include "load.hpp"
#include "object_row.hpp"
#include "pool/channel_wait.hpp"
#include "row_plan.hpp"

namespace duet::engine {

namespace {

PlanKey key_of(const shape::QueryData& query, PlanVerb verb) {
    return {query.model, plan_verb(verb, query.flags), query.clauses.bytes.span()};
}

template <Verb V>
std::shared_ptr<const Plan> render_as(const Dialect& dialect, const void* query) {
    return std::make_shared<Plan>(render(dialect, *static_cast<const shape::QueryData*>(query), V));
}

/// A single value as the whole result.
Task<std::int64_t> fetch_number(Connected& at, const shape::QueryData& query, PlanVerb verb,
                                Engine::Render render) {
    static constexpr driver::DecodeStep step{&duet::detail::int64_value, 0, 0, 0, 0};
    std::int64_t number = 0;
    driver::RowSink sink = row_into({&step, 1}, &number);
    BindValues values;
    bind_query(query, values);
    co_await run_statement(at, key_of(query, verb), render, &query, values.span(), &sink, driver::all_rows);
    co_return number;
}

}  // namespace

Task<std::size_t> fetch_into(Connected& at, const shape::QueryData& query, ListRef into) {
    BindValues values;
    bind_query(query, values);
    const PlanKey key = key_of(query, PlanVerb::rows);
    driver::Statement* statement = at.cached(key);
    if (statement == nullptr) statement = co_await at.prepare(key, &make_row_plan, &query);
    const auto& plan = static_cast<const RowPlan&>(statement->plan());
    RowCollector collector(plan, into);
    driver::Outcome outcome;
    const driver::Wait wait =
        at.start(*statement, values.span(), collector.sink(), driver::all_rows, outcome);
    if (wait != driver::Wait::done) co_await settle(at.connection(), wait);
    at.finished(outcome);
    plan.last_rows.store(static_cast<std::uint32_t>(outcome.rows), std::memory_order_relaxed);
    collector.attach();
    if (!query.related.empty() && outcome.rows != 0) {
        const std::size_t total = into.ops->size(into.list);
        void* first =
            static_cast<std::byte*>(into.ops->data(into.list)) + (total - outcome.rows) * query.model->size;
        co_await load_paths(at, *query.model, first, outcome.rows, query.related, query.flags, &collector,
                            &plan);
    }
    co_return outcome.rows;
}

namespace {

/// The first row of a query, on a statement that is prepared.
class FirstRow {
public:
    FirstRow(Connected& at, driver::Statement& statement, const shape::QueryData& query, void* object)
        : at_(at),
          statement_(statement),
          query_(query),
          object_(object),
          collector_(static_cast<const RowPlan&>(statement.plan()), object) {
        bind_query(query, values_);
    }
    driver::Wait start() { return at_.start(statement_, values_.span(), collector_.sink(), 1, outcome_); }
    bool finish() {
        if (outcome_.more) at_.connection().close(statement_);
        at_.finished(outcome_);
        collector_.attach();
        if (outcome_.rows != 0) note_loaded(*query_.model, object_, 1);
        return outcome_.rows != 0;
    }
    RowCollector& collector() { return collector_; }

private:
    Connected& at_;
    driver::Statement& statement_;
    const shape::QueryData& query_;
    void* object_;
    RowCollector collector_;
    BindValues values_;
    driver::Outcome outcome_;
};

}  // namespace

Task<bool> fetch_first_on(Connected& at, const shape::QueryData& query, void* object) {
    const PlanKey key = key_of(query, PlanVerb::rows);
    driver::Statement* statement = at.cached(key);
    if (statement == nullptr) statement = co_await at.prepare(key, &make_row_plan, &query);
    FirstRow row(at, *statement, query, object);
    const driver::Wait wait = row.start();
    if (wait != driver::Wait::done) co_await settle(at.connection(), wait);
    const bool found = row.finish();
    if (found && !query.related.empty()) {
        const auto& plan = static_cast<const RowPlan&>(statement->plan());
        co_await load_paths(at, *query.model, object, 1, query.related, query.flags, &row.collector(), &plan);
    }
    co_return found;
}

bool fetch_first_now(const Call& call, const shape::QueryData& query, void* object, bool& found) {
    if (!query.related.empty()) return false;
    return now(call, driver::Access::read, [&](Connected& at) {
        driver::Statement* statement = at.cached(key_of(query, PlanVerb::rows));
        if (statement == nullptr) return false;
        FirstRow row(at, *statement, query, object);
        settle_now(at.connection(), row.start());
        found = row.finish();
        return true;
    });
}

StoredPlanKey first_row_key(const shape::QueryData& query) {
    return StoredPlanKey(key_of(query, PlanVerb::rows));
}

bool fetch_prepared_now(const Call& call, const StoredPlanKey& key, std::span<const driver::BindValue> values,
                        void* object, bool& found) {
    // Who watches or limits statements takes the way that tells them.
    if (!call.engine->hooks().empty()) [[unlikely]]
        return false;
    return now(call, driver::Access::read, [&](Connected& at) {
        driver::Statement* statement = at.cached(key.view());
        if (statement == nullptr) return false;
        const auto& plan = static_cast<const RowPlan&>(statement->plan());
        if (!plan.slots[0].model->relations.empty()) mark_relations(*plan.slots[0].model, object);
        SingleRow row(plan, object);
        driver::Outcome outcome;
        settle_now(at.connection(), at.connection().execute(*statement, values, &row.sink, 1, outcome));
        if (outcome.more) at.connection().close(*statement);
        found = outcome.rows != 0;
        if (found) note_loaded(*plan.slots[0].model, object, 1);
        return true;
    });
}

namespace {

Task<bool> fetch_made(Call call, MakeQuery make, const void* value, void* object) {
    const shape::QueryData query = make(value);
    co_return co_await fetch_first(call, query, object);
}

/// Among those who share a connection: what on_connection(), fetch_first_on() and settle() do together, in
/// one coroutine. Whatever is not at hand is left to them.
Task<bool> fetch_shared(Call call, const StoredPlanKey& key, driver::BindValue value, MakeQuery make,
                        void* object) {
    const duet::detail::PromiseBase& promise = co_await duet::detail::current_promise();
    std::optional<bool> found;
    if (promise.home != nullptr) {
        Connected at(call);
        try {
            SharedLease shared = try_share(call.engine->pool(), *promise.home);
            driver::Statement* statement = nullptr;
            if (shared) [[likely]] {
                at.open_shared(std::move(shared), promise.cancel);
                statement = at.cached(key.view());
            }
            if (statement != nullptr) [[likely]] {
                const auto& plan = static_cast<const RowPlan&>(statement->plan());
                const ModelInfo& model = *plan.slots[0].model;
                if (!model.relations.empty()) mark_relations(model, object);
                SingleRow row(plan, object);
                driver::Outcome outcome;
                driver::Wait wait = at.connection().execute(*statement, {&value, 1}, &row.sink, 1, outcome);
                while (wait != driver::Wait::done) {
                    ChannelWait waiting(promise, at.connection());
                    const WaitOutcome ended = co_await waiting;
                    wait = go_on(at.connection(), ended);
                }
                found = outcome.rows != 0;
                if (*found) note_loaded(model, object, 1);
            }
        } catch (Error& error) {
            error.attach_where(call.where);
            at.failed(error);
            if (!at.lost(error)) throw;
        }
    }
    if (found) co_return *found;
    co_return co_await fetch_made(call, make, value.data, object);
}

}  // namespace

Task<bool> fetch_prepared(const Call& call, const StoredPlanKey& key, const driver::BindValue& value,
                          MakeQuery make, void* object) {
    // Who watches statements takes the way that tells them.
    const bool plain = !call.blocking && !call.unlimited && call.transaction == nullptr &&
                       call.route.session == nullptr && call.engine->hooks().empty();
    if (plain && shares_connections(call.engine->pool())) return fetch_shared(call, key, value, make, object);
    return fetch_made(call, make, value.data, object);
}

Task<bool> fetch_first(Call call, const shape::QueryData& query, void* object) {
    return on_connection<bool>(
        about(call, query.model), driver::Access::read,
        [&query, object](Connected& at) { return fetch_first_on(at, query, object); }, Sharing::allowed,
        AlwaysRepeat{});
}

Task<std::size_t> fetch_all(Call call, const shape::QueryData& query, ListRef into) {
    const auto untouched = [into, before = into.ops->size(into.list)](const Connected&) {
        return into.ops->size(into.list) == before;
    };
    return on_connection<std::size_t>(
        about(call, query.model), driver::Access::read,
        [&query, into](Connected& at) { return fetch_into(at, query, into); }, Sharing::allowed, untouched);
}

Task<std::int64_t> count(Call call, const shape::QueryData& query) {
    return on_connection<std::int64_t>(
        about(call, query.model), driver::Access::read,
        [&query](Connected& at) { return fetch_number(at, query, PlanVerb::count, &render_as<Verb::count>); },
        Sharing::allowed, AlwaysRepeat{});
}

Task<bool> exists_on(Connected& at, const shape::QueryData& query) {
    co_return co_await fetch_number(at, query, PlanVerb::exists, &render_as<Verb::exists>) != 0;
}

Task<bool> exists(Call call, const shape::QueryData& query) {
    return on_connection<bool>(
        about(call, query.model), driver::Access::read,
        [&query](Connected& at) { return exists_on(at, query); }, Sharing::allowed, AlwaysRepeat{});
}

Task<std::size_t> fetch_rows(Call call, const shape::QueryData& query, const RowTarget& target) {
    return on_connection<std::size_t>(
        about(call, query.model), driver::Access::read,
        [&query, &target](Connected& at) -> Task<std::size_t> {
            std::vector<driver::DecodeStep> steps;
            steps.reserve(target.fields.size());
            for (const RowTarget::Field& field : target.fields) {
                steps.push_back({field.type, field.offset, 0, static_cast<std::uint16_t>(steps.size()), 0});
            }
            driver::RowSink sink;
            sink.steps = steps.data();
            sink.step_count = steps.size();
            struct Receiver {
                const RowTarget& target;
                Connected& at;
            } receiver{target, at};
            sink.open = [](void* context, std::size_t) {
                const auto& to = *static_cast<const Receiver*>(context);
                to.at.note_row();
                return to.target.append(to.target.context);
            };
            sink.context = &receiver;
            BindValues values;
            bind_query(query, values);
            const driver::Outcome outcome =
                co_await run_statement(at, key_of(query, PlanVerb::select_list), &render_as<Verb::rows>,
                                       &query, values.span(), &sink, driver::all_rows);
            co_return outcome.rows;
        },
        Sharing::allowed, RepeatBeforeRows{});
}

}  // namespace duet::engine
