#pragma once

#include <duet/dialect/sql_style.hpp>
#include <duet/engine/engine.hpp>
#include <duet/engine/query_plan.hpp>

#include <cstdint>
#include <span>
#include <string>

namespace duet::engine {

/// What would be made of a query.
enum class QueryForm : std::uint8_t { rows, count, exists, update, remove, remove_hard };

/// The statement that this makes of a query, with placeholders. Throws as the operation itself would.
std::string sql_of(const Dialect& dialect, const shape::QueryData& query, QueryForm form);
/// The same for reading.
ReadableSql sql_of(const Dialect& dialect, const shape::QueryData& query, QueryForm form,
                   const SqlStyle& style);
/// A statement that is written already: one value for each of its placeholders.
ReadableSql sql_of(const Dialect& dialect, std::string_view sql, const shape::Values& values,
                   const SqlStyle& style);

/// How the database runs it. Sends EXPLAIN and, where the plan reads whole tables, asks for their sizes. With
/// `analyze` the statement is run: InvalidQuery for one that writes; SQLite, which measures nothing, tells
/// the number of rows and the time of the whole.
Task<QueryPlan> explain(Call call, const shape::QueryData& query, QueryForm form, ExplainOptions options);
Task<QueryPlan> explain(Call call, const RawStatement& statement, ExplainOptions options);
/// Any statement that is rendered for the call's dialect. Both have to stay until the Task has ended.
Task<QueryPlan> explain(Call call, const Plan& plan, std::span<const driver::BindValue> values,
                        ExplainOptions options);

}  // namespace duet::engine
