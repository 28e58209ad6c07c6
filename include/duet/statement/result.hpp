#pragma once

#include <duet/async/mode.hpp>
#include <duet/base/input_iterator.hpp>
#include <duet/expr/cpp_types.hpp>
#include <duet/query/query_form.hpp>
#include <duet/statement/row_layout.hpp>

#include <iterator>
#include <memory>
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

/// Rows of R and the way there.
template <class R, bool ByName>
struct StatementList {
    row_list<R> rows{};
    std::vector<driver::DecodeStep> named{};
    engine::StatementTarget target{};

    void prepare(const shape::QueryData& statement) {
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
    /// Whether the statement loads relations of the objects that its rows begin with.
    static bool loads(const shape::QueryData& statement) {
        using First = typename FirstPiece<R>::type;
        if constexpr (Model<First>) {
            return !statement.related.empty() && statement.model == &model_info<First>;
        } else {
            return false;
        }
    }
    Task<> load(engine::Call call, const shape::QueryData& statement) {
        using First = FirstPiece<R>;
        if constexpr (Model<typename First::type>) {
            co_await load_piece<typename First::type>(
                call, statement, rows, [](R & row) -> auto& { return First::get(row); });
        }
        co_return;
    }
};

/// The rows of a statement as R.
template <class R, bool ByName>
struct FetchStatement : StatementList<R, ByName> {
    engine::Call call;
    shape::QueryData statement;

    FetchStatement(const engine::Call& c, shape::QueryData s) : call(c), statement(std::move(s)) {}

    Task<std::size_t> start() {
        this->prepare(statement);
        if (this->loads(statement)) return with_related();
        return engine::fetch_statement(call, statement, this->target);
    }
    Task<std::size_t> with_related() {
        const std::size_t count = co_await engine::fetch_statement(call, statement, this->target);
        if (count != 0) co_await this->load(call, statement);
        co_return count;
    }
    std::vector<R> finish(std::size_t /*count*/) { return take_rows<R>(this->rows); }
};
template <class R, bool ByName>
struct FetchStatementFirst : FetchStatement<R, ByName> {
    using FetchStatement<R, ByName>::FetchStatement;
    std::optional<R> finish(std::size_t count) {
        if (count == 0) return std::nullopt;
        return take_first_row<R>(this->rows);
    }
};
template <class R, bool ByName>
struct FetchStatementOne : FetchStatement<R, ByName> {
    using FetchStatement<R, ByName>::FetchStatement;
    R finish(std::size_t count) {
        if (count != 1) throw_not_one_row(count, this->call.where);
        return take_first_row<R>(this->rows);
    }
};
template <class R, bool ByName>
struct FetchStatementOneOrNone : FetchStatementFirst<R, ByName> {
    using FetchStatementFirst<R, ByName>::FetchStatementFirst;
    std::optional<R> finish(std::size_t count) {
        if (count > 1) throw_not_one_row(count, this->call.where);
        return FetchStatementFirst<R, ByName>::finish(count);
    }
};

/// A statement that is read batch by batch.
template <class R, bool ByName>
struct OpenRows : StatementList<R, ByName> {
    engine::Call call;
    shape::QueryData statement;
    engine::StatementCursor cursor;
    std::size_t next = 0;

    OpenRows(const engine::Call& c, const shape::QueryData& s, std::size_t batch)
        : call(c), statement(s), cursor(c, s, batch) {
        this->prepare(statement);
    }
    Task<> read() {
        this->rows.clear();
        next = 0;
        const std::size_t count = co_await cursor.next(this->target);
        if (count != 0 && this->loads(statement)) co_await this->load(call, statement);
    }

    // For blocking code.
    auto& current() {
        if constexpr (std::is_same_v<R, bool>) {
            return this->rows[next].value;
        } else {
            return this->rows[next];
        }
    }
    void advance() {
        ++next;
        refill();
    }
    bool ended() const { return next == this->rows.size(); }
    void refill() {
        if (ended()) complete_inline(read());
    }
};

}  // namespace detail

/// The rows of `iterate` in blocking code: an input range that is walked once, with one batch in memory at a
/// time. See RowStream.
template <class R, bool ByName = false>
class StatementStream {
public:
    explicit StatementStream(std::unique_ptr<detail::OpenRows<R, ByName>> rows) : rows_(std::move(rows)) {}

    using iterator = detail::InputIterator<detail::OpenRows<R, ByName>, R>;

    iterator begin() {
        rows_->refill();
        return iterator(rows_.get());
    }
    std::default_sentinel_t end() const { return {}; }

private:
    std::unique_ptr<detail::OpenRows<R, ByName>> rows_;
};

/// The rows of `iterate` in coroutines: `while (auto row = co_await rows.next())`.
template <class R, bool ByName = false>
class AsyncStatementStream {
public:
    explicit AsyncStatementStream(std::unique_ptr<detail::OpenRows<R, ByName>> rows)
        : rows_(std::move(rows)) {}

    /// The next row, or nothing at the end. One call at a time.
    Task<std::optional<R>> next() {
        detail::OpenRows<R, ByName>& open = *rows_;
        if (open.ended()) {
            co_await open.read();
            if (open.rows.empty()) co_return std::nullopt;
        }
        if constexpr (std::is_same_v<R, bool>) {
            co_return open.rows[open.next++].value;
        } else {
            co_return std::move(open.rows[open.next++]);
        }
    }

private:
    std::unique_ptr<detail::OpenRows<R, ByName>> rows_;
};

/// These say what is wrong with a range-based for in a coroutine.
template <class R, bool ByName>
R* begin(const AsyncStatementStream<R, ByName>& /*rows*/) {
    static_assert(!std::is_same_v<R, R>,
                  "duet: coroutines read a stream row by row, with auto row = co_await rows.next()");
    return nullptr;
}
template <class R, bool ByName>
R* end(const AsyncStatementStream<R, ByName>& /*rows*/) {
    return nullptr;
}

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
    Result<std::vector<R>> all() const& { return StatementRows(call_, statement_).take().all(); }
    Result<std::vector<R>> all() && {
        return run(detail::FetchStatement<R, ByName>(call_, std::move(statement_)));
    }
    /// The first row, if there is any.
    Result<std::optional<R>> first() const& { return StatementRows(call_, statement_).take().first(); }
    Result<std::optional<R>> first() && {
        return run(detail::FetchStatementFirst<R, ByName>(call_, capped(1)));
    }
    /// The only row. Throws NotFound or MultipleFound.
    Result<R> one() const& { return StatementRows(call_, statement_).take().one(); }
    Result<R> one() && { return run(detail::FetchStatementOne<R, ByName>(call_, capped(2))); }
    /// The only row, or nothing. Throws MultipleFound.
    Result<std::optional<R>> one_or_none() const& {
        return StatementRows(call_, statement_).take().one_or_none();
    }
    Result<std::optional<R>> one_or_none() && {
        return run(detail::FetchStatementOneOrNone<R, ByName>(call_, capped(2)));
    }
    /// The value of the only row of one column. Throws NotFound or MultipleFound.
    Result<R> scalar() const& { return StatementRows(call_, statement_).take().scalar(); }
    Result<R> scalar() && {
        constexpr bool is_value = detail::is_column_type<R>();
        static_assert(is_value, "duet: scalar() needs a statement (or as<T>()) of one column");
        return take().one();
    }

    /// Rows in batches of `batch_size`, with flat memory, in the order of the statement. Throws InvalidQuery
    /// for a statement that writes.
    auto iterate(std::size_t batch_size = 1000) const {
        detail::require_lockable(call_, statement_);
        auto open = std::make_unique<detail::OpenRows<R, ByName>>(call_, statement_, batch_size);
        if constexpr (Mode::is_async) {
            return AsyncStatementStream<R, ByName>(std::move(open));
        } else {
            return StatementStream<R, ByName>(std::move(open));
        }
    }

    /// The SQL text with placeholders; with a style: for reading.
    std::string to_sql() const { return as_sent().to_sql(); }
    ReadableSql to_sql(const SqlStyle& style) const { return as_sent().to_sql(style); }
    /// How the database is going to run it. `duet::analyze` runs it, too: InvalidQuery for one that writes.
    Result<QueryPlan> explain(ExplainOptions options = {}) const { return as_sent().explain(options); }

    auto begin() {
        static_assert(
            !Mode::is_async,
            "duet: rows are a range in blocking code only; coroutines walk over co_await rows.all()");
        rows_ = static_cast<const StatementRows&>(*this).all();
        return rows_.begin();
    }
    auto end() { return rows_.end(); }

protected:
    BoundQueryForm<Mode> as_sent() const { return {call_, statement_, engine::QueryForm::rows}; }
    template <class Op>
    auto run(Op operation) const {
        if ((operation.statement.flags & shape::for_update) != 0) [[unlikely]]
            detail::require_lockable(call_, operation.statement);
        return Mode::run(std::move(operation));
    }
    StatementRows&& take() { return static_cast<StatementRows&&>(*this); }
    shape::QueryData capped(std::int64_t rows) {
        // The limit of a statement that writes is about what it writes.
        constexpr std::uint32_t write = shape::inserts | shape::updates | shape::removes;
        if ((statement_.flags & write) == 0) statement_.cap_limit(rows);
        return std::move(statement_);
    }

    engine::Call call_;
    shape::QueryData statement_;

private:
    std::vector<R> rows_{};
};

/// What `db.execute(statement)` gives: nothing is sent before rows are asked for.
template <class Mode, class R, class... Row>
class [[nodiscard]] StatementResult : public StatementRows<Mode, R, false, Row...> {
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
        constexpr bool same_number = by_name || Match::count;
        static_assert(same_number, "duet: as<...>() has another number of columns than the statement");
        constexpr bool same_types = by_name || !Match::count || Match::kinds;
        static_assert(same_types, "duet: as<...>() reads a column as another type than it has");
        return StatementRows<Mode, As, by_name, Row...>(this->call_, this->statement_);
    }
};

}  // namespace duet
