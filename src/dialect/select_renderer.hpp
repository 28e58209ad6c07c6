#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "expression_renderer.hpp"

namespace duet::detail {

/// A query inside an expression; limit and offset come as value marks.
struct NestedQuery {
    const ModelInfo* model = nullptr;
    std::uint32_t flags = 0;
    std::uint8_t column = 0;
    std::vector<ClauseView> clauses;
    std::string limit;
    std::string offset;
};
std::string render_nested(ExpressionRenderer& expressions, const NestedQuery& query, const Scope& outer,
                          bool select_one);

/// The parts of a SELECT, rendered clause by clause and put together at the end, because conditions decide
/// about joins.
struct SelectParts {
    std::string columns;
    std::string where;
    std::string group;
    std::string having;
    std::string order;
    bool selects = false;  // there was a select list

    void add(ExpressionRenderer& expressions, ClauseView clause, Scope& scope);
    /// FROM .. ORDER BY
    std::string tail(const Source& source) const;
    void conjoin(const std::string& condition);
};

/// Conditions that hide deleted rows, or show only those, as the flags say.
void add_visibility(const Dialect& dialect, SelectParts& parts, const Source::Table& root,
                    std::uint32_t flags);

}  // namespace duet::detail
