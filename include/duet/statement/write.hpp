#pragma once

#include <duet/query/bound_query.hpp>
#include <duet/statement/select.hpp>

#include <array>
#include <cstdint>
#include <string>
#include <utility>

/// What INSERT, UPDATE and DELETE have in common.
namespace duet {

namespace expr {

/// `excluded.column`
template <class C>
struct Excluded : Lookups<Excluded<C>> {
    template <class M>
    using cpp_type = typename detail::Bare<M, C>::type;

    template <class M>
    static consteval Checked check() {
        const Checked out = checked<M, C>;
        return out.ok() && C::template resolution<M>().hops != 0 ? refuse(out, Fault::no_column) : out;
    }
    template <class M>
    void emit(shape::Fragment& out) const {
        out.op(shape::Op::refused);
        constexpr std::int16_t column = C::template resolution<M>().column;
        out.u8(static_cast<std::size_t>(column));
    }
};

struct ByDefault : Node {
    template <class M>
    static consteval Checked check() {
        return {&any_type, true};
    }
    template <class M>
    void emit(shape::Fragment& out) const {
        out.op(shape::Op::by_default);
    }
};

}  // namespace expr

/// In on_conflict(...).do_update(...): what the row that could not be inserted has in this column.
template <class C>
expr::Excluded<C> excluded(const C& /*column*/) {
    static_assert(expr::is_column<C>, "duet: excluded() takes a column, as in excluded(\"views\"_c)");
    return {};
}

/// Assigned to a column: what the database puts there by itself. SQLite: UnsupportedByDialect; leave the
/// column out.
inline constexpr expr::ByDefault by_default{};

namespace detail {

/// An INSERT's row of assignments: each a column, then an expression.
void add_row(shape::QueryData& statement, std::span<const shape::Fragment> assigned);
/// An INSERT's row of the columns of an object, prepared as create() does it; no key where the database
/// assigns it.
void add_object(shape::QueryData& statement, void* object);
/// Likewise of a plain struct, `rows`, whose fields go into these columns of the model.
void add_payload(shape::QueryData& statement, const ModelInfo& rows, std::span<const std::int16_t> columns,
                 const void* object);
void add_default_row(shape::QueryData& statement);
void add_conflict(shape::QueryData& statement, shape::OnConflict action,
                  std::span<const std::uint8_t> columns);
/// Rows of a SELECT into these columns.
void add_insert_select(shape::QueryData& statement, std::span<const std::uint8_t> columns,
                       const shape::QueryData& select);
/// An item of a select list that is a column of the model.
void add_returned_column(shape::QueryData& statement, std::int16_t column);

/// Index of a column that is named, or a compile error.
template <class M, class C>
consteval std::uint8_t written_column() {
    if constexpr (!expr::is_column<C>) {
        static_assert(expr::is_column<C>, "duet: a column is needed here, as in \"name\"_c");
    } else {
        constexpr bool is_found = expr::checked<M, C>.ok() && C::template resolution<M>().hops == 0;
        static_assert(is_found, "duet: the model has no column of this name");
        if constexpr (is_found) return static_cast<std::uint8_t>(C::template resolution<M>().column);
    }
    return 0;
}

/// The columns of M that the fields of S stand for, by name; -1 where there is none.
template <class M, class S>
consteval auto columns_of_fields() {
    constexpr std::span<const ColumnInfo> fields = model_info<RowsOf<S>>.columns;
    std::array<std::int16_t, fields.size()> out{};
    for (std::size_t i = 0; i < fields.size(); ++i) {
        out[i] = -1;
        for (std::size_t c = 0; c < model_info<M>.columns.size(); ++c) {
            const ColumnInfo& column = model_info<M>.columns[c];
            if (column.name == fields[i].name || column.member == fields[i].name)
                out[i] = static_cast<std::int16_t>(c);
        }
    }
    return out;
}
template <class M, class S>
inline constexpr auto field_columns = columns_of_fields<M, S>();

/// Whether the fields of S are columns of M, of their types; else a compile error.
template <class M, class S>
consteval bool require_fields() {
    constexpr auto columns = field_columns<M, S>;
    constexpr bool all_found = [&columns] {
        for (const std::int16_t c : columns) {
            if (c < 0) return false;
        }
        return true;
    }();
    static_assert(all_found, "duet: a field of this struct is no column of the model");
    constexpr bool all_fit = [&columns] {
        for (std::size_t i = 0; i < columns.size(); ++i) {
            if (columns[i] < 0) return true;
            const ColumnInfo& column = model_info<M>.columns[static_cast<std::size_t>(columns[i])];
            if (!expr::types_meet(*column.type, *model_info<RowsOf<S>>.columns[i].type)) return false;
        }
        return true;
    }();
    static_assert(all_fit, "duet: a field of this struct has another type than the model's column");
    return all_found && all_fit;
}

struct ExecuteWrite {
    engine::Call call;
    shape::QueryData statement;
    auto start() { return engine::execute_statement(call, statement); }
    std::int64_t finish(std::int64_t rows) { return rows; }
};

/// The words that all statements have that write.
template <class Self, Model M, class... Row>
class WriteStatement {
public:
    using duet_statement = void;
    using model_type = M;
    using row_type = row_type_t<Row...>;
    using scalar_type = typename ScalarOf<Row...>::type;
    using pieces = Types<Row...>;

    /// A CTE in front, to be read by subqueries. What from() and using_() name comes along by itself; a CTE
    /// that writes need not be read at all.
    template <class S>
    Self with(const Rows<S>& common_table) const {
        Self copy(self());
        common_table.add_needed(copy.data());
        return copy;
    }

    /// The statement gives back the rows that it has written: RETURNING. All columns, as objects.
    auto returning() const { return returning(duet::self); }
    /// These columns and expressions, models and duet::self among them.
    template <class First, class... E>
    auto returning(const First& first, const E&... items) const {
        using Next = typename Self::template returns<piece_t<M, First>, piece_t<M, E>...>;
        shape::QueryData data = data_;
        drop_columns(data);
        add_item<M>(data, first);
        (add_item<M>(data, items), ...);
        return Next(std::move(data));
    }
    /// The fields of a struct, which are columns of the model by their names.
    template <class S>
    auto returning() const {
        using Next = typename Self::template returns<S>;
        shape::QueryData data = data_;
        drop_columns(data);
        if constexpr (std::is_same_v<S, M>) {
            add_rows_clause(data, {});
        } else if constexpr (require_fields<M, S>()) {
            for (const std::int16_t column : field_columns<M, S>) add_returned_column(data, column);
        }
        return Next(std::move(data));
    }

    /// The statement as it is.
    const Self& statement() const noexcept { return self(); }
    const shape::QueryData& data() const noexcept { return data_; }
    shape::QueryData& data() noexcept { return data_; }

    /// The SQL text for a database, with placeholders.
    std::string to_sql(const Dialect& dialect) const { return statement_text(dialect, data_); }
    std::string to_sql(DialectName database) const { return to_sql(dialect_of(database)); }
    /// For reading: pretty-printed, with literals in place of placeholders, or both (duet::for_reading).
    ReadableSql to_sql(DialectName database, const SqlStyle& style) const {
        return engine::sql_of(dialect_of(database), data_, engine::QueryForm::rows, style);
    }

    /// What `execute` of a handle makes of it: the number of rows written, or with returning() the rows, as
    /// those of a SELECT; then nothing is sent before they are asked for.
    template <class Mode>
    auto bound_to(const engine::Call& call) const {
        if constexpr (sizeof...(Row) == 0) {
            return Mode::run(ExecuteWrite{call, data_});
        } else {
            return StatementResult<Mode, row_type, Row...>(call, data_);
        }
    }

protected:
    WriteStatement(shape::QueryData data, std::uint32_t what) : data_(std::move(data)) {
        data_.model = &model_info<M>;
        data_.flags |= shape::statement | shape::changes_rows | what;
    }

    template <class A>
    void add_change(const A& change) {
        if constexpr (expr::is_column<A>) {
            add_change(expr::Assignment<A, expr::Excluded<A>>{{}});
        } else {
            expr::add<expr::Role::set, M>(data_.clauses, change);
        }
    }
    template <StatementSource S>
    void add_source(const S& source) {
        if constexpr (requires { source.add_needed(data_); }) source.add_needed(data_);
        const std::size_t begun = data_.clauses.begin(shape::Clause::from);
        emit_source_of<M>(data_.clauses, source);
        data_.clauses.end(begun);
    }

private:
    const Self& self() const noexcept { return static_cast<const Self&>(*this); }

    shape::QueryData data_;
};

/// The words of UPDATE and DELETE, which choose rows.
template <class Self, Model M, class... Row>
class ChoosingStatement : public WriteStatement<Self, M, Row...> {
public:
    /// Rows that satisfy `condition`, on top of what was asked before.
    template <class E>
    Self where(const E& condition) const {
        Self copy(self());
        expr::add<expr::Role::where, M>(copy.data().clauses, condition);
        return copy;
    }
    /// Every row is meant: a statement without a where throws InvalidQuery otherwise.
    Self where(AllRows /*meant*/) const { return with_flag(shape::every_row); }

    /// The first rows in this order, no more than so many. Throws InvalidQuery for negative numbers.
    Self limit(std::int64_t rows) const {
        Self copy(self());
        copy.data().set_limit(rows);
        return copy;
    }
    Self order_by(const OrderTerm<M>& a, const OrderTerm<M>& b = {}, const OrderTerm<M>& c = {},
                  const OrderTerm<M>& d = {}) const {
        Self copy(self());
        for (const OrderTerm<M>* term : {&a, &b, &c, &d}) term->add_to(copy.data().clauses);
        return copy;
    }

    /// Rows that are deleted softly as well (of the other tables, too), or only those. Without these words a
    /// statement sees the rows that a SELECT sees.
    Self with_deleted() const { return with_flag(shape::with_deleted); }
    Self only_deleted() const { return with_flag(shape::only_deleted); }

protected:
    using WriteStatement<Self, M, Row...>::WriteStatement;

    /// With the rows of a source beside, on a condition or none.
    template <class S, class... On>
    Self reading(const S& source, const On&... condition) const {
        constexpr bool is_source = StatementSource<S>;
        static_assert(is_source,
                      "duet: only an alias, a CTE, a subquery or a list of values can be read from");
        static_assert(sizeof...(On) <= 1, "duet: a source is read on one condition; && joins several");
        Self copy(self());
        if constexpr (is_source) {
            copy.add_source(source);
            (expr::add<expr::Role::where, M>(copy.data().clauses, condition), ...);
        }
        return copy;
    }

private:
    const Self& self() const noexcept { return static_cast<const Self&>(*this); }
    Self with_flag(std::uint32_t flag) const {
        Self copy(self());
        copy.data().flags |= flag;
        return copy;
    }
};

}  // namespace detail

}  // namespace duet
