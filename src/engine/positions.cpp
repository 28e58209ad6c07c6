#include "positions.hpp"

#include <duet/base/error.hpp>

#include "connected.hpp"
#include "object_row.hpp"

namespace duet::engine {

namespace {

std::shared_ptr<const Plan> question_plan(const Dialect& /*dialect*/, const void* context) {
    auto plan = std::make_shared<Plan>();
    plan->sql = *static_cast<const std::string_view*>(context);
    return plan;
}

struct Answer {
    std::int64_t first = -1, second = -1, third = -1;
};

Task<Answer> ask_on(Connected& at, std::string_view sql, std::size_t columns) {
    static constexpr driver::DecodeStep steps[] = {
        {&duet::detail::int64_value, offsetof(Answer, first), 0, 0, 0},
        {&duet::detail::int64_value, offsetof(Answer, second), 0, 1, 0},
        {&duet::detail::int64_value, offsetof(Answer, third), 0, 2, 0}};
    Answer answer;
    driver::RowSink sink = row_into({steps, columns}, &answer);
    const std::span<const std::uint8_t> bytes(reinterpret_cast<const std::uint8_t*>(sql.data()), sql.size());
    co_await run_statement(at, {nullptr, plan_verb(PlanVerb::raw, 3), bytes}, &question_plan, &sql, {}, &sink,
                           driver::all_rows);
    co_return answer;
}

Task<Answer> ask(Call call, std::string_view sql, std::size_t columns) {
    return on_connection<Answer>(
        call, driver::Access::read, [sql, columns](Connected& at) { return ask_on(at, sql, columns); },
        Sharing::allowed, AlwaysRepeat{});
}

// What is inserted may not have been written to disk yet when synchronous_commit is off, and is committed all
// the same.
constexpr std::string_view inserted = "SELECT (pg_current_wal_insert_lsn() - '0/0'::pg_lsn)::bigint";
constexpr std::string_view replayed =
    "SELECT CASE WHEN pg_is_in_recovery() "
    "THEN COALESCE((pg_last_wal_replay_lsn() - '0/0'::pg_lsn)::bigint, -1) ELSE -1 END";
constexpr std::string_view state =
    "SELECT CASE WHEN pg_is_in_recovery() "
    "THEN COALESCE((pg_last_wal_replay_lsn() - '0/0'::pg_lsn)::bigint, -1) ELSE -1 END, "
    "CASE WHEN pg_last_wal_receive_lsn() <= pg_last_wal_replay_lsn() THEN 1 ELSE 0 END::bigint, "
    "COALESCE(GREATEST((EXTRACT(EPOCH FROM clock_timestamp() - pg_last_xact_replay_timestamp()) * 1000), 0), "
    "-1)::bigint";

// The insert position is behind the header of a page that nothing has been written to yet; a replica that has
// everything is at the end of the page before.
constexpr std::int64_t page = 8192, short_header = 24, long_header = 40;

}  // namespace

Task<std::int64_t> written_position(Call primary) {
    const Answer answer = co_await ask(primary, inserted, 1);
    const std::int64_t into_page = answer.first % page;
    const bool at_start = into_page == short_header || into_page == long_header;
    co_return at_start ? answer.first - into_page : answer.first;
}

Task<std::int64_t> replayed_position(Call replica) {
    const Answer answer = co_await ask(replica, replayed, 1);
    co_return answer.first;
}

Task<std::int64_t> measured_lag(Call primary, Call replica) {
    std::int64_t target = -1;
    try {
        target = co_await written_position(primary);
    } catch (const ConnectionError&) {  // NOLINT(bugprone-empty-catch): nothing to compare with
    }
    const Answer answer = co_await ask(replica, state, 3);
    if (answer.first < 0) co_return -1;
    // A primary that has nothing to say makes nobody late.
    if (target < 0 ? answer.second == 1 : answer.first >= target) co_return 0;
    co_return answer.third;
}

}  // namespace duet::engine
