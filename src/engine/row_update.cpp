#include "row_update.hpp"

#include <duet/dialect/render.hpp>

#include <algorithm>

namespace duet::engine {

std::shared_ptr<const Plan> render_row_update(const Dialect& dialect, const void* update) {
    const auto& row = *static_cast<const RowUpdate*>(update);
    return std::make_shared<Plan>(render_update_row(dialect, *row.model, row.columns, row.guard));
}

Columns columns_to_set(const ModelInfo& model, std::span<const std::int16_t> wanted) {
    Columns columns;
    const auto add = [&columns](std::int16_t column) {
        if (column >= 0 && std::find(columns.begin(), columns.end(), column) == columns.end())
            columns.push(column);
    };
    std::int16_t last = -1;
    for (const std::int16_t column : wanted) {
        if (column > last) {  // mostly in order, and so not there yet
            columns.push(column);
            last = column;
        } else {
            add(column);
        }
    }
    for (const BehaviourInfo& info : model.behaviours) {
        add(info.touched);
        add(info.version);
    }
    return columns;
}

void prepare_update(const ModelInfo& model, void* object, Timestamp now) {
    for (const BehaviourInfo& info : model.behaviours) {
        if (info.behaviour->before_update != nullptr)
            info.behaviour->before_update(static_cast<std::byte*>(object) + info.offset, {now});
    }
    if (model.check != nullptr) model.check(object);
}

std::int64_t version_of(const ModelInfo& model, std::int16_t guard, const void* object) {
    const ColumnInfo& column = model.columns[static_cast<std::size_t>(guard)];
    return duet::detail::read_integer(column.type->kind, column.in(object));
}

void set_version(const ModelInfo& model, std::int16_t guard, void* object, std::int64_t version) {
    const ColumnInfo& column = model.columns[static_cast<std::size_t>(guard)];
    duet::detail::write_integer(column.type->kind, column.in(object), version);
}

}  // namespace duet::engine
