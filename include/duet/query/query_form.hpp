#pragma once

#include <duet/dialect/dialect_name.hpp>
#include <duet/engine/inspect.hpp>

#include <string>
#include <utility>

namespace duet {

namespace detail {
struct ExplainForm {
    engine::Call call;
    shape::QueryData query;
    engine::QueryForm form;
    ExplainOptions options;
    auto start() { return engine::explain(call, query, form, options); }
    QueryPlan finish(QueryPlan plan) { return plan; }
};
}  // namespace detail

/// A statement that an operation of a query would send, to be looked at: `query.as_update("views"_c = 0)`.
class QueryForm {
public:
    QueryForm(shape::QueryData query, engine::QueryForm form) : query_(std::move(query)), form_(form) {}

    /// With placeholders. Throws as the operation would: UnsupportedByDialect, InvalidQuery.
    std::string to_sql(DialectName dialect) const {
        return engine::sql_of(dialect_of(dialect), query_, form_);
    }
    /// For reading.
    ReadableSql to_sql(DialectName dialect, const SqlStyle& style) const {
        return engine::sql_of(dialect_of(dialect), query_, form_, style);
    }

protected:
    shape::QueryData query_;
    engine::QueryForm form_;
};

/// The same of a query with a handle, in the dialect of its database. Must not outlive the handle.
template <class Mode>
class BoundQueryForm : public QueryForm {
public:
    BoundQueryForm(const engine::Call& call, shape::QueryData query, engine::QueryForm form)
        : QueryForm(std::move(query), form), call_(call) {}

    using QueryForm::to_sql;
    std::string to_sql() const { return engine::sql_of(call_.engine->dialect(), query_, form_); }
    ReadableSql to_sql(const SqlStyle& style) const {
        return engine::sql_of(call_.engine->dialect(), query_, form_, style);
    }
    /// How the database is going to run it. Nothing is written: duet::analyze throws InvalidQuery for writes.
    typename Mode::template Result<QueryPlan> explain(ExplainOptions options = {}) const {
        return Mode::run(detail::ExplainForm{call_, query_, form_, options});
    }

private:
    engine::Call call_;
};

}  // namespace duet
