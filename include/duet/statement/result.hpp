#pragma once

#include <duet/async/mode.hpp>
#include <duet/expr/cpp_types.hpp>
#include <duet/statement/row_layout.hpp>

#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace duet {

namespace detail {

/// The fields of a struct with the names of the columns that go there.
template <class S>
std::vector<engine::RawTarget::Field> fields_by_name() {
    std::vector<engine::RawTarget::Field> out;
    for (const ColumnInfo& column : model_info<source_model_t<S>>.columns)
        out.push_back({column.type, column.offset, column.name});
    return out;
}
/// Throws InvalidQuery for a statement that locks rows, outside of a transaction.
void require_lockable(const engine::Call& call, const shape::QueryData& statement);
[[noreturn]] void throw_not_one_row(std::size_t rows, std::source_location where);

/// The loads that belong to the first piece of a row, the model M.
template <class M, class List, class Get>
Task<> load_piece(engine::Call call, const shape::QueryData& statement, List& rows, Get get) {
    // Loading wants the objects in one piece.
    std::vector<M> objects;
    objects.reserve(rows.size());
    for (auto& row : rows) objects.push_back(std::move(get(row)));
    for (const shape::RelatedLoad& load : statement.related) {
        co_await engine::load_related(call, model_info<M>, objects.data(), objects.size(), load,
                                      statement.flags);
    }
    for (std::size_t i = 0; i < objects.size(); ++i) get(rows[i]) = std::move(objects[i]);
}

template <class R>
struct FirstPiece {
    using type = R;
    static R& get(R& row) { return row; }
};
template <class P, class... Rest>
struct FirstPiece<std::tuple<P, Rest...>> {
    using type = P;
    static P& get(std::tuple<P, Rest...>& row) { return std::get<0>(row); }
};

/// The rows of a statement as R.
template <class R, bool ByName>
struct FetchStatement {
    engine::Call call;
    shape::QueryData statement;
    row_list<R> rows{};
    std::vector<driver::DecodeStep> named{};
    engine::StatementTarget target{};

    void prepare() {
        if constexpr (ByName) {
            named = engine::steps_by_name(statement, fields_by_name<R>());
            target.steps = named;
            if constexpr (Model<R>) {
                static constexpr engine::StatementTarget::Part part{&model_info<R>, 0};
                target.parts = {&part, 1};
            }
        } else {
            const RowLayout& layout = layout_of<R>();
            target.steps = layout.steps;
            target.parts = layout.parts;
            target.slots = layout.slots;
            target.lasting = true;
        }
        target.append = &append_row<R>;
        target.context = &rows;
    }
    Task<std::size_t> start() {
        prepare();
        using First = FirstPiece<R>;
        if constexpr (Model<typename First::type>) {
            if (!statement.related.empty() && statement.model == &model_info<typename First::type>)
                return with_related();
        }
        return engine::fetch_statement(call, statement, target);
    }
    Task<std::size_t> with_related() {
        using First = FirstPiece<R>;
        const std::size_t count = co_await engine::fetch_statement(call, statement, target);
        if (count != 0) {
            co_await load_piece<typename First::type>(
                call, statement, rows, [](R & row) -> auto& { return First::get(row); });
        }
        co_return count;
    }
    std::vector<R> finish(std::size_t /*count*/) { return take_rows<R>(rows); }
};
template <class R, bool ByName>
struct FetchStatementFirst : FetchStatement<R, ByName> {
    std::optional<R> finish(std::size_t count) {
        if (count == 0) return std::nullopt;
        return take_first_row<R>(this->rows);
    }
};
template <class R, bool ByName>
struct FetchStatementOne : FetchStatement<R, ByName> {
    R finish(std::size_t count) {
        if (count != 1) throw_not_one_row(count, this->call.where);
        return take_first_row<R>(this->rows);
    }
};
template <class R, bool ByName>
struct FetchStatementOneOrNone : FetchStatementFirst<R, ByName> {
    std::optional<R> finish(std::size_t count) {
        if (count > 1) throw_not_one_row(count, this->call.where);
        return FetchStatementFirst<R, ByName>::finish(count);
    }
};

}  // namespace detail

/// The rows of a statement, about to be fetched as R; Row: what the statement yields. In blocking code also a
/// range of them, fetched by begin().
template <class Mode, class R, bool ByName, class... Row>
class StatementRows {
    template <class T>
    using Result = typename Mode::template Result<T>;

public:
    StatementRows(const engine::Call& call, shape::QueryData statement)
        : call_(call), statement_(std::move(statement)) {}

    /// All rows, in order.
    Result<std::vector<R>> all() const { return run(detail::FetchStatement<R, ByName>{call_, statement_}); }
    /// The first row, if there is any.
    Result<std::optional<R>> first() const {
        return run(detail::FetchStatementFirst<R, ByName>{{call_, capped(1)}});
    }
    /// The only row. Throws NotFound or MultipleFound.
    Result<R> one() const { return run(detail::FetchStatementOne<R, ByName>{{call_, capped(2)}}); }
    /// The only row, or nothing. Throws MultipleFound.
    Result<std::optional<R>> one_or_none() const {
        return run(detail::FetchStatementOneOrNone<R, ByName>{{{call_, capped(2)}}});
    }
    /// The value of the only row of one column. Throws NotFound or MultipleFound.
    Result<R> scalar() const {
        constexpr bool is_value = detail::is_column_type<R>();
        static_assert(is_value, "duet: scalar() needs a statement (or as<T>()) of one column");
        return one();
    }

    auto begin() {
        static_assert(!Mode::is_async, "duet: in coroutines: for (auto& row : co_await rows.all())");
        rows_ = all();
        return rows_.begin();
    }
    auto end() { return rows_.end(); }

protected:
    template <class Op>
    auto run(Op operation) const {
        detail::require_lockable(call_, statement_);
        return Mode::run(std::move(operation));
    }
    shape::QueryData capped(std::int64_t rows) const {
        shape::QueryData copy = statement_;
        copy.cap_limit(rows);
        return copy;
    }

    engine::Call call_;
    shape::QueryData statement_;

private:
    std::vector<R> rows_{};
};

/// What `db.execute(statement)` gives: nothing is sent before rows are asked for.
template <class Mode, class R, class... Row>
class StatementResult : public StatementRows<Mode, R, false, Row...> {
public:
    using StatementRows<Mode, R, false, Row...>::StatementRows;

    /// The rows in other types. Several: tuples of models (all their columns), plain structs and values, in
    /// the order of the columns. One: a value, or a struct by the names of its fields and the columns'
    /// labels.
    template <class... T>
    auto as() const {
        static_assert(sizeof...(T) > 0, "duet: as<...>() needs the types of the rows");
        using As = detail::row_type_t<T...>;
        using Match = detail::RowsMatch<detail::Types<T...>, detail::Types<Row...>>;
        constexpr bool by_name = sizeof...(T) == 1 && detail::is_row_piece<As> && !std::is_same_v<As, R>;
        static_assert(by_name || Match::count,
                      "duet: as<...>() has another number of columns than the statement");
        static_assert(by_name || !Match::count || Match::kinds,
                      "duet: as<...>() reads a column as another type than it has");
        return StatementRows<Mode, As, by_name, Row...>(this->call_, this->statement_);
    }
};

}  // namespace duet
