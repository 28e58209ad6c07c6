#include <duet/driver/array_text.hpp>
#include <duet/driver/encode.hpp>
#include <duet/types/json.hpp>

#include <cstring>

#include "hooked.hpp"

namespace duet::engine {

namespace {

void add_text(shape::Values& out, std::string_view text) { out.add_text(duet::detail::text_value, text); }

/// A value as assign_member() takes it.
void add_value(shape::Values& out, const TypeInfo& declared, const void* value) {
    const TypeInfo* type = &declared;
    if (type->nullable != nullptr) {
        value = type->nullable->value(value);
        if (value == nullptr) return out.add_null();
        type = type->base;
    }
    const auto add_integer = [&out](std::int64_t integer, const TypeInfo& as = duet::detail::int64_value) {
        out.add_fixed(as, &integer, sizeof integer);
    };
    switch (type->kind) {
        case Kind::uint64:
            return add_integer(duet::detail::read_integer(type->kind, value), duet::detail::uint64_value);
        case Kind::int8:
        case Kind::int16:
        case Kind::int32:
        case Kind::int64:
        case Kind::uint8:
        case Kind::uint16:
        case Kind::uint32:
            return add_integer(duet::detail::read_integer(type->kind, value));
        case Kind::float32: {
            const double wide = *static_cast<const float*>(value);
            return out.add_fixed(duet::detail::float64_value, &wide, sizeof wide);
        }
        case Kind::text:
            return add_text(out, *static_cast<const std::string*>(value));
        case Kind::blob: {
            const auto& bytes = *static_cast<const std::vector<std::byte>*>(value);
            return add_text(out, {reinterpret_cast<const char*>(bytes.data()), bytes.size()});
        }
        case Kind::duration:
            return add_integer(type->ops.duration->to_micros(value));
        case Kind::json:
            return add_text(out, static_cast<const Json*>(value)->text());
        case Kind::enumeration:
            return add_integer(driver::enum_number(*type, value));
        case Kind::array: {
            std::string text;
            driver::append_array(text, *type, value);
            return add_text(out, text);
        }
        case Kind::custom: {
            struct Context {
                shape::Values& out;
                const TypeInfo& stored;
            } context{out, *type->base};
            return type->ops.custom->store(value, &context, [](void* opaque, const void* stored) {
                const auto& c = *static_cast<Context*>(opaque);
                add_value(c.out, c.stored, stored);
            });
        }
        default:
            return out.add_fixed(*type, value, type->size);
    }
}

}  // namespace

Snapshot::Snapshot(const ModelInfo& model, const void* object) : model_(model) {
    for (const ColumnInfo& column : model.columns) add_value(values_, *column.type, column.in(object));
}

Columns Snapshot::differences(const Snapshot& other) const {
    Columns out;
    for (std::size_t i = 0; i < values_.size(); ++i) {
        const shape::Values::Entry& a = values_.entry(i);
        const shape::Values::Entry& b = other.values_.entry(i);
        const bool same = (a.type == nullptr) == (b.type == nullptr) && a.size == b.size &&
                          std::memcmp(values_.data(i), other.values_.data(i), a.size) == 0;
        if (!same) out.push(static_cast<std::int16_t>(i));
    }
    return out;
}

void Snapshot::restore(std::span<const std::int16_t> columns, void* object) const {
    for (const std::int16_t c : columns) {
        assign_member(model_.columns[static_cast<std::size_t>(c)], object, values_,
                      static_cast<std::size_t>(c));
    }
}

}  // namespace duet::engine
