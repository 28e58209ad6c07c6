#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

namespace duet {

enum class ReferentialAction : std::uint8_t { no_action, restrict, cascade, set_null, set_default };

/// One entry of a model's `table(...)`: plain data, so that it can be checked at compile time and read at run
/// time.
struct TableOption {
    enum class Type : std::uint8_t {
        unique,
        index,
        check,
        default_now,
        default_sql,
        on_delete,
        foreign_key,
        primary_key,
        column_name,
        decimal_as_text,
        guarded,
        cascade_orphans,
    };
    static constexpr std::size_t max_columns = 8;

    Type type{};
    std::uint8_t count = 0;
    ReferentialAction action = ReferentialAction::no_action;
    bool is_unique = false;  // index: a unique index
    std::array<std::string_view, max_columns>
        columns{};  // members of the struct; index: "-name" is descending
    std::array<std::string_view, max_columns> references{};  // foreign_key: columns of the other table
    std::string_view name{};                                 // constraint or index name, empty: derived
    std::string_view text{};  // check, partial index, default: SQL; foreign_key: the other table;
                              // column_name: the column; cascade_orphans: the relation

    /// Gives the constraint or index a name of its own.
    consteval TableOption named(std::string_view n) const {
        TableOption copy = *this;
        copy.name = n;
        return copy;
    }
    /// Makes an index (or unique index) partial: only rows that satisfy `condition` (SQL text) are in it.
    consteval TableOption where(std::string_view condition) const {
        TableOption copy = *this;
        copy.text = condition;
        if (copy.type == Type::unique) {
            copy.type = Type::index;
            copy.is_unique = true;
        }
        return copy;
    }
    constexpr std::span<const std::string_view> column_list() const { return {columns.data(), count}; }
};

}  // namespace duet
