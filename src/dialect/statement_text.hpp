#pragma once

#include <duet/dialect/dialect.hpp>

#include <algorithm>
#include <string>
#include <string_view>
#include <utility>

#include "select_renderer.hpp"
#include "statement_renderer.hpp"

namespace duet::detail {

inline bool has(const NestedQuery& query, shape::Clause wanted) {
    return std::ranges::any_of(query.clauses, [&](const ClauseView& c) { return c.clause == wanted; });
}

/// Renders one SELECT, or the set operation that a statement is; what it reads from is in
/// statement_sources.cpp.
class StatementRenderer {
public:
    StatementRenderer(ExpressionRenderer& expressions, const NestedQuery& statement, const Scope* outer,
                      const WatchedWay* way = nullptr)
        : way_(way),
          recursion_(std::exchange(expressions.recursion(), nullptr)),
          windows_before_(expressions.windows()),
          x_(expressions),
          dialect_(expressions.dialect()),
          statement_(statement),
          outer_(outer),
          with_deleted_(expressions.with_deleted() || (statement.flags & shape::with_deleted) != 0) {}

    std::string text(StatementUse use);

    /// `siblings`: what a lateral source may refer to.
    SourceText source(Cursor& c, const Scope* siblings, bool visible_only);

private:
    /// Nothing but the set operation, and perhaps a limit.
    bool is_bare_compound() const;
    std::string compounds(StatementUse use);

    /// A statement with an order or a limit, or a set operation, as one plain SELECT.
    std::string whole(const std::string& text);
    Source root();

    /// A row of the root that is hidden is no partner for the rows of the other side of a right or full join.
    bool hides_root_early() const;
    Source root_over(const std::string& text);
    Source from_source(Cursor& c);
    std::string elements(Cursor& c, const ModelInfo& model, const Scope* siblings, const std::string& alias);
    std::string values(Cursor& c, const ModelInfo& model);
    void join(Source& into, Scope& scope, Cursor c);
    void require_equality(Cursor condition, const Scope& scope) const;
    /// Whether a condition has such a part that always has to hold, or does not restrict anything.
    static bool equates_columns(Cursor& c, const Scope& scope);
    void join_path(Source& into, Cursor c);
    void require_join(shape::JoinKind kind) const;
    void require_lone_rollup() const;
    std::string select(Source& source, Scope& scope, StatementUse use, bool compound);
    void require_plain_rows(const SelectParts& parts, bool compound) const;

    /// DISTINCT ON where there is none, or where the order is another one: rows are numbered within each key,
    /// and the first ones stay.
    std::string first_of_each(std::string sql, const SelectParts& parts, const Source& source, bool locks);

    /// The first rows of a recursive CTE begin their way; others go on with the one that they come from,
    /// unless they have been on it.
    void watch(SelectParts& parts) const;
    void limit(std::string& sql, std::uint32_t flags, const std::string& rows) const;

    /// What the user has written for this database and this place.
    std::string hints(Hint::Place place) const;

    const WatchedWay* way_;
    const ModelInfo* recursion_;  // the columns of the recursive CTE that this begins
    std::size_t windows_before_;
    std::vector<std::string> yielded_;  // names of the columns of the first part of a set operation
    std::string way_source_;            // where the rows come from that this step goes on from
    ExpressionRenderer& x_;
    const Dialect& dialect_;
    const NestedQuery& statement_;
    const Scope* outer_;
    bool with_deleted_;
    bool root_is_table_ = true;
};

}  // namespace duet::detail
