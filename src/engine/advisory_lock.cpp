#include <duet/dialect/render.hpp>
#include <duet/engine/advisory_lock.hpp>

#include <exception>

#include "connected.hpp"
#include "object_row.hpp"

namespace duet::engine {

namespace {

enum class Family : std::uint8_t { none, postgres, mariadb };

Family family_of(const Dialect& dialect) {
    const std::string_view name = dialect.name();
    if (name == "postgresql") return Family::postgres;
    return name == "mariadb" || name == "mysql" ? Family::mariadb : Family::none;
}

[[noreturn]] void refuse(const Dialect& dialect, const char* what) {
    throw UnsupportedByDialect(std::string(dialect.name()) + " has no " + what);
}

std::shared_ptr<const Plan> lock_plan(const Dialect& /*dialect*/, const void* context) {
    auto plan = std::make_shared<Plan>();
    plan->sql = *static_cast<const std::string_view*>(context);
    plan->binds.push_back({0});
    plan->writes = true;
    return plan;
}

/// The number that a statement about a key answers.
Task<std::int64_t> ask(Connected& at, std::string_view sql, std::int64_t key) {
    static constexpr driver::DecodeStep step{&duet::detail::int64_value, 0, 0, 0, 0};
    std::int64_t answer = 0;
    driver::RowSink sink = row_into({&step, 1}, &answer);
    const driver::BindValue value{&duet::detail::int64_value, &key};
    const std::span<const std::uint8_t> bytes(reinterpret_cast<const std::uint8_t*>(sql.data()), sql.size());
    co_await run_statement(at, {nullptr, plan_verb(PlanVerb::raw, 2), bytes}, &lock_plan, &sql, {&value, 1},
                           &sink, driver::all_rows);
    co_return answer;
}

struct Texts {
    std::string_view take, try_take, give;
};
constexpr Texts exclusive{"SELECT 1::bigint FROM pg_advisory_lock($1::bigint)",
                          "SELECT pg_try_advisory_lock($1::bigint)::integer::bigint",
                          "SELECT pg_advisory_unlock($1::bigint)::integer::bigint"};
constexpr Texts shared{"SELECT 1::bigint FROM pg_advisory_lock_shared($1::bigint)",
                       "SELECT pg_try_advisory_lock_shared($1::bigint)::integer::bigint",
                       "SELECT pg_advisory_unlock_shared($1::bigint)::integer::bigint"};
constexpr Texts of_transaction{"SELECT 1::bigint FROM pg_advisory_xact_lock($1::bigint)",
                               "SELECT pg_try_advisory_xact_lock($1::bigint)::integer::bigint", ""};
constexpr Texts of_transaction_shared{"SELECT 1::bigint FROM pg_advisory_xact_lock_shared($1::bigint)",
                                      "SELECT pg_try_advisory_xact_lock_shared($1::bigint)::integer::bigint",
                                      ""};
// MariaDB's names are those of the whole server, at most 64 letters long. It waits at most as long as told: a
// year.
#define DUET_LOCK_NAME "CONCAT('duet:', LEFT(SHA1(COALESCE(DATABASE(), '')), 16), ':', ?)"
constexpr Texts of_mariadb{"SELECT COALESCE(GET_LOCK(" DUET_LOCK_NAME ", 31536000), -1)",
                           "SELECT COALESCE(GET_LOCK(" DUET_LOCK_NAME ", 0), -1)",
                           "SELECT COALESCE(RELEASE_LOCK(" DUET_LOCK_NAME "), 0)"};
#undef DUET_LOCK_NAME

Task<bool> take_on(Connected& at, const Texts& texts, const LockRequest& request) {
    const std::int64_t answer = co_await ask(at, request.wait ? texts.take : texts.try_take, request.key);
    if (answer < 0) throw QueryCanceled("waiting for an advisory lock was interrupted");
    co_return answer != 0;
}

}  // namespace

Task<bool> lock_in_transaction(Call call, LockRequest request) {
    if (family_of(call.engine->dialect()) != Family::postgres) {
        UnsupportedByDialect error(std::string(call.engine->dialect().name()) +
                                   " has no advisory locks that end with a transaction");
        error.attach_where(call.where);
        throw error;
    }
    const Texts& texts = request.shared ? of_transaction_shared : of_transaction;
    const bool taken = co_await on_connection<bool>(
        call, driver::Access::read,
        [&texts, &request](Connected& at) -> Task<bool> { return take_on(at, texts, request); });
    co_return taken;
}

struct HeldLock::Impl {
    const Call call;
    const LockRequest request;
    const Texts& texts;
    Lease lease{};
    bool held = false;

    /// Makes sure that the lock does not travel with the connection.
    void drop() noexcept {
        held = false;
        if (!lease) return;
        if (lease->ready && lease->connection->usable() && !lease->connection->start_reset())
            lease->statements.clear();
        lease.release();
    }
};

namespace {

const Texts& texts_for(const Call& call, const LockRequest& request) {
    const Dialect& dialect = call.engine->dialect();
    switch (family_of(dialect)) {
        case Family::postgres:
            return request.shared ? shared : exclusive;
        case Family::mariadb:
            if (request.shared) refuse(dialect, "shared advisory locks");
            return of_mariadb;
        case Family::none:
            break;
    }
    refuse(dialect, "advisory locks");
}

}  // namespace

HeldLock::HeldLock(const Call& call, LockRequest request)
    : impl_(std::make_unique<Impl>(Impl{call, request, texts_for(call, request)})) {}

HeldLock::~HeldLock() {
    if (impl_->held && impl_->call.blocking) {
        try {
            duet::detail::complete_inline(release());
        } catch (...) {  // NOLINT(bugprone-empty-catch): a lost connection has lost the lock as well
        }
    }
    impl_->drop();
}

bool HeldLock::held() const noexcept { return impl_->held; }

Task<bool> HeldLock::take() {
    Impl& impl = *impl_;
    try {
        impl.held = co_await on_held_connection<bool>(
            impl.call, impl.lease, driver::Access::write, [&impl](Connected& at) -> Task<bool> {
                if (!at.connection().keeps_session()) {
                    throw ConfigurationError(
                        "a pooler that changes the server connection with each transaction (PgBouncer) "
                        "loses advisory locks: take them in a transaction, tx.advisory_lock()");
                }
                return take_on(at, impl.texts, impl.request);
            });
    } catch (...) {
        impl.drop();
        throw;
    }
    if (!impl.held) impl.lease.release();
    co_return impl.held;
}

Task<> HeldLock::release() {
    Impl& impl = *impl_;
    if (!impl.held) co_return;
    impl.held = false;
    try {
        Call call = impl.call;
        call.timeout = {};
        co_await on_held_connection<std::int64_t>(
            call, impl.lease, driver::Access::write,
            [&impl](Connected& at) { return ask(at, impl.texts.give, impl.request.key); });
        impl.lease.release();
    } catch (...) {
        impl.drop();
        throw;
    }
}

}  // namespace duet::engine
