#include <duet/base/error.hpp>
#include <duet/schema/model_info.hpp>
#include <duet/schema/relation_state.hpp>

namespace duet::detail {

namespace {
std::string named(const RelationState& state, std::string_view kind) {
    if (state.info == nullptr) return "a relation of type " + std::string(kind);
    return std::string(state.info->owner().type_name) + "::" + std::string(state.info->name);
}
}  // namespace

void throw_not_loaded(const RelationState& state, std::string_view kind) {
    const std::string relation = state.info == nullptr ? "name" : std::string(state.info->name);
    throw NotLoaded(named(state, kind) + " was read but not loaded; load it with .related(\"" + relation +
                    "\"_c) in the query or load(object, \"" + relation + "\"_c)");
}

void throw_no_related_row(const RelationState& state, std::string_view kind) {
    throw NotFound(named(state, kind) + " refers to no row (or to a deleted one)");
}

}  // namespace duet::detail
