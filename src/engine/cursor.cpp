#include <duet/base/error.hpp>

#include "load.hpp"
#include "row_plan.hpp"

namespace duet::engine {

struct Cursor::Impl : OpenStatement {
    Impl(const Call& for_call, shape::QueryData for_query, std::size_t rows)
        : call(for_call), query(std::move(for_query)), batch(rows) {}

    /// Tells the connection that the rest of the rows is not wanted.
    void give_up() noexcept {
        if (call.engine->pool().topology().blocking) return;  // the end of the statement does it
        const Lease& used = call.transaction == nullptr ? lease : call.transaction->lease();
        if (used && used->connection != nullptr && used->connection->usable())
            used->connection->close(*statement);
    }

    Call call;
    shape::QueryData query;
    std::size_t batch;
    Lease lease;
    std::unique_ptr<driver::Statement> statement;  // its own: another query of this shape must not rewind it
    bool attached = false;                         // to the transaction, which may end first
    bool cut_off = false;
    bool started = false;  // a batch was read
    bool finished = false;
    Search search;  // for a server, in a database with replicas
};

Cursor::Cursor(Call call, shape::QueryData query, std::size_t batch)
    : impl_(std::make_unique<Impl>(call, std::move(query), batch)) {
    if (batch == 0) throw InvalidQuery("iterate needs a batch of at least one row");
    impl_->drop = [](OpenStatement& self) noexcept {
        auto& impl = static_cast<Impl&>(self);
        impl.attached = false;
        impl.cut_off = true;
        if (impl.statement == nullptr) return;
        impl.give_up();
        impl.statement.reset();
    };
}

Cursor::~Cursor() {
    Impl& self = *impl_;
    if (self.attached) self.call.transaction->detach(self);
    if (self.statement == nullptr) return;
    if (self.call.transaction == nullptr && !self.lease) {
        // The one connection of a database in memory was given back: it may be busy elsewhere.
        self.call.engine->orphan(std::move(self.statement));
        return;
    }
    self.give_up();
    self.statement.reset();
}

namespace {

/// The rows of one step of a cursor.
Task<std::size_t> read_batch(Connected& at, const shape::QueryData& query,
                             std::unique_ptr<driver::Statement>& statement, std::size_t batch, ListRef into,
                             bool& finished) {
    driver::Outcome outcome;
    const bool first = statement == nullptr;
    driver::Wait wait{};
    BindValues values;
    if (first) {
        bind_query(query, values);
        const PlanKey key{query.model, plan_verb(PlanVerb::rows, query.flags), query.clauses.bytes.span()};
        wait =
            at.connection().prepare(at.engine().plan(key, &make_row_plan, &query), values.span(), statement);
        if (wait != driver::Wait::done) co_await settle(at.connection(), wait);
        statement->read_in_portions();
    }
    const std::shared_ptr<const Plan> kept = statement->shared_plan();
    const auto& plan = static_cast<const RowPlan&>(*kept);
    into.ops->reserve(into.list, batch);
    RowCollector collector(plan, into);
    if (first) {
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
    if (self.cut_off) throw InvalidQuery("this transaction has ended, and its iterations with it");
    if (self.finished) co_return std::size_t{0};
    if (self.call.transaction != nullptr && !self.attached) {
        self.call.transaction->attach(self);
        self.attached = true;
    }
    Session* const session = self.call.route.session;
    const bool choice = session != nullptr && self.call.transaction == nullptr;
    for (;;) {
        if (choice && !self.started) {
            self.call.engine =
                co_await session->choose(about(self.call, self.query.model), self.search, false);
        }
        std::exception_ptr lost;
        try {
            const std::size_t rows = co_await on_held_connection<std::size_t>(
                self.call, self.lease, driver::Access::read, [&self, into](Connected& at) {
                    return read_batch(at, self.query, self.statement, self.batch, into, self.finished);
                });
            self.started = true;
            co_return rows;
        } catch (const ConnectionError&) {
            if (self.started || self.call.transaction != nullptr || into.ops->size(into.list) != 0) throw;
            if (choice) {
                lost = std::current_exception();
            } else if (!self.lease || self.lease->connection->usable()) {
                throw;
            }
        }
        if (lost) {
            self.statement.reset();
            self.lease.release();
            if (!session->another(self.search, *self.call.engine)) std::rethrow_exception(lost);
            continue;
        }
        // A connection that was gone already when it was taken: another one can begin.
        self.started = true;  // once
        self.statement.reset();
        self.lease.release();
        self.lease = co_await acquire_alive(self.call.engine->pool(), driver::Access::read);
    }
}

}  // namespace duet::engine
