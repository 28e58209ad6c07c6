#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <utility>
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
    bool first_row = false;             // as a value: one of several rows is wanted
    const ModelInfo* fields = nullptr;  // in FROM: whose columns its rows are read as
};
std::string render_nested(ExpressionRenderer& expressions, const NestedQuery& query, const Scope& outer,
                          bool select_one);

/// The aliases of the tables whose rows are to be locked, with commas in between. A row that is missing
/// cannot be locked, so that the relations that are asked for are required.
std::string locked_tables(ExpressionRenderer& expressions, Source& source,
                          std::span<const ClauseView> clauses, std::uint32_t flags);
/// What is selected is more than rows of tables, and the dialect cannot lock it.
[[noreturn]] void refuse_locks(const Dialect& dialect);

/// The parts of a SELECT, rendered clause by clause and put together at the end, because conditions decide
/// about joins.
struct SelectParts {
    std::string columns;
    std::string where;
    std::string group;
    std::string having;
    std::string windows;
    std::string order;
    bool selects = false;     // there was a select list
    bool aggregates = false;  // it holds an aggregate
    bool joins_link = false;
    const ModelInfo* recursion = nullptr;  // the columns of the recursive CTE that begins with them
    std::string distinct_on;
    std::vector<std::string> distinct_keys;  // the same, one by one
    struct Column {
        std::string sql;
        std::string name;       // by which it comes out; empty: the database's choice
        bool labelled = false;  // the statement says so
    };
    std::vector<Column> list;  // `columns`, one by one
    struct Term {
        std::string key;
        std::uint8_t flags;
        bool may_be_null;
    };
    std::vector<Term> terms;            // `order`, one by one
    std::vector<std::string> grouped;   // terms of GROUP BY
    std::vector<std::string> selected;  // expressions of the select list
    std::vector<std::string> ordered;   // keys of ORDER BY
    std::vector<std::pair<std::uint16_t, std::uint16_t>> same_values;

    /// All clauses, the groups first: what is selected and ordered by has to agree with them.
    void add_all(ExpressionRenderer& expressions, std::span<const ClauseView> clauses, Scope& scope,
                 bool with_columns);
    /// Names the columns so that they are the fields of `rows`: one without a label of its own goes by the
    /// field in its place. Throws InvalidQuery for a label that is no field.
    void name_as(const Dialect& dialect, const ModelInfo& rows);
    /// Selects all columns of a source whose columns are not known one by one.
    void add_all_of(const Dialect& dialect, const Source::Table& table);
    /// The names of the columns; empty when one of them is not known.
    std::vector<std::string> names() const;
    /// Whether ORDER BY begins with the terms of DISTINCT ON.
    bool distinct_keys_first() const;
    /// What ORDER BY may not say beside DISTINCT or an aggregate over all rows.
    void settle_order(const Dialect& dialect, const ModelInfo& model, std::uint32_t& flags);
    /// The limit of a query whose first row alone is wanted, when it may have more.
    std::string limit_of(const NestedQuery& query) const;
    /// FROM .. ORDER BY
    std::string tail(const Source& source) const;
    void conjoin(const std::string& condition);

private:
    struct Ordered {
        std::uint8_t flags;
        bool may_be_null;
    };

    void add(ExpressionRenderer& expressions, ClauseView clause, Scope& scope);
    void add_rows_of(ExpressionRenderer& expressions, std::string_view name, const Scope& scope);
    void add_grouping(ExpressionRenderer& expressions, Cursor& c, Scope& scope);
    /// MariaDB takes such an order for that of the groups and forgets it: the keys get another face.
    void protect_order(const Dialect& dialect);
    void share(const Dialect& dialect, std::string& text, const std::vector<std::string>& known);

    /// Throws InvalidQuery for what no database has a meaning for.
    void require_sense(const Dialect& dialect, bool has_list) const;

    std::vector<Ordered> order_flags_;
    /// A column of the select list that every row has a value of.
    struct Single {
        std::string name;
        std::string sql;                  // empty: an expression
        std::vector<std::string> keys{};  // of its table: groups by all of them have one row of that
    };
    std::vector<Single> singles_;
    std::vector<std::string> window_names_;
    std::vector<std::string> ordered_labels_;  // labels that ORDER BY names
};

/// Conditions that hide deleted rows, or show only those, as the flags say.
void add_visibility(const Dialect& dialect, SelectParts& parts, const Source::Table& root,
                    std::uint32_t flags);

}  // namespace duet::detail
