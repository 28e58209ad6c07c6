#pragma once

#include <duet/driver/decode.hpp>

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>
#include <vector>

#include <libpq-fe.h>

#include "oid.hpp"
#include "wire.hpp"

namespace duet::driver::postgres {

/// The types of a statement's result columns, and room for texts that a reader writes. Kept per statement or
/// connection, so that it allocates once.
class Columns {
public:
    /// Once for each execution, with its first result (its later ones have the same types).
    void describe(const PGresult* result) {
        const auto count = static_cast<std::size_t>(PQnfields(result));
        types_.resize(count);
        for (std::size_t i = 0; i < count; ++i) types_[i] = PQftype(result, static_cast<int>(i));
    }
    std::size_t size() const noexcept { return types_.size(); }
    Oid type(std::size_t column) const noexcept { return types_[column]; }
    std::string& scratch() noexcept { return scratch_; }

private:
    std::vector<Oid> types_;
    std::string scratch_;
};

/// A cell in binary format: `size` bytes at `data`; -1: NULL.
struct Cell {
    const char* data;
    int size;
    Oid type;

    bool is_null() const { return size < 0; }
    std::string_view bytes() const { return {data, static_cast<std::size_t>(size)}; }
};

// The answers for cells of other types than the one that duet declares for a field.
Fault convert_bool(const Cell& cell, bool& out);
Fault convert_int(const Cell& cell, std::int64_t& out);
Fault convert_double(const Cell& cell, double& out);
Fault convert_text(const Cell& cell, std::string& scratch, std::string_view& out);
Fault convert_timestamp(const Cell& cell, Timestamp& out);

/// The rows of a result in binary format (see CellReader). `result` and `columns` outlive it.
///
/// Taken besides duet's own types: integers of any width and whole numerics as integers, numbers as doubles
/// and decimals, integers and intervals without months as durations, timestamps without a zone as UTC, text
/// as UUIDs and JSON, and every common type as text, spelled as PostgreSQL does. The infinities of moments
/// are Timestamp::max() and min(), Date::max() and min().
class ResultReader {
public:
    using Cell = postgres::Cell;

    ResultReader(const PGresult* result, Columns& columns) : result_(result), columns_(columns) {}

    /// To be called before the cells of row `row` are read.
    void set_row(int row) { row_ = row; }

    Cell cell(std::size_t column) const {
        if (column >= columns_.size()) [[unlikely]]
            return {"", -1, 0};
        const auto field = static_cast<int>(column);
        int size = PQgetlength(result_, row_, field);
        if (size == 0 && PQgetisnull(result_, row_, field) != 0) size = -1;
        return {PQgetvalue(result_, row_, field), size, columns_.type(column)};
    }
    bool is_null(const Cell& cell) const { return cell.is_null(); }

    Fault read_bool(const Cell& cell, bool& out) const {
        if (cell.type == oid::boolean && cell.size == 1) [[likely]] {
            out = *cell.data != 0;
            return Fault::none;
        }
        return convert_bool(cell, out);
    }
    Fault read_int(const Cell& cell, std::int64_t& out) const {
        if (cell.type == oid::int8 && cell.size == 8) [[likely]] {
            out = static_cast<std::int64_t>(load_8(cell.data));
            return Fault::none;
        }
        if (cell.type == oid::int4 && cell.size == 4) [[likely]] {
            out = static_cast<std::int32_t>(load_4(cell.data));
            return Fault::none;
        }
        return convert_int(cell, out);
    }
    Fault read_uint(const Cell& cell, std::uint64_t& out) const;
    Fault read_double(const Cell& cell, double& out) const {
        if (cell.type == oid::float8 && cell.size == 8) [[likely]] {
            const std::uint64_t bits = load_8(cell.data);
            std::memcpy(&out, &bits, 8);
            return Fault::none;
        }
        return convert_double(cell, out);
    }
    Fault read_text(const Cell& cell, std::string_view& out) const {
        if ((cell.type == oid::text || cell.type == oid::varchar) && cell.size >= 0) [[likely]] {
            out = cell.bytes();
            return Fault::none;
        }
        return convert_text(cell, columns_.scratch(), out);
    }
    Fault read_blob(const Cell& cell, std::string_view& out) const;
    Fault read_date(const Cell& cell, Date& out) const;
    Fault read_time(const Cell& cell, Time& out) const;
    Fault read_timestamp(const Cell& cell, Timestamp& out) const {
        if (cell.type == oid::timestamptz && cell.size == 8) [[likely]] {
            const auto since_2000 = static_cast<std::int64_t>(load_8(cell.data));
            std::int64_t micros = 0;
            if (!__builtin_add_overflow(since_2000, micros_to_2000, &micros) && since_2000 != INT64_MIN)
                [[likely]] {
                out = Timestamp{std::chrono::microseconds{micros}};
                return Fault::none;
            }
        }
        return convert_timestamp(cell, out);
    }
    Fault read_micros(const Cell& cell, std::int64_t& out) const;
    Fault read_uuid(const Cell& cell, Uuid& out) const;
    Fault read_decimal(const Cell& cell, Decimal& out) const;
    Fault read_json(const Cell& cell, Json& out) const;
    Fault read_array(const Cell& cell, const TypeInfo& type, void* array) const;
    std::string_view stored_type(const Cell& cell) const;

private:
    const PGresult* result_;
    Columns& columns_;
    int row_ = 0;
};

}  // namespace duet::driver::postgres
