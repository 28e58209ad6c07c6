#pragma once

#include <duet/dialect/capabilities.hpp>
#include <duet/dialect/dialect_name.hpp>
#include <duet/dialect/literal_style.hpp>
#include <duet/dialect/operands.hpp>
#include <duet/dialect/plan.hpp>
#include <duet/dialect/transaction_options.hpp>
#include <duet/schema/database_schema.hpp>
#include <duet/schema/model_info.hpp>
#include <duet/shape/opcodes.hpp>

#include <span>
#include <string>
#include <string_view>

namespace duet {

/// What a column is used for beside holding values.
struct ColumnUse {
    bool generated_key = false;  // the database assigns its values
    bool indexed = false;        // part of a key, an index, a unique constraint or a foreign key
};

/// How one database spells SQL. Stateless and shared; the common spelling is here, a dialect overrides what
/// differs.
class Dialect {
public:
    virtual ~Dialect() = default;
    virtual std::string_view name() const noexcept = 0;
    virtual const Capabilities& capabilities() const noexcept = 0;

    /// Appends an identifier in the dialect's quotes; quotes inside are doubled. Throws InvalidQuery for NUL
    /// bytes.
    virtual void quote(std::string& out, std::string_view identifier) const;
    /// Appends the placeholder of parameter `number` (from 1).
    virtual void placeholder(std::string& out, std::size_t number) const;

    virtual const LiteralStyle& literals() const noexcept;

    // Expressions: operands come rendered.
    virtual std::string current_timestamp() const = 0;
    /// A value where an expression is wanted. `typed`: what stands beside it tells the database its type.
    virtual std::string parameter(std::string_view placeholder, Kind kind, bool typed) const;
    /// A value whose order among others counts, or that may come out of a column of its own, where no column
    /// of a table gives it a type.
    virtual std::string comparable_value(std::string_view text, Kind /*kind*/) const {
        return std::string(text);
    }
    /// An array that travels as JSON text, for a column of this type.
    virtual std::string array_parameter(std::string_view placeholder, const TypeInfo& array) const;
    /// `left op right`, for add to mod.
    virtual std::string arithmetic(shape::Op op, const Operand& left, const Operand& right) const;
    /// A moment (or a day) and a duration added or subtracted, or the duration between two moments.
    virtual std::string moment_arithmetic(shape::Op op, const Operand& left, const Operand& right) const;
    /// `left op right`, for eq to ge, is and is_not.
    virtual std::string comparison(shape::Op op, const Operand& left, const Operand& right) const;
    /// Dresses the call of an aggregate over an operand of this kind.
    virtual void aggregate(AggregateCall& call, shape::Aggregate which, Kind kind) const;
    /// A window function and its window. Throws UnsupportedByDialect.
    virtual std::string window_function(const WindowFunctionCall& call) const;
    /// Throws UnsupportedByDialect.
    virtual std::string set_function(const SetFunctionCall& call) const;
    /// A JSON object of keys (texts) and values, one behind the other; a JSON array.
    virtual std::string json_object(std::span<const Operand> keys_and_values) const;
    virtual std::string json_array(std::span<const Operand> elements) const;
    /// An array as columns have it.
    virtual std::string array_of(std::span<const Operand> elements) const;
    virtual std::string array_length(const Operand& array) const;
    /// Which of the terms of a ROLLUP a row is summed up over, as bits.
    virtual std::string grouping_of(std::string_view terms) const;
    /// A term of ORDER BY; `flags` are OrderFlags.
    virtual std::string order_term(std::string_view key, std::uint8_t flags, bool may_be_null) const;
    virtual std::string cast(const Operand& operand, Kind to) const = 0;
    /// The same to the type of a column, where that is an array or a type of the database's own.
    virtual std::string cast_as_column(std::string_view operand, const TypeInfo& /*type*/) const {
        return std::string(operand);
    }
    virtual std::string date_part(std::string_view operand, shape::DatePart part) const = 0;
    virtual std::string date_trunc(std::string_view operand, shape::DatePart part) const = 0;
    /// Throws UnsupportedByDialect for functions that the database has not.
    virtual std::string call(shape::Function function, std::span<const Operand> arguments) const;
    /// contains .. regex; `pattern` is a placeholder whose transform `pattern_transform` names, or any
    /// expression.
    virtual std::string match(shape::Op op, std::string_view operand, std::string_view pattern) const = 0;
    virtual Transform pattern_transform(shape::Op op) const;
    /// The pattern operand when it is not a plain value: escapes wildcards in SQL.
    virtual std::string escape_pattern(shape::Op op, std::string_view pattern) const;
    /// The LIKE pattern for any text with `text` in it, at its beginning or its end: the wildcards in `text`
    /// stand for themselves, those before and behind it are left open.
    virtual std::string escaped_like(bool open_before, std::string_view text, bool open_behind) const;
    /// `operand IN (list parameter)`; a list of any length is one placeholder. `elements`: what the list
    /// holds; an empty one says int64 or text_view, whatever the operand is.
    virtual std::string in_list(const Operand& operand, std::string_view placeholder, Kind elements,
                                bool negated) const = 0;
    virtual std::string null_safe_equal(std::string_view left, std::string_view right, bool negated) const;
    /// `operand op moment` (eq to ge, is, is_not), where `moment` is the placeholder of a timestamp or a
    /// time.
    virtual std::string compare_moment(shape::Op op, std::string_view operand, std::string_view moment) const;
    /// What becomes of moments in BETWEEN (its lower and its upper end) and in lists.
    virtual Transform moment_transform(Transform wanted) const;
    virtual std::string array_contains(const Operand& array, const Operand& element) const = 0;
    /// The elements of an array, or of a list that is a parameter, as a source of rows with the column
    /// `value`; `kind`: of the elements. Throws UnsupportedByDialect.
    virtual std::string elements(const Operand& array, Kind kind, std::string_view alias) const;
    virtual std::string json_get(std::string_view json, std::string_view path, Kind as) const = 0;
    virtual std::string json_test(shape::Op op, std::string_view json, std::string_view path,
                                  const Operand& operand) const = 0;
    /// Decimals kept as text need a numeric comparison; others are returned as they are.
    virtual std::string comparable(std::string_view operand, const ColumnInfo& column) const;
    virtual void limit_offset(std::string& out, std::string_view limit, std::string_view offset) const;
    /// A term of GROUP BY: ROLLUP, CUBE, GROUPING SETS over sets of keys with commas in between. Throws
    /// UnsupportedByDialect.
    virtual std::string grouping(shape::Grouping kind, std::span<const std::string> sets) const;
    /// A text in the first rows of a recursive CTE that is going to grow in those that follow.
    virtual std::string growing_text(std::string_view text) const { return std::string(text); }
    /// A NULL that makes a column of a list of values wide enough for all values of this kind; empty where
    /// values have types by themselves.
    virtual std::string widest_null(Kind /*kind*/) const { return {}; }
    /// What becomes of a hint that somebody wrote for a database: nothing, unless it is this one.
    virtual Hint hint(DialectName database, std::string_view text) const;

    /// The lock of `for_update`, behind everything else; `tables` are the aliases of those whose rows are
    /// locked, with commas in between.
    virtual void row_locks(std::string& out, std::string_view tables, std::uint32_t flags) const;

    // Writes.
    /// Behind the columns of INSERT: the values of a row that takes none.
    virtual std::string_view default_row() const noexcept { return " DEFAULT VALUES"; }
    /// What the refused row of an upsert has in a column; it comes quoted.
    virtual std::string refused_value(std::string_view column) const;
    /// Name of the row identity usable in a subquery of UPDATE/DELETE for tables with composite keys; empty:
    /// use the key.
    virtual std::string_view row_identity() const noexcept { return {}; }

    /// The query that takes keys, in ascending order, from where the database takes those that it assigns;
    /// its parameter says how many. No rows when the column has no such source; empty text when there is no
    /// way.
    virtual std::string reserve_keys(std::string_view /*table*/, std::string_view /*column*/) const {
        return {};
    }
    /// What begins a transaction: one statement, or several with semicolons between them.
    virtual std::string begin(const BeginOptions& options) const = 0;
    /// The statement that explains another (`analyze`: runs it, too): JSON in one row of one column, or the
    /// lines of SQLite.
    virtual std::string explain(std::string_view sql, bool analyze) const = 0;

    // DDL.
    /// Statements around the dropping of tables that refer to each other, with semicolons; may be empty.
    virtual std::string_view before_drop_all() const noexcept { return {}; }
    virtual std::string_view after_drop_all() const noexcept { return {}; }
    virtual std::string column_type(const ColumnInfo& column, ColumnUse use) const = 0;
    /// The statement that makes the type of a native enum unless it is there; it comes with its name.
    virtual std::string create_enum(std::string_view type, const EnumInfo& info) const;
    /// Drops it, unless something still has that type.
    virtual std::string drop_enum(std::string_view type) const;
    /// The expression whose value the database puts into a column declared with default_now: a timestamp, or
    /// just its date or time in columns of such a type.
    virtual std::string now_default(const ColumnInfo& column) const = 0;
    /// Appends what makes a column the primary key whose values the database assigns.
    virtual void append_generated_key(std::string& out) const = 0;
    virtual bool has_partial_indexes() const noexcept { return true; }
    /// Throws UnsupportedByDialect for a column whose type is another database's own.
    void refuse_sql_type(const ColumnInfo& column) const;
    /// Throws UnsupportedByDialect for a transaction that asks for a lock timeout of its own.
    void refuse_lock_timeout(const BeginOptions& options) const;
    /// Whether CREATE INDEX knows IF NOT EXISTS; else indexes are declared in CREATE TABLE.
    virtual bool has_repeatable_indexes() const noexcept { return true; }
    /// Appends what belongs behind the name of an indexed column.
    virtual void append_index_order(std::string& out, bool descending, bool may_be_null) const;
    /// What comes behind the closing parenthesis of CREATE TABLE.
    virtual std::string_view table_options() const noexcept { return {}; }
    /// Adds (drops) a constraint to a table unless it is there already (is not there); `table`: quoted.
    virtual std::string add_constraint_once(std::string_view table, const std::string& name,
                                            std::string_view definition) const;
    virtual std::string drop_constraint_once(std::string_view table, const std::string& name) const;

protected:
    /// `name(argument ORDER BY ...)` with DISTINCT, filter and window as the call has them. `rest`: what
    /// stands behind the argument. Where there is no FILTER the argument is NULL in rows that do not count.
    std::string aggregate_call(std::string_view name, std::string_view argument, std::string_view rest,
                               const SetFunctionCall& call) const;
    /// `has no <what>`
    [[noreturn]] void refuse(std::string_view what) const;
    /// `strength`, ` OF tables` when there are any, and what the flags say about rows that are locked
    /// already.
    static void append_lock(std::string& out, std::string_view strength, std::string_view tables,
                            std::uint32_t flags);
    /// `ISOLATION LEVEL ...`; empty for the standard one.
    static std::string_view isolation_level(Isolation isolation) noexcept;
};

}  // namespace duet
