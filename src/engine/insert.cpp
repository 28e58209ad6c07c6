#include <duet/base/error.hpp>
#include <duet/dialect/render.hpp>

#include <algorithm>
#include <exception>
#include <optional>

#include "connected.hpp"
#include "hooked.hpp"
#include "object_row.hpp"
#include "refused_text.hpp"
#include "shape_reader.hpp"
#include "undo.hpp"
#include "value_bytes.hpp"
#include "write.hpp"

namespace duet::engine {

namespace {

struct InsertContext {
    const ModelInfo* model;
    std::span<const std::int16_t> columns;
    std::size_t rows;
    bool keys_wanted;
};

/// An INSERT of objects.
struct InsertPlan : Plan {
    using Keys = Capabilities::Keys;
    InsertPlan(Plan plan, Keys how) : Plan(std::move(plan)), keys(how) {}
    Keys keys;  // how those come back that the database assigns
};

std::shared_ptr<const Plan> render_rows(const Dialect& dialect, const void* context) {
    const auto& insert = *static_cast<const InsertContext*>(context);
    const InsertPlan::Keys keys = dialect.capabilities().keys;
    InsertSpec spec;
    spec.columns = insert.columns;
    spec.rows = insert.rows;
    const bool assigned = insert.columns.size() != insert.model->columns.size();
    if (assigned && insert.keys_wanted && keys == InsertPlan::Keys::returned)
        spec.returning = insert.model->key;
    return std::make_shared<InsertPlan>(render_insert(dialect, *insert.model, spec), keys);
}

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
        if (finished_) return;
        undo_.restore(object_);
        if (returned_) set_key(model_, object_, 0);
    }
    InsertOne(const InsertOne&) = delete;
    InsertOne& operator=(const InsertOne&) = delete;

    PlanKey key() const { return {&model_, plan_verb(PlanVerb::insert), bytes_}; }
    std::span<const driver::BindValue> values() const { return values_.span(); }
    driver::Wait start(Connected& at, driver::Statement& statement) {
        driver::RowSink* sink = nullptr;
        if (assigned_ && static_cast<const InsertPlan&>(statement.plan()).keys == InsertPlan::Keys::returned)
            [[unlikely]]
            sink = &returned_.emplace(model_, object_).sink;
        return at.start(statement, values_.span(), sink, driver::all_rows, outcome_);
    }
    void finish(Connected& at) {
        finished_ = true;
        at.finished(outcome_);
        if (assigned_ && !returned_) set_key(model_, object_, outcome_.last_key);
    }
    static std::shared_ptr<const Plan> render(const Dialect& dialect, const void* self) {
        const auto& insert = *static_cast<const InsertOne*>(self);
        const Columns columns = insert_columns(insert.model_, !insert.assigned_);
        const InsertContext context{&insert.model_, columns.span(), 1, true};
        return render_rows(dialect, &context);
    }

private:
    /// Takes the key from a row of RETURNING.
    struct ReturnedKey {
        ReturnedKey(const ModelInfo& model, void* object) {
            const ColumnInfo& column = model.columns[static_cast<std::size_t>(model.key[0])];
            step.type = column.type;
            step.offset = column.offset;
            sink = row_into({&step, 1}, object);
        }
        ReturnedKey(const ReturnedKey&) = delete;
        ReturnedKey& operator=(const ReturnedKey&) = delete;
        driver::DecodeStep step;
        driver::RowSink sink;
    };

    const ModelInfo& model_;
    void* object_;
    Undo undo_;
    std::optional<ReturnedKey> returned_;
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
    if (statement == nullptr)
        statement = co_await at.prepare(key, &InsertOne::render, &insert, insert.values());
    const driver::Wait wait = insert.start(at, *statement);
    if (wait != driver::Wait::done) co_await settle(at.connection(), wait);
    insert.finish(at);
}

bool insert_now(const Call& call, const ModelInfo& model, void* object) {
    if (hooked(call, model)) [[unlikely]]
        return false;
    return now(call, driver::Access::write, [&](Connected& at) {
        InsertOne insert(model, object);
        driver::Statement* statement = at.cached(insert.key());
        if (statement == nullptr) return false;
        settle_now(at.connection(), insert.start(at, *statement));
        insert.finish(at);
        return true;
    });
}

Task<> insert_unhooked(Call call, const ModelInfo& model, void* object) {
    return on_connection<void>(
        call, driver::Access::write, [&model, object](Connected& at) { return insert_on(at, model, object); },
        Sharing::allowed);
}

namespace {
Task<> insert_hooked(Call call, const ModelInfo& model, void* object) {
    co_await around_write(call, {model, static_cast<std::byte*>(object), 1, HookOperation::create},
                          [&model, object](const Call& inner) -> Task<bool> {
                              co_await insert_unhooked(inner, model, object);
                              co_return true;
                          });
}
}  // namespace

Task<> insert(Call call, const ModelInfo& model, void* object) {
    return hooked(call, model) ? insert_hooked(call, model, object) : insert_unhooked(call, model, object);
}

namespace {

/// INSERT of many objects that lie one after the other.
class InsertMany {
public:
    InsertMany(Connected& at, const ModelInfo& model, void* objects, std::size_t count, bool keys_wanted)
        : at_(at),
          model_(model),
          first_(static_cast<std::byte*>(objects)),
          count_(count),
          assigned_(keys_are_assigned(model, objects, count)),
          keys_wanted_(keys_wanted),
          with_key_(!assigned_),
          columns_(insert_columns(model, with_key_)),
          undo_(model) {
        const Capabilities& can = at.dialect().capabilities();
        keys_ = can.keys;
        if (!columns_.empty()) {
            chunk_ =
                std::max<std::size_t>(1, std::min(can.insert_rows, can.max_parameters / columns_.size()));
        }
    }
    ~InsertMany() {
        if (finished_) return;
        undo_.restore(first_);
        for (std::size_t i = 0; assigned_ && i < count_; ++i) set_key(model_, object(i), 0);
    }
    InsertMany(const InsertMany&) = delete;
    InsertMany& operator=(const InsertMany&) = delete;

    Task<> run() {
        const Timestamp now = duet::detail::clock_now();
        for (std::size_t i = 0; i < count_; ++i) {
            undo_.remember(object(i));
            prepare_insert(model_, object(i), now);
        }
        std::exception_ptr refused;
        try {
            co_await write();
            finished_ = true;
        } catch (const ValidationError&) {
            refused = std::current_exception();
        }
        if (!refused) co_return;
        name_refused_text(at_.dialect(), model_, columns_.span(), first_, count_);
        std::rethrow_exception(refused);
    }

private:
    Task<> write() {
        if (count_ >= least_to_copy && at_.connection().can_copy()) {
            // A failure must not cost a transaction around it its work.
            if (at_.connection().in_transaction()) {
                co_await atomically(at_, [this] { return copy(); });
            } else {
                co_await copy();
            }
            if (copied_) co_return;
        }
        shorten_chunk();
        // One statement succeeds or fails as a whole by itself.
        if (count_ <= chunk_ && !at_.engine().pool().topology().blocking) {
            co_await send_all();
        } else {
            co_await atomically(at_, [this] { return send_all(); });
        }
    }
    static bool keys_are_assigned(const ModelInfo& model, void* objects, std::size_t count) {
        std::size_t keyless = 0;
        for (std::size_t i = 0; model.generated_key && i < count; ++i) {
            if (is_new(model, static_cast<std::byte*>(objects) + i * model.size)) ++keyless;
        }
        if (keyless != 0 && keyless != count)
            throw InvalidQuery("create_bulk: either all rows have a key or none has");
        return keyless != 0;
    }
    void* object(std::size_t i) const { return first_ + i * model_.size; }

    // Below that an INSERT of several rows is as quick.
    static constexpr std::size_t least_to_copy = 32;

    /// Loads all objects in one go; copied_ stays false, with nothing written, when their table
    /// cannot take them that way.
    Task<> copy() {
        if (assigned_ && keys_wanted_) {
            co_await reserve_keys();
            if (!with_key_) co_return;
        }
        if (columns_.empty()) co_return;
        std::string target;
        at_.dialect().quote(target, model_.table);
        const char* separator = " (";
        std::vector<driver::CopyColumn> columns;
        for (const std::int16_t c : columns_.span()) {
            const ColumnInfo& column = model_.columns[static_cast<std::size_t>(c)];
            target += separator;
            at_.dialect().quote(target, column.name);
            columns.push_back({column.type, column.offset});
            separator = ", ";
        }
        target += ')';
        driver::Outcome outcome;
        if (!at_.engine().hooks().empty()) at_.note_start("COPY " + target + " FROM STDIN", count_);
        const driver::Wait wait =
            at_.connection().copy_in({target, columns, first_, count_, model_.size}, outcome);
        if (wait != driver::Wait::done) co_await settle(at_.connection(), wait);
        at_.finished(outcome);
        copied_ = outcome.affected >= 0;
    }

    /// Gives the objects their keys beforehand, if the database has any to give.
    Task<> reserve_keys() {
        const ColumnInfo& key = model_.columns[static_cast<std::size_t>(model_.key[0])];
        const std::string sql = at_.dialect().reserve_keys(model_.table, key.name);
        if (sql.empty()) co_return;
        const auto wanted = static_cast<std::int64_t>(count_);
        const driver::BindValue value{&duet::detail::int64_value, &wanted, 0, false};
        KeyList keys(count_);
        const std::span<const std::uint8_t> bytes(reinterpret_cast<const std::uint8_t*>(sql.data()),
                                                  sql.size());
        co_await run_statement(at_, {nullptr, plan_verb(PlanVerb::raw), bytes}, &one_value_plan, &sql,
                               {&value, 1}, &keys.sink, driver::all_rows);
        if (keys.values.empty()) co_return;
        assign_returned(0, count_, keys.values);
        with_key_ = true;
        columns_ = insert_columns(model_, true);
    }
    static std::shared_ptr<const Plan> one_value_plan(const Dialect& /*dialect*/, const void* sql) {
        auto plan = std::make_shared<Plan>();
        plan->sql = *static_cast<const std::string*>(sql);
        plan->binds.push_back({0});
        plan->writes = true;
        return plan;
    }

    /// Takes keys from rows.
    struct KeyList {
        explicit KeyList(std::size_t expected) {
            values.reserve(expected);
            sink.steps = &step;
            sink.step_count = 1;
            sink.open = [](void* list, std::size_t) -> void* {
                return &static_cast<std::vector<std::int64_t>*>(list)->emplace_back();
            };
            sink.context = &values;
        }
        KeyList(const KeyList&) = delete;
        KeyList& operator=(const KeyList&) = delete;
        static constexpr driver::DecodeStep step{&duet::detail::int64_value, 0, 0, 0, 0};
        std::vector<std::int64_t> values;
        driver::RowSink sink;
    };

    /// Servers limit the size of a statement.
    void shorten_chunk() {
        constexpr std::size_t surely_fits = 100;
        constexpr std::size_t most_bytes = 4 << 20;
        if (chunk_ <= surely_fits) return;
        std::size_t bytes = 0;
        for (std::size_t i = 0; i < count_ && bytes <= most_bytes / chunk_; ++i) {
            bytes = 0;
            for (const std::int16_t c : columns_) {
                const ColumnInfo& column = model_.columns[static_cast<std::size_t>(c)];
                bytes += bytes_of_value(*column.type, column.in(object(i)));
            }
        }
        if (bytes > most_bytes / chunk_) chunk_ = surely_fits;
    }

    Task<> send_all() {
        for (std::size_t begin = 0; begin < count_; begin += chunk_) {
            co_await send(begin, std::min(begin + chunk_, count_));
        }
    }

    /// One INSERT of the objects [begin, end). The statement depends on their number and on whether keys are
    /// given or wanted, nothing else.
    Task<> send(std::size_t begin, std::size_t end) {
        const std::size_t rows = end - begin;
        values_.clear();
        for (std::size_t i = begin; i < end; ++i) bind_columns(model_, columns_.span(), object(i), values_);
        const std::uint8_t bytes[4] = {
            static_cast<std::uint8_t>((with_key_ ? 1 : 0) | (keys_wanted_ ? 0 : 2)),
            static_cast<std::uint8_t>(rows), static_cast<std::uint8_t>(rows >> 8),
            static_cast<std::uint8_t>(rows >> 16)};
        const InsertContext context{&model_, columns_.span(), rows, keys_wanted_};
        const bool returned = !with_key_ && keys_wanted_ && keys_ == Capabilities::Keys::returned;
        KeyList keys(returned ? rows : 0);
        const driver::Outcome outcome =
            co_await run_statement(at_, {&model_, plan_verb(PlanVerb::insert), bytes}, &render_rows, &context,
                                   values_.span(), returned ? &keys.sink : nullptr, driver::all_rows);
        if (returned) {
            assign_returned(begin, end, keys.values);
        } else if (!with_key_ && keys_ != Capabilities::Keys::returned) {
            // One statement assigns consecutive keys.
            const auto before = static_cast<std::int64_t>(rows - 1);
            const std::int64_t first =
                keys_ == Capabilities::Keys::first ? outcome.last_key : outcome.last_key - before;
            for (std::size_t i = begin; i < end; ++i)
                set_key(model_, object(i), first + static_cast<std::int64_t>(i - begin));
        }
    }

    // Rows may come back in any order, but the database has numbered them in the order of VALUES.
    void assign_returned(std::size_t begin, std::size_t end, std::vector<std::int64_t>& keys) {
        if (keys.size() != end - begin) {
            throw DatabaseError("create_bulk: the database returned " + std::to_string(keys.size()) +
                                " keys for " + std::to_string(end - begin) + " rows of " +
                                std::string(model_.table));
        }
        if (!std::is_sorted(keys.begin(), keys.end())) std::sort(keys.begin(), keys.end());
        for (std::size_t i = begin; i < end; ++i) set_key(model_, object(i), keys[i - begin]);
    }

    Connected& at_;
    const ModelInfo& model_;
    std::byte* const first_;
    const std::size_t count_;
    const bool assigned_;  // by the database
    const bool keys_wanted_;
    bool with_key_;  // whether the key is among the columns
    Columns columns_;
    Undo undo_;
    std::size_t chunk_ = 1;  // rows of one statement
    Capabilities::Keys keys_ = Capabilities::Keys::last;
    BindValues values_;
    bool copied_ = false;
    bool finished_ = false;
};

}  // namespace

Task<std::size_t> insert_all(Call call, const ModelInfo& model, void* objects, std::size_t count,
                             bool keys_wanted) {
    return on_connection<std::size_t>(
        call, driver::Access::write,
        [&model, objects, count, keys_wanted](Connected& at) -> Task<std::size_t> {
            if (count == 0) co_return std::size_t{0};
            InsertMany insert(at, model, objects, count, keys_wanted);
            co_await insert.run();
            co_return count;
        });
}

Task<std::size_t> insert_all_hooked(Call call, const ModelInfo& model, void* objects, std::size_t count,
                                    bool keys_wanted) {
    if (hooked(call, model)) {
        keys_wanted = keys_wanted || Hooks(call, model, HookOperation::create).follow();
        co_await around_write(call, {model, static_cast<std::byte*>(objects), count, HookOperation::create},
                              [&](const Call& inner) -> Task<bool> {
                                  co_await insert_all(inner, model, objects, count, keys_wanted);
                                  co_return true;
                              });
        co_return count;
    }
    co_return co_await insert_all(call, model, objects, count, keys_wanted);
}

}  // namespace duet::engine
