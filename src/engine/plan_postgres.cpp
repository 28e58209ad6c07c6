#include <duet/types/json.hpp>

#include <algorithm>

#include "plan_reader.hpp"

namespace duet::engine {
namespace {

std::string text_of(const Json& value) {
    if (value.is_string()) return value.as_string();
    if (!value.is_array()) return std::string(value.text());
    std::string out;
    for (const Json& element : value.elements()) {
        if (!out.empty()) out += ", ";
        out += text_of(element);
    }
    return out;
}

PlanStep step_of(std::string_view type, bool has_condition) {
    if (type == "Seq Scan") return PlanStep::table_scan;
    if (type == "Index Scan" || type == "Index Only Scan" || type == "Bitmap Index Scan")
        return has_condition ? PlanStep::index_lookup : PlanStep::index_scan;
    if (type == "Nested Loop") return PlanStep::nested_loop;
    if (type == "Hash Join") return PlanStep::hash_join;
    if (type == "Merge Join") return PlanStep::merge_join;
    if (type == "Sort" || type == "Incremental Sort") return PlanStep::sort;
    return type == "Materialize" ? PlanStep::temporary_table : PlanStep::other;
}

PlanNode node_of(const Json& plan) {
    static constexpr std::string_view told[] = {
        "Join Type", "Strategy",    "Subplan Name", "CTE Name",       "Function Name", "Index Cond",
        "Hash Cond", "Merge Cond",  "Group Key",    "Sort Key",       "Presorted Key", "Order By",
        "TID Cond",  "Sort Method", "Hash Batches", "Workers Planned"};
    PlanNode node;
    bool has_condition = false;
    double removed = 0;
    for (const auto& [key, value] : plan.items()) {
        const auto number = [&value = value] { return value.as_double(); };
        if (key == "Node Type") {
            node.operation = value.as_string();
        } else if (key == "Relation Name") {
            node.table = value.as_string();
        } else if (key == "Index Name") {
            node.index = value.as_string();
        } else if (key == "Filter" || key == "Join Filter") {
            node.filter = node.filter.empty() ? value.as_string() : node.filter + " AND " + value.as_string();
        } else if (key == "Plan Rows") {
            node.estimated_rows = number();
        } else if (key == "Total Cost") {
            node.cost = number();
        } else if (key == "Actual Rows") {
            node.actual_rows = number();
        } else if (key == "Actual Loops") {
            node.loops = number();
        } else if (key == "Actual Total Time") {
            node.milliseconds = number();
        } else if (key == "Rows Removed by Filter" || key == "Rows Removed by Join Filter") {
            node.rows_removed = removed += number();
        } else if (key == "Sort Space Type") {
            node.spilled = node.spilled || value.as_string() == "Disk";
        } else if (key == "Disk Usage" || (key == "Hash Batches" && plan["Actual Rows"].is_number())) {
            node.spilled = node.spilled || number() > (key == "Disk Usage" ? 0 : 1);
        } else if (key == "Plans") {
            for (const Json& child : value.elements()) node.children.push_back(node_of(child));
        }
        has_condition = has_condition || key == "Index Cond";
        const bool plain = key == "Strategy" && value == Json("Plain");
        const bool inner = key == "Join Type" && value == Json("Inner");
        if (std::ranges::find(told, key) != std::end(told) && !plain && !inner)
            node.extra.emplace_back(key, text_of(value));
    }
    node.step = step_of(node.operation, has_condition);
    if (plan["Parallel Aware"] == Json(true)) node.operation.insert(0, "Parallel ");
    if (const Json inner = plan["Operation"]; inner.is_string()) node.operation = inner.as_string();
    if (node.milliseconds && node.loops) *node.milliseconds *= *node.loops;
    return node;
}

}  // namespace

PlanNode read_postgres_plan(std::string_view json) {
    const Json whole = Json::parse(json);
    const Json first = whole[std::size_t{0}];
    return node_of(first.at("Plan"));
}

}  // namespace duet::engine
