#include <duet/base/error.hpp>

#include "load.hpp"
#include "row_plan.hpp"

namespace duet::engine {

struct Cursor::Impl {
    Call call;
    shape::QueryData query;
    std::size_t batch;
    Lease lease;
    std::unique_ptr<driver::Statement> statement;  // its own: another query of this shape must not rewind it
    bool finished = false;
};

Cursor::Cursor(Call call, shape::QueryData query, std::size_t batch)
    : impl_(std::make_unique<Impl>(Impl{call, std::move(query), batch, {}, nullptr, false})) {
    if (batch == 0) throw InvalidQuery("iterate needs a batch of at least one row");
}

Cursor::~Cursor() {
    // Without a lease at hand the connection may be busy elsewhere.
    if (impl_->statement != nullptr && !impl_->lease && impl_->call.transaction == nullptr) {
        impl_->call.engine->orphan(std::move(impl_->statement));
    }
}

namespace {

/// The rows of one step of a cursor.
Task<std::size_t> read_batch(Connected& at, const shape::QueryData& query,
                             std::unique_ptr<driver::Statement>& statement, std::size_t batch, ListRef into,
                             bool& finished) {
    driver::Outcome outcome;
    const bool first = statement == nullptr;
    driver::Wait wait{};
    if (first) {
        const PlanKey key{query.model, plan_verb(PlanVerb::rows, query.flags), query.clauses.bytes.span()};
        wait = at.connection().prepare(at.engine().plan(key, &make_row_plan, &query), {}, statement);
        if (wait != driver::Wait::done) co_await settle(at.connection(), wait);
        statement->read_in_portions();
    }
    const std::shared_ptr<const Plan> kept = statement->shared_plan();
    const auto& plan = static_cast<const RowPlan&>(*kept);
    into.ops->reserve(into.list, batch);
    RowCollector collector(plan, into);
    if (first) {
        BindValues values;
        bind_query(query, values);
        wait = at.start(*statement, values.span(), collector.sink(), batch, outcome);
    } else {
        if (!at.engine().hooks().empty()) at.note_start(plan.sql, 0);
        wait = at.connection().fetch(*statement, collector.sink(), batch, outcome);
    }
    if (wait != driver::Wait::done) co_await settle(at.connection(), wait);
    at.finished(outcome);
    finished = !outcome.more;
    collector.attach();
    if (finished) statement.reset();
    if (!query.related.empty() && outcome.rows != 0) {
        co_await load_paths(at, *query.model, into.ops->data(into.list), outcome.rows, query.related,
                            query.flags, &collector, &plan);
    }
    co_return outcome.rows;
}

}  // namespace

Task<std::size_t> Cursor::next(ListRef into) {
    Impl& self = *impl_;
    while (into.ops->size(into.list) != 0) into.ops->pop(into.list);
    if (self.finished) co_return std::size_t{0};
    co_return co_await on_held_connection<std::size_t>(
        self.call, self.lease, driver::Access::read, [&self, into](Connected& at) {
            return read_batch(at, self.query, self.statement, self.batch, into, self.finished);
        });
}

}  // namespace duet::engine
