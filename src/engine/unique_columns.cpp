#include "unique_columns.hpp"

#include <utility>

namespace duet::engine {

std::vector<std::vector<std::int16_t>> unique_columns(const ModelInfo& model) {
    std::vector<std::vector<std::int16_t>> out;
    out.emplace_back(model.key.begin(), model.key.end());
    for (const TableOption& option : model.options) {
        if (option.type != TableOption::Type::unique && !option.is_unique) continue;
        std::vector<std::int16_t> columns;
        for (const std::string_view name : option.column_list()) {
            const int column = duet::detail::find_named(model.columns, name);
            if (column >= 0) columns.push_back(static_cast<std::int16_t>(column));
        }
        // Of an expression that is not known, nothing is known.
        if (columns.size() == option.column_list().size() && !columns.empty())
            out.push_back(std::move(columns));
    }
    return out;
}

}  // namespace duet::engine
