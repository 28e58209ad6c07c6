#pragma once

#include <duet/schema/type_info.hpp>

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace duet::driver {

/// A value on its way to a placeholder: where it lies and how it is laid out. Nothing is copied before the
/// driver binds it, so what `data` points to must stay until the execution ends.
struct BindValue {
    const TypeInfo* type;  // kind text_view, blob_view, json_path: `data` and `size` are the characters
    const void* data;      // null: SQL NULL
    std::size_t size = 0;  // text_view, blob_view, json_path; lists: number of elements
    bool list = false;  // `size` values of `type`, one after the other; text_view, blob_view: each its length
                        // and bytes (shape::Values::next_text); array: one of texts, which fits any column
};

/// Where one result column goes.
struct DecodeStep {
    const TypeInfo* type = nullptr;  // null: this step opens a slot
    std::uint32_t offset = 0;        // within the slot's object
    std::uint16_t slot = 0;
    std::uint16_t column = 0;  // result column; slot step: the column that is NULL when the object is absent
    std::uint16_t skip = 0;    // slot step: steps to pass over when the object is absent
};

/// Takes rows. Slot 0 is opened for each row, without a step of its own; further slots (joined relations) by
/// a step, where their row is there. Steps of a slot come after the one that opens it.
struct RowSink {
    const DecodeStep* steps = nullptr;
    std::size_t step_count = 0;
    std::size_t slot_count = 1;                                // at most max_slots
    void* (*open)(void* context, std::size_t slot) = nullptr;  // address of the object that takes the values
    void (*close)(void* context) = nullptr;                    // may be null: after each complete row
    void* context = nullptr;
    /// Whether `steps` stay, unchanged, as long as the statement's plan: what is worked out from them can be
    /// kept.
    bool lasting = false;
    /// For messages: the name of step i's column as `table.column`; may be null.
    std::string_view (*name)(void* context, std::size_t step) = nullptr;
    /// Likewise: what helps where a NULL came that has no place; may be null.
    std::string_view (*advice)(void* context) = nullptr;
    /// May be null: called before the first row of a statement without known_columns(), with the names of the
    /// result columns. May set `steps` and `step_count`, or throw.
    void (*columns)(RowSink& sink, const std::vector<std::string>& names) = nullptr;

    static constexpr std::size_t max_slots = 16;
};

}  // namespace duet::driver
