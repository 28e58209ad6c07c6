#include "undo.hpp"

#include <cstring>

namespace duet::engine {

namespace {

/// Whether a value is its bytes. Behaviours that fill in texts and the like keep what they filled in.
bool is_plain(const ColumnInfo& column) {
    if (column.relation >= 0) return false;
    switch (column.type->kind) {
        case Kind::text:
        case Kind::blob:
        case Kind::json:
        case Kind::array:
        case Kind::custom:
        case Kind::decimal:
        case Kind::decimal_text:
            return false;
        default:
            return true;
    }
}

bool has_default_now(const ModelInfo& model, std::size_t index) {
    for (const TableOption& option : model.options) {
        if (option.type == TableOption::Type::default_now &&
            model.find_column(option.columns[0]) == static_cast<int>(index))
            return true;
    }
    return false;
}

}  // namespace

Undo::Undo(const ModelInfo& model) : model_(model) {
    if (model.behaviours.empty() && model.options.empty() && model.generated_key) return;
    for (std::size_t i = 0; i < model.columns.size(); ++i) {
        const ColumnInfo& column = model.columns[i];
        const bool changes = column.behaviour >= 0 ||
                             (column.primary_key && column.type->kind == Kind::uuid) ||
                             has_default_now(model, i);
        if (changes && is_plain(column)) columns_.push(static_cast<std::int16_t>(i));
    }
}

void Undo::remember(const void* object) {
    for (const std::int16_t c : columns_.span()) {
        const ColumnInfo& column = model_.columns[static_cast<std::size_t>(c)];
        bytes_.append(static_cast<const std::byte*>(column.in(object)), column.type->size);
    }
}

void Undo::restore(void* first) const noexcept {
    const std::byte* from = bytes_.data();
    const std::byte* const end = from + bytes_.size();
    for (auto* object = static_cast<std::byte*>(first); from != end; object += model_.size) {
        for (const std::int16_t c : columns_.span()) {
            const ColumnInfo& column = model_.columns[static_cast<std::size_t>(c)];
            std::memcpy(column.in(static_cast<void*>(object)), from, column.type->size);
            from += column.type->size;
        }
    }
}

}  // namespace duet::engine
