#pragma once

#include <duet/expr/resolve.hpp>
#include <duet/expr/value.hpp>

namespace duet::expr {

/// What may be put into a column.
constexpr Checked check_assignment(Checked column, Checked value, bool is_value) {
    if (!column.ok()) return column;
    if (!value.ok()) return value;
    Checked out = value;
    out.name = column.name;
    if (family(*value.type) == Family::null)
        return duet::detail::is_set(column.type->nullable) ? out : refuse(out, Fault::needs_value);
    bool fits =
        types_meet(*column.type, *value.type) || (is_value && day_meets_moment(*column.type, *value.type));
    if (family(*value.type) == Family::json_scalar) fits = fits && family(*column.type) == Family::number;
    if (is_value && other_row(value, column)) fits = false;
    // A number with a fraction is no integer.
    const bool integer = column.type->kind >= Kind::int8 && column.type->kind <= Kind::uint64;
    if (integer && is_value && (is_floating(value.type->kind) || is_decimal(value.type->kind))) fits = false;
    return fits ? out : refuse(out, Fault::not_assignable);
}

/// `column = value` of an UPDATE.
template <class C, class V>
struct Assignment {
    using duet_assignment = void;
    /// A value, rather than an expression over columns.
    static constexpr bool is_plain_value = is_value_node<V>;

    V value;

    template <class M>
    static consteval Checked check() {
        const Checked column = checked<M, C>;
        if (column.ok() && C::template resolution<M>().hops != 0) return refuse(column, Fault::no_column);
        return check_assignment(column, checked<M, V>, is_plain_value);
    }
    /// Index of the column in the model; check<M>() was fine.
    template <class M>
    static consteval std::int16_t column() {
        return C::template resolution<M>().column;
    }
    template <class M>
    void emit(shape::Fragment& out) const {
        constexpr std::int16_t index = column<M>();
        out.u8(static_cast<std::size_t>(index));
        emit_beside<M>(out, value, checked<M, C>.type);
    }
};

template <class A>
concept IsAssignment = requires {
    typename A::duet_assignment;
};

}  // namespace duet::expr
