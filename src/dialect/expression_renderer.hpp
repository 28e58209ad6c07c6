#pragma once

#include <duet/dialect/dialect.hpp>
#include <duet/shape/query_data.hpp>

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "scope.hpp"

namespace duet::detail {

/// Reads a shape. Bounds are not checked: shapes are written by this library alone.
struct Cursor {
    const std::uint8_t* at;
    const std::uint8_t* end;
    std::size_t value;  // number of the next value

    bool done() const { return at == end; }
    std::uint8_t u8() { return *at++; }
    std::uint16_t u16() {
        const auto low = u8();
        return static_cast<std::uint16_t>(low | u8() << 8);
    }
    std::uint32_t u32();
    const ModelInfo& model();
    const LinkInfo& link();
    std::string_view name();
    std::string_view text();
    shape::Op op() { return static_cast<shape::Op>(u8()); }
};

/// One clause of a query.
struct ClauseView {
    shape::Clause clause;
    Cursor body;
};
std::vector<ClauseView> clauses_of(const std::uint8_t* data, std::size_t size, std::size_t first_value);

/// A row source for a predicate over a to-many path; becomes EXISTS (...) or (SELECT MIN(...) ...).
struct Correlated {
    std::optional<Source> source;
    std::string from;  // alias of the table whose to-many relation it follows
    std::uint8_t relation = 0;
    std::string condition;  // correlation with the enclosing table
};

struct Scope {
    Source* source;
    const Scope* parent = nullptr;
    Correlated* correlated = nullptr;  // where to-many paths of the predicate at hand go; null: refused
};

struct ExpressionType;

/// A CTE of the statement: its text, and what it was made of.
struct CommonTable {
    std::string name;
    std::span<const std::uint8_t> shape;
    std::size_t first_value;
    std::size_t value_count;
    std::string sql;  // empty while it is being rendered
    bool recursive;
};

/// Renders expressions in prefix form to SQL with value marks.
class ExpressionRenderer {
public:
    ExpressionRenderer(const Dialect& dialect, bool with_deleted)
        : dialect_(dialect), with_deleted_(with_deleted) {}

    /// A condition: to-many paths become EXISTS.
    std::string predicate(Cursor& c, Scope& scope, bool enclosed = false);
    /// Any expression.
    std::string operand(Cursor& c, Scope& scope);
    /// What is assigned to a column.
    std::string assigned(Cursor& c, Scope& scope, const ColumnInfo& column);
    /// An ORDER BY key: to-many paths become the smallest (descending: largest) value.
    std::string order_key(Cursor& c, Scope& scope, bool descending);

    /// An expression on its own, with its type.
    Operand alone(Cursor& c, Scope& scope);
    /// A value (or NULL) of the type of a column.
    std::string typed_value(Cursor& c, Scope& scope, const ColumnInfo& column);
    /// Likewise, as a text where it is a native enum.
    Operand text(Cursor& c, Scope& scope);

    /// The window at the cursor.
    WindowText window(Cursor& c, Scope& scope);
    /// How many functions with a window there were so far, those of nested queries left aside.
    std::size_t windows() const { return windows_; }
    /// Whether nested queries leave their aliases to those behind them, so that equal ones have equal texts.
    /// Returns what was before.
    bool reuse_aliases(bool wanted) { return std::exchange(reuses_aliases_, wanted); }

    /// Values that nested queries need to be the same: Plan::equal_values.
    std::vector<std::pair<std::uint16_t, std::uint16_t>>& same_values() { return same_values_; }
    std::vector<std::string>& aliases() { return aliases_; }
    /// Frees the aliases behind the first so many, but for tables that were joined to an enclosing statement.
    void release_aliases(std::size_t taken);
    const Dialect& dialect() const { return dialect_; }
    bool with_deleted() const { return with_deleted_; }
    /// The CTEs of the whole statement, wherever they were asked for, in an order that they can be written
    /// in.
    std::vector<CommonTable>& common_tables() { return common_tables_; }
    const std::vector<CommonTable>& common_tables() const { return common_tables_; }
    /// The names of the columns of the SELECT that was rendered last, where each is known.
    std::vector<std::string>& yielded() { return yielded_; }
    /// The windows that were referred to by name.
    std::vector<std::string>& named_windows() { return named_windows_; }
    /// The columns of the recursive CTE that the statement that comes next begins; null for others.
    const ModelInfo*& recursion() { return recursion_; }
    /// What such a statement selects: the types of values have to do for the rows that follow.
    Operand first_of_recursion(Cursor& c, Scope& scope, const ColumnInfo& column);
    /// What stands in front of the whole statement.
    std::string& front() { return front_; }
    /// How deep what is being rendered lies.
    int& depth() { return depth_; }
    /// Whether CTEs stand in front of each nested statement that reads them, and not in front of the whole.
    bool& local_common_tables() { return local_common_tables_; }
    /// Whether what is rendered may speak of the row that an INSERT could not add.
    bool& knows_refused() { return knows_refused_; }
    /// Plan::own_words of what was rendered so far.
    bool own_words() const { return own_words_; }
    /// Plan::locks likewise.
    bool locks() const { return locks_; }
    void note_locks() { own_words_ = locks_ = true; }

private:
    std::string column(const Source::Table& table, std::uint8_t index, const Scope& scope) const;
    std::string path(Cursor& c, Scope& scope);
    /// The column that the path at the cursor leads to from a table of `start`, a source of `scope`.
    std::string column_along(Cursor& c, Source& start, std::size_t at, Scope& scope);
    std::string chain(shape::Op op, Cursor& c, Scope& scope);
    std::string leaf(Cursor& c, Scope& scope);
    /// Whether a value comes next that is a moment (or a list of them).
    static bool is_moment(const Cursor& c);
    /// An expression of this type. `beside`: what tells the database the type of a value; may be null.
    Operand typed(Cursor& c, Scope& scope, const ExpressionType& type, const ExpressionType* beside);
    /// Likewise, where its order among others counts.
    Operand comparable(Cursor& c, Scope& scope, const ExpressionType& type, const ExpressionType* beside);
    /// Several that have one type. `one_comes_out`: as what the expression is.
    std::vector<Operand> alike(std::size_t count, Cursor& c, Scope& scope, bool one_comes_out = false);
    /// A number to count with: decimals kept as text become numbers.
    Operand number(Cursor& c, Scope& scope);
    /// An expression that another operator follows.
    std::string closed(Cursor& c, Scope& scope);
    std::string arithmetic(shape::Op op, Cursor& c, Scope& scope);
    std::string between(Cursor& c, Scope& scope);
    /// `tells_unknown`: NULL is something else than false where it stands.
    std::string in_query(shape::Op op, Cursor& c, Scope& scope, bool tells_unknown);
    std::string comparison(shape::Op op, Cursor& c, Scope& scope);
    /// An operand of BETWEEN or IN: moments are dressed as the dialect wants them.
    std::string bound(Transform moment, Cursor& c, Scope& scope, const Operand& beside);
    std::string match(shape::Op op, Cursor& c, Scope& scope);
    std::string call(Cursor& c, Scope& scope);
    /// `over`: the window behind it, or empty.
    std::string aggregate(Cursor& c, Scope& scope, const std::string& over = {});
    std::string call_named(Cursor& c, Scope& scope);
    std::string over(Cursor& c, Scope& scope);
    std::string window_call(Cursor& c, Scope& scope, const WindowText& window);
    /// `keys`: where the terms go one by one; may be null.
    std::string order_list(Cursor& c, Scope& scope, std::vector<SetFunctionCall::Key>* keys = nullptr);
    std::string set_function(Cursor& c, Scope& scope, const std::string& over = {});
    /// So many expressions, each for itself.
    std::vector<Operand> each(std::size_t count, Cursor& c, Scope& scope);
    std::string operator_call(Cursor& c, Scope& scope);
    std::string fragment(Cursor& c, Scope& scope);
    static std::string constant(Cursor& c);
    std::string row_compare(Cursor& c, Scope& scope);
    std::string frame(Cursor& c) const;
    std::string case_when(Cursor& c, Scope& scope);
    std::string related(shape::Op op, Cursor& c, Scope& scope);
    std::string nested(Cursor& c, const Scope& scope, bool select_one, bool first_row = false);
    std::string outer(Cursor& c, const Scope& scope);
    std::string alias_column(shape::Op op, Cursor& c, Scope& scope);
    void enter(Correlated& correlated, const Source::Table& from, std::uint8_t relation);

    const Dialect& dialect_;
    bool with_deleted_;
    std::vector<std::string> aliases_;
    std::vector<std::string> outer_aliases_;
    std::vector<std::pair<std::uint16_t, std::uint16_t>> same_values_;
    std::vector<CommonTable> common_tables_;
    std::string front_;
    std::vector<std::string> yielded_;
    std::vector<std::string> named_windows_;
    bool local_common_tables_ = false;
    bool knows_refused_ = false;
    bool own_words_ = false;
    bool locks_ = false;
    const ModelInfo* recursion_ = nullptr;
    std::size_t outer_references_ = 0;
    std::size_t windows_ = 0;
    bool tells_unknown_ = false;  // NULL is something else than false in what is rendered
    bool is_condition_ = false;   // the next operand is a condition by itself
    bool reuses_aliases_ = false;
    int depth_ = 0;
};

}  // namespace duet::detail
