#pragma once

#include <duet/dialect/dialect.hpp>
#include <duet/shape/query_data.hpp>

#include <cstdint>
#include <span>

namespace duet {

/// What is made of a query.
enum class Verb : std::uint8_t { rows, count, exists, update, remove };

/// Renders a query. `rows` without a select list yields all columns of the model, then those of each joined
/// relation in the order of its Clause::joined. Values are numbered: those of the clauses, then limit, then
/// offset, where present. Throws InvalidQuery for combinations that have no meaning and UnsupportedByDialect.
Plan render(const Dialect& dialect, const shape::QueryData& query, Verb verb);

/// Renders a statement (a query with shape::statement); values are numbered as those of queries. Throws
/// InvalidQuery and UnsupportedByDialect.
Plan render_statement(const Dialect& dialect, const shape::QueryData& statement);

/// `INSERT INTO t (columns) VALUES (..), ..` with `rows` rows; values are numbered row by row.
struct InsertSpec {
    std::span<const std::int16_t> columns;
    std::size_t rows = 1;
    enum class OnConflict : std::uint8_t { fail, ignore, update } on_conflict = OnConflict::fail;
    std::span<const std::int16_t> conflict_columns{};
    std::string_view conflict_condition{};           // of a partial unique index
    std::span<const std::int16_t> update_columns{};  // set to the row that was refused
    const shape::QueryData* update_set =
        nullptr;  // further Clause::set entries; values follow those of the rows
    std::span<const std::int16_t> returning{};
};
Plan render_insert(const Dialect& dialect, const ModelInfo& model, const InsertSpec& spec);

/// `UPDATE t SET columns WHERE key [AND version]`; values: columns, then key, then the guard column.
Plan render_update_row(const Dialect& dialect, const ModelInfo& model, std::span<const std::int16_t> columns,
                       std::int16_t guard_column = -1);
/// The same for many rows (Capabilities::array_updates); each value is an array, with an element for each
/// row. What takes_any_array() has to come as an array whose type the server works out.
Plan render_update_rows(const Dialect& dialect, const ModelInfo& model, std::span<const std::int16_t> columns,
                        std::int16_t guard_column = -1);
/// Whether values of `type` travel as texts that become what their column is (an enum of the database, say).
bool takes_any_array(const TypeInfo& type) noexcept;
/// `DELETE FROM t WHERE key [AND guard]`.
Plan render_delete_row(const Dialect& dialect, const ModelInfo& model, std::int16_t guard_column = -1);

/// `INSERT`/`DELETE`/`SELECT` on the link table of a many-to-many relation.
enum class LinkVerb : std::uint8_t { add, remove, clear, list };
Plan render_link(const Dialect& dialect, const LinkInfo& link, LinkVerb verb);

}  // namespace duet
