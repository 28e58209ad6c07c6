#pragma once

#include <duet/schema/table.hpp>

#include <array>
#include <concepts>
#include <cstddef>
#include <string_view>

namespace duet {

/// What `static constexpr auto table = duet::table("users", ...)` holds.
template <std::size_t N>
struct TableDeclaration {
    std::string_view name;
    std::array<TableOption, N> options;
};

/// The table of a model. Names in the options are members of the struct (or of its behaviours); they are
/// checked at compile time.
template <std::same_as<TableOption>... Options>
consteval TableDeclaration<sizeof...(Options)> table(std::string_view name, Options... options) {
    return {name, {options...}};
}

namespace detail {
template <class... Names>
consteval TableOption option_over(TableOption::Type type, Names... names) {
    static_assert(sizeof...(Names) >= 1, "duet: name at least one column");
    static_assert(sizeof...(Names) <= TableOption::max_columns,
                  "duet: a table option takes at most 8 columns");
    TableOption option;
    option.type = type;
    ((option.columns[option.count++] = names), ...);
    return option;
}
}  // namespace detail

/// A unique constraint over one or several columns. `.where("deleted_at IS NULL")` makes it a partial unique
/// index.
template <std::convertible_to<std::string_view>... Names>
consteval TableOption unique(Names... columns) {
    return detail::option_over(TableOption::Type::unique, columns...);
}
/// An index; `"-created_at"` is descending. `.where(condition)` makes it partial, `.named(name)` names it.
template <std::convertible_to<std::string_view>... Names>
consteval TableOption index(Names... columns) {
    return detail::option_over(TableOption::Type::index, columns...);
}
/// A composite or natural primary key. Without it the member `id` is the key.
template <std::convertible_to<std::string_view>... Names>
consteval TableOption primary_key(Names... columns) {
    return detail::option_over(TableOption::Type::primary_key, columns...);
}
/// A named check constraint in SQL.
consteval TableOption check(std::string_view name, std::string_view condition) {
    TableOption option;
    option.type = TableOption::Type::check;
    option.name = name;
    option.text = condition;
    return option;
}
/// A timestamp (or date) that is set to the present when a row is created with the member left at its
/// default. The column gets such a default in the database as well.
consteval TableOption default_now(std::string_view column) {
    return detail::option_over(TableOption::Type::default_now, column);
}
/// A default in SQL for rows that others write; duet itself writes every column.
consteval TableOption default_sql(std::string_view column, std::string_view expression) {
    TableOption option = detail::option_over(TableOption::Type::default_sql, column);
    option.text = expression;
    return option;
}
/// What happens to rows here when the row that `relation` (a BelongsTo) refers to is deleted.
consteval TableOption on_delete(std::string_view relation, ReferentialAction action) {
    TableOption option = detail::option_over(TableOption::Type::on_delete, relation);
    option.action = action;
    return option;
}
/// Objects of a HasMany (or HasOne) that no longer belong here are removed: when a session takes them out of
/// the relation's collection, and when it removes the object that they belong to.
consteval TableOption cascade_orphans(std::string_view relation) {
    TableOption option;
    option.type = TableOption::Type::cascade_orphans;
    option.text = relation;
    return option;
}
/// The column's name in the database where it is not the member's.
consteval TableOption column_name(std::string_view member, std::string_view column) {
    TableOption option = detail::option_over(TableOption::Type::column_name, member);
    option.text = column;
    return option;
}
/// Keeps a duet::Decimal as text: exact for any length, where SQLite's numeric columns are exact to 15
/// digits.
consteval TableOption decimal_as_text(std::string_view column) {
    return detail::option_over(TableOption::Type::decimal_as_text, column);
}

/// Columns that no payload sets: a payload struct with such a field does not compile, and from_json into the
/// model refuses them. Plain code goes on setting them.
template <std::convertible_to<std::string_view>... Names>
consteval TableOption guarded(Names... columns) {
    return detail::option_over(TableOption::Type::guarded, columns...);
}

/// Column lists of a foreign key: `duet::foreign_key(duet::columns("order_id", "line"), "lines",
/// duet::columns("order", "no"))`.
struct ColumnNames {
    std::array<std::string_view, TableOption::max_columns> names{};
    std::uint8_t count = 0;
};
template <std::convertible_to<std::string_view>... Names>
consteval ColumnNames columns(Names... names) {
    static_assert(sizeof...(Names) >= 1 && sizeof...(Names) <= TableOption::max_columns,
                  "duet: name 1 to 8 columns");
    ColumnNames out;
    ((out.names[out.count++] = names), ...);
    return out;
}
/// A foreign key that no BelongsTo stands for, such as one over several columns.
consteval TableOption foreign_key(ColumnNames columns, std::string_view other_table, ColumnNames references,
                                  ReferentialAction action = ReferentialAction::no_action) {
    TableOption option;
    option.type = TableOption::Type::foreign_key;
    option.columns = columns.names;
    option.count = columns.count;
    option.references = references.names;
    option.text = other_table;
    option.action = action;
    return option;
}

inline constexpr ReferentialAction cascade = ReferentialAction::cascade;
inline constexpr ReferentialAction restrict = ReferentialAction::restrict;
inline constexpr ReferentialAction set_null = ReferentialAction::set_null;
inline constexpr ReferentialAction set_default = ReferentialAction::set_default;
inline constexpr ReferentialAction no_action = ReferentialAction::no_action;

}  // namespace duet
