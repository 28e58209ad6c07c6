#include <duet/base/error.hpp>

#include <optional>

#include "connected.hpp"

namespace duet::engine {

namespace {

std::shared_ptr<const Plan> make_raw_plan(const Dialect& /*dialect*/, const void* context) {
    const auto& statement = *static_cast<const RawStatement*>(context);
    auto plan = std::make_shared<Plan>();
    plan->sql = statement.text;
    plan->writes = true;
    plan->raw = true;
    for (std::size_t i = 0; i < statement.values->size(); ++i)
        plan->binds.push_back({static_cast<std::uint16_t>(i)});
    return plan;
}

PlanKey key_of(const RawStatement& statement) {
    return {nullptr,
            plan_verb(PlanVerb::raw, 1),
            {reinterpret_cast<const std::uint8_t*>(statement.text.data()), statement.text.size()}};
}

std::vector<driver::DecodeStep> steps_for(const std::vector<std::string>& names, const RawTarget& target) {
    if (!target.by_name && names.size() != target.fields.size()) {
        throw InvalidQuery("the statement yields " + std::to_string(names.size()) + " columns where " +
                           std::to_string(target.fields.size()) + " are expected");
    }
    std::vector<driver::DecodeStep> steps;
    for (std::size_t i = 0; i < target.fields.size(); ++i) {
        std::size_t column = i;
        if (target.by_name) {
            column = 0;
            while (column < names.size() && names[column] != target.fields[i].name) ++column;
            if (column == names.size()) {
                throw InvalidQuery("the statement yields no column named '" +
                                   std::string(target.fields[i].name) + "'");
            }
        }
        steps.push_back(
            {target.fields[i].type, target.fields[i].offset, 0, static_cast<std::uint16_t>(column), 0});
    }
    return steps;
}

/// Rows for a target. The statement may have been run when its columns turn out not to fit, where the
/// database does not describe them before.
struct RawSink : driver::RowSink {
    explicit RawSink(const RawTarget& rows) : target(rows) {
        open = [](void* of, std::size_t) {
            const auto& t = static_cast<const RawSink*>(of)->target;
            return t.append(t.context);
        };
        if (target.by_name) {
            name = [](void* of, std::size_t step) {
                return static_cast<const RawSink*>(of)->target.fields[step].name;
            };
        }
        columns = [](driver::RowSink& sink, const std::vector<std::string>& names) {
            static_cast<RawSink&>(sink).fit(names);
        };
        context = this;
    }
    RawSink(const RawSink&) = delete;
    RawSink& operator=(const RawSink&) = delete;

    void fit(const std::vector<std::string>& names) {
        storage = steps_for(names, target);
        steps = storage.data();
        step_count = storage.size();
        fitted = true;
    }

    const RawTarget& target;
    std::vector<driver::DecodeStep> storage;
    bool fitted = false;
};

/// Runs on a reading connection when the statement turns out to only read; else nothing happens and nullopt
/// comes back.
template <class Body>
auto routed(Call call, Body body)
    -> Task<typename decltype(body(std::declval<Connected&>()))::value_type::value_type> {
    using R = typename decltype(body(std::declval<Connected&>()))::value_type::value_type;
    const bool choice = call.transaction == nullptr && call.engine->pool().topology().separate_writer;
    if (choice) {
        std::optional<R> done = co_await on_connection<std::optional<R>>(call, driver::Access::read, body);
        if (done) co_return std::move(*done);
    }
    // What the text does is not known: it goes to the primary unless somebody says otherwise.
    const bool reads = call.transaction != nullptr
                           ? call.transaction->read_only()
                           : call.route.session != nullptr && !call.route.session->writable(call);
    const driver::Access access = reads ? driver::Access::read : driver::Access::write;
    std::optional<R> done = co_await on_connection<std::optional<R>>(call, access, body);
    co_return std::move(*done);
}

bool on_wrong_connection(const Connected& at, const driver::Statement& statement) {
    return at.call().transaction == nullptr && at.engine().pool().topology().separate_writer &&
           !at.pooled().writer && statement.writes();
}

Task<driver::Statement*> prepared(Connected& at, const RawStatement& raw) {
    const PlanKey key = key_of(raw);
    driver::Statement* statement = at.cached(key);
    if (statement == nullptr) {
        BindValues values;
        bind_values(*raw.values, values);
        statement = co_await at.prepare(key, &make_raw_plan, &raw, values.span());
    }
    // Servers tell by themselves.
    const driver::Topology& topology = at.engine().pool().topology();
    if (at.call().transaction != nullptr && at.call().transaction->read_only() &&
        (topology.single || topology.separate_writer) && statement->writes()) {
        throw InvalidQuery("this transaction is read-only");
    }
    co_return statement;
}

}  // namespace

Task<std::size_t> fetch_raw(Call call, const RawStatement& raw, const RawTarget& target) {
    return routed(call, [&raw, &target](Connected& at) -> Task<std::optional<std::size_t>> {
        driver::Statement* statement = co_await prepared(at, raw);
        if (on_wrong_connection(at, *statement)) co_return std::nullopt;
        RawSink sink(target);
        if (statement->known_columns()) sink.fit(statement->column_names());
        BindValues values;
        bind_values(*raw.values, values);
        driver::Outcome outcome;
        const driver::Wait wait = at.start(*statement, values.span(), &sink, driver::all_rows, outcome);
        if (wait != driver::Wait::done) co_await settle(at.connection(), wait);
        at.finished(outcome);
        if (!sink.fitted) sink.fit({});
        co_return outcome.rows;
    });
}

Task<std::int64_t> execute_raw(Call call, const RawStatement& raw) {
    return routed(call, [&raw](Connected& at) -> Task<std::optional<std::int64_t>> {
        driver::Statement* statement = co_await prepared(at, raw);
        if (on_wrong_connection(at, *statement)) co_return std::nullopt;
        BindValues values;
        bind_values(*raw.values, values);
        driver::Outcome outcome;
        const driver::Wait wait = at.start(*statement, values.span(), nullptr, driver::all_rows, outcome);
        if (wait != driver::Wait::done) co_await settle(at.connection(), wait);
        at.finished(outcome);
        co_return outcome.affected;
    });
}

}  // namespace duet::engine
