#include <duet/base/error.hpp>

#include <algorithm>

#include "connected.hpp"
#include "shape_reader.hpp"
#include "undo.hpp"
#include "write.hpp"

namespace duet::engine {

namespace {

using Columns = duet::detail::SmallBuffer<std::int16_t, 80>;

struct InsertContext {
    const ModelInfo* model;
    std::span<const std::int16_t> columns;
    std::size_t rows;
};

/// All columns, or all but a key that the database assigns.
Columns insert_columns(const ModelInfo& model, bool with_key) {
    Columns columns;
    for (std::size_t i = 0; i < model.columns.size(); ++i) {
        if (!with_key && model.columns[i].primary_key) continue;
        columns.push(static_cast<std::int16_t>(i));
    }
    return columns;
}

std::shared_ptr<const Plan> render_rows(const Dialect& dialect, const void* context) {
    const auto& insert = *static_cast<const InsertContext*>(context);
    InsertSpec spec;
    spec.columns = insert.columns;
    spec.rows = insert.rows;
    return std::make_shared<Plan>(render_insert(dialect, *insert.model, spec));
}

void bind_row(const ModelInfo& model, std::span<const std::int16_t> columns, const void* object,
              BindValues& out) {
    for (const std::int16_t c : columns) {
        const ColumnInfo& column = model.columns[static_cast<std::size_t>(c)];
        out.push({column.type, column.in(object), 0, false});
    }
}

void set_key(const ModelInfo& model, void* object, std::int64_t key) {
    const ColumnInfo& column = model.columns[static_cast<std::size_t>(model.key[0])];
    duet::detail::write_integer(column.type->kind, column.in(object), key);
}

/// One INSERT of `rows` objects. The statement depends on the number of rows and whether keys are given,
/// nothing else.
Task<driver::Outcome> insert_rows(Connected& at, const ModelInfo& model, const std::byte* objects,
                                  std::size_t rows, bool with_key, const Columns& columns,
                                  BindValues& values) {
    values.clear();
    for (std::size_t i = 0; i < rows; ++i) bind_row(model, columns.span(), objects + i * model.size, values);
    const std::uint8_t bytes[4] = {static_cast<std::uint8_t>(with_key), static_cast<std::uint8_t>(rows),
                                   static_cast<std::uint8_t>(rows >> 8),
                                   static_cast<std::uint8_t>(rows >> 16)};
    const InsertContext context{&model, columns.span(), rows};
    co_return co_await run_statement(at, {&model, plan_verb(PlanVerb::insert), bytes}, &render_rows, &context,
                                     values.span(), nullptr, driver::all_rows);
}

}  // namespace

namespace {

/// INSERT of one object: what goes along, and what comes back.
class InsertOne {
public:
    /// Undoes what it does to the object unless `finish` is reached.
    InsertOne(const ModelInfo& model, void* object) : model_(model), object_(object), undo_(model) {
        undo_.remember(object);
        try {
            prepare_insert(model, object, duet::detail::clock_now());
        } catch (...) {
            undo_.restore(object);
            throw;
        }
        assigned_ = model.generated_key && is_new(model, object);
        bytes_[0] = static_cast<std::uint8_t>(!assigned_);
        for (const ColumnInfo& column : model.columns) {
            if (assigned_ && column.primary_key) continue;
            values_.push({column.type, column.in(object), 0, false});
        }
    }
    ~InsertOne() {
        if (!finished_) undo_.restore(object_);
    }
    InsertOne(const InsertOne&) = delete;
    InsertOne& operator=(const InsertOne&) = delete;

    PlanKey key() const { return {&model_, plan_verb(PlanVerb::insert), bytes_}; }
    driver::Wait start(Connected& at, driver::Statement& statement) {
        return at.start(statement, values_.span(), nullptr, driver::all_rows, outcome_);
    }
    void finish(Connected& at) {
        finished_ = true;
        at.finished(outcome_);
        if (assigned_) set_key(model_, object_, outcome_.last_key);
    }
    static std::shared_ptr<const Plan> render(const Dialect& dialect, const void* self) {
        const auto& insert = *static_cast<const InsertOne*>(self);
        const Columns columns = insert_columns(insert.model_, !insert.assigned_);
        const InsertContext context{&insert.model_, columns.span(), 1};
        return render_rows(dialect, &context);
    }

private:
    const ModelInfo& model_;
    void* object_;
    Undo undo_;
    bool assigned_ = false;
    bool finished_ = false;
    std::uint8_t bytes_[4] = {0, 1, 0, 0};
    BindValues values_;
    driver::Outcome outcome_;
};

}  // namespace

Task<> insert_on(Connected& at, const ModelInfo& model, void* object) {
    InsertOne insert(model, object);
    const PlanKey key = insert.key();
    driver::Statement* statement = at.cached(key);
    if (statement == nullptr) statement = co_await at.prepare(key, &InsertOne::render, &insert);
    const driver::Wait wait = insert.start(at, *statement);
    if (wait != driver::Wait::done) co_await settle(at.connection(), wait);
    insert.finish(at);
}

bool insert_now(const Call& call, const ModelInfo& model, void* object) {
    return now(call, driver::Access::write, [&](Connected& at) {
        InsertOne insert(model, object);
        driver::Statement* statement = at.cached(insert.key());
        if (statement == nullptr) return false;
        settle_now(at.connection(), insert.start(at, *statement));
        insert.finish(at);
        return true;
    });
}

Task<> insert(Call call, const ModelInfo& model, void* object) {
    return on_connection<void>(call, driver::Access::write,
                               [&model, object](Connected& at) { return insert_on(at, model, object); });
}

Task<std::size_t> insert_all(Call call, const ModelInfo& model, void* objects, std::size_t count) {
    return on_connection<std::size_t>(
        call, driver::Access::write, [&model, objects, count](Connected& at) -> Task<std::size_t> {
            if (count == 0) co_return std::size_t{0};
            auto* const first = static_cast<std::byte*>(objects);
            const Timestamp now = duet::detail::clock_now();
            std::size_t keyless = 0;
            for (std::size_t i = 0; model.generated_key && i < count; ++i) {
                if (is_new(model, first + i * model.size)) ++keyless;
            }
            const bool assigned = keyless != 0;
            if (assigned && keyless != count)
                throw InvalidQuery("create_bulk: either all rows have a key or none has");
            const Columns columns = insert_columns(model, !assigned);
            const std::size_t width = std::max<std::size_t>(columns.size(), 1);
            const Capabilities& can = at.dialect().capabilities();
            const std::size_t chunk =
                columns.empty()
                    ? 1
                    : std::max<std::size_t>(1, std::min(can.insert_rows, can.max_parameters / width));
            Undo undo(model);
            std::size_t prepared = 0;
            try {
                for (; prepared < count; ++prepared) {
                    undo.remember(first + prepared * model.size);
                    prepare_insert(model, first + prepared * model.size, now);
                }
                co_await atomically(at, [&]() -> Task<> {
                    BindValues values;
                    for (std::size_t done = 0; done < count;) {
                        const std::size_t rows = std::min(chunk, count - done);
                        const driver::Outcome outcome = co_await insert_rows(
                            at, model, first + done * model.size, rows, !assigned, columns, values);
                        // One statement assigns consecutive keys: the largest key before it plus one, and so
                        // on (SQLite, "ROWIDs").
                        for (std::size_t i = 0; assigned && i < rows; ++i) {
                            set_key(model, first + (done + i) * model.size,
                                    outcome.last_key - static_cast<std::int64_t>(rows - 1 - i));
                        }
                        done += rows;
                    }
                });
            } catch (...) {
                undo.restore(first);
                for (std::size_t i = 0; assigned && i < count; ++i) set_key(model, first + i * model.size, 0);
                throw;
            }
            co_return count;
        });
}

namespace {

struct UpsertContext {
    const ModelInfo* model;
    InsertSpec spec;
};

std::shared_ptr<const Plan> render_upsert(const Dialect& dialect, const void* context) {
    const auto& upsert = *static_cast<const UpsertContext*>(context);
    return std::make_shared<Plan>(render_insert(dialect, *upsert.model, upsert.spec));
}

}  // namespace

namespace {

/// What the row that is in the way gets: the user's assignments, and what behaviours ask of every update.
shape::QueryData conflict_changes(const ModelInfo& model, const UpsertSpec& wanted) {
    shape::QueryData changes;
    changes.model = &model;
    if (wanted.changes != nullptr) changes.clauses.append_clauses(wanted.changes->clauses);
    if (wanted.ignore) return changes;
    check_changes(changes);
    if (wanted.columns.empty() && changes.clauses.bytes.empty()) {
        throw InvalidQuery("upsert: set() changes nothing; pass duet::do_nothing if that is meant");
    }
    add_behaviour_changes(changes, wanted.columns);
    return changes;
}

/// A partial unique index is only found with its condition.
std::string_view condition_of_index(const ModelInfo& model, std::span<const std::int16_t> columns) {
    for (const TableOption& option : model.options) {
        if (option.type != TableOption::Type::index || !option.is_unique || option.text.empty()) continue;
        if (option.count != columns.size()) continue;
        bool same = true;
        for (std::size_t i = 0; i < option.count; ++i)
            same = same && model.find_column(option.columns[i]) == columns[i];
        if (same) return option.text;
    }
    return {};
}

Task<bool> upsert_on(Connected& at, const ModelInfo& model, void* object, const UpsertSpec& wanted) {
    const shape::QueryData changes = conflict_changes(model, wanted);
    prepare_insert(model, object, duet::detail::clock_now());
    const bool assigned = model.generated_key && is_new(model, object);
    const Columns columns = insert_columns(model, !assigned);
    Columns all;
    for (std::size_t i = 0; i < model.columns.size(); ++i) all.push(static_cast<std::int16_t>(i));
    UpsertContext context{&model, {}};
    context.spec.columns = columns.span();
    context.spec.on_conflict =
        wanted.ignore ? InsertSpec::OnConflict::ignore : InsertSpec::OnConflict::update;
    context.spec.conflict_columns = wanted.conflict;
    context.spec.conflict_condition = condition_of_index(model, wanted.conflict);
    context.spec.update_columns = wanted.columns;
    context.spec.update_set = &changes;
    context.spec.returning = all.span();

    BindValues values;
    bind_row(model, columns.span(), object, values);
    bind_query(changes, values);
    duet::detail::SmallBuffer<std::uint8_t, 128> bytes;
    bytes.push(static_cast<std::uint8_t>(assigned));
    bytes.push(static_cast<std::uint8_t>(wanted.ignore));
    bytes.push(static_cast<std::uint8_t>(wanted.conflict.size()));
    for (const std::int16_t c : wanted.conflict) bytes.push(static_cast<std::uint8_t>(c));
    bytes.push(static_cast<std::uint8_t>(wanted.columns.size()));
    for (const std::int16_t c : wanted.columns) bytes.push(static_cast<std::uint8_t>(c));
    bytes.append(changes.clauses.bytes.data(), changes.clauses.bytes.size());

    std::vector<driver::DecodeStep> steps;
    for (const ColumnInfo& column : model.columns) {
        steps.push_back({column.type, column.offset, 0, static_cast<std::uint16_t>(steps.size()), 0});
    }
    driver::RowSink sink;
    sink.steps = steps.data();
    sink.step_count = steps.size();
    sink.open = [](void* target, std::size_t) { return target; };
    sink.context = object;
    const driver::Outcome outcome =
        co_await run_statement(at, {&model, plan_verb(PlanVerb::insert, 1), bytes.span()}, &render_upsert,
                               &context, values.span(), &sink, driver::all_rows);
    co_return outcome.rows != 0;
}

}  // namespace

Task<bool> upsert(Call call, const ModelInfo& model, void* object, const UpsertSpec& wanted) {
    return on_connection<bool>(call, driver::Access::write,
                               [&model, object, &wanted](Connected& at) -> Task<bool> {
                                   Undo undo(model);
                                   undo.remember(object);
                                   bool written = false;
                                   try {
                                       written = co_await upsert_on(at, model, object, wanted);
                                   } catch (...) {
                                       undo.restore(object);
                                       throw;
                                   }
                                   if (!written) undo.restore(object);
                                   co_return written;
                               });
}

}  // namespace duet::engine
