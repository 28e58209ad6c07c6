#include <duet/base/error.hpp>
#include <duet/dialect/render.hpp>
#include <duet/engine/unit_of_work.hpp>

#include <algorithm>
#include <deque>

#include "load.hpp"
#include "row_update.hpp"
#include "unique_columns.hpp"
#include "value_bytes.hpp"

namespace duet::engine {

namespace {

std::shared_ptr<const Plan> render_rows(const Dialect& dialect, const void* context) {
    const auto& update = *static_cast<const RowUpdate*>(context);
    return std::make_shared<Plan>(render_update_rows(dialect, *update.model, update.columns, update.guard));
}

/// UPDATE of some columns of objects, one after the other, by one statement.
class UpdateColumns {
public:
    UpdateColumns(const ModelInfo& model, std::span<const std::int16_t> columns)
        : model_(model),
          guard_(version_column(model)),
          now_(duet::detail::clock_now()),
          columns_(columns_to_set(model, columns)) {
        for (const std::int16_t column : columns_) add_value(column);
        for (const std::int16_t column : model.key) add_value(column);
        if (guard_ >= 0) values_.push({&duet::detail::int64_value, &version_, 0, false});
    }
    UpdateColumns(const UpdateColumns&) = delete;
    UpdateColumns& operator=(const UpdateColumns&) = delete;
    Task<> run(Connected& at, std::span<void* const> objects) {
        const PlanKey key{&model_, plan_verb(PlanVerb::update_columns), bytes_of(columns_)};
        const RowUpdate context{&model_, columns_.span(), guard_};
        // Nobody else uses the connection when there are several objects: the statement stays.
        driver::Statement* statement = at.cached(key);
        const bool watched = !at.engine().hooks().empty();
        for (void* object : objects) {
            bind(object);
            if (statement == nullptr)
                statement = co_await at.prepare(key, &render_row_update, &context, values_.span());
            driver::Outcome outcome;
            const driver::Wait wait =
                watched
                    ? at.start(*statement, values_.span(), nullptr, driver::all_rows, outcome)
                    : at.connection().execute(*statement, values_.span(), nullptr, driver::all_rows, outcome);
            if (wait != driver::Wait::done) co_await settle(at.connection(), wait);
            at.finished(outcome);
            if (outcome.affected == 0) [[unlikely]] {
                if (guard_ >= 0) set_version(model_, guard_, object, version_);
                co_await fail_write(at, model_, object, "flush", shape::with_deleted);
            }
        }
    }

private:
    void bind(void* object) {
        prepare_update(model_, object, now_);
        for (std::size_t i = 0; i < offsets_.size(); ++i)
            values_[i].data = static_cast<const std::byte*>(object) + offsets_[i];
        if (guard_ < 0) return;
        version_ = version_of(model_, guard_, object);
        set_version(model_, guard_, object, version_ + 1);
    }
    void add_value(std::int16_t index) {
        const ColumnInfo& column = model_.columns[static_cast<std::size_t>(index)];
        values_.push({column.type, nullptr, 0, false});
        offsets_.push(column.offset);
    }

    const ModelInfo& model_;
    const std::int16_t guard_;
    const Timestamp now_;
    const Columns columns_;
    BindValues values_;
    duet::detail::SmallBuffer<std::uint32_t, 16> offsets_;  // of the values in an object
    std::int64_t version_ = 0;
};

/// One object's update among others that are under way.
class UpdateOfColumns final : public BatchOperation {
public:
    UpdateOfColumns(const ModelInfo& model, std::span<const std::int16_t> columns, void* object)
        : model_(model), columns_(columns), object_(object) {}
    Task<> start(Call call) override {
        return on_connection<void>(
            call, driver::Access::write,
            [this](Connected& at) -> Task<> {
                UpdateColumns update(model_, columns_);
                co_await update.run(at, {&object_, 1});
            },
            Sharing::allowed);
    }
    bool checks_result() const noexcept override { return true; }

private:
    const ModelInfo& model_;
    std::span<const std::int16_t> columns_;
    void* object_;
};

/// The values that some objects have in one column, as if they were an array.
struct ColumnOfObjects {
    ColumnOfObjects(const ColumnInfo& column, std::span<void* const> all)
        : objects(all), offset(column.offset), type{Kind::array, 0, nullptr, column.type} {
        type.ops.array = &ops;
    }
    ColumnOfObjects(const ColumnOfObjects&) = delete;
    ColumnOfObjects& operator=(const ColumnOfObjects&) = delete;

    std::span<void* const> objects;
    std::uint32_t offset;
    TypeInfo type;
    static std::size_t size(const void* self) {
        return static_cast<const ColumnOfObjects*>(self)->objects.size();
    }
    static const void* at(const void* self, std::size_t index) {
        const auto& column = *static_cast<const ColumnOfObjects*>(self);
        return static_cast<const std::byte*>(column.objects[index]) + column.offset;
    }
    static constexpr ArrayOps ops{&size, &at, nullptr, nullptr};
};

/// UPDATE of many objects by one statement, which takes an array for each column.
class UpdateByArrays {
public:
    /// Whether arrays can hold the values, arrays themselves for instance not, and whether it is all the same
    /// in which order the rows change, which it is not where their values must differ.
    static bool can_do(const ModelInfo& model, std::span<const std::int16_t> columns) {
        const auto fits = [&model](std::int16_t index) {
            return is_single(*model.columns[static_cast<std::size_t>(index)].type);
        };
        const auto changes = [columns](std::int16_t index) {
            return std::find(columns.begin(), columns.end(), index) != columns.end();
        };
        const std::vector<std::vector<std::int16_t>> unique = unique_columns(model);
        return std::all_of(columns.begin(), columns.end(), fits) &&
               std::all_of(model.key.begin(), model.key.end(), fits) &&
               std::none_of(unique.begin(), unique.end(), [&changes](const auto& together) {
                   return std::any_of(together.begin(), together.end(), changes);
               });
    }
    /// How many of the objects, from the first on, one statement should take.
    static std::size_t portion(const ModelInfo& model, std::span<const std::int16_t> columns,
                               std::span<void* const> objects) {
        constexpr std::size_t most_bytes = 8 << 20;
        std::size_t bytes = 0;
        for (std::size_t i = 0; i < objects.size(); ++i) {
            for (const std::int16_t index : columns) {
                const ColumnInfo& column = model.columns[static_cast<std::size_t>(index)];
                bytes += bytes_of_value(*column.type, column.in(objects[i]));
            }
            if (bytes > most_bytes) return i + 1;
        }
        return objects.size();
    }
    UpdateByArrays(const ModelInfo& model, std::span<const std::int16_t> columns,
                   std::span<void* const> objects)
        : model_(model),
          objects_(objects),
          guard_(version_column(model)),
          columns_(columns_to_set(model, columns)) {
        for (const std::int16_t column : columns_) add_value(column);
        for (const std::int16_t column : model.key) add_value(column);
        const Timestamp now = duet::detail::clock_now();
        for (void* object : objects) {
            prepare_update(model, object, now);
            if (guard_ < 0) continue;
            versions_.push_back(version_of(model, guard_, object));
            set_version(model, guard_, object, versions_.back() + 1);
        }
        if (guard_ >= 0) values_.push({&duet::detail::int64_value, versions_.data(), versions_.size(), true});
    }
    UpdateByArrays(const UpdateByArrays&) = delete;
    UpdateByArrays& operator=(const UpdateByArrays&) = delete;

    Task<> run(Connected& at) {
        const RowUpdate context{&model_, columns_.span(), guard_};
        const driver::Outcome outcome =
            co_await run_statement(at, {&model_, plan_verb(PlanVerb::update_by_arrays), bytes_of(columns_)},
                                   &render_rows, &context, values_.span(), nullptr, driver::all_rows);
        if (static_cast<std::size_t>(outcome.affected) == objects_.size()) co_return;
        co_await tell_which(at);
    }

private:
    static bool is_single(const TypeInfo& type) {
        if (type.kind == Kind::custom) return is_single(*type.base);
        return type.kind != Kind::array;
    }
    void add_value(std::int16_t index) {
        const ColumnInfo& column = model_.columns[static_cast<std::size_t>(index)];
        ColumnOfObjects& values = arrays_.emplace_back(column, objects_);
        values_.push({&values.type, &values, 0, takes_any_array(*column.type)});
    }
    /// Throws what it means that a row was not found.
    Task<> tell_which(Connected& at) {
        for (void* object : objects_) {
            const std::shared_ptr<void> there = make_list(*model_.list);
            const shape::QueryData query = key_query(model_, object);
            const std::size_t found = co_await fetch_into(at, query, {model_.list, there.get()});
            if (found == 0) throw_gone(model_, "flush");
            const void* const row = model_.list->data(there.get());
            if (guard_ >= 0 && version_of(model_, guard_, row) != version_of(model_, guard_, object))
                co_await fail_write(at, model_, object, "flush", shape::with_deleted);
        }
        throw StaleData("flush: a row of " + std::string(model_.table) +
                        " was changed by somebody else since it was read");
    }

    const ModelInfo& model_;
    const std::span<void* const> objects_;
    const std::int16_t guard_;
    const Columns columns_;
    BindValues values_;
    std::deque<ColumnOfObjects> arrays_;
    std::vector<std::int64_t> versions_;
};

}  // namespace

Task<> update_objects(Call call, const ModelInfo& model, std::span<const std::int16_t> columns,
                      std::span<void* const> objects) {
    if (hooked(call, model)) {
        for (void* object : objects) co_await update_columns(call, model, object, columns);
        co_return;
    }
    if (objects.size() > 1 && call.engine->dialect().capabilities().array_updates &&
        UpdateByArrays::can_do(model, columns)) {
        const auto together = [&model, columns, objects](Connected& at) -> Task<> {
            for (std::span<void* const> left = objects; !left.empty();) {
                const std::size_t count = UpdateByArrays::portion(model, columns, left);
                UpdateByArrays update(model, columns, left.first(count));
                co_await update.run(at);
                left = left.subspan(count);
            }
        };
        co_await on_connection<void>(call, driver::Access::write, together);
        co_return;
    }
    if (objects.size() > 1 && call.engine->pool().topology().pipelining) {
        std::vector<duet::detail::Owned<BatchOperation>> operations;
        operations.reserve(objects.size());
        for (void* object : objects)
            operations.emplace_back(std::make_unique<UpdateOfColumns>(model, columns, object));
        co_await run_batch(call, operations);
        co_return;
    }
    const auto body = [&model, columns, objects](Connected& at) -> Task<> {
        UpdateColumns update(model, columns);
        co_await update.run(at, objects);
    };
    co_await on_connection<void>(call, driver::Access::write, body);
}

}  // namespace duet::engine
