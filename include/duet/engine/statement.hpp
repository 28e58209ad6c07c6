#pragma once

#include <duet/base/owned.hpp>
#include <duet/driver/values.hpp>
#include <duet/engine/engine.hpp>

#include <span>
#include <string>
#include <vector>

namespace duet::engine {

/// Rows of a statement on their way into anything. Parts of a row that may be missing as a whole (the rows of
/// an outer join) have a slot of their own.
struct StatementTarget {
    /// A model that lies within a row (or within the object of a slot).
    struct Part {
        const ModelInfo* model;
        std::uint32_t offset;
    };
    /// An optional model within a row: `emplace(optional)` makes it and returns its address.
    struct Slot {
        Part part;
        void* (*emplace)(void* optional);
    };
    std::span<const driver::DecodeStep> steps;
    std::span<const Part> parts;
    std::span<const Slot> slots;               // slot i + 1 of the steps
    bool lasting = false;                      // `steps` are there for good
    void* (*append)(void* context) = nullptr;  // address of the next row
    void* context = nullptr;
};

/// Appends the rows of a statement (see render_statement); returns how many.
Task<std::size_t> fetch_statement(Call call, const shape::QueryData& statement,
                                  const StatementTarget& target);
/// Fills in what the library gives a row that is going to be inserted: UUID keys, defaults, behaviours.
void prepare_row(const ModelInfo& model, void* object);
/// Whether the database is going to assign the key of this object.
bool has_no_key(const ModelInfo& model, const void* object);

/// Runs a statement for its effect; returns the rows changed.
Task<std::int64_t> execute_statement(Call call, const shape::QueryData& statement);

/// The rows of a statement in batches, with flat memory. Like Cursor.
class StatementCursor {
public:
    StatementCursor(Call call, shape::QueryData statement, std::size_t batch);
    ~StatementCursor();
    StatementCursor(const StatementCursor&) = delete;
    StatementCursor& operator=(const StatementCursor&) = delete;

    /// Hands the next batch to `target`; 0 at the end.
    Task<std::size_t> next(const StatementTarget& target);

private:
    struct Impl;
    duet::detail::Owned<Impl> impl_;
};

/// A column that a statement yields, as far as its shape tells.
struct OutputColumn {
    std::string name;                // of its label or its column; empty: the database names it
    const TypeInfo* type = nullptr;  // of a column
};
std::vector<OutputColumn> output_columns(const shape::QueryData& statement);

/// Where the columns of a statement go in a struct, by name. Throws InvalidQuery for a field that no column
/// is named like.
std::vector<driver::DecodeStep> steps_by_name(const shape::QueryData& statement,
                                              std::span<const RawTarget::Field> fields);

}  // namespace duet::engine
