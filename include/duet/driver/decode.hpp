#pragma once

#include <duet/driver/values.hpp>
#include <duet/types/decimal.hpp>
#include <duet/types/json.hpp>
#include <duet/types/time.hpp>
#include <duet/types/uuid.hpp>

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <limits>
#include <string>
#include <string_view>
#include <vector>

namespace duet::driver {

/// Why a cell does not fit its field.
enum class Fault : std::uint8_t {
    none,
    wrong_type,    // stored as something else altogether, NULL included
    out_of_range,  // a number that the field cannot hold
    malformed,     // text or bytes that do not say a value of the field's type
    unknown_name,  // not one of the enum's names
};

/// What a driver offers so that its cells can be decoded. Each `read_*` leaves `out` alone when it answers a
/// fault; views stay valid until the next cell is read. A NULL cell is Fault::wrong_type to all of them.
template <class R>
concept CellReader = requires(R& r, typename R::Cell cell, bool& b, std::int64_t& i, std::uint64_t& u,
                              double& d, std::string_view& s, Date& date, Time& time, Timestamp& timestamp,
                              Uuid& uuid, Decimal& decimal, Json& json, const TypeInfo& type, void* field) {
    { r.is_null(cell) } -> std::same_as<bool>;
    { r.read_bool(cell, b) } -> std::same_as<Fault>;
    { r.read_int(cell, i) } -> std::same_as<Fault>;
    { r.read_uint(cell, u) } -> std::same_as<Fault>;
    { r.read_double(cell, d) } -> std::same_as<Fault>;
    { r.read_text(cell, s) } -> std::same_as<Fault>;
    { r.read_blob(cell, s) } -> std::same_as<Fault>;
    { r.read_date(cell, date) } -> std::same_as<Fault>;
    { r.read_time(cell, time) } -> std::same_as<Fault>;
    { r.read_timestamp(cell, timestamp) } -> std::same_as<Fault>;
    { r.read_micros(cell, i) } -> std::same_as<Fault>;
    { r.read_uuid(cell, uuid) } -> std::same_as<Fault>;
    { r.read_decimal(cell, decimal) } -> std::same_as<Fault>;
    { r.read_json(cell, json) } -> std::same_as<Fault>;
    { r.read_array(cell, type, field) } -> std::same_as<Fault>;
    { r.stored_type(cell) } -> std::convertible_to<std::string_view>;
};

/// Throws the ValidationError that names the column, what it holds and what its field takes; never the value.
[[noreturn]] void throw_decode_error(const RowSink& sink, const DecodeStep& step, Fault fault,
                                     std::string_view stored_type, bool is_null);

/// Writes the enumerator called `name` into an enum of `type`.
Fault store_enumerator(const TypeInfo& type, std::string_view name, void* field);
/// Writes a number into an enum of `type`, whether an enumerator has it or not.
Fault store_enum_number(const TypeInfo& type, std::int64_t number, void* field);

template <class Reader>
Fault decode_value(Reader& reader, typename Reader::Cell cell, const TypeInfo& type, void* field);

namespace detail {

template <class T, class Reader>
inline Fault decode_integer(Reader& reader, typename Reader::Cell cell, void* field) {
    using Wide = std::conditional_t<std::is_signed_v<T>, std::int64_t, std::uint64_t>;
    Wide wide = 0;
    Fault fault;
    if constexpr (std::is_signed_v<T>) {
        fault = reader.read_int(cell, wide);
    } else {
        fault = reader.read_uint(cell, wide);
    }
    if (fault != Fault::none) return fault;
    if (wide < std::numeric_limits<T>::min() || wide > std::numeric_limits<T>::max())
        return Fault::out_of_range;
    *static_cast<T*>(field) = static_cast<T>(wide);
    return Fault::none;
}

// The kinds that are worth no place in the hot loop.
template <class Reader>
[[gnu::noinline]] Fault decode_rare(Reader& reader, typename Reader::Cell cell, const TypeInfo& type,
                                    void* field) {
    switch (type.kind) {
        case Kind::int8:
            return decode_integer<std::int8_t>(reader, cell, field);
        case Kind::int16:
            return decode_integer<std::int16_t>(reader, cell, field);
        case Kind::uint8:
            return decode_integer<std::uint8_t>(reader, cell, field);
        case Kind::uint16:
            return decode_integer<std::uint16_t>(reader, cell, field);
        case Kind::uint32:
            return decode_integer<std::uint32_t>(reader, cell, field);
        case Kind::uint64:
            return decode_integer<std::uint64_t>(reader, cell, field);
        case Kind::float32: {
            double value = 0;
            if (const Fault fault = reader.read_double(cell, value); fault != Fault::none) return fault;
            const bool finite = value - value == 0;
            if (finite && (value > static_cast<double>(std::numeric_limits<float>::max()) ||
                           value < -static_cast<double>(std::numeric_limits<float>::max()))) {
                return Fault::out_of_range;
            }
            *static_cast<float*>(field) = static_cast<float>(value);
            return Fault::none;
        }
        case Kind::blob: {
            std::string_view bytes;
            if (const Fault fault = reader.read_blob(cell, bytes); fault != Fault::none) return fault;
            const auto* first = reinterpret_cast<const std::byte*>(bytes.data());
            static_cast<std::vector<std::byte>*>(field)->assign(first, first + bytes.size());
            return Fault::none;
        }
        case Kind::date:
            return reader.read_date(cell, *static_cast<Date*>(field));
        case Kind::time:
            return reader.read_time(cell, *static_cast<Time*>(field));
        case Kind::duration: {
            std::int64_t micros = 0;
            if (const Fault fault = reader.read_micros(cell, micros); fault != Fault::none) return fault;
            type.ops.duration->from_micros(field, micros);
            return Fault::none;
        }
        case Kind::uuid:
            return reader.read_uuid(cell, *static_cast<Uuid*>(field));
        case Kind::decimal:
        case Kind::decimal_text:
            return reader.read_decimal(cell, *static_cast<Decimal*>(field));
        case Kind::json:
            return reader.read_json(cell, *static_cast<Json*>(field));
        case Kind::enumeration: {
            if (type.ops.enumeration->as_integer) {
                std::int64_t number = 0;
                if (const Fault fault = reader.read_int(cell, number); fault != Fault::none) return fault;
                return store_enum_number(type, number, field);
            }
            std::string_view name;
            if (const Fault fault = reader.read_text(cell, name); fault != Fault::none) return fault;
            return store_enumerator(type, name, field);
        }
        case Kind::array:
            return reader.read_array(cell, type, field);
        case Kind::custom: {
            struct Context {
                Reader& reader;
                typename Reader::Cell cell;
                const TypeInfo& base;
                Fault fault;
            };
            Context context{reader, cell, *type.base, Fault::none};
            struct Stop {};
            // A value that was not read must not reach the user's conversion.
            try {
                type.ops.custom->load(field, &context, [](void* opaque, void* stored) {
                    auto& c = *static_cast<Context*>(opaque);
                    c.fault = decode_value(c.reader, c.cell, c.base, stored);
                    if (c.fault != Fault::none) throw Stop{};
                });
            } catch (const Stop&) {
                return context.fault;
            }
            return Fault::none;
        }
        default:
            return Fault::wrong_type;
    }
}

}  // namespace detail

namespace detail {

// The kinds that most columns have. Always inlined: a call for each cell is what a scan would feel most.
template <class Reader>
[[gnu::always_inline]] inline Fault decode_common(Reader& reader, typename Reader::Cell cell,
                                                  const TypeInfo* type, void* field) {
    if (type->nullable != nullptr) {
        if (reader.is_null(cell)) {
            type->nullable->reset(field);
            return Fault::none;
        }
        field = type->nullable->emplace(field);
        type = type->base;
    }
    switch (type->kind) {
        case Kind::int64:
            return reader.read_int(cell, *static_cast<std::int64_t*>(field));
        case Kind::int32:
            return decode_integer<std::int32_t>(reader, cell, field);
        case Kind::boolean:
            return reader.read_bool(cell, *static_cast<bool*>(field));
        case Kind::float64:
            return reader.read_double(cell, *static_cast<double*>(field));
        case Kind::text: {
            std::string_view text;
            if (const Fault fault = reader.read_text(cell, text); fault != Fault::none) return fault;
            static_cast<std::string*>(field)->assign(text.data(), text.size());
            return Fault::none;
        }
        case Kind::timestamp:
            return reader.read_timestamp(cell, *static_cast<Timestamp*>(field));
        default:
            return decode_rare(reader, cell, *type, field);
    }
}

}  // namespace detail

/// Reads one cell into the C++ object of `type` at `field`.
template <class Reader>
Fault decode_value(Reader& reader, typename Reader::Cell cell, const TypeInfo& type, void* field) {
    return detail::decode_common(reader, cell, &type, field);
}

/// Decodes the row that `reader` stands on into the objects that `sink` opens. `reader.cell(column)` gives a
/// cell. Throws ValidationError for a cell that does not fit; the object is then half filled.
template <CellReader Reader>
inline void decode_row(Reader& reader, const RowSink& sink) {
    std::byte* slots[RowSink::max_slots];
    slots[0] = static_cast<std::byte*>(sink.open(sink.context, 0));
    const DecodeStep* const end = sink.steps + sink.step_count;
    for (const DecodeStep* step = sink.steps; step < end; ++step) {
        const auto cell = reader.cell(step->column);
        if (step->type == nullptr) [[unlikely]] {
            if (reader.is_null(cell)) {
                step += step->skip;
            } else {
                slots[step->slot] = static_cast<std::byte*>(sink.open(sink.context, step->slot));
            }
            continue;
        }
        const Fault fault = detail::decode_common(reader, cell, step->type, slots[step->slot] + step->offset);
        if (fault != Fault::none) [[unlikely]] {
            throw_decode_error(sink, *step, fault, reader.stored_type(cell), reader.is_null(cell));
        }
    }
    if (sink.close != nullptr) sink.close(sink.context);
}

}  // namespace duet::driver
