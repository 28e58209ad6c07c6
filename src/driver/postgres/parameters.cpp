#include "parameters.hpp"

#include <duet/base/error.hpp>
#include <duet/driver/array_text.hpp>
#include <duet/driver/encode.hpp>
#include <duet/driver/text_forms.hpp>
#include <duet/types/json_text.hpp>

#include <algorithm>
#include <cstring>

#include "array_parameter.hpp"
#include "checks.hpp"
#include "driver/like_pattern.hpp"
#include "moments.hpp"
#include "numeric.hpp"
#include "oid.hpp"
#include "wire.hpp"

namespace duet::driver::postgres {
namespace {

constexpr std::size_t most_bytes = 0x3FFF'FFFF;  // the server takes no longer message
constexpr std::size_t most_kept = 256 * 1024;

// A JSON array of keys and indexes, as the text[] that the operators #> and #>> take.
void append_path(std::string& out, std::string_view keys) {
    ArrayHeader header(out, oid::text);
    std::size_t count = 0;
    for (duet::detail::JsonArrayReader step(keys); step.next(); ++count) {
        const std::string key =
            step.kind() == duet::detail::JsonKind::text ? step.to_text() : std::to_string(step.to_int64());
        require_text(key);
        put_4(out, static_cast<std::uint32_t>(key.size()));
        out += key;
    }
    header.finish(count, false);
}

}  // namespace

Oid declared_type(const TypeInfo& declared) noexcept {
    const TypeInfo& type = declared.nullable != nullptr ? *declared.base : declared;
    switch (type.kind) {
        case Kind::boolean:
            return oid::boolean;
        case Kind::int8:
        case Kind::int16:
        case Kind::int32:
        case Kind::int64:
        case Kind::uint8:
        case Kind::uint16:
        case Kind::uint32:
        case Kind::uint64:
            return oid::int8;
        case Kind::float32:
        case Kind::float64:
            return oid::float8;
        case Kind::blob:
        case Kind::blob_view:
            return oid::bytea;
        case Kind::date:
            return oid::date;
        case Kind::time:
            return oid::time;
        case Kind::timestamp:
            return oid::timestamptz;
        case Kind::duration:
            return oid::interval;
        case Kind::uuid:
            return oid::uuid;
        case Kind::decimal:
            return oid::numeric;
        case Kind::json:
            return oid::jsonb;
        case Kind::json_path:
            return oid::text_array;
        case Kind::enumeration:
            return type.ops.enumeration->as_integer ? oid::int8 : oid::unspecified;
        case Kind::array:
            return array_type(type);
        case Kind::custom:
            return declared_type(*type.base);
        default:
            return oid::unspecified;
    }
}

void Parameters::make_room(std::size_t count) {
    if (count > max_count) {
        throw InvalidQuery("a statement for PostgreSQL can have 65535 parameters at most, not " +
                           std::to_string(count));
    }
    data_.resize(count);
    lengths_.resize(count);
    formats_.resize(count);
    slots_.resize(count);
    types_.resize(count);
}

void Parameters::encode(const Plan& plan, std::span<const BindValue> values) {
    const std::size_t count = plan.binds.size();
    if (count != types_.size()) make_room(count);
    owned_.clear();
    if (buffer_.capacity() > most_kept) buffer_ = {};
    buffer_.clear();
    transient = false;
    bytes_ = 0;
    for (at_ = 0; at_ < count; ++at_) {
        const PlanBind& bind = plan.binds[at_];
        if (bind.value >= values.size())
            throw InvalidQuery("fewer values than the statement's placeholders need");
        const BindValue& bound = values[bind.value];
        if (bind.transform == Transform::none) [[likely]] {
            value(bound);
        } else {
            transformed(bound, bind.transform);
        }
        bytes_ += static_cast<std::size_t>(lengths_[at_]);
    }
    if (bytes_ > most_bytes) throw_too_large();
    for (const Owned& part : owned_) data_[part.index] = buffer_.data() + part.offset;
}

inline void Parameters::value(const BindValue& value) {
    current_ = value.type;
    if (value.list) return list(value);
    if (value.data == nullptr || value.type == nullptr) return null();
    const std::string_view characters{static_cast<const char*>(value.data), value.size};
    switch (value.type->kind) {
        case Kind::text_view:
            return copied_text(characters);
        case Kind::json_path:
            return path(characters);
        case Kind::blob_view:
            return blob(characters);
        default:
            return driver::detail::encode_common(*this, *value.type, value.data);
    }
}

void Parameters::transformed(const BindValue& bound, Transform transform) {
    if (bound.list || bound.data == nullptr || bound.type == nullptr) return value(bound);
    const TypeInfo& type = *bound.type;
    std::string_view text{static_cast<const char*>(bound.data), bound.size};
    if (type.kind == Kind::text && type.nullable == nullptr) {
        text = *static_cast<const std::string*>(bound.data);
    } else if (type.kind != Kind::text_view && type.kind != Kind::json_path) {
        return value(bound);
    }
    current_ = bound.type;
    pattern_.clear();
    switch (transform) {
        case Transform::like_contains:
        case Transform::like_prefix:
        case Transform::like_suffix:
        case Transform::like_pattern:
            append_like_pattern(pattern_, transform, text);
            return copied_text(pattern_);
        case Transform::json_path:
            return path(text);
        case Transform::glob_prefix:
        case Transform::like_to_glob:
            throw InvalidQuery("PostgreSQL has no GLOB patterns");
        default:
            return value(bound);
    }
}

void Parameters::list(const BindValue& value) {
    const std::size_t offset = buffer_.size();
    const Oid type = list_type(*value.type);
    postgres::append_list(buffer_, value);
    owned(type, offset, type == oid::unspecified ? 0 : 1);
    if (type == oid::unspecified) buffer_ += '\0';
}

void Parameters::path(std::string_view keys) {
    const std::size_t offset = buffer_.size();
    append_path(buffer_, keys);
    owned(oid::text_array, offset, 1);
}

void Parameters::null() {
    types_[at_] = current_ == nullptr ? oid::unspecified : declared_type(*current_);
    data_[at_] = nullptr;
    lengths_[at_] = 0;
    formats_[at_] = 1;
}

void Parameters::unsigned_integer(std::uint64_t value) { integer(checked_unsigned(value)); }

void Parameters::text(std::string_view value) {
    // Only std::string itself is sure to end with a zero byte.
    if (transient || current_->kind != Kind::text) return copied_text(value);
    require_text(value);
    types_[at_] = oid::unspecified;
    data_[at_] = value.data();
    lengths_[at_] = length_of(value);
    formats_[at_] = 0;
}

void Parameters::copied_text(std::string_view value) {
    require_text(value);
    const std::size_t offset = buffer_.size();
    buffer_ += value;
    owned(oid::unspecified, offset, 0);
    buffer_ += '\0';
}

void Parameters::blob(std::string_view value) {
    if (transient) {
        const std::size_t offset = buffer_.size();
        length_of(value);
        buffer_ += value;
        return owned(oid::bytea, offset, 1);
    }
    types_[at_] = oid::bytea;
    data_[at_] = value.data() == nullptr ? "" : value.data();  // a null pointer means NULL
    lengths_[at_] = length_of(value);
    formats_[at_] = 1;
}

void Parameters::date(Date value) {
    store_4(slot(oid::date, 4), static_cast<std::uint32_t>(days_since_2000(value)));
}
void Parameters::time(Time value) {
    store_8(slot(oid::time, 8), static_cast<std::uint64_t>(value.since_midnight().count()));
}
void Parameters::timestamp(Timestamp value) {
    store(oid::timestamptz, static_cast<std::uint64_t>(micros_since_2000(value)));
}
void Parameters::duration(std::int64_t micros) {
    char* const out = slot(oid::interval, 16);
    store_8(out, static_cast<std::uint64_t>(micros));
    std::memset(out + 8, 0, 8);  // days and months
}
void Parameters::uuid(const Uuid& value) { std::memcpy(slot(oid::uuid, 16), value.bytes().data(), 16); }

void Parameters::decimal(const Decimal& value) {
    const std::size_t offset = buffer_.size();
    append_numeric(buffer_, value);
    owned(oid::numeric, offset, 1);
}

void Parameters::decimal_text(const Decimal& value) {
    char text[Decimal::max_text_size];
    copied_text({text, value.write(text)});
}

void Parameters::json(const Json& value) {
    copied_text(value.text());
    types_[at_] = oid::jsonb;
}

void Parameters::array(const TypeInfo& type, const void* array) {
    const Oid declared = array_type(type);
    if (declared == oid::jsonb || declared == oid::unspecified) {
        pattern_.clear();
        append_array(pattern_, type, array);
        if (declared == oid::jsonb) {
            copied_text(pattern_);
        } else {  // only the server knows how to read its elements
            std::string literal;
            append_array_literal(literal, pattern_);
            copied_text(literal);
        }
        types_[at_] = declared;
        return;
    }
    const std::size_t offset = buffer_.size();
    append_binary_array(buffer_, type, array);
    owned(declared, offset, 1);
}

void Parameters::owned(Oid type, std::size_t offset, int format) {
    const std::size_t size = buffer_.size() - offset;
    if (size > most_bytes) throw_too_large();
    types_[at_] = type;
    data_[at_] = nullptr;
    lengths_[at_] = static_cast<int>(size);
    formats_[at_] = format;
    owned_.push_back({at_, offset});
}

}  // namespace duet::driver::postgres
