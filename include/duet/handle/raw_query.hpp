#pragma once

#include <duet/async/mode.hpp>
#include <duet/base/error.hpp>
#include <duet/engine/inspect.hpp>
#include <duet/expr/expr.hpp>
#include <duet/query/operations.hpp>
#include <duet/query/rows.hpp>

#include <source_location>
#include <string>
#include <string_view>
#include <vector>

namespace duet {

namespace detail {

/// Called, in vain, at compile time: the compiler's message shows the name.
void sql_text_and_values_do_not_match_in_number();

/// How many `{}` a text has; `{{` and `}}` stand for braces. -1: a brace that is neither.
constexpr int count_placeholders(std::string_view text) {
    int count = 0;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] != '{' && text[i] != '}') continue;
        if (i + 1 == text.size()) return -1;
        if (text[i + 1] == text[i]) {
            ++i;
        } else if (text[i] == '{' && text[i + 1] == '}') {
            ++i;
            ++count;
        } else {
            return -1;
        }
    }
    return count;
}

}  // namespace detail

/// SQL text with one `{}` for each value; the number is checked at compile time. Text that is only known at
/// run time goes through duet::runtime(text) and is checked when it is used.
template <std::size_t Values>
class SqlText {
public:
    template <class S>
    requires std::convertible_to<const S&, std::string_view>
    // NOLINTNEXTLINE(google-explicit-constructor)
    consteval SqlText(const S& text, std::source_location where = std::source_location::current())
        : text_(text), where_(where) {
        if (detail::count_placeholders(text_) != static_cast<int>(Values))
            detail::sql_text_and_values_do_not_match_in_number();
    }
    // NOLINTNEXTLINE(google-explicit-constructor)
    SqlText(const RuntimeText& text, std::source_location where = std::source_location::current())
        : text_(text.text), where_(where) {}

    std::string_view text() const noexcept { return text_; }
    std::source_location where() const noexcept { return where_; }

private:
    std::string_view text_;
    std::source_location where_;
};

namespace detail {

/// The text with the dialect's placeholders in place of `{}`. Throws InvalidQuery when their number is not
/// `values`.
std::string place_values(const Dialect& dialect, std::string_view text, std::size_t values);

struct RawOperation {
    engine::Call call;
    std::string text;
    shape::Fragment values;
    engine::RawStatement statement{};
    const engine::RawStatement& prepare() {
        statement = {text, &values.values};
        return statement;
    }
};

/// Whether a `{}` can be bound to it: a value of a column's type, or NULL; no expression.
template <class V>
consteval bool is_bindable() {
    using Node = expr::node_t<V>;
    if constexpr (expr::is_value_node<Node>) return Node::template check<void>().ok();
    return false;
}

/// The operation of a text and its values; `call` may be filled in later but for its engine.
template <class... V>
RawOperation raw_operation(const engine::Call& call, std::string_view text, const V&... values) {
    constexpr bool all_are_values = (is_bindable<V>() && ...);
    static_assert(all_are_values,
                  "duet: each {} of sql() takes a value of a type that columns can have, and no expression");
    RawOperation operation{call, {}, {}};
    operation.text = place_values(call.engine->dialect(), text, sizeof...(V));
    [[maybe_unused]] const auto add = [&bound = operation.values](const auto& value) {
        const std::size_t before = bound.values.size();
        if constexpr (all_are_values) expr::as_node(value).template emit_as<void>(bound, nullptr);
        if (bound.values.size() == before)
            bound.values.add_null();  // a query spells NULL; here it is a value like others
    };
    (add(values), ...);
    return operation;
}

/// Fields of T with the names of the result columns that go there.
template <class T>
struct NamedFields {
    static constexpr bool by_name = false;
    static std::vector<engine::RawTarget::Field> get() {
        std::vector<engine::RawTarget::Field> out;
        for (const engine::RowTarget::Field& field : RowFields<T>::get())
            out.push_back({field.type, field.offset, {}});
        return out;
    }
};
template <RowStruct S>
struct NamedFields<S> {
    static constexpr bool by_name = true;
    static std::vector<engine::RawTarget::Field> get() {
        std::vector<engine::RawTarget::Field> out;
        if constexpr (Model<S>) {
            for (const ColumnInfo& column : model_info<S>.columns)
                out.push_back({column.type, column.offset, column.name});
        } else {
            std::size_t i = 0;
            for (const engine::RowTarget::Field& field : RowFields<S>::get()) {
                out.push_back({field.type, field.offset, member_names<S>[i++].view()});
            }
        }
        return out;
    }
};

template <class T>
struct FetchRaw : RawOperation {
    row_list<T> rows{};
    std::vector<engine::RawTarget::Field> fields{};
    engine::RawTarget target{};
    auto start() {
        fields = NamedFields<T>::get();
        target = {fields, NamedFields<T>::by_name, &append_row<T>, &rows};
        return engine::fetch_raw(call, prepare(), target);
    }
    std::vector<T> finish(std::size_t) { return take_rows<T>(rows); }
};
[[noreturn]] void throw_not_one_raw(std::size_t rows, std::source_location where);
template <class T>
struct FetchRawOne : FetchRaw<T> {
    T finish(std::size_t count) {
        if (count != 1) throw_not_one_raw(count, this->call.where);
        return take_first_row<T>(this->rows);
    }
};
template <class T>
struct FetchRawFirst : FetchRaw<T> {
    std::optional<T> finish(std::size_t count) {
        if (count == 0) return std::nullopt;
        return take_first_row<T>(this->rows);
    }
};
struct ExplainRaw : RawOperation {
    ExplainOptions options{};
    auto start() { return engine::explain(call, prepare(), options); }
    QueryPlan finish(QueryPlan plan) { return plan; }
};
struct ExecuteRaw : RawOperation {
    auto start() { return engine::execute_raw(call, prepare()); }
    std::int64_t finish(std::int64_t affected) { return affected; }
};

}  // namespace detail

/// SQL as text with bound values, about to be run.
template <class Mode>
class RawQuery {
    template <class T>
    using Result = typename Mode::template Result<T>;

public:
    explicit RawQuery(detail::RawOperation operation) : operation_(std::move(operation)) {}

    /// All rows: structs by the names of the result columns (models by their column names), tuples by
    /// position, or single values.
    template <class T>
    Result<std::vector<T>> as() const {
        return Mode::run(detail::FetchRaw<T>{operation_});
    }
    /// The only row. Throws NotFound or MultipleFound.
    template <class T>
    Result<T> one() const {
        return Mode::run(detail::FetchRawOne<T>{{operation_}});
    }
    /// The first row, if any.
    template <class T>
    Result<std::optional<T>> first() const {
        return Mode::run(detail::FetchRawFirst<T>{{operation_}});
    }
    /// The single value of the only row.
    template <class T>
    Result<T> scalar() const {
        static_assert(detail::is_column_type<T>(), "duet: scalar<T>() needs a column type");
        return one<T>();
    }
    /// Runs it for its effect; returns the number of rows changed.
    Result<std::int64_t> execute() const { return Mode::run(detail::ExecuteRaw{operation_}); }

    /// The text with the database's placeholders.
    const std::string& to_sql() const noexcept { return operation_.text; }
    /// For reading: pretty-printed, with literals in place of placeholders, or both (duet::for_reading).
    ReadableSql to_sql(const SqlStyle& style) const {
        return engine::sql_of(operation_.call.engine->dialect(), operation_.text, operation_.values.values,
                              style);
    }
    /// How the database is going to run it. `duet::analyze` runs it, too: InvalidQuery for what may write.
    Result<QueryPlan> explain(ExplainOptions options = {}) const {
        return Mode::run(detail::ExplainRaw{{operation_}, options});
    }

private:
    detail::RawOperation operation_;
};

}  // namespace duet
