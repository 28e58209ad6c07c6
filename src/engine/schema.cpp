#include <duet/base/error.hpp>
#include <duet/dialect/ddl.hpp>
#include <duet/dialect/render.hpp>
#include <duet/engine/engine.hpp>

#include "write.hpp"

namespace duet::engine {

namespace {

std::string joined(const std::vector<std::string>& statements) {
    std::string out;
    for (const std::string& statement : statements) out += statement + ";\n";
    return out;
}

Task<> run_script_on(Connected& at, std::string script) {
    if (!at.engine().hooks().empty()) at.note_start(script, 0);
    const driver::Wait wait = at.connection().execute_script(script);
    if (wait != driver::Wait::done) co_await settle(at.connection(), wait);
    at.finished({});
}

/// All statements or none, where the database can take back changes of the schema.
Task<> run_changes(Connected& at, std::string script) {
    if (script.empty()) co_return;
    if (at.dialect().capabilities().transactional_ddl) {
        co_await atomically(at, [&] { return run_script_on(at, script); });
    } else {
        co_await run_script_on(at, script);
    }
}

}  // namespace

Task<> create_all(Call call, std::span<const ModelInfo* const> models) {
    return on_connection<void>(call, driver::Access::write, [models](Connected& at) -> Task<> {
        for (const ModelInfo* model : models) at.engine().check_layout(*model);
        const std::vector<SchemaTable> tables = describe_all(at.dialect(), models);
        const std::string script = joined(create_type_statements(at.dialect(), models)) +
                                   joined(create_all_statements(at.dialect(), tables, IfPointless::skip));
        co_await run_changes(at, script);
    });
}

Task<> drop_all(Call call, std::span<const ModelInfo* const> models) {
    return on_connection<void>(call, driver::Access::write, [models](Connected& at) -> Task<> {
        const std::vector<SchemaTable> tables = describe_all(at.dialect(), models);
        const std::string script = joined(drop_all_statements(at.dialect(), tables, IfPointless::skip)) +
                                   joined(drop_type_statements(at.dialect(), models));
        const std::string after(at.dialect().after_drop_all());
        std::exception_ptr error;
        try {
            co_await run_changes(at, script);
            co_return;
        } catch (...) {
            error = std::current_exception();
        }
        // What was switched off for the session is switched on again, whatever happens.
        if (!after.empty() && at.connection().usable()) {
            try {
                at.connection().set_limits({});
                co_await run_script_on(at, after);
            } catch (const Error&) {  // NOLINT(bugprone-empty-catch): the first error is the one to tell
            }
        }
        std::rethrow_exception(error);
    });
}

Task<DatabaseSchema> introspect(Call call) {
    return on_connection<DatabaseSchema>(
        from_primary(call), driver::Access::read, [](Connected& at) -> Task<DatabaseSchema> {
            const duet::detail::PromiseBase& self = co_await duet::detail::current_promise();
            if (self.home != nullptr) co_await at.engine().pool().helpers().enter();
            co_return at.engine().pool().driver().introspect(at.connection());
        });
}

Task<> run_script(Call call, std::string_view script) {
    return on_connection<void>(call, driver::Access::write,
                               [script](Connected& at) { return run_script_on(at, std::string(script)); });
}

Task<> copy_out(Call call, std::string_view statement, driver::CopySink sink, std::int64_t& rows) {
    return on_connection<void>(call, driver::Access::write,
                               [statement, sink, &rows](Connected& at) -> Task<> {
                                   driver::Connection& connection = at.connection();
                                   if (!connection.can_copy()) {
                                       throw UnsupportedByDialect(std::string(at.dialect().name()) +
                                                                  " has no COPY: copy_out is for PostgreSQL");
                                   }
                                   driver::Outcome outcome;
                                   if (!at.engine().hooks().empty()) at.note_start(statement, 0);
                                   const driver::Wait wait = connection.copy_out(statement, sink, outcome);
                                   if (wait != driver::Wait::done) co_await settle(connection, wait);
                                   at.finished(outcome);
                                   rows = outcome.affected;
                               });
}

}  // namespace duet::engine
