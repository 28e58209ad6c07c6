#include <algorithm>

#include "load.hpp"
#include "open_cursor.hpp"
#include "row_plan.hpp"

namespace duet::engine {

namespace {
constexpr std::size_t most_rows = 1'000'000'000;  // what every database takes for a portion
}

OpenCursor::OpenCursor(const Call& for_call, shape::QueryData for_query, std::size_t rows,
                       driver::Access wanted)
    : call(for_call), query(std::move(for_query)), batch(std::min(rows, most_rows)), access(wanted) {
    if (batch == 0) throw InvalidQuery("iterate needs a batch of at least one row");
    drop = [](OpenStatement& self) noexcept {
        auto& cursor = static_cast<OpenCursor&>(self);
        cursor.attached = false;
        cursor.cut_off = true;
        if (cursor.statement == nullptr) return;
        cursor.give_up();
        cursor.statement.reset();
    };
}

OpenCursor::~OpenCursor() {
    if (attached) call.transaction->detach(*this);
    if (statement == nullptr) return;
    if (call.transaction == nullptr && !lease) {
        // The one connection of a database in memory was given back: it may be busy elsewhere.
        call.engine->orphan(std::move(statement));
        return;
    }
    give_up();
    statement.reset();
}

void OpenCursor::give_up() noexcept {
    if (call.engine->pool().topology().blocking) return;  // the end of the statement does it
    const Lease& used = call.transaction == nullptr ? lease : call.transaction->lease();
    if (used && used->connection != nullptr && used->connection->usable())
        used->connection->close(*statement);
}

struct Cursor::Impl : OpenCursor {
    using OpenCursor::OpenCursor;
};

Cursor::Cursor(Call call, shape::QueryData query, std::size_t batch)
    : impl_(std::make_unique<Impl>(call, std::move(query), batch, driver::Access::read)) {}

Cursor::~Cursor() = default;

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
    constexpr std::size_t many = 4096;  // who asks for "all" in one batch may have few
    into.ops->reserve(into.list, std::min(batch, many));
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
    return next_batch(
        self,
        [&self, into](Connected& at) {
            return read_batch(at, self.query, self.statement, self.batch, into, self.finished);
        },
        [into] { return into.ops->size(into.list) == 0; });
}

}  // namespace duet::engine
