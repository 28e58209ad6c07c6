#include <duet/schema/model_info.hpp>

namespace duet {

int ModelInfo::find_column(std::string_view name) const noexcept {
    for (std::size_t i = 0; i < columns.size(); ++i) {
        if (columns[i].name == name || (columns[i].member == name && columns[i].relation < 0))
            return static_cast<int>(i);
    }
    return -1;
}

int ModelInfo::find_relation(std::string_view name) const noexcept {
    for (std::size_t i = 0; i < relations.size(); ++i) {
        if (relations[i].name == name) return static_cast<int>(i);
    }
    return -1;
}

std::shared_ptr<void> make_list(const ListOps& ops) { return {ops.create(), ops.destroy}; }

}  // namespace duet
