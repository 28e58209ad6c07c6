#include <duet/base/error.hpp>
#include <duet/dialect/dialect_name.hpp>

#include <gtest/gtest.h>

#include "engine/plan_reader.hpp"

namespace {

using namespace duet;
using namespace duet::engine;
using Kind = PlanWarning::Kind;

QueryPlan plan_of(PlanNode root, bool analyzed = false) {
    return QueryPlan(std::move(root), "raw", "SELECT", analyzed);
}
std::vector<Kind> kinds(const QueryPlan& plan, const PlanLimits& limits = {}) {
    std::vector<Kind> out;
    for (const PlanWarning& warning : plan.warnings(limits)) out.push_back(warning.kind);
    return out;
}

TEST(PostgresPlan, BecomesATree) {
    const PlanNode root = read_postgres_plan(R"json([{"Plan": {
        "Node Type": "Sort", "Parallel Aware": false, "Total Cost": 20.5, "Plan Rows": 10, "Actual Rows": 5000,
        "Actual Total Time": 12.5, "Actual Loops": 1, "Sort Key": ["a.x", "a.y DESC"],
        "Sort Method": "external merge", "Sort Space Type": "Disk",
        "Plans": [{"Node Type": "Seq Scan", "Parallel Aware": true, "Relation Name": "accounts", "Alias": "a",
                   "Total Cost": 19.0, "Plan Rows": 10, "Actual Rows": 2500, "Actual Total Time": 4,
                   "Actual Loops": 2, "Filter": "(x > 3)", "Rows Removed by Filter": 100000}]},
        "Planning Time": 0.1, "Execution Time": 13}])json");
    EXPECT_EQ(root.step, PlanStep::sort);
    EXPECT_TRUE(root.spilled);
    ASSERT_EQ(root.children.size(), 1U);
    const PlanNode& scan = root.children.front();
    EXPECT_EQ(scan.operation, "Parallel Seq Scan");
    EXPECT_EQ(scan.step, PlanStep::table_scan);
    EXPECT_EQ(scan.table, "accounts");
    EXPECT_EQ(scan.milliseconds, 8.0);
    EXPECT_EQ(scan.rows_removed, 100000.0);

    const QueryPlan plan = plan_of(root, true);
    EXPECT_EQ(kinds(plan),
              (std::vector<Kind>{Kind::sort, Kind::spill, Kind::missing_index, Kind::misestimate}));
    EXPECT_EQ(
        plan.to_string(),
        "Sort  (estimated 10 rows, actual 5000 rows, cost 20.5, 12.5 ms, spilled to disk)\n"
        "   | Sort Key: a.x, a.y DESC\n"
        "   | Sort Method: external merge\n"
        "   -> Parallel Seq Scan on accounts  (estimated 10 rows, actual 2500 rows, run 2 times, 100000 "
        "rows filtered out, cost 19, 8 ms)\n"
        "      | filter: (x > 3)\n"
        "warning: Sort: 5,000 rows are sorted; an index in that order would save it\n"
        "warning: Sort did not fit into memory and went to the disk (more working memory, or fewer rows "
        "or columns, would help)\n"
        "warning: all 102,500 rows of accounts are read for 2,500; no index serves the condition (x > 3)\n"
        "warning: Parallel Seq Scan on accounts: 10 rows were expected, 2,500 came; statistics that are up "
        "to date (ANALYZE) make better plans");
    EXPECT_TRUE(kinds(plan, {.large_table = 1e6, .misestimate = 1000}) == std::vector<Kind>{Kind::spill});
    EXPECT_THROW((void)read_postgres_plan("{}"), Error);
}

TEST(PostgresPlan, LimitsExplainWhyFewerRowsCome) {
    const PlanNode root = read_postgres_plan(R"([{"Plan": {
        "Node Type": "Limit", "Plan Rows": 5, "Actual Rows": 5, "Actual Loops": 1,
        "Plans": [{"Node Type": "Seq Scan", "Relation Name": "t", "Plan Rows": 100000, "Actual Rows": 5,
                   "Actual Loops": 1}]}}])");
    EXPECT_TRUE(kinds(plan_of(root, true)).empty());
}

TEST(MariaDbPlan, BecomesATree) {
    const PlanNode root = read_mariadb_plan(R"({"query_optimization": {"r_total_time_ms": 0.01},
        "query_block": {"select_id": 1, "r_loops": 1, "r_total_time_ms": 26.9, "nested_loop": [
            {"table": {"table_name": "b", "access_type": "range", "key": "PRIMARY", "rows": 39, "r_rows": 39,
                       "filtered": 100, "r_filtered": 100, "attached_condition": "b.id < 40", "r_loops": 1}},
            {"block-nl-join": {"table": {"table_name": "c", "access_type": "ALL", "rows": 10088, "r_rows": 10000,
                       "filtered": 100, "r_filtered": 100, "r_loops": 1}, "join_type": "BNL",
                       "attached_condition": "c.pages = b.pages", "r_loops": 39, "r_filtered": 1}}]}})");
    EXPECT_EQ(root.step, PlanStep::nested_loop);
    EXPECT_EQ(root.milliseconds, 26.9);
    ASSERT_EQ(root.children.size(), 2U);
    EXPECT_EQ(root.children[0].step, PlanStep::index_lookup);
    EXPECT_EQ(root.children[0].actual_rows, 39.0);
    const QueryPlan plan = plan_of(root, true);
    EXPECT_EQ(kinds(plan), (std::vector<Kind>{Kind::nested_loop, Kind::full_scan})) << plan.to_string();
    EXPECT_EQ(plan.warnings().front().table, "c");
}

TEST(MariaDbPlan, TellsAnEstimateWithoutStatisticsFromAnError) {
    const PlanNode root =
        read_mariadb_plan(R"({"query_block": {"nested_loop": [{"read_sorted_file": {"filesort": {
        "sort_key": "t.a", "r_output_rows": 1, "table": {"table_name": "t", "access_type": "ALL", "rows": 10088,
        "r_rows": 10000, "filtered": 100, "r_filtered": 0.01, "attached_condition": "t.x = 1", "r_loops": 1}}}}]}})");
    EXPECT_EQ(root.operation, "filesort");
    const QueryPlan plan = plan_of(root, true);
    EXPECT_EQ(kinds(plan), std::vector<Kind>{Kind::missing_index}) << plan.to_string();
}

TEST(MariaDbPlan, ReadsTheOlderFormsAndThoseOfMysql) {
    const PlanNode older = read_mariadb_plan(R"({"query_block": {"select_id": 1,
        "table": {"table_name": "a", "access_type": "ALL", "rows": 10},
        "table": {"table_name": "b", "access_type": "eq_ref", "key": "PRIMARY", "rows": 1}}})");
    EXPECT_EQ(older.step, PlanStep::nested_loop);
    EXPECT_EQ(older.children.size(), 2U);
    const PlanNode mysql =
        read_mariadb_plan(R"({"query_block": {"select_id": 1, "cost_info": {"query_cost": "1.5"},
        "ordering_operation": {"using_filesort": true, "table": {"table_name": "a", "access_type": "ALL",
        "rows_examined_per_scan": 5000, "filtered": "10.00", "attached_condition": "x",
        "cost_info": {"prefix_cost": "1.2"}}}}})");
    EXPECT_EQ(mysql.step, PlanStep::sort);
    EXPECT_EQ(mysql.cost, 1.5);
    EXPECT_EQ(mysql.children.front().estimated_rows, 500.0);
    EXPECT_EQ(read_mariadb_plan(R"({"query_block": {"table": {"message": "No tables used"}}})").operation,
              "No tables used");
}

TEST(SqlitePlan, BecomesATree) {
    PlanNode root = read_sqlite_plan({{3, 0, "SEARCH a USING COVERING INDEX ix_a (x=? AND y>?)"},
                                      {8, 0, "SCAN b LEFT-JOIN"},
                                      {12, 0, "SEARCH c USING AUTOMATIC PARTIAL COVERING INDEX (z=?)"},
                                      {20, 0, "USE TEMP B-TREE FOR ORDER BY"}});
    EXPECT_EQ(root.operation, "QUERY PLAN");
    ASSERT_EQ(root.children.size(), 2U);
    const PlanNode& loop = root.children[0];
    EXPECT_EQ(loop.step, PlanStep::nested_loop);
    ASSERT_EQ(loop.children.size(), 3U);
    EXPECT_EQ(loop.children[0].index, "ix_a");
    EXPECT_EQ(loop.children[0].step, PlanStep::index_lookup);
    EXPECT_EQ(loop.children[1].table, "b");
    EXPECT_EQ(loop.children[1].step, PlanStep::table_scan);
    EXPECT_EQ(loop.children[2].step, PlanStep::automatic_index);
    EXPECT_EQ(root.children[1].step, PlanStep::sort);

    root.children[0].children[0].table_rows = 4000;
    root.children[0].children[1].table_rows = 5000;
    EXPECT_EQ(kinds(plan_of(root)),
              (std::vector<Kind>{Kind::nested_loop, Kind::full_scan, Kind::automatic_index, Kind::sort}));
}

TEST(SqlitePlan, NestsSubqueries) {
    const PlanNode root = read_sqlite_plan({{2, 0, "COMPOUND QUERY"},
                                            {3, 2, "LEFT-MOST SUBQUERY"},
                                            {4, 3, "SCAN TABLE a AS x USING INDEX ix"},
                                            {9, 2, "UNION ALL"},
                                            {10, 9, "SCAN CONSTANT ROW"}});
    EXPECT_EQ(root.operation, "COMPOUND QUERY");
    ASSERT_EQ(root.children.size(), 2U);
    EXPECT_EQ(root.children[0].children[0].table, "a");
    EXPECT_EQ(root.children[0].children[0].step, PlanStep::index_scan);
    EXPECT_TRUE(root.children[1].children[0].table.empty());
    EXPECT_TRUE(read_sqlite_plan({}).children.empty());
}

TEST(PlanText, FindsTheTablesBehindAliases) {
    const auto aliases = aliases_in(dialect_of(duet::sqlite),
                                    "SELECT 1 FROM \"or\"\"ders\" AS o LEFT JOIN main.users u ON u.id = "
                                    "o.id, items WHERE x IN (SELECT 1 FROM [a b] c)");
    const std::vector<std::pair<std::string, std::string>> expected = {
        {"o", "or\"ders"}, {"u", "users"}, {"WHERE", "items"}, {"c", "a b"}};
    EXPECT_EQ(aliases, expected);
}

TEST(PlanText, TellsReadsFromWrites) {
    const Dialect& dialect = dialect_of(duet::postgresql);
    for (const char* const sql :
         {"SELECT 1", " (select 1) union (select 2)", "WITH a AS (SELECT 1) SELECT * FROM a",
          "/* x */ VALUES (1)", "SELECT replace(a, 'b', 'c') FROM t FOR UPDATE", "SELECT 1 FOR NO KEY UPDATE",
          "SELECT 'DELETE FROM x', \"update\" FROM t"}) {
        EXPECT_TRUE(only_reads(dialect, sql)) << sql;
    }
    for (const char* const sql : {"DELETE FROM t", "WITH a AS (DELETE FROM t RETURNING id) SELECT * FROM a",
                                  "SELECT 1 INTO x", "", "CALL f()", "EXPLAIN ANALYZE DELETE FROM t",
                                  "with a as (insert into t values (1)) select 1", "TRUNCATE t"}) {
        EXPECT_FALSE(only_reads(dialect, sql)) << sql;
    }
}

}  // namespace
