#include <duet/handle/session.hpp>

namespace duet::detail {

void throw_no_object(const ModelInfo& model, std::source_location where) {
    throw NotFound("get: no row of " + std::string(model.table) + " has this key", where);
}

}  // namespace duet::detail
