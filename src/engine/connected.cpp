#include "connected.hpp"

#include <duet/base/error.hpp>
#include <duet/dialect/ddl.hpp>

#include <cstring>

namespace duet::engine {

void Connected::leave() noexcept {
    if (limited_) connection().set_limits({});
    if (claimed_) call_.transaction->leave();
}

void Connected::open(Lease lease, driver::Access access, duet::detail::CancelState* cancel) {
    lease_ = std::move(lease);
    open_on(lease_, access, cancel);
}

bool Connected::open_now(driver::Access access) {
    if (call_.timeout.count() != 0) return false;
    if (call_.transaction != nullptr) {
        if (call_.transaction->options().timeout.count() != 0) return false;
        if (access == driver::Access::write) {
            if (call_.transaction->read_only()) return false;
            call_.transaction->note_write();
        }
        PooledConnection* const entered = call_.transaction->enter_now();
        claimed_ = entered != nullptr;
        if (claimed_) use(*entered);
        return claimed_;
    }
    Pool& pool = engine().pool();
    lease_ = pool.try_acquire(access);
    if (!lease_ || !lease_.ready() || engine().has_orphans()) {
        lease_.release();
        return false;
    }
    if (pool.reports_leaks()) [[unlikely]]
        lease_.note(call_.where);
    use(*lease_);
    connection().allow_blocking(true);
    return true;
}

void Connected::open_held(Lease& lease, driver::Access access, duet::detail::CancelState* cancel) {
    open_on(lease, access, cancel);
}

void Connected::open_on(Lease& lease, driver::Access access, duet::detail::CancelState* cancel) {
    if (call_.transaction != nullptr) {
        if (access == driver::Access::write) {
            if (call_.transaction->read_only()) throw InvalidQuery("this transaction is read-only");
            call_.transaction->note_write();
        }
        use(call_.transaction->opened());
    } else {
        if (engine().pool().reports_leaks()) lease.note(call_.where);
        use(*lease);
        if (engine().has_orphans()) engine().bury_orphans();
    }
    connection().allow_blocking(call_.blocking);
    limit(cancel);
}

void Connected::open_shared(SharedLease lease, duet::detail::CancelState* cancel) {
    shared_ = std::move(lease);
    pooled_ = &shared_.pooled();
    connection_ = &shared_.channel();
    limit(cancel);
}

namespace {

/// Of the statements of a call; 0: none.
std::chrono::nanoseconds limit_of(const Call& call) noexcept {
    if (call.unlimited) return {};
    if (call.timeout.count() == 0 && call.transaction != nullptr) return call.transaction->options().timeout;
    return call.timeout;
}

std::chrono::steady_clock::time_point after(std::chrono::nanoseconds timeout) noexcept {
    using Clock = std::chrono::steady_clock;
    const auto now = Clock::now();
    return timeout < Clock::time_point::max() - now ? now + timeout : Clock::time_point::max();
}

}  // namespace

void throw_if_over(std::chrono::nanoseconds limit) {
    if (limit.count() < 0)
        throw QueryCanceled("the time that the statement may take was over before it began");
}

void Connected::claim() {
    throw_if_over(limit_of(call_));
    if (call_.transaction == nullptr) return;
    call_.transaction->claim();
    claimed_ = true;
}

void Connected::limit(duet::detail::CancelState* cancel) {
    if (call_.unlimited) return;
    const auto timeout = limit_of(call_);
    throw_if_over(timeout);
    if (timeout.count() == 0 && cancel == nullptr) return;
    driver::Limits limits;
    if (timeout.count() > 0) limits.deadline = after(timeout);
    if (cancel != nullptr) {
        token_ = CancelToken(cancel);
        limits.cancelled = [](const void* context) noexcept {
            return static_cast<const CancelToken*>(context)->cancelled();
        };
        limits.context = &token_;
    }
    limited_ = true;
    connection().set_limits(limits);
}

Task<driver::Statement*> Connected::prepare(const PlanKey& key, Engine::Render render, const void* context,
                                            std::span<const driver::BindValue> values) {
    std::unique_ptr<driver::Statement> statement;
    std::shared_ptr<const Plan> plan = engine().plan(key, render, context);
    if (!engine().hooks().empty()) note_start(plan->sql, 0, false);
    preparing_ = true;
    const driver::Wait wait = connection().prepare(std::move(plan), values, statement);
    if (wait != driver::Wait::done) co_await settle(connection(), wait);
    preparing_ = false;
    std::optional<std::unique_ptr<driver::Statement>> evicted;
    driver::Statement* const kept = pooled_->statements.insert(key, std::move(statement), evicted).get();
    // Somebody else may be in the middle of using it.
    if (evicted && shared_) shared_.keep(std::move(*evicted));
    co_return kept;
}

namespace {
/// Texts of lists lie packed, each behind its length.
bool same_texts(const driver::BindValue& a, const driver::BindValue& b) {
    const auto* l = static_cast<const std::byte*>(a.data);
    const auto* r = static_cast<const std::byte*>(b.data);
    for (std::size_t i = 0; i < a.size; ++i) {
        std::string_view left;
        std::string_view right;
        l = shape::Values::next_text(l, left);
        r = shape::Values::next_text(r, right);
        if (left != right) return false;
    }
    return true;
}
bool same_value(const driver::BindValue& a, const driver::BindValue& b) {
    if (a.data == nullptr || b.data == nullptr) return a.data == b.data;
    if (a.list != b.list || a.type != b.type || a.size != b.size) return false;
    if (!a.list) return std::memcmp(a.data, b.data, a.size) == 0;
    const Kind kind = a.type->kind;
    if (kind == Kind::text_view || kind == Kind::blob_view) return same_texts(a, b);
    const bool is_plain = kind >= Kind::boolean && kind <= Kind::float64;
    return is_plain && std::memcmp(a.data, b.data, a.size * a.type->size) == 0;
}
}  // namespace

void Connected::require_equal(const Plan& plan, std::span<const driver::BindValue> values) {
    for (const auto& [first, second] : plan.equal_values) {
        if (same_value(values[first], values[second])) continue;
        throw InvalidQuery(
            "an expression in the select list, HAVING or ORDER BY differs from the one in GROUP BY (or after "
            "DISTINCT) by a value");
    }
}

void Connected::note_own_words(const Plan& plan) {
    own_words_ = true;
    if (plan.locks && !plan.writes && call_.transaction == nullptr)
        throw InvalidQuery(
            "for_update or for_share in a subquery needs a transaction: outside of one its locks would be "
            "gone "
            "with the statement");
}

void Connected::note_start(std::string_view sql, std::size_t parameters, bool sending) {
    // Nobody may keep a transaction from being taken back.
    if (sending && !call_.unlimited && !sql.starts_with("ROLLBACK"))
        engine().before_query().ask({sql, parameters, call_.where, engine().node()});
    observed_ = std::make_unique<Observation>(
        Observation{std::string(sql), parameters, std::chrono::steady_clock::now()});
}

namespace {

bool writes_model(std::uint64_t verb) {
    switch (static_cast<PlanVerb>(verb >> 32)) {
        case PlanVerb::insert:
        case PlanVerb::update:
        case PlanVerb::update_row:
        case PlanVerb::update_one:
        case PlanVerb::update_returning:
        case PlanVerb::update_columns:
        case PlanVerb::update_by_arrays:
            return true;
        default:
            return false;
    }
}

}  // namespace

/// MariaDB and MySQL tell the name of a violated key, SQLite that of an index.
void Connected::name_columns(Error& error) const {
    auto* const violation = dynamic_cast<UniqueViolation*>(&error);
    if (violation == nullptr || violation->constraint().empty() || !violation->columns().empty()) return;
    if (subject_ == nullptr || !writes_model(verb_)) return;
    const SchemaTable table = describe(dialect(), *static_cast<const ModelInfo*>(subject_));
    std::vector<std::string> columns;
    if (violation->constraint() == "PRIMARY") columns = table.primary_key;
    for (const SchemaUnique& unique : table.uniques) {
        if (unique.name == violation->constraint()) columns = unique.columns;
    }
    if (const SchemaIndex* const index = table.index(violation->constraint()); index != nullptr) {
        for (const SchemaIndex::Column& column : index->columns) columns.push_back(column.name);
    }
    violation->set_columns(std::move(columns));
}

void Connected::failed(Error& error) noexcept {
    try {
        name_columns(error);
    } catch (const std::exception&) {  // NOLINT(bugprone-empty-catch): the error is told as it is
    }
    if (observed_ != nullptr) report({}, &error);
}

bool Connected::lost(const Error& error) const noexcept {
    return call_.transaction == nullptr && pooled_ != nullptr && !engine().pool().topology().blocking &&
           dynamic_cast<const ConnectionError*>(&error) != nullptr && !connection().usable();
}

bool Connected::lost_unsent(const Error& error) const noexcept {
    return !progressed_ && lost(error) && (preparing_ || connection().not_started());
}

void throw_not_in_batch() {
    throw InvalidQuery("an operation of several steps cannot run together with others: await it by itself");
}

std::chrono::steady_clock::time_point ready_by(const Call& call) noexcept {
    using Clock = std::chrono::steady_clock;
    constexpr std::chrono::seconds grace{5};
    const auto timeout = limit_of(call);
    if (timeout.count() == 0) return Clock::time_point::max();
    const auto deadline = after(timeout);
    return deadline < Clock::time_point::max() - grace ? deadline + grace : Clock::time_point::max();
}

Task<Lease> acquire_alive(Pool& pool, driver::Access access) {
    for (;;) {
        Lease lease = co_await pool.acquire(access);
        if (!lease.ready()) co_return std::move(lease);
        bool alive = true;
        try {
            const driver::Wait wait = lease->connection->ping();
            if (wait != driver::Wait::done) co_await settle(*lease->connection, wait);
        } catch (const ConnectionError&) {
            alive = false;
        }
        if (alive) co_return std::move(lease);
        lease->ready = false;  // closed on its way back
    }
}

void Connected::report(const driver::Outcome& outcome, const Error* error) noexcept {
    const std::unique_ptr<Observation> statement = std::move(observed_);
    QueryEvent event;
    event.sql = statement->sql;
    event.duration = std::chrono::steady_clock::now() - statement->started;
    event.parameters = statement->parameters;
    event.rows = outcome.rows;
    event.affected = outcome.affected;
    event.where = call_.where;
    event.error = error;
    event.node = engine().node();
    engine().hooks().fire(event);
}

namespace {
std::shared_ptr<const Plan> text_plan(const Dialect& /*dialect*/, const void* context) {
    auto plan = std::make_shared<Plan>();
    plan->sql = *static_cast<const std::string_view*>(context);
    return plan;
}
}  // namespace

Task<> run_text(Connected& at, std::string_view sql) {
    const std::span<const std::uint8_t> bytes(reinterpret_cast<const std::uint8_t*>(sql.data()), sql.size());
    co_await run_statement(at, {nullptr, plan_verb(PlanVerb::raw), bytes}, &text_plan, &sql, {}, nullptr,
                           driver::all_rows);
}

namespace {
Task<> send_begin(Connected& at, std::string_view sql) {
    if (!at.engine().hooks().empty()) at.note_start(sql, 0);
    const driver::Wait wait = at.connection().begin(sql);
    if (wait != driver::Wait::done) co_await settle(at.connection(), wait);
    at.begun();
}
}  // namespace

Task<> run_begin(Connected& at, std::string_view sql) {
    return at.engine().pool().topology().blocking ? run_text(at, sql) : send_begin(at, sql);
}

void bind_values(const shape::Values& values, BindValues& out) {
    for (std::size_t i = 0; i < values.size(); ++i) {
        const shape::Values::Entry& entry = values.entry(i);
        out.push({entry.type, entry.type == nullptr ? nullptr : values.data(i), entry.size, entry.list});
    }
}

void bind_query(const shape::QueryData& query, BindValues& out) {
    bind_values(query.clauses.values, out);
    if ((query.flags & shape::has_limit) != 0) out.push({&duet::detail::int64_value, &query.limit, 0, false});
    if ((query.flags & shape::has_offset) != 0)
        out.push({&duet::detail::int64_value, &query.offset, 0, false});
}

}  // namespace duet::engine
