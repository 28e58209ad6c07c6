#pragma once

#include <duet/dialect/dialect.hpp>

#include "expression_renderer.hpp"

namespace duet::detail {

/// The type that reaches the database: without std::optional, user types replaced by what stores them, unless
/// the database has a type of its own for them.
const TypeInfo& type_in_database(const TypeInfo& type);
/// The kind that it is stored as: enums are texts or integers.
Kind kind_in_database(const TypeInfo& type);

/// What `a op b` is where one of them is a moment; null where it has no meaning.
Kind of_moments(shape::Op op, Kind a, Kind b);

/// What an expression is, as far as its shape tells.
struct ExpressionType {
    Kind kind = Kind::null;          // null: not known
    const TypeInfo* type = nullptr;  // of a column, as it is stored
    bool is_value = false;           // a value of the query and nothing else
    bool in_json = false;            // read out of JSON
    bool may_be_null = true;
    bool aggregates = false;  // there is an aggregate of this query in it
    bool reads_rows =
        false;  // and (or) a column of its sources that no aggregate is of; of a whole expression
};

/// The type of the expression at the cursor. Throws InvalidQuery for expressions that nest too deeply.
ExpressionType type_of(Cursor expression, const Scope& scope);
/// Likewise, and puts the cursor behind it; values are not counted.
ExpressionType take_type(Cursor& expression, const Scope& scope);

constexpr bool is_float(Kind kind) { return kind == Kind::float32 || kind == Kind::float64; }
constexpr bool is_text(Kind kind) { return kind == Kind::text || kind == Kind::text_view; }
constexpr bool is_number(Kind kind) {
    return is_integer(kind) || is_float(kind) || kind == Kind::decimal || kind == Kind::decimal_text;
}

}  // namespace duet::detail
