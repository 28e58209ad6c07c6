#include <duet/base/error.hpp>
#include <duet/driver/encode.hpp>
#include <duet/expr/value.hpp>

#include <string>
#include <vector>

namespace duet::expr {

namespace {

using duet::detail::type_info;

// The elements of a list, gathered as numbers, texts or fixed-size values of one type.
struct Elements {
    std::vector<std::byte> fixed{};
    std::vector<std::string> owned{};
    std::vector<std::string_view> texts{};
    const TypeInfo* type = nullptr;
    std::size_t count = 0;

    void add(const TypeInfo& of, const void* value, std::size_t size) {
        type = &of;
        const auto* bytes = static_cast<const std::byte*>(value);
        fixed.insert(fixed.end(), bytes, bytes + size);
        ++count;
    }
    void add_text(std::string_view text) {
        type = &duet::detail::text_value;
        texts.push_back(text);
        ++count;
    }
};

const TypeInfo& decimal_text() {
    static constexpr TypeInfo info = duet::detail::decimal_text_info<Decimal>;
    return info;
}

void gather(Elements& out, const TypeInfo& type, const void* object, const TypeInfo* peer, bool transient) {
    const auto decimal = [&](const Decimal& value) {
        const bool as_text = peer != nullptr && peer->kind == Kind::decimal_text;
        out.add(as_text ? decimal_text() : type_info<Decimal>, &value, sizeof value);
    };
    const bool wants_decimal = peer != nullptr && is_decimal(peer->kind);
    switch (type.kind) {
        case Kind::boolean:
            return out.add(duet::detail::boolean_value, object, sizeof(bool));
        case Kind::int8:
        case Kind::int16:
        case Kind::int32:
        case Kind::int64:
        case Kind::uint8:
        case Kind::uint16:
        case Kind::uint32:
        case Kind::uint64: {
            if (type.kind == Kind::uint64 &&
                !std::in_range<std::int64_t>(*static_cast<const std::uint64_t*>(object))) {
                throw ValidationError(
                    "an unsigned integer above 9223372036854775807 cannot be part of a list");
            }
            const std::int64_t value = duet::detail::read_integer(type.kind, object);
            return wants_decimal ? decimal(Decimal(value))
                                 : out.add(duet::detail::int64_value, &value, sizeof value);
        }
        case Kind::float32:
        case Kind::float64: {
            const double value = type.kind == Kind::float32
                                     ? static_cast<double>(*static_cast<const float*>(object))
                                     : *static_cast<const double*>(object);
            return wants_decimal ? decimal(Decimal::from_shortest(value))
                                 : out.add(duet::detail::float64_value, &value, sizeof value);
        }
        case Kind::decimal:
        case Kind::decimal_text:
            return decimal(*static_cast<const Decimal*>(object));
        case Kind::date:
            if (peer != nullptr && peer->kind == Kind::timestamp) {
                const Timestamp moment(*static_cast<const Date*>(object));
                return out.add(type_info<Timestamp>, &moment, sizeof moment);
            }
            return out.add(type_info<Date>, object, sizeof(Date));
        case Kind::time:
            return out.add(type_info<Time>, object, sizeof(Time));
        case Kind::timestamp:
            return out.add(type_info<Timestamp>, object, sizeof(Timestamp));
        case Kind::uuid:
            return out.add(type_info<Uuid>, object, sizeof(Uuid));
        case Kind::duration: {
            const std::chrono::microseconds micros{type.ops.duration->to_micros(object)};
            return out.add(type_info<std::chrono::microseconds>, &micros, sizeof micros);
        }
        case Kind::text: {
            const std::string_view text = *static_cast<const std::string*>(object);
            if (!transient) return out.add_text(text);
            out.owned.emplace_back(text);
            out.type = &duet::detail::text_value;
            ++out.count;
            return;
        }
        case Kind::enumeration: {
            if (!type.ops.enumeration->as_integer) return out.add_text(driver::enumerator_name(type, object));
            const std::int64_t number = driver::enum_number(type, object);
            return out.add(duet::detail::int64_value, &number, sizeof number);
        }
        case Kind::custom: {
            struct Context {
                Elements& out;
                const TypeInfo& stored;
                const TypeInfo* peer;
            };
            Context context{out, *type.base,
                            peer != nullptr && peer->kind == Kind::custom ? without_null(*peer).base : peer};
            return type.ops.custom->store(object, &context, [](void* opaque, const void* stored) {
                const auto& c = *static_cast<Context*>(opaque);
                gather(c.out, c.stored, stored, c.peer, true);
            });
        }
        default:
            throw InvalidQuery("in_ and not_in cannot take values of type " + std::string(type.cpp_name));
    }
}

const TypeInfo& kind_of_empty(const TypeInfo& type) {
    if (type.kind == Kind::custom) return kind_of_empty(*type.base);
    return family(type) == Family::text || family(type) == Family::enumeration ? duet::detail::text_value
                                                                               : duet::detail::int64_value;
}

}  // namespace

void emit_list(shape::Fragment& out, const TypeInfo& type, const void* objects, std::size_t count,
               const TypeInfo* peer) {
    Elements elements;
    for (std::size_t i = 0; i < count; ++i) {
        gather(elements, type, static_cast<const std::byte*>(objects) + i * type.size, peer, false);
    }
    for (const std::string& text : elements.owned) elements.texts.push_back(text);
    if (elements.type == nullptr) elements.type = &kind_of_empty(type);

    out.op(shape::Op::list);
    out.u8(static_cast<std::size_t>(elements.type->kind));
    if (elements.type->kind == Kind::text_view) {
        out.values.add_text_list(elements.texts.data(), elements.texts.size());
    } else {
        out.values.add_list(*elements.type, elements.fixed.data(), elements.fixed.size(), elements.count);
    }
}

}  // namespace duet::expr
