#include "column_snapshot.hpp"

#include <duet/base/error.hpp>
#include <duet/types/decimal.hpp>
#include <duet/types/json.hpp>

#include <cstring>

namespace duet::engine {

namespace {

using Length = std::uint32_t;

/// Whether a value is its bytes.
bool is_fixed(Kind kind) {
    switch (kind) {
        case Kind::boolean:
        case Kind::int8:
        case Kind::int16:
        case Kind::int32:
        case Kind::int64:
        case Kind::uint8:
        case Kind::uint16:
        case Kind::uint32:
        case Kind::uint64:
        case Kind::float32:
        case Kind::float64:
        case Kind::date:
        case Kind::time:
        case Kind::timestamp:
        case Kind::duration:
        case Kind::uuid:
        case Kind::enumeration:
            return true;
        default:
            return false;
    }
}

const TypeInfo& plain(const TypeInfo& type) { return type.nullable == nullptr ? type : *type.base; }

void put_length(std::size_t length, std::string& out) {
    const auto value = static_cast<Length>(length);
    out.append(reinterpret_cast<const char*>(&value), sizeof value);
}
Length take_length(const char*& at) {
    Length value = 0;
    std::memcpy(&value, at, sizeof value);
    at += sizeof value;
    return value;
}
void put_text(std::string_view text, std::string& out) {
    put_length(text.size(), out);
    out.append(text);
}
std::string_view take_text(const char*& at) {
    const Length length = take_length(at);
    const std::string_view text(at, length);
    at += length;
    return text;
}

/// The characters of a value that consists of nothing else; false for other kinds.
bool characters(const TypeInfo& type, const void* value, std::string_view& out) {
    if (type.kind == Kind::text) {
        out = *static_cast<const std::string*>(value);
        return true;
    }
    if (type.kind == Kind::blob) {
        const auto& blob = *static_cast<const std::vector<std::byte>*>(value);
        out = {reinterpret_cast<const char*>(blob.data()), blob.size()};
        return true;
    }
    if (type.kind == Kind::json) {
        out = static_cast<const Json*>(value)->text();
        return true;
    }
    return false;
}

void encode_plain(const TypeInfo& type, const void* value, std::string& out) {
    if (is_fixed(type.kind)) {
        out.append(static_cast<const char*>(value), type.size);
        return;
    }
    std::string_view text;
    if (characters(type, value, text)) return put_text(text, out);
    switch (type.kind) {
        case Kind::decimal:
        case Kind::decimal_text:
            return put_text(static_cast<const Decimal*>(value)->to_string(), out);
        case Kind::array: {
            const ArrayOps& ops = *type.ops.array;
            const std::size_t size = ops.size(value);
            put_length(size, out);
            for (std::size_t i = 0; i < size; ++i) encode_value(*type.base, ops.at(value, i), out);
            return;
        }
        case Kind::custom: {
            struct Context {
                const TypeInfo& stored;
                std::string& out;
            } context{*type.base, out};
            return type.ops.custom->store(value, &context, [](void* opaque, const void* stored) {
                const auto& c = *static_cast<Context*>(opaque);
                encode_value(c.stored, stored, c.out);
            });
        }
        default:
            throw InvalidQuery("values of this type cannot be kept to be compared: " +
                               std::string(type.cpp_name));
    }
}

const char* decode_plain(const TypeInfo& type, void* value, const char* at) {
    if (is_fixed(type.kind)) {
        std::memcpy(value, at, type.size);
        return at + type.size;
    }
    switch (type.kind) {
        case Kind::text:
            static_cast<std::string*>(value)->assign(take_text(at));
            return at;
        case Kind::blob: {
            const std::string_view text = take_text(at);
            const auto* bytes = reinterpret_cast<const std::byte*>(text.data());
            static_cast<std::vector<std::byte>*>(value)->assign(bytes, bytes + text.size());
            return at;
        }
        case Kind::json:
            *static_cast<Json*>(value) = Json::from_valid_text(std::string(take_text(at)));
            return at;
        case Kind::decimal:
        case Kind::decimal_text:
            (void)Decimal::try_parse(take_text(at), *static_cast<Decimal*>(value));
            return at;
        case Kind::array: {
            const ArrayOps& ops = *type.ops.array;
            ops.clear(value);
            const Length size = take_length(at);
            for (Length i = 0; i < size; ++i) at = decode_value(*type.base, ops.append(value), at);
            return at;
        }
        default: {  // custom; encode_plain has refused everything else
            struct Context {
                const TypeInfo& stored;
                const char* at;
            } context{*type.base, at};
            type.ops.custom->load(value, &context, [](void* opaque, void* stored) {
                auto& c = *static_cast<Context*>(opaque);
                c.at = decode_value(c.stored, stored, c.at);
            });
            return context.at;
        }
    }
}

constexpr Length no_value = 0xffffffff;

const void* value_of(const TypeInfo& type, const void* field) {
    return type.nullable == nullptr ? field : type.nullable->value(field);
}

/// The value behind its length; the length alone tells a NULL.
void put_variable(const TypeInfo& type, const void* field, std::string& out) {
    const void* value = value_of(type, field);
    if (value == nullptr) return put_length(no_value, out);
    std::string_view text;
    if (characters(plain(type), value, text)) return put_text(text, out);
    const std::size_t start = out.size();
    put_length(0, out);
    encode_plain(plain(type), value, out);
    const auto length = static_cast<Length>(out.size() - start - sizeof(Length));
    std::memcpy(out.data() + start, &length, sizeof length);
}

/// Whether the value is the one at `at`; moves `at` behind that.
bool same_variable(const TypeInfo& type, const void* field, const char*& at) {
    const void* value = value_of(type, field);
    const Length length = take_length(at);
    if (length == no_value) return value == nullptr;
    const std::string_view then(at, length);
    at += length;
    if (value == nullptr) return false;
    std::string_view text;
    if (characters(plain(type), value, text)) return text == then;
    std::string now;
    encode_plain(plain(type), value, now);
    return now == then;
}

void restore_variable(const TypeInfo& type, void* field, const char*& at, bool wanted) {
    const char* const start = at;
    const Length length = take_length(at);
    if (length == no_value) {
        if (wanted) type.nullable->reset(field);
        return;
    }
    const char* const payload = at;
    at += length;
    if (!wanted) return;
    void* value = field;
    if (type.nullable != nullptr) {
        const void* engaged = type.nullable->value(field);
        value = engaged != nullptr ? const_cast<void*>(engaged) : type.nullable->emplace(field);
    }
    std::string_view text;
    const bool whole = characters(plain(type), value, text);
    decode_plain(plain(type), value, whole ? start : payload);
}

}  // namespace

void encode_value(const TypeInfo& type, const void* field, std::string& out) {
    if (type.nullable == nullptr) return encode_plain(type, field, out);
    const void* value = type.nullable->value(field);
    out.push_back(value != nullptr ? '\1' : '\0');
    if (value != nullptr) encode_plain(*type.base, value, out);
}

const char* decode_value(const TypeInfo& type, void* field, const char* at) {
    if (type.nullable == nullptr) return decode_plain(type, field, at);
    if (*at++ == '\0') {
        type.nullable->reset(field);
        return at;
    }
    const void* engaged = type.nullable->value(field);
    return decode_plain(*type.base,
                        engaged != nullptr ? const_cast<void*>(engaged) : type.nullable->emplace(field), at);
}

void encode_key(const ModelInfo& model, const void* object, std::string& out) {
    for (const std::int16_t key : model.key) {
        const ColumnInfo& column = model.columns[static_cast<std::size_t>(key)];
        encode_value(*column.type, column.in(object), out);
    }
}

void copy_column(const ColumnInfo& column, const void* from, void* to) {
    if (column.type->nullable == nullptr && is_fixed(column.type->kind)) {
        std::memcpy(column.in(to), column.in(from), column.type->size);
        return;
    }
    std::string bytes;
    encode_value(*column.type, column.in(from), bytes);
    decode_value(*column.type, column.in(to), bytes.data());
}

SnapshotLayout::SnapshotLayout(const ModelInfo& model) {
    if (model.columns.size() > ColumnSet::capacity)
        throw InvalidQuery(std::string(model.type_name) + " has too many columns to keep track of");
    for (std::size_t i = 0; i < model.columns.size(); ++i) {
        const ColumnInfo& column = model.columns[i];
        const auto number = static_cast<std::uint16_t>(i);
        if (!is_fixed(column.type->kind)) {
            variable_.push_back({column.type, column.offset, number});
            continue;
        }
        const std::uint32_t size = plain(*column.type).size;
        fixed_.push_back({column.type, column.offset, fixed_size_, size, number,
                          size == 8 && column.type->nullable == nullptr});
        fixed_size_ += size + (column.type->nullable != nullptr ? 1 : 0);
    }
}

void SnapshotLayout::take(const void* object, RowSnapshot& out) const {
    const auto* from = static_cast<const std::byte*>(object);
    out.assign(fixed_size_, '\0');
    char* to = out.data();
    for (const Fixed& f : fixed_) take_fixed(f, from, to);
    for (const Variable& v : variable_) put_variable(*v.type, from + v.offset, out);
}

void SnapshotLayout::take_fixed(const Fixed& f, const std::byte* object, char* snapshot) {
    const void* value = object + f.offset;
    char* to = snapshot + f.place;
    if (f.type->nullable != nullptr) {
        value = f.type->nullable->value(value);
        *to++ = value != nullptr ? '\1' : '\0';
        if (value == nullptr) return;
    }
    std::memcpy(to, value, f.size);
}

void SnapshotLayout::renew(const void* object, RowSnapshot& snapshot, const ColumnSet& columns) const {
    for (const Variable& v : variable_) {
        if (columns.has(v.column)) return take(object, snapshot);
    }
    for (const Fixed& f : fixed_) {
        if (columns.has(f.column)) take_fixed(f, static_cast<const std::byte*>(object), snapshot.data());
    }
}

bool SnapshotLayout::same_fixed(const Fixed& f, const std::byte* object, const char* snapshot) const {
    const void* value = object + f.offset;
    const char* then = snapshot + f.place;
    if (f.word) return std::memcmp(value, then, 8) == 0;
    if (f.type->nullable != nullptr) {
        value = f.type->nullable->value(value);
        if ((value != nullptr) != (*then++ != '\0')) return false;
        if (value == nullptr) return true;
    }
    switch (f.size) {
        case 4:
            return std::memcmp(value, then, 4) == 0;
        case 1:
            return std::memcmp(value, then, 1) == 0;
        default:
            return std::memcmp(value, then, f.size) == 0;
    }
}

bool SnapshotLayout::same(const void* object, const RowSnapshot& snapshot) const {
    const auto* from = static_cast<const std::byte*>(object);
    for (const Fixed& f : fixed_) {
        if (!same_fixed(f, from, snapshot.data())) return false;
    }
    const char* at = snapshot.data() + fixed_size_;
    for (const Variable& v : variable_) {
        if (!same_variable(*v.type, from + v.offset, at)) return false;
    }
    return true;
}

ColumnSet SnapshotLayout::changes(const void* object, const RowSnapshot& snapshot) const {
    ColumnSet out;
    const auto* from = static_cast<const std::byte*>(object);
    for (const Fixed& f : fixed_) {
        if (!same_fixed(f, from, snapshot.data())) out.add(f.column);
    }
    const char* at = snapshot.data() + fixed_size_;
    for (const Variable& v : variable_) {
        if (!same_variable(*v.type, from + v.offset, at)) out.add(v.column);
    }
    return out;
}

void SnapshotLayout::restore(void* object, const RowSnapshot& snapshot, const ColumnSet& columns) const {
    auto* to = static_cast<std::byte*>(object);
    for (const Fixed& f : fixed_) {
        if (columns.has(f.column)) decode_value(*f.type, to + f.offset, snapshot.data() + f.place);
    }
    const char* at = snapshot.data() + fixed_size_;
    for (const Variable& v : variable_) {
        restore_variable(*v.type, to + v.offset, at, columns.has(v.column));
    }
}

}  // namespace duet::engine
