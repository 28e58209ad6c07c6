#include <duet/base/error.hpp>
#include <duet/dialect/conflict.hpp>
#include <duet/dialect/render.hpp>

#include <algorithm>
#include <optional>

#include "hooked.hpp"
#include "load.hpp"
#include "object_row.hpp"
#include "undo.hpp"
#include "write.hpp"

namespace duet::engine {

namespace {

struct UpsertContext {
    const ModelInfo* model;
    InsertSpec spec;
    bool fresh_key;  // the primary key is new, so that nothing can be in its way
};

std::shared_ptr<const Plan> render_upsert(const Dialect& dialect, const void* context) {
    const auto& upsert = *static_cast<const UpsertContext*>(context);
    if (upsert.spec.on_conflict == InsertSpec::OnConflict::update && !dialect.capabilities().upsert_target)
        require_only_key(dialect, *upsert.model, upsert.spec.conflict_columns, upsert.fresh_key,
                         "upsert: ", "conflict_on");
    return std::make_shared<Plan>(render_insert(dialect, *upsert.model, upsert.spec));
}

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

/// One upsert, in whatever way the database has.
class Upsert {
public:
    Upsert(Connected& at, const ModelInfo& model, void* object, const UpsertSpec& wanted)
        : at_(at),
          can_(at.dialect().capabilities()),
          model_(model),
          object_(object),
          wanted_(wanted),
          changes_(conflict_changes(model, wanted)),
          context_{&model, {}, is_new(model, object)} {
        prepare_insert(model, object, duet::detail::clock_now());
        assigned_ = model.generated_key && is_new(model, object);
        columns_ = insert_columns(model, !assigned_);
        for (std::size_t i = 0; i < model.columns.size(); ++i) all_.push(static_cast<std::int16_t>(i));
        using OnConflict = InsertSpec::OnConflict;
        InsertSpec& spec = context_.spec;
        spec.columns = columns_.span();
        spec.on_conflict = !wanted.ignore       ? OnConflict::update
                           : can_.upsert_target ? OnConflict::ignore
                                                : OnConflict::fail;
        spec.conflict_columns = wanted.conflict;
        spec.conflict_condition = condition_of_index(model, wanted.conflict);
        spec.update_columns = wanted.columns;
        spec.update_set = &changes_;
        if (can_.returning) spec.returning = all_.span();
    }

    Task<bool> run() {
        // Databases that ignore a conflict ignore that of any key, or other errors too: here the one conflict
        // that is meant is told from others.
        if (wanted_.ignore && !can_.upsert_target) return insert_unless_there();
        return can_.returning ? send() : send_and_read();
    }

private:
    Task<bool> send() {
        BindValues values;
        bind_columns(model_, columns_.span(), object_, values);
        if (context_.spec.on_conflict != InsertSpec::OnConflict::fail) bind_query(changes_, values);
        duet::detail::SmallBuffer<std::uint8_t, 128> bytes;
        bytes.push(static_cast<std::uint8_t>(assigned_ ? 1 : context_.fresh_key ? 2 : 0));
        bytes.push(static_cast<std::uint8_t>(wanted_.ignore));
        bytes.push(static_cast<std::uint8_t>(wanted_.conflict.size()));
        for (const std::int16_t c : wanted_.conflict) bytes.push(static_cast<std::uint8_t>(c));
        bytes.push(static_cast<std::uint8_t>(wanted_.columns.size()));
        for (const std::int16_t c : wanted_.columns) bytes.push(static_cast<std::uint8_t>(c));
        bytes.append(changes_.clauses.bytes.data(), changes_.clauses.bytes.size());

        std::vector<driver::DecodeStep> steps;
        for (const ColumnInfo& column : model_.columns) {
            steps.push_back({column.type, column.offset, 0, static_cast<std::uint16_t>(steps.size()), 0});
        }
        driver::RowSink sink = row_into(steps, object_);
        outcome_ = co_await run_statement(at_, {&model_, plan_verb(PlanVerb::insert, 1), bytes.span()},
                                          &render_upsert, &context_, values.span(),
                                          can_.returning ? &sink : nullptr, driver::all_rows);
        co_return outcome_.rows != 0;
    }

    /// Without RETURNING the row is read afterwards, before anybody else can change it.
    Task<bool> send_and_read() {
        co_await atomically(at_, [this]() -> Task<> {
            co_await send();
            co_await read_back();
        });
        co_return true;
    }

    Task<> read_back() {
        shape::QueryData query;
        query.model = &model_;
        query.flags = shape::with_deleted;
        bool named = !wanted_.conflict.empty();
        for (const std::int16_t c : wanted_.conflict) named = add_equal(query, c, object_) && named;
        if (!named) {  // nothing can have been in the way of NULL
            if (assigned_) set_key(model_, object_, outcome_.last_key);
            query = key_query(model_, object_);
        }
        const bool found = co_await fetch_first_on(at_, query, object_);
        if (!found) throw_gone(model_, "upsert");
    }

    Task<bool> insert_unless_there() {
        std::optional<UniqueViolation> refused;
        try {
            if (!can_.returning || (can_.failure_ends_transaction && at_.connection().in_transaction())) {
                co_await atomically(at_, [this]() -> Task<> {
                    co_await send();
                    if (can_.returning) co_return;
                    if (assigned_) set_key(model_, object_, outcome_.last_key);
                    const shape::QueryData query = key_query(model_, object_);
                    co_await fetch_first_on(at_, query, object_);
                });
            } else {
                co_await send();
            }
            co_return true;
        } catch (const UniqueViolation& violation) {
            refused = violation;
        }
        at_.failed(*refused);
        const bool meant = co_await is_meant(*refused);
        if (!meant) throw UniqueViolation(*refused);
        co_return false;
    }

    /// Whether the violated key is that of conflict_on().
    Task<bool> is_meant(const UniqueViolation& violation) {
        if (wanted_.conflict.empty()) co_return true;
        if (!violation.columns().empty())
            co_return same_columns(model_, wanted_.conflict, violation.columns());
        std::string_view name = violation.constraint();
        if (const std::size_t dot = name.rfind('.'); dot != std::string_view::npos)
            name.remove_prefix(dot + 1);
        for (const UniqueKey& key : unique_keys(at_.dialect(), model_)) {
            if (key.name == name) co_return same_columns(model_, wanted_.conflict, key.columns);
        }
        // A key that is not in the model, or without a name: is there a row with these values?
        shape::QueryData query;
        query.model = &model_;
        query.flags = shape::with_deleted;
        for (const std::int16_t c : wanted_.conflict) {
            if (!add_equal(query, c, object_)) co_return false;
        }
        const std::shared_ptr<void> scratch = make_list(*model_.list);
        co_return co_await fetch_into(at_, query, {model_.list, scratch.get()}) != 0;
    }

    Connected& at_;
    const Capabilities& can_;
    const ModelInfo& model_;
    void* object_;
    const UpsertSpec& wanted_;
    shape::QueryData changes_;
    UpsertContext context_;
    bool assigned_ = false;
    Columns columns_;
    Columns all_;
    driver::Outcome outcome_;
};

}  // namespace

namespace {
Task<bool> upsert_unhooked(Call call, const ModelInfo& model, void* object, const UpsertSpec& wanted) {
    return on_connection<bool>(call, driver::Access::write,
                               [&model, object, &wanted](Connected& at) -> Task<bool> {
                                   Undo undo(model);
                                   undo.remember(object);
                                   const bool keyless = model.generated_key && is_new(model, object);
                                   bool written = false;
                                   try {
                                       Upsert upsert(at, model, object, wanted);
                                       written = co_await upsert.run();
                                   } catch (...) {
                                       undo.restore(object);
                                       if (keyless) set_key(model, object, 0);
                                       throw;
                                   }
                                   if (!written) undo.restore(object);
                                   co_return written;
                               });
}
}  // namespace

Task<bool> upsert(Call call, const ModelInfo& model, void* object, const UpsertSpec& wanted) {
    if (!hooked(call, model)) return upsert_unhooked(call, model, object, wanted);
    return around_write(call, {model, static_cast<std::byte*>(object), 1, HookOperation::upsert},
                        [&model, object, &wanted](const Call& inner) {
                            return upsert_unhooked(inner, model, object, wanted);
                        });
}

}  // namespace duet::engine
