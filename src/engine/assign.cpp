#include <duet/base/error.hpp>
#include <duet/driver/array_text.hpp>
#include <duet/driver/decode.hpp>
#include <duet/engine/engine.hpp>
#include <duet/types/decimal.hpp>
#include <duet/types/json.hpp>
#include <duet/types/time.hpp>
#include <duet/types/uuid.hpp>

#include <cstring>

#include "write.hpp"

namespace duet::engine {

namespace {

[[noreturn]] void refuse(const ColumnInfo& column) {
    throw ValidationError("a value does not fit column " + std::string(column.name) + " of type " +
                          std::string(column.type->cpp_name));
}

template <class T>
T read(const void* data) {
    T out;
    std::memcpy(&out, data, sizeof out);
    return out;
}

/// The integer at `data`, which has to fit a field of `kind`.
std::int64_t fitting_integer(const ColumnInfo& column, Kind kind, Kind from, const void* data) {
    const auto value = read<std::int64_t>(data);
    if (from == Kind::uint64) {
        if (value < 0 && kind != Kind::uint64) refuse(column);
        return value;
    }
    if (!duet::detail::integer_range(kind).contains(value)) refuse(column);
    return value;
}

void assign_value(const ColumnInfo& column, const TypeInfo& type, void* field, const TypeInfo& from,
                  const void* data, std::size_t size) {
    const std::string_view text = from.kind == Kind::text_view || from.kind == Kind::blob_view
                                      ? std::string_view(static_cast<const char*>(data), size)
                                      : std::string_view();
    switch (type.kind) {
        case Kind::boolean:
            *static_cast<bool*>(field) = read<bool>(data);
            return;
        case Kind::float32:
        case Kind::float64: {
            const double value = from.kind == Kind::float64 ? read<double>(data)
                                                            : static_cast<double>(read<std::int64_t>(data));
            if (type.kind == Kind::float64) {
                *static_cast<double*>(field) = value;
            } else {
                *static_cast<float*>(field) = static_cast<float>(value);
            }
            return;
        }
        case Kind::text:
            static_cast<std::string*>(field)->assign(text);
            return;
        case Kind::blob: {
            const auto* bytes = reinterpret_cast<const std::byte*>(text.data());
            static_cast<std::vector<std::byte>*>(field)->assign(bytes, bytes + text.size());
            return;
        }
        case Kind::date:
            *static_cast<Date*>(field) = read<Date>(data);
            return;
        case Kind::time:
            *static_cast<Time*>(field) = read<Time>(data);
            return;
        case Kind::timestamp:
            *static_cast<Timestamp*>(field) =
                from.kind == Kind::date ? Timestamp(read<Date>(data)) : read<Timestamp>(data);
            return;
        case Kind::duration:
            type.ops.duration->from_micros(field, read<std::int64_t>(data));
            return;
        case Kind::uuid:
            *static_cast<Uuid*>(field) = read<Uuid>(data);
            return;
        case Kind::decimal:
        case Kind::decimal_text:
            if (from.kind == Kind::decimal || from.kind == Kind::decimal_text) {
                *static_cast<Decimal*>(field) = read<Decimal>(data);
            } else if (is_integer(from.kind)) {
                *static_cast<Decimal*>(field) = Decimal(read<std::int64_t>(data));
            } else {
                refuse(column);
            }
            return;
        case Kind::json:
            *static_cast<Json*>(field) = Json::parse(text);
            return;
        case Kind::enumeration:
            if ((is_integer(from.kind) ? driver::store_enum_number(type, read<std::int64_t>(data), field)
                                       : driver::store_enumerator(type, text, field)) != driver::Fault::none)
                refuse(column);
            return;
        case Kind::array:
            (void)driver::parse_array(text, type, field);
            return;
        case Kind::custom: {
            struct Context {
                const ColumnInfo& column;
                const TypeInfo& base;
                const TypeInfo& from;
                const void* data;
                std::size_t size;
            } context{column, *type.base, from, data, size};
            type.ops.custom->load(field, &context, [](void* opaque, void* stored) {
                const auto& c = *static_cast<Context*>(opaque);
                if (c.base.nullable != nullptr) stored = c.base.nullable->emplace(stored);
                assign_value(c.column, c.base.nullable != nullptr ? *c.base.base : c.base, stored, c.from,
                             c.data, c.size);
            });
            return;
        }
        default:
            break;
    }
    if (!is_integer(type.kind) || !is_integer(from.kind)) refuse(column);
    duet::detail::write_integer(type.kind, field, fitting_integer(column, type.kind, from.kind, data));
}

/// Whether assign_value would take the value; for kinds that can refuse one without looking into it.
void check_value(const ColumnInfo& column, const TypeInfo& type, const TypeInfo& from, const void* data,
                 std::size_t size) {
    if (type.kind == Kind::enumeration) {
        std::byte scratch[8];
        return assign_value(column, type, scratch, from, data, size);
    }
    if (type.kind == Kind::custom)
        return check_value(column, type.base->nullable != nullptr ? *type.base->base : *type.base, from, data,
                           size);
    if (is_integer(type.kind) && is_integer(from.kind)) fitting_integer(column, type.kind, from.kind, data);
}

/// Whether it is the commonest assignment of all: an integer for a field of `kind` that holds it.
inline bool is_common_integer(Kind kind, Kind from, const void* data) {
    if (from != Kind::int64) return false;
    const auto value = read<std::int64_t>(data);
    return kind == Kind::int64 || (kind == Kind::int32 && value == static_cast<std::int32_t>(value));
}

}  // namespace

void check_member(const ColumnInfo& column, const shape::Values& values, std::size_t value) {
    const shape::Values::Entry& entry = values.entry(value);
    const TypeInfo& type = *column.type;
    if (entry.type == nullptr) {
        if (type.nullable == nullptr)
            throw ValidationError("column " + std::string(column.name) + " cannot be NULL");
        return;
    }
    const void* const data = values.data(value);
    if (is_common_integer(type.kind, entry.type->kind, data) && type.nullable == nullptr) [[likely]]
        return;
    check_value(column, type.nullable != nullptr ? *type.base : type, *entry.type, data, entry.size);
}

void assign_member(const ColumnInfo& column, void* object, const shape::Values& values, std::size_t value) {
    const shape::Values::Entry& entry = values.entry(value);
    void* field = column.in(object);
    const TypeInfo& type = *column.type;
    if (entry.type == nullptr) {
        if (type.nullable == nullptr)
            throw ValidationError("column " + std::string(column.name) + " cannot be NULL");
        return type.nullable->reset(field);
    }
    const void* const data = values.data(value);
    if (is_common_integer(type.kind, entry.type->kind, data) && type.nullable == nullptr) [[likely]] {
        const auto number = read<std::int64_t>(data);
        if (type.kind == Kind::int64) {
            *static_cast<std::int64_t*>(field) = number;
        } else {
            *static_cast<std::int32_t*>(field) = static_cast<std::int32_t>(number);
        }
        return;
    }
    if (type.nullable != nullptr) field = type.nullable->emplace(field);
    assign_value(column, type.nullable != nullptr ? *type.base : type, field, *entry.type, data, entry.size);
}

}  // namespace duet::engine
