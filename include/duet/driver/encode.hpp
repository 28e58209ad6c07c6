#pragma once

#include <duet/driver/values.hpp>
#include <duet/types/decimal.hpp>
#include <duet/types/json.hpp>
#include <duet/types/time.hpp>
#include <duet/types/uuid.hpp>

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace duet::driver {

/// The name of the enumerator that the enum of `type` at `data` holds. Throws ValidationError when it has
/// none.
std::string_view enumerator_name(const TypeInfo& type, const void* data);
/// The number that the enum of `type` at `data` holds. Throws ValidationError when it is above the range of
/// int64, which no database shares.
std::int64_t enum_number(const TypeInfo& type, const void* data);

/// Throws ValidationError unless `text` is UTF-8. Cheap for ASCII.
[[noreturn]] void throw_not_utf8();
bool is_utf8_slow(std::string_view text) noexcept;
inline void require_utf8(std::string_view text) {
    constexpr std::uint64_t high_bits = 0x8080'8080'8080'8080U;
    const char* p = text.data();
    std::uint64_t seen = 0;
    std::uint64_t word = 0;
    if (text.size() >= 8) {
        const char* const last = p + text.size() - 8;
        for (; p < last; p += 8) {
            std::memcpy(&word, p, 8);
            seen |= word;
        }
        std::memcpy(&word, last, 8);  // overlaps with the words before it
        seen |= word;
    } else {
        for (const char c : text) seen |= static_cast<unsigned char>(c);
    }
    if ((seen & high_bits) != 0 && !is_utf8_slow(text)) throw_not_utf8();
}

namespace detail {
template <class Writer>
[[gnu::noinline]] void encode_rare(Writer& writer, const TypeInfo& type, const void* data);
}

namespace detail {

// The kinds that most columns have, without a call in between.
template <class Writer>
[[gnu::always_inline]] inline void encode_common(Writer& writer, const TypeInfo& declared, const void* data) {
    const TypeInfo* type = &declared;
    if (type->nullable != nullptr) {
        data = type->nullable->value(data);
        if (data == nullptr) return writer.null();
        type = type->base;
    }
    switch (type->kind) {
        case Kind::int64:
            return writer.integer(*static_cast<const std::int64_t*>(data));
        case Kind::int32:
            return writer.integer(*static_cast<const std::int32_t*>(data));
        case Kind::boolean:
            return writer.boolean(*static_cast<const bool*>(data));
        case Kind::float64:
            return writer.floating(*static_cast<const double*>(data));
        case Kind::text: {
            const auto& text = *static_cast<const std::string*>(data);
            return writer.text({text.data(), text.size()});
        }
        case Kind::timestamp:
            return writer.timestamp(*static_cast<const Timestamp*>(data));
        default:
            return encode_rare(writer, *type, data);
    }
}

}  // namespace detail

/// Hands the C++ object of `type` at `data` to `writer`, by one call of the function for its kind: null,
/// boolean, integer, unsigned_integer, floating, text, blob, date, time, timestamp, uuid, decimal,
/// decimal_text, json, array; and duration, where the writer has it. What text() and blob() are given lives
/// as long as `data`, unless `writer.transient` is set: then it must be copied.
template <class Writer>
void encode_value(Writer& writer, const TypeInfo& type, const void* data) {
    detail::encode_common(writer, type, data);
}

namespace detail {

template <class Writer>
void encode_rare(Writer& writer, const TypeInfo& type, const void* data) {
    switch (type.kind) {
        case Kind::int8:
            return writer.integer(*static_cast<const std::int8_t*>(data));
        case Kind::int16:
            return writer.integer(*static_cast<const std::int16_t*>(data));
        case Kind::uint8:
            return writer.integer(*static_cast<const std::uint8_t*>(data));
        case Kind::uint16:
            return writer.integer(*static_cast<const std::uint16_t*>(data));
        case Kind::uint32:
            return writer.integer(*static_cast<const std::uint32_t*>(data));
        case Kind::uint64:
            return writer.unsigned_integer(*static_cast<const std::uint64_t*>(data));
        case Kind::float32:
            return writer.floating(static_cast<double>(*static_cast<const float*>(data)));
        case Kind::blob: {
            const auto& bytes = *static_cast<const std::vector<std::byte>*>(data);
            return writer.blob({reinterpret_cast<const char*>(bytes.data()), bytes.size()});
        }
        case Kind::date:
            return writer.date(*static_cast<const Date*>(data));
        case Kind::time:
            return writer.time(*static_cast<const Time*>(data));
        case Kind::duration:
            if constexpr (requires { writer.duration(std::int64_t{}); }) {
                return writer.duration(type.ops.duration->to_micros(data));
            } else {
                return writer.integer(type.ops.duration->to_micros(data));
            }
        case Kind::uuid:
            return writer.uuid(*static_cast<const Uuid*>(data));
        case Kind::decimal:
            return writer.decimal(*static_cast<const Decimal*>(data));
        case Kind::decimal_text:
            return writer.decimal_text(*static_cast<const Decimal*>(data));
        case Kind::json:
            return writer.json(*static_cast<const Json*>(data));
        case Kind::enumeration:
            if (type.ops.enumeration->as_integer) return writer.integer(enum_number(type, data));
            return writer.text(enumerator_name(type, data));
        case Kind::array:
            return writer.array(type, data);
        case Kind::custom: {
            struct Context {
                Writer& writer;
                const TypeInfo& base;
            };
            Context context{writer, *type.base};
            const bool outer = std::exchange(writer.transient, true);
            type.ops.custom->store(data, &context, [](void* opaque, const void* stored) {
                const auto& c = *static_cast<Context*>(opaque);
                encode_value(c.writer, c.base, stored);
            });
            writer.transient = outer;
            return;
        }
        default:
            return writer.null();
    }
}

}  // namespace detail

}  // namespace duet::driver
