#include <duet/base/error.hpp>
#include <duet/statement/write.hpp>

namespace duet::detail {

namespace {

void add_assigned(shape::Fragment& out, std::size_t first_value, const shape::Fragment& assigned) {
    const auto& bytes = assigned.bytes;
    if (bytes.size() > 0xffff) throw InvalidQuery("a value of this statement is too large");
    out.u8(bytes[0]);
    out.u16(bytes.size() - 1);
    out.u16(out.values.size() - first_value);
    out.bytes.append(bytes.data() + 1, bytes.size() - 1);
    out.values.append(assigned.values);
}

void add_field(shape::Fragment& out, std::size_t first_value, std::size_t index, const ColumnInfo& column,
               const TypeInfo& type, const void* value) {
    shape::Fragment assigned;
    assigned.u8(index);
    expr::emit_object(assigned, type, value, column.type);
    add_assigned(out, first_value, assigned);
}

}  // namespace

void add_row(shape::QueryData& statement, std::span<const shape::Fragment> assigned) {
    shape::Fragment& out = statement.clauses;
    const std::size_t first_value = out.values.size();
    const std::size_t begun = out.begin(shape::Clause::insert_row);
    out.u8(assigned.size());
    for (const shape::Fragment& one : assigned) add_assigned(out, first_value, one);
    out.end(begun);
}

void add_object(shape::QueryData& statement, void* object) {
    const ModelInfo& model = *statement.model;
    engine::prepare_row(model, object);
    const bool keyless = engine::has_no_key(model, object);
    shape::Fragment& out = statement.clauses;
    const std::size_t first_value = out.values.size();
    const std::size_t begun = out.begin(shape::Clause::insert_row);
    out.u8(model.columns.size() - (keyless ? 1u : 0u));
    for (std::size_t i = 0; i < model.columns.size(); ++i) {
        const ColumnInfo& column = model.columns[i];
        if (keyless && column.primary_key) continue;
        add_field(out, first_value, i, column, *column.type, column.in(object));
    }
    out.end(begun);
}

void add_payload(shape::QueryData& statement, const ModelInfo& rows, std::span<const std::int16_t> columns,
                 const void* object) {
    shape::Fragment& out = statement.clauses;
    const std::size_t first_value = out.values.size();
    const std::size_t begun = out.begin(shape::Clause::insert_row);
    out.u8(columns.size());
    for (std::size_t i = 0; i < columns.size(); ++i) {
        const auto index = static_cast<std::size_t>(columns[i]);
        const ColumnInfo& field = rows.columns[i];
        add_field(out, first_value, index, statement.model->columns[index], *field.type, field.in(object));
    }
    out.end(begun);
}

void add_default_row(shape::QueryData& statement) {
    const std::size_t begun = statement.clauses.begin(shape::Clause::insert_row);
    statement.clauses.u8(0);
    statement.clauses.end(begun);
}

void add_conflict(shape::QueryData& statement, shape::OnConflict action,
                  std::span<const std::uint8_t> columns) {
    drop_clauses(statement, shape::Clause::conflict);
    const std::size_t begun = statement.clauses.begin(shape::Clause::conflict);
    statement.clauses.u8(static_cast<std::size_t>(action));
    statement.clauses.u8(columns.size());
    statement.clauses.bytes.append(columns.data(), columns.size());
    statement.clauses.end(begun);
}

void add_insert_select(shape::QueryData& statement, std::span<const std::uint8_t> columns,
                       const shape::QueryData& select) {
    drop_clauses(statement, shape::Clause::insert_select);
    const std::size_t begun = statement.clauses.begin(shape::Clause::insert_select);
    statement.clauses.u8(columns.size());
    statement.clauses.bytes.append(columns.data(), columns.size());
    shape::nest(statement.clauses, select, 0);
    statement.clauses.end(begun);
}

void add_returned_column(shape::QueryData& statement, std::int16_t column) {
    const std::size_t begun = statement.clauses.begin(shape::Clause::select);
    statement.clauses.name("_");
    statement.clauses.column(static_cast<std::size_t>(column));
    statement.clauses.end(begun);
}

}  // namespace duet::detail
