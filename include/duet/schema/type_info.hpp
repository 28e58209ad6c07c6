#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

namespace duet {

/// How the C++ value of a column is laid out. A database driver switches on it; nothing else about the C++
/// type reaches a driver.
enum class Kind : std::uint8_t {
    null,
    boolean,  // bool
    int8,     // std::int8_t ... std::uint64_t
    int16,
    int32,
    int64,
    uint8,
    uint16,
    uint32,
    uint64,
    float32,       // float
    float64,       // double
    text,          // std::string
    blob,          // std::vector<std::byte>
    date,          // duet::Date
    time,          // duet::Time
    timestamp,     // duet::Timestamp
    duration,      // any std::chrono::duration; stored as microseconds
    uuid,          // duet::Uuid
    decimal,       // duet::Decimal
    decimal_text,  // duet::Decimal kept as text of any length (table option decimal_as_text)
    json,          // duet::Json
    enumeration,   // a C++ enum; see EnumInfo
    array,         // std::vector<T>; see ArrayOps
    custom,        // a user's type; see CustomOps
    // Values of queries, never of columns:
    text_view,  // characters at BindValue::data, BindValue::size of them
    blob_view,  // bytes, likewise
    json_path,  // text_view that holds a JSON array of keys (strings) and indexes (integers)
};

namespace detail {

constexpr bool is_integer(Kind kind) { return kind >= Kind::int8 && kind <= Kind::uint64; }

/// The kind of an integer of so many bytes; Kind::null when there is none.
constexpr Kind integer_kind(std::size_t size, bool is_signed) {
    switch (size) {
        case 1:
            return is_signed ? Kind::int8 : Kind::uint8;
        case 2:
            return is_signed ? Kind::int16 : Kind::uint16;
        case 4:
            return is_signed ? Kind::int32 : Kind::uint32;
        case 8:
            return is_signed ? Kind::int64 : Kind::uint64;
        default:
            return Kind::null;
    }
}

/// The integers of a kind.
struct IntegerRange {
    std::int64_t least;
    std::uint64_t most;

    constexpr bool contains(std::int64_t value) const {
        return value >= least && (value < 0 || static_cast<std::uint64_t>(value) <= most);
    }
};
IntegerRange integer_range(Kind kind) noexcept;

/// The value of any integral kind; unsigned values above the range of int64 wrap.
std::int64_t read_integer(Kind kind, const void* value) noexcept;
void write_integer(Kind kind, void* value, std::int64_t integer) noexcept;

}  // namespace detail

struct TypeInfo;

struct Enumerator {
    std::string_view name;
    std::int64_t value;
};

struct EnumInfo {
    std::span<const Enumerator> enumerators;
    std::string_view type_name;
    bool is_signed;
    bool as_integer;  // stored as its number rather than by its name
};

/// std::vector<T> without its T.
struct ArrayOps {
    std::size_t (*size)(const void* array);
    const void* (*at)(const void* array, std::size_t index);
    void* (*append)(void* array);
    void (*clear)(void* array);
};

/// A user's type, stored as the type in TypeInfo::base. The stored object lives inside the call, on the
/// stack: `load` makes an empty one, has it filled by `read` and converts it; `store` converts and hands it
/// to `write`.
struct CustomOps {
    void (*load)(void* field, void* context, void (*read)(void* context, void* stored));
    void (*store)(const void* field, void* context, void (*write)(void* context, const void* stored));
};

struct DurationOps {
    std::int64_t (*to_micros)(const void* duration);
    void (*from_micros)(void* duration, std::int64_t micros);
};

/// std::optional<T> without its T.
struct NullableOps {
    void* (*emplace)(void* optional);  // engages it and returns the address of the value
    void (*reset)(void* optional);
    const void* (*value)(const void* optional);  // null when disengaged
};

/// One C++ column type, erased. There is one object per type and program; addresses identify nothing.
struct TypeInfo {
    Kind kind;                              // of the value; for std::optional<T> that of T
    std::uint32_t size;                     // sizeof the C++ type
    const NullableOps* nullable = nullptr;  // set for std::optional
    const TypeInfo* base = nullptr;         // array: the element; custom: the stored type; nullable: T itself
    union {
        const void* none;
        const EnumInfo* enumeration;
        const ArrayOps* array;
        const CustomOps* custom;
        const DurationOps* duration;
    } ops{};
    std::string_view cpp_name{};  // for messages
    std::string_view sql_type{};  // the database's own type that the column has; empty: the dialect's choice
};

namespace detail {

/// The kind of the integer that an enum is.
constexpr Kind number_kind(const TypeInfo& enumeration) {
    return integer_kind(enumeration.size, enumeration.ops.enumeration->is_signed);
}

}  // namespace detail

}  // namespace duet
