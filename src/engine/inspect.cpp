#include <duet/dialect/render.hpp>
#include <duet/driver/sql_listing.hpp>
#include <duet/engine/inspect.hpp>

#include "rendered.hpp"

namespace duet::engine {

Rendered::Rendered(const Dialect& dialect, const shape::QueryData& asked, QueryForm form) : query(asked) {
    Verb verb = Verb::rows;
    switch (form) {
        case QueryForm::rows:
            break;
        case QueryForm::count:
            verb = Verb::count;
            break;
        case QueryForm::exists:
            verb = Verb::exists;
            break;
        case QueryForm::remove:
        case QueryForm::remove_hard:
            verb = Verb::remove;
            if (query.model->soft_delete < 0 || form == QueryForm::remove_hard) break;
            {
                const Timestamp now = duet::detail::clock_now();
                add_soft_mark(query, &now);
            }
            [[fallthrough]];
        case QueryForm::update:
            verb = Verb::update;
            check_changes(query);
            add_behaviour_changes(query);
            break;
    }
    plan = render(dialect, query, verb);
    bind_query(query, values);
}

std::string sql_of(const Dialect& dialect, const shape::QueryData& query, QueryForm form) {
    return Rendered(dialect, query, form).plan.sql;
}

ReadableSql sql_of(const Dialect& dialect, const shape::QueryData& query, QueryForm form,
                   const SqlStyle& style) {
    const Rendered rendered(dialect, query, form);
    return driver::list_sql(dialect, rendered.plan, rendered.values.span(), style);
}

ReadableSql sql_of(const Dialect& dialect, std::string_view sql, const shape::Values& values,
                   const SqlStyle& style) {
    Plan plan;
    plan.sql = sql;
    for (std::size_t i = 0; i < values.size(); ++i) plan.binds.push_back({static_cast<std::uint16_t>(i)});
    BindValues bound;
    bind_values(values, bound);
    return driver::list_sql(dialect, plan, bound.span(), style);
}

}  // namespace duet::engine
