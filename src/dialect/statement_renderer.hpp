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

/// How a recursive CTE watches its way: each row has the keys on the way to it in one more column.
struct WatchedWay {
    static constexpr std::string_view column = "duet_way";
    std::string_view common_table;
    std::size_t key;  // which column of the CTE
};

/// The text of a statement without its CTEs, which go to expressions.common_tables(). `outer`: what it may
/// refer to besides its own sources; may be null.
std::string render_statement(ExpressionRenderer& expressions, const NestedQuery& statement,
                             const Scope* outer, StatementUse use, const WatchedWay* way = nullptr);

/// A source of rows as FROM says it.
struct SourceText {
    std::string name;
    std::string alias;
    const ModelInfo* model = nullptr;
    std::string sql;  // with its alias
    shape::SourceKind kind{};
};
/// Reads a source. `siblings`: what a lateral one may refer to; `visible_only`: without the rows that are
/// deleted softly.
SourceText render_source(ExpressionRenderer& expressions, Cursor& c, const Scope* outer,
                         const Scope* siblings, bool visible_only);

/// A statement in parentheses or behind INSERT, with its CTEs in front where the whole statement cannot have
/// them.
std::string render_enclosed(ExpressionRenderer& expressions, const NestedQuery& statement, const Scope* outer,
                            StatementUse use);

/// Whether the statement is INSERT, UPDATE or DELETE.
constexpr bool is_write(std::uint32_t flags) {
    return (flags & (shape::inserts | shape::updates | shape::removes)) != 0;
}

/// Reads what shape::nest() wrote.
NestedQuery read_nested(Cursor& c);

/// The CTEs of a clause of the statement, and those that they need.
void define_common_table(ExpressionRenderer& expressions, Cursor clause);
/// `WITH ...`, without what else stands in front of a statement.
std::string with_words(const ExpressionRenderer& expressions);
/// `WITH ... ` in front of the whole statement; empty when nothing has a CTE.
std::string with_clause(ExpressionRenderer& expressions);

}  // namespace duet::detail
