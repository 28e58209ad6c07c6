#include "value_bytes.hpp"

#include <duet/types/json.hpp>

#include <string>
#include <vector>

namespace duet::engine {

std::size_t bytes_of_value(const TypeInfo& type, const void* value) {
    if (type.nullable != nullptr) {
        const void* const inner = type.nullable->value(value);
        return inner == nullptr ? 0 : bytes_of_value(*type.base, inner);
    }
    switch (type.kind) {
        case Kind::text:
            return static_cast<const std::string*>(value)->size();
        case Kind::blob:
            return static_cast<const std::vector<std::byte>*>(value)->size();
        case Kind::json:
            return static_cast<const Json*>(value)->text().size();
        case Kind::array: {
            const ArrayOps& ops = *type.ops.array;
            std::size_t bytes = 0;
            for (std::size_t i = 0; i < ops.size(value); ++i)
                bytes += bytes_of_value(*type.base, ops.at(value, i));
            return bytes;
        }
        case Kind::custom: {
            struct Context {
                const TypeInfo& stored;
                std::size_t bytes = 0;
            };
            Context context{*type.base};
            type.ops.custom->store(value, &context, [](void* opaque, const void* stored) {
                auto& c = *static_cast<Context*>(opaque);
                c.bytes = bytes_of_value(c.stored, stored);
            });
            return context.bytes;
        }
        default:
            return type.size;
    }
}

}  // namespace duet::engine
