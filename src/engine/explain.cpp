#include <duet/base/error.hpp>
#include <duet/engine/inspect.hpp>

#include <algorithm>
#include <cstddef>
#include <deque>

#include "plan_reader.hpp"
#include "rendered.hpp"

namespace duet::engine {
namespace {

constexpr std::int64_t most_counted = 100'000;  // rows of a table that SQLite counts

std::shared_ptr<const Plan> same_plan(const Dialect& /*dialect*/, const void* plan) {
    return std::make_shared<Plan>(*static_cast<const Plan*>(plan));
}

/// A statement with rows of one form.
template <class Row>
Task<driver::Outcome> fetch_plain(Connected& at, const Plan& plan, std::span<const driver::BindValue> values,
                                  std::span<const driver::DecodeStep> steps, std::deque<Row>& rows) {
    driver::RowSink sink;
    sink.steps = steps.data();
    sink.step_count = steps.size();
    sink.open = [](void* context, std::size_t) -> void* {
        return &static_cast<std::deque<Row>*>(context)->emplace_back();
    };
    sink.context = &rows;
    // Two statements of one text may take their values in another order.
    std::vector<std::uint8_t> bytes(plan.sql.begin(), plan.sql.end());
    for (const PlanBind& bind : plan.binds) {
        bytes.push_back(static_cast<std::uint8_t>(bind.value));
        bytes.push_back(static_cast<std::uint8_t>(bind.value >> 8));
        bytes.push_back(static_cast<std::uint8_t>(bind.transform));
    }
    co_return co_await run_statement(at, {nullptr, plan_verb(PlanVerb::explain), bytes}, &same_plan, &plan,
                                     values, &sink, driver::all_rows);
}

Plan explaining(const Dialect& dialect, const Plan& plan, bool analyze) {
    Plan out = plan;
    out.sql = dialect.explain(plan.sql, analyze);
    out.writes = false;
    return out;
}

/// One number for a text: none when there is no row.
Task<std::optional<double>> ask(Connected& at, std::string sql, std::string_view name) {
    struct Row {
        double value = 0;
    };
    static const driver::DecodeStep step{&duet::detail::float64_value, offsetof(Row, value), 0, 0, 0};
    Plan plan;
    plan.sql = std::move(sql);
    const driver::BindValue value{&duet::detail::text_value, name.data(), name.size()};
    if (!name.empty()) plan.binds.push_back({0});
    std::deque<Row> rows;
    co_await fetch_plain(at, plan, {&value, plan.binds.size()}, {&step, 1}, rows);
    if (rows.empty()) co_return std::nullopt;
    co_return rows.front().value;
}

std::string quoted(const Dialect& dialect, std::string_view name) {
    std::string out;
    dialect.quote(out, name);
    return out;
}

/// How many rows the planner takes a table to have; without statistics, a guess by its size.
Task<std::optional<double>> postgres_rows(Connected& at, std::string_view table) {
    const std::string name = quoted(at.dialect(), table);
    co_return co_await ask(
        at,
        "SELECT CAST(CASE WHEN c.relpages > 0 AND c.reltuples > 0 THEN c.reltuples / c.relpages * "
        "(pg_relation_size(c.oid) / current_setting('block_size')::int) ELSE pg_relation_size(c.oid) / 100.0 "
        "END AS float8) FROM pg_class AS c WHERE c.oid = to_regclass($1) AND c.relkind <> 'p'",
        name);
}

/// Of the statistics, if ANALYZE made them, else counted up to a limit.
Task<std::optional<double>> sqlite_rows(Connected& at, std::string_view table) {
    const std::string name(table);
    const std::optional<double> there =
        co_await ask(at, "SELECT 1.0 FROM sqlite_master WHERE type = 'table' AND name = ?", name);
    if (!there) co_return std::nullopt;
    const std::optional<double> analyzed =
        co_await ask(at, "SELECT 1.0 FROM sqlite_master WHERE name = ?", "sqlite_stat1");
    if (analyzed) {
        const std::optional<double> known =
            co_await ask(at, "SELECT CAST(stat AS REAL) FROM sqlite_stat1 WHERE tbl = ? LIMIT 1", name);
        if (known) co_return known;
    }
    std::string count = "SELECT CAST(count(*) AS REAL) FROM (SELECT 1 FROM " + quoted(at.dialect(), name) +
                        " LIMIT " + std::to_string(most_counted) + ")";
    co_return co_await ask(at, std::move(count), {});
}

Task<> add_table_sizes(Connected& at, PlanNode& root) {
    const bool sqlite = at.dialect().name() == "sqlite";
    std::vector<PlanNode*> nodes;
    const auto collect = [&](PlanNode& node) {
        if (!node.table.empty() && (sqlite || node.step == PlanStep::table_scan)) nodes.push_back(&node);
    };
    each_node(root, collect);
    for (std::size_t i = 0; i < nodes.size(); ++i) {
        PlanNode& node = *nodes[i];
        const auto same = std::find_if(nodes.begin(), nodes.begin() + static_cast<std::ptrdiff_t>(i),
                                       [&](const PlanNode* other) { return other->table == node.table; });
        std::optional<double> rows;
        if (*same != &node) {
            rows = (*same)->table_rows;
        } else if (sqlite) {
            rows = co_await sqlite_rows(at, node.table);
        } else {
            rows = co_await postgres_rows(at, node.table);
        }
        node.table_rows = rows;
        node.table_rows_at_least = sqlite && rows == static_cast<double>(most_counted);
    }
}

/// SQLite measures nothing: the statement is run, and its rows are counted.
Task<> measure(Connected& at, const Plan& plan, std::span<const driver::BindValue> values, PlanNode& root) {
    std::deque<std::byte> rows;
    const auto started = std::chrono::steady_clock::now();
    const driver::Outcome outcome = co_await fetch_plain(at, plan, values, {}, rows);
    const std::chrono::duration<double, std::milli> took = std::chrono::steady_clock::now() - started;
    root.actual_rows = static_cast<double>(outcome.rows);
    root.milliseconds = took.count();
}

Task<QueryPlan> explain_sqlite(Connected& at, const Plan& plan, std::span<const driver::BindValue> values,
                               bool analyze) {
    static const driver::DecodeStep steps[] = {
        {&duet::detail::int64_value, offsetof(SqlitePlanLine, id), 0, 0, 0},
        {&duet::detail::int64_value, offsetof(SqlitePlanLine, parent), 0, 1, 0},
        {&duet::detail::string_type, offsetof(SqlitePlanLine, text), 0, 3, 0}};
    std::deque<SqlitePlanLine> rows;
    const Plan asked = explaining(at.dialect(), plan, analyze);
    co_await fetch_plain(at, asked, values, steps, rows);
    const std::vector<SqlitePlanLine> lines(rows.begin(), rows.end());
    std::string raw;
    for (const SqlitePlanLine& line : lines) {
        std::int64_t parent = line.parent;
        for (auto it = lines.rbegin(); it != lines.rend() && parent != 0; ++it) {
            if (it->id == parent) {
                raw += "  ";
                parent = it->parent;
            }
        }
        raw += line.text + "\n";
    }
    PlanNode root = read_sqlite_plan(lines);
    if (analyze) co_await measure(at, plan, values, root);
    co_return QueryPlan(std::move(root), std::move(raw), plan.sql, analyze);
}

Task<QueryPlan> explain_json(Connected& at, const Plan& plan, std::span<const driver::BindValue> values,
                             bool analyze) {
    static const driver::DecodeStep step{&duet::detail::string_type, 0, 0, 0, 0};
    std::deque<std::string> rows;
    const Plan asked = explaining(at.dialect(), plan, analyze);
    co_await fetch_plain(at, asked, values, {&step, 1}, rows);
    std::string raw;
    for (const std::string& line : rows) raw += line;
    PlanNode root = at.dialect().name() == "postgresql" ? read_postgres_plan(raw) : read_mariadb_plan(raw);
    co_return QueryPlan(std::move(root), std::move(raw), plan.sql, analyze);
}

void name_tables(const Dialect& dialect, std::string_view sql, PlanNode& root) {
    const std::vector<std::pair<std::string, std::string>> aliases = aliases_in(dialect, sql);
    const auto rename = [&aliases](PlanNode& node) {
        for (const auto& [alias, table] : aliases) {
            if (node.table != alias) continue;
            if (alias != table) node.extra.emplace_back("alias", std::exchange(node.table, table));
            return;
        }
    };
    each_node(root, rename);
}

Task<QueryPlan> explain_on(Connected& at, const Plan& plan, std::span<const driver::BindValue> values,
                           bool analyze) {
    const bool sqlite = at.dialect().name() == "sqlite";
    std::optional<QueryPlan> told;
    if (sqlite) {
        told = co_await explain_sqlite(at, plan, values, analyze);
    } else {
        told = co_await explain_json(at, plan, values, analyze);
    }
    PlanNode root = told->root();
    if (at.dialect().name() != "postgresql") name_tables(at.dialect(), plan.sql, root);
    if (sqlite || at.dialect().name() == "postgresql") co_await add_table_sizes(at, root);
    co_return QueryPlan(std::move(root), told->raw(), plan.sql, analyze);
}

Task<QueryPlan> explain_for(Call call, const Plan& plan, std::span<const driver::BindValue> values,
                            bool analyze) {
    if (analyze && plan.writes) {
        throw InvalidQuery("explain(duet::analyze) runs the statement: it is for statements that only read",
                           call.where);
    }
    // No plan writes; but a server that must not write may refuse to plan a write.
    const bool writes = plan.writes && !call.engine->pool().topology().separate_writer;
    return on_connection<QueryPlan>(
        call, writes ? driver::Access::write : driver::Access::read,
        [&plan, values, analyze](Connected& at) { return explain_on(at, plan, values, analyze); },
        plan.raw ? Sharing::exclusive : Sharing::allowed, AlwaysRepeat{});
}

}  // namespace

Task<QueryPlan> explain(Call call, const Plan& plan, std::span<const driver::BindValue> values,
                        ExplainOptions options) {
    return explain_for(call, plan, values, options.analyze);
}

Task<QueryPlan> explain(Call call, const shape::QueryData& query, QueryForm form, ExplainOptions options) {
    const Rendered rendered(call.engine->dialect(), query, form);
    call.route.model = query.model;
    co_return co_await explain_for(call, rendered.plan, rendered.values.span(), options.analyze);
}

Task<QueryPlan> explain(Call call, const RawStatement& statement, ExplainOptions options) {
    Plan plan;
    plan.sql = statement.text;
    plan.writes = !only_reads(call.engine->dialect(), statement.text);
    plan.raw = true;
    BindValues values;
    bind_values(*statement.values, values);
    for (std::size_t i = 0; i < values.size(); ++i) plan.binds.push_back({static_cast<std::uint16_t>(i)});
    co_return co_await explain_for(call, plan, values.span(), options.analyze);
}

}  // namespace duet::engine
