#include <duet/base/error.hpp>
#include <duet/statement/row_layout.hpp>

namespace duet::detail {

void add_column(RowLayout& layout, const TypeInfo& type, std::uint32_t offset) {
    layout.steps.push_back({&type, offset, 0, layout.columns++, 0});
}

namespace {
void add_columns(RowLayout& layout, const ModelInfo& model, std::uint32_t offset, std::uint16_t slot) {
    for (const ColumnInfo& column : model.columns)
        layout.steps.push_back({column.type, offset + column.offset, slot, layout.columns++, 0});
}
}  // namespace

void add_rows(RowLayout& layout, const ModelInfo& model, std::uint32_t offset) {
    add_columns(layout, model, offset, 0);
    if (!model.relations.empty()) layout.parts.push_back({&model, offset});
}

void add_missable(RowLayout& layout, const ModelInfo& model, std::uint32_t offset, std::size_t key,
                  void* (*emplace)(void*)) {
    layout.slots.push_back({{&model, offset}, emplace});
    if (layout.slots.size() >= driver::RowSink::max_slots)
        throw InvalidQuery("a row has at most 15 models that may be missing");
    const auto slot = static_cast<std::uint16_t>(layout.slots.size());
    layout.steps.push_back({nullptr, 0, slot, static_cast<std::uint16_t>(layout.columns + key),
                            static_cast<std::uint16_t>(model.columns.size())});
    add_columns(layout, model, 0, slot);
}

}  // namespace duet::detail
