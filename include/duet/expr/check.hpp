#pragma once

#include <duet/base/constant_address.hpp>
#include <duet/schema/model_info.hpp>
#include <duet/schema/value_types.hpp>
#include <duet/shape/opcodes.hpp>

#include <cstdint>
#include <string_view>

namespace duet::expr {

/// Why an expression makes no sense for a model. The sentences are in add.hpp.
enum class Fault : std::uint8_t {
    none,
    unknown_name,
    no_column,
    not_comparable,
    no_order,
    not_text,
    not_number,
    not_boolean,
    not_json,
    not_array,
    not_date,
    not_tsvector,
    not_tsquery,
    not_range,
    not_a_relation,
    not_many,
    other_model,
    not_assignable,
    needs_value,
    composite_key,
    no_condition,
    not_in_lists,
    mixed_results,
    unsupported_value,
    no_expression,
    no_assignment,
    no_window,
    no_array,
    many_columns,
    other_length,
    no_row,
};

/// What an expression is for a model, found at compile time. `type` matters by its kind.
struct Checked {
    const TypeInfo* type = nullptr;
    bool nullable = false;
    Fault fault = Fault::none;
    const ModelInfo* refers = nullptr;  // a key of this model
    std::string_view name{};            // the column, for messages

    constexpr bool ok() const { return fault == Fault::none; }
};

// Types of operands that no column has. family() tells these three by kind and size.
inline constexpr TypeInfo null_type{.kind = Kind::null, .size = 0, .cpp_name = "NULL"};
/// Known at run time only.
inline constexpr TypeInfo any_type{.kind = Kind::null, .size = 1, .cpp_name = "any"};
/// A value inside a JSON document: a number, a text or a boolean.
inline constexpr TypeInfo json_scalar_type{.kind = Kind::json, .size = 0, .cpp_name = "JSON value"};

inline constexpr TypeInfo decimal_type{.kind = Kind::decimal, .size = 0, .cpp_name = "duet::Decimal"};
inline constexpr TypeInfo date_type{.kind = Kind::date, .size = 0, .cpp_name = "duet::Date"};
inline constexpr TypeInfo time_type{.kind = Kind::time, .size = 0, .cpp_name = "duet::Time"};
inline constexpr TypeInfo timestamp_type{.kind = Kind::timestamp, .size = 0, .cpp_name = "duet::Timestamp"};
inline constexpr TypeInfo duration_type{
    .kind = Kind::duration, .size = 0, .cpp_name = "std::chrono::duration"};

// Of PostgreSQL's text search.
inline constexpr TypeInfo tsvector_type{
    .kind = Kind::custom, .size = 0, .cpp_name = "tsvector", .sql_type = "tsvector"};
inline constexpr TypeInfo tsquery_type{
    .kind = Kind::custom, .size = 0, .cpp_name = "tsquery", .sql_type = "tsquery"};

enum class Family : std::uint8_t {
    any,
    null,
    boolean,
    number,
    text,
    blob,
    date,
    time,
    timestamp,
    duration,
    uuid,
    json,
    json_scalar,
    enumeration,
    array,
    custom
};

constexpr const TypeInfo& without_null(const TypeInfo& type) {
    return duet::detail::is_set(type.nullable) ? *type.base : type;
}

constexpr Family family(const TypeInfo& type) {
    switch (type.kind) {
        case Kind::null:
            return type.size == any_type.size ? Family::any : Family::null;
        case Kind::boolean:
            return Family::boolean;
        case Kind::text:
        case Kind::text_view:
        case Kind::json_path:
            return Family::text;
        case Kind::blob:
        case Kind::blob_view:
            return Family::blob;
        case Kind::date:
            return Family::date;
        case Kind::time:
            return Family::time;
        case Kind::timestamp:
            return Family::timestamp;
        case Kind::duration:
            return Family::duration;
        case Kind::uuid:
            return Family::uuid;
        case Kind::json:
            return type.size == json_scalar_type.size ? Family::json_scalar : Family::json;
        case Kind::enumeration:
            return Family::enumeration;
        case Kind::array:
            return Family::array;
        case Kind::custom:
            return Family::custom;
        default:
            return Family::number;
    }
}

constexpr bool is_floating(Kind kind) { return kind == Kind::float32 || kind == Kind::float64; }
constexpr bool is_decimal(Kind kind) { return kind == Kind::decimal || kind == Kind::decimal_text; }

/// Whether a column of type `a` may stand beside an operand of type `b`.
constexpr bool types_meet(const TypeInfo& left, const TypeInfo& right) {
    const Family a = family(left);
    const Family b = family(right);
    if (a == Family::any || b == Family::any || a == Family::null || b == Family::null) return true;
    if (a == Family::json_scalar || b == Family::json_scalar) {
        const Family other = a == Family::json_scalar ? b : a;
        return other == Family::number || other == Family::text || other == Family::boolean ||
               other == Family::json_scalar;
    }
    if (a != b) return false;
    switch (a) {
        case Family::enumeration:
            return duet::detail::same_object(left.ops.enumeration, right.ops.enumeration);
        case Family::custom:
            return left.sql_type == right.sql_type &&
                   (!left.sql_type.empty() || duet::detail::same_object(left.ops.custom, right.ops.custom));
        case Family::array:
            return types_meet(*without_null(left).base, *without_null(right).base);
        default:
            return true;
    }
}

/// A day may be compared with a moment (it counts as its midnight), when it is a value.
constexpr bool day_meets_moment(const TypeInfo& column, const TypeInfo& value) {
    return column.kind == Kind::timestamp && value.kind == Kind::date;
}

constexpr Checked refuse(Checked checked, Fault fault) {
    checked.fault = fault;
    return checked;
}
constexpr Checked condition_of(Checked a) {
    return {&duet::detail::boolean_value, a.nullable, a.fault, nullptr, a.name};
}
/// The first fault of the two, or a condition over both.
constexpr Checked condition_of(Checked a, Checked b) {
    if (!a.ok()) return a;
    if (!b.ok()) return b;
    return {&duet::detail::boolean_value, a.nullable || b.nullable, Fault::none, nullptr,
            a.name.empty() ? b.name : a.name};
}
constexpr Checked computed(const TypeInfo& type, Checked from, bool nullable) {
    if (!from.ok()) return from;
    return {&type, nullable, Fault::none, nullptr, from.name};
}

/// Whether `key` is the key of a row that `column` does not refer to.
constexpr bool other_row(const Checked& key, const Checked& column) {
    return duet::detail::is_set(key.refers) && !duet::detail::same_object(key.refers, column.refers);
}

constexpr Checked check_comparison(Checked a, Checked b, bool a_is_value, bool b_is_value, bool ordered) {
    const Checked out = condition_of(a, b);
    if (!out.ok()) return out;
    bool meet = types_meet(*a.type, *b.type) || (b_is_value && day_meets_moment(*a.type, *b.type)) ||
                (a_is_value && day_meets_moment(*b.type, *a.type));
    // A row stands for its key only beside a relation to rows of its model.
    if (a_is_value && other_row(a, b)) meet = false;
    if (b_is_value && other_row(b, a)) meet = false;
    if (!meet) return refuse(out, Fault::not_comparable);
    const Family f = family(*a.type);
    if (ordered &&
        (f == Family::json || f == Family::array || f == Family::null || family(*b.type) == Family::null)) {
        return refuse(out, Fault::no_order);
    }
    return out;
}

constexpr bool is_text_like(const TypeInfo& type) {
    const Family f = family(type);
    if (f == Family::custom) return type.sql_type.empty() && is_text_like(*without_null(type).base);
    return f == Family::text || f == Family::any || f == Family::json_scalar ||
           (f == Family::enumeration && !type.ops.enumeration->as_integer);
}
constexpr bool is_range(const TypeInfo& type) {
    return family(type) == Family::custom && type.sql_type.ends_with("range");
}
constexpr Checked check_match(Checked a, Checked pattern) {
    const Checked out = condition_of(a, pattern);
    if (!out.ok()) return out;
    if (!is_text_like(*a.type)) return refuse(out, Fault::not_text);
    const Family p = family(*pattern.type);
    if (p != Family::text && p != Family::any) return refuse(out, Fault::not_text);
    return out;
}

constexpr bool is_number_like(const TypeInfo& type) {
    const Family f = family(type);
    if (f == Family::custom) return type.sql_type.empty() && is_number_like(*without_null(type).base);
    return f == Family::number || f == Family::any || f == Family::json_scalar || f == Family::duration;
}
constexpr const TypeInfo& number_type(const TypeInfo& a, const TypeInfo& b) {
    if (is_decimal(a.kind) || is_decimal(b.kind)) return decimal_type;
    if (family(a) == Family::any && family(b) == Family::any) return any_type;
    if (is_floating(a.kind) || is_floating(b.kind)) return duet::detail::float64_value;
    if (family(a) == Family::json_scalar || family(b) == Family::json_scalar)
        return duet::detail::float64_value;
    if (family(a) == Family::duration && family(b) == Family::duration) return duration_type;
    return duet::detail::int64_value;
}
/// Which numbers hold which others: a fraction a whole number, a decimal both. 0: no number.
constexpr int number_rank(Kind kind) {
    return is_decimal(kind) ? 3 : is_floating(kind) ? 2 : duet::detail::is_integer(kind) ? 1 : 0;
}
/// What one of several values is: the first one's type, unless a number would not fit.
constexpr const TypeInfo* common_type(const TypeInfo* first, const TypeInfo* other) {
    const int rank = number_rank(other->kind);
    if (number_rank(first->kind) == 0 || number_rank(first->kind) >= rank) return first;
    return rank == 3 ? &decimal_type : &duet::detail::float64_value;
}
/// What becomes of moments and durations: a moment, a duration, or nothing (null).
constexpr const TypeInfo* moment_type(shape::Op op, const TypeInfo& a, const TypeInfo& b) {
    const auto is_moment = [](const TypeInfo& type) {
        return type.kind == Kind::timestamp || type.kind == Kind::date;
    };
    const bool shifts = is_moment(a) && b.kind == Kind::duration;
    if (op == shape::Op::add && (shifts || (a.kind == Kind::duration && is_moment(b))))
        return &timestamp_type;
    if (op == shape::Op::sub && shifts) return &timestamp_type;
    if (op == shape::Op::sub && is_moment(a) && is_moment(b)) return &duration_type;
    return nullptr;
}
constexpr Checked check_arithmetic(shape::Op op, Checked a, Checked b) {
    Checked out = condition_of(a, b);
    if (!out.ok()) return out;
    if (const TypeInfo* moment = moment_type(op, *a.type, *b.type); duet::detail::is_set(moment)) {
        out.type = moment;
        return out;
    }
    if (!is_number_like(*a.type) || !is_number_like(*b.type)) return refuse(out, Fault::not_number);
    out.type = &number_type(*a.type, *b.type);
    return out;
}

}  // namespace duet::expr
