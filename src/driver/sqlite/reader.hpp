#pragma once

#include <duet/base/error.hpp>
#include <duet/driver/array_text.hpp>
#include <duet/driver/decode.hpp>
#include <duet/types/time_text.hpp>

#include <cstddef>
#include <string_view>

#include <sqlite3.h>

namespace duet::driver::sqlite {

// The answers for cells that are stored otherwise than duet stores them.
Fault convert_bool(sqlite3_value* cell, bool& out);
Fault convert_int(sqlite3_value* cell, std::int64_t& out);
Fault convert_double(sqlite3_value* cell, double& out);
Fault convert_timestamp(sqlite3_value* cell, Timestamp& out);
Fault convert_uuid(sqlite3_value* cell, Uuid& out);
Fault convert_decimal(sqlite3_value* cell, Decimal& out);
Fault convert_json(sqlite3_value* cell, Json& out);

/// Where the cells of a statement's rows lie, as far as that is known.
///
/// Each sqlite3_column_value() costs as much as decoding its cell, and what it returns is an element of an
/// array. That is no promise of SQLite's, so it is not trusted: the distance between cells is used only after
/// one row's cells have all been asked for and found in line, and in each row the first and the last cell are
/// asked for again. Where that fails, every cell is.
class ColumnLayout {
public:
    /// The columns in line; 0 when they are not known to be.
    int count() const { return count_; }
    std::ptrdiff_t stride() const { return stride_; }
    bool examined(int columns) const { return examined_ == columns; }
    /// Looks at all cells of the row that `stmt` stands on.
    void examine(sqlite3_stmt* stmt, int columns);

private:
    int examined_ = -1;
    int count_ = 0;
    std::ptrdiff_t stride_ = 0;
};

/// The rows of a statement (see CellReader).
///
/// SQLite checks no types, so files that other tools wrote hold what they like. Taken besides duet's own
/// forms: numbers in text columns and wholly numeric text in number columns, whole reals as integers, 'true'
/// and 'false' as booleans, seconds since 1970 (integers) as timestamps, UUIDs as 16 bytes or with dashes,
/// numbers as JSON.
class RowReader {
public:
    using Cell = sqlite3_value*;

    RowReader(sqlite3_stmt* stmt, ColumnLayout& layout) : stmt_(stmt), layout_(layout) {}

    /// To be called on each row before its cells are read.
    void next_row() {
        // Only while it runs, a statement is sure to have the columns that it was compiled for last.
        if (columns_ < 0) [[unlikely]] {
            columns_ = sqlite3_column_count(stmt_);
            if (!layout_.examined(columns_)) layout_.examine(stmt_, columns_);
            in_line_ = layout_.count();
            stride_ = layout_.stride();
        }
        if (in_line_ == 0) return;
        first_ = reinterpret_cast<std::byte*>(sqlite3_column_value(stmt_, 0));
        auto* const last = reinterpret_cast<std::byte*>(sqlite3_column_value(stmt_, in_line_ - 1));
        if (last != first_ + stride_ * (in_line_ - 1)) [[unlikely]]
            in_line_ = 0;
    }

    Cell cell(std::size_t column) const {
        if (column < static_cast<std::size_t>(in_line_)) [[likely]] {
            return reinterpret_cast<Cell>(first_ + static_cast<std::ptrdiff_t>(column) * stride_);
        }
        return sqlite3_column_value(stmt_, static_cast<int>(column));
    }
    bool is_null(Cell cell) const { return sqlite3_value_type(cell) == SQLITE_NULL; }

    Fault read_bool(Cell cell, bool& out) const {
        if (sqlite3_value_type(cell) == SQLITE_INTEGER) [[likely]] {
            const sqlite3_int64 value = sqlite3_value_int64(cell);
            if ((value & ~sqlite3_int64{1}) != 0) return Fault::out_of_range;
            out = value != 0;
            return Fault::none;
        }
        return convert_bool(cell, out);
    }
    Fault read_int(Cell cell, std::int64_t& out) const {
        if (sqlite3_value_type(cell) == SQLITE_INTEGER) [[likely]] {
            out = sqlite3_value_int64(cell);
            return Fault::none;
        }
        return convert_int(cell, out);
    }
    Fault read_uint(Cell cell, std::uint64_t& out) const {
        std::int64_t value = 0;
        if (const Fault fault = read_int(cell, value); fault != Fault::none) return fault;
        if (value < 0) return Fault::out_of_range;
        out = static_cast<std::uint64_t>(value);
        return Fault::none;
    }
    Fault read_double(Cell cell, double& out) const {
        if (sqlite3_value_type(cell) == SQLITE_FLOAT) [[likely]] {
            out = sqlite3_value_double(cell);
            return Fault::none;
        }
        return convert_double(cell, out);
    }
    // Numbers come as SQLite writes them and blobs as their bytes, so the type need not be asked for.
    Fault read_text(Cell cell, std::string_view& out) const {
        const auto* text = reinterpret_cast<const char*>(sqlite3_value_text(cell));
        if (text == nullptr) [[unlikely]]
            return no_text(cell, out);
        out = {text, static_cast<std::size_t>(sqlite3_value_bytes(cell))};
        return Fault::none;
    }
    Fault read_blob(Cell cell, std::string_view& out) const;
    Fault read_date(Cell cell, Date& out) const;
    Fault read_time(Cell cell, Time& out) const;
    Fault read_timestamp(Cell cell, Timestamp& out) const {
        std::string_view text;
        if (const Fault fault = read_text(cell, text); fault != Fault::none) return fault;
        if (duet::detail::parse_timestamp(text, out)) [[likely]]
            return Fault::none;
        return convert_timestamp(cell, out);
    }
    Fault read_micros(Cell cell, std::int64_t& out) const { return read_int(cell, out); }
    Fault read_uuid(Cell cell, Uuid& out) const { return convert_uuid(cell, out); }
    Fault read_decimal(Cell cell, Decimal& out) const { return convert_decimal(cell, out); }
    Fault read_json(Cell cell, Json& out) const { return convert_json(cell, out); }
    Fault read_array(Cell cell, const TypeInfo& type, void* array) const;

    std::string_view stored_type(Cell cell) const;

private:
    static Fault no_text(Cell cell, std::string_view& out);

    sqlite3_stmt* stmt_;
    ColumnLayout& layout_;
    std::byte* first_ = nullptr;
    std::ptrdiff_t stride_ = 0;
    int in_line_ = 0;
    int columns_ = -1;
};

}  // namespace duet::driver::sqlite
