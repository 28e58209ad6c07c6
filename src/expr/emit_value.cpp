#include <duet/base/error.hpp>
#include <duet/driver/array_text.hpp>
#include <duet/driver/encode.hpp>
#include <duet/expr/value.hpp>

#include <limits>
#include <string>

namespace duet::expr {

namespace {

using duet::detail::blob_value;
using duet::detail::text_value;
using duet::detail::type_info;

// The peer of a bound number decides only where exactness is at stake.
bool wants_decimal(const TypeInfo* peer) { return peer != nullptr && is_decimal(peer->kind); }

const TypeInfo& decimal_like(const TypeInfo* peer) {
    static constexpr TypeInfo as_text = duet::detail::decimal_text_info<Decimal>;
    return peer != nullptr && peer->kind == Kind::decimal_text ? as_text : type_info<Decimal>;
}

void emit_decimal(shape::Fragment& out, const Decimal& value, const TypeInfo* peer) {
    out.value(decimal_like(peer), &value);
}

void emit_text(shape::Fragment& out, Kind kind, std::string_view text) {
    out.op(shape::Op::value);
    out.u8(static_cast<std::size_t>(kind));
    out.values.add_text(kind == Kind::blob_view ? blob_value : text_value, text);
}

std::int64_t integer_of(const TypeInfo& type, const void* object) {
    return duet::detail::read_integer(type.kind, object);
}

Timestamp midnight(const void* date) { return Timestamp(*static_cast<const Date*>(date)); }

}  // namespace

void emit_value(shape::Fragment& out, std::int64_t value, const TypeInfo* peer) {
    if (wants_decimal(peer)) return emit_decimal(out, Decimal(value), peer);
    out.value(value);
}

void emit_value(shape::Fragment& out, std::uint64_t value, const TypeInfo* peer) {
    if (wants_decimal(peer)) return emit_decimal(out, Decimal(value), peer);
    // One plan for signed and unsigned, as long as the number allows it.
    if (value <= static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max())) {
        return out.value(static_cast<std::int64_t>(value));
    }
    out.value(value);
}

void emit_value(shape::Fragment& out, double value, const TypeInfo* peer) {
    if (wants_decimal(peer)) return emit_decimal(out, Decimal::from_shortest(value), peer);
    out.value(value);
}

void emit_value(shape::Fragment& out, bool value, const TypeInfo* /*peer*/) { out.value(value); }
void emit_value(shape::Fragment& out, const Text& value, const TypeInfo* /*peer*/) {
    out.value(value.view());
}
void emit_value(shape::Fragment& out, Null /*value*/, const TypeInfo* /*peer*/) { out.null_value(); }

void emit_object(shape::Fragment& out, const TypeInfo& declared, const void* object, const TypeInfo* peer) {
    const TypeInfo* type = &declared;
    if (type->nullable != nullptr) {
        object = type->nullable->value(object);
        if (object == nullptr) return out.null_value();
        type = type->base;
    }
    switch (type->kind) {
        case Kind::boolean:
            return out.value(*static_cast<const bool*>(object));
        case Kind::int8:
        case Kind::int16:
        case Kind::int32:
        case Kind::int64:
        case Kind::uint8:
        case Kind::uint16:
        case Kind::uint32:
            return emit_value(out, integer_of(*type, object), peer);
        case Kind::uint64:
            return emit_value(out, *static_cast<const std::uint64_t*>(object), peer);
        case Kind::float32:
            return emit_value(out, static_cast<double>(*static_cast<const float*>(object)), peer);
        case Kind::float64:
            return emit_value(out, *static_cast<const double*>(object), peer);
        case Kind::text:
            return out.value(std::string_view(*static_cast<const std::string*>(object)));
        case Kind::blob: {
            const auto& bytes = *static_cast<const std::vector<std::byte>*>(object);
            return emit_text(out, Kind::blob_view,
                             {reinterpret_cast<const char*>(bytes.data()), bytes.size()});
        }
        case Kind::date:
            if (peer != nullptr && peer->kind == Kind::timestamp) {
                const Timestamp moment = midnight(object);
                return out.value(type_info<Timestamp>, &moment);
            }
            return out.value(*type, object);
        case Kind::time:
        case Kind::timestamp:
        case Kind::uuid:
            return out.value(*type, object);
        case Kind::duration: {
            const std::chrono::microseconds micros{type->ops.duration->to_micros(object)};
            return out.value(type_info<std::chrono::microseconds>, &micros);
        }
        case Kind::decimal:
        case Kind::decimal_text:
            return emit_decimal(out, *static_cast<const Decimal*>(object), peer);
        case Kind::json:
            return emit_text(out, Kind::json, static_cast<const Json*>(object)->text());
        case Kind::enumeration:
            if (type->ops.enumeration->as_integer) return out.value(driver::enum_number(*type, object));
            return out.value(driver::enumerator_name(*type, object));
        case Kind::array: {
            std::string text;
            driver::append_array(text, *type, object);
            return emit_text(out, Kind::array, text);
        }
        case Kind::custom: {
            struct Context {
                shape::Fragment& out;
                const TypeInfo& stored;
                const TypeInfo* peer;
            };
            const TypeInfo* inner =
                peer != nullptr && peer->kind == Kind::custom ? without_null(*peer).base : peer;
            Context context{out, *type->base, inner};
            return type->ops.custom->store(object, &context, [](void* opaque, const void* stored) {
                const auto& c = *static_cast<Context*>(opaque);
                emit_object(c.out, c.stored, stored, c.peer);
            });
        }
        default:
            return out.null_value();
    }
}

}  // namespace duet::expr
