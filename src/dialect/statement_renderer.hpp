#pragma once

#include <string>

#include "select_renderer.hpp"

namespace duet::detail {

/// What the text of a statement becomes part of.
enum class StatementUse : std::uint8_t {
    rows,       // it stands alone, or is a source of rows
    existence,  // EXISTS (...)
    value,      // IN (...), or a value by itself: one column
};

/// The text of a statement without its CTEs, which go to expressions.common_tables(). `outer`: what it may
/// refer to besides its own sources; may be null.
std::string render_statement(ExpressionRenderer& expressions, const NestedQuery& statement,
                             const Scope* outer, StatementUse use);

/// Reads what shape::nest() wrote.
NestedQuery read_nested(Cursor& c);

/// The CTEs of a clause of the statement, and those that they need.
void define_common_table(ExpressionRenderer& expressions, Cursor clause);
/// `WITH ... ` in front of the whole statement; empty when nothing has a CTE.
std::string with_clause(ExpressionRenderer& expressions);

}  // namespace duet::detail
