#include <duet/base/error.hpp>
#include <duet/dialect/ddl.hpp>
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

}  // namespace

Task<> create_all(Call call, std::span<const ModelInfo* const> models) {
    return on_connection<void>(call, driver::Access::write, [models](Connected& at) -> Task<> {
        for (const ModelInfo* model : models) at.engine().check_layout(*model);
        const std::vector<SchemaTable> tables = describe_all(at.dialect(), models);
        const std::string script = joined(create_all_statements(at.dialect(), tables, IfPointless::skip));
        co_await atomically(at, [&] { return run_script_on(at, script); });
    });
}

Task<> drop_all(Call call, std::span<const ModelInfo* const> models) {
    return on_connection<void>(call, driver::Access::write, [models](Connected& at) -> Task<> {
        const std::vector<SchemaTable> tables = describe_all(at.dialect(), models);
        const std::string script = joined(drop_all_statements(at.dialect(), tables, IfPointless::skip));
        co_await atomically(at, [&] { return run_script_on(at, script); });
    });
}

Task<DatabaseSchema> introspect(Call call) {
    return on_connection<DatabaseSchema>(
        call, driver::Access::read, [](Connected& at) -> Task<DatabaseSchema> {
            co_return at.engine().pool().driver().introspect(at.connection());
        });
}

Task<> run_script(Call call, std::string_view script) {
    return on_connection<void>(call, driver::Access::write,
                               [script](Connected& at) { return run_script_on(at, std::string(script)); });
}

}  // namespace duet::engine
