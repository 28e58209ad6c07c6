#pragma once

#include <duet/driver/decode.hpp>

#include <cstddef>
#include <string>
#include <string_view>

#include "driver/mariadb/cell.hpp"

namespace duet::driver::mariadb {

/// Reads the rows of a statement straight from the packets that they came in (see CellReader).
///
/// Taken besides duet's own forms, since other tools write into the same tables: numbers of any type where
/// they fit, texts that say a number, numbers and moments as texts, UUIDs with dashes, as 16 bytes and as the
/// type of MariaDB 10.7, moments and numbers within texts.
class RowReader {
public:
    using Cell = const Column*;

    RowReader(const Column* columns, std::size_t count, std::string& buffer)
        : columns_(columns), count_(count), buffer_(buffer) {}

    Cell cell(std::size_t column) const { return column < count_ ? columns_ + column : &absent; }
    bool is_null(Cell cell) const { return cell->raw() == nullptr; }

    Fault read_bool(Cell cell, bool& out) const;
    Fault read_int(Cell cell, std::int64_t& out) const {
        const unsigned char* const raw = cell->raw();
        if (raw == nullptr) [[unlikely]]
            return Fault::wrong_type;
        if (cell->form == Form::int64) [[likely]] {
            out = load<std::int64_t>(raw);
            return cell->is_unsigned && out < 0 ? Fault::out_of_range : Fault::none;
        }
        if (cell->form == Form::int32) {
            out = cell->is_unsigned ? std::int64_t{load<std::uint32_t>(raw)} : load<std::int32_t>(raw);
            return Fault::none;
        }
        return convert_int(cell, out);
    }
    Fault read_uint(Cell cell, std::uint64_t& out) const;
    Fault read_double(Cell cell, double& out) const {
        const unsigned char* const raw = cell->raw();
        if (raw != nullptr && cell->form == Form::float64) [[likely]] {
            out = load<double>(raw);
            return Fault::none;
        }
        return convert_double(cell, out);
    }
    Fault read_text(Cell cell, std::string_view& out) const {
        const unsigned char* const raw = cell->raw();
        if (raw != nullptr && cell->form == Form::text) [[likely]] {
            out = counted_bytes(raw);
            return Fault::none;
        }
        return convert_text(cell, out);
    }
    Fault read_blob(Cell cell, std::string_view& out) const;
    Fault read_date(Cell cell, Date& out) const;
    Fault read_time(Cell cell, Time& out) const;
    Fault read_timestamp(Cell cell, Timestamp& out) const;
    Fault read_micros(Cell cell, std::int64_t& out) const;
    Fault read_uuid(Cell cell, Uuid& out) const;
    Fault read_decimal(Cell cell, Decimal& out) const;
    Fault read_json(Cell cell, Json& out) const;
    Fault read_array(Cell cell, const TypeInfo& type, void* array) const;

    std::string_view stored_type(Cell cell) const;

private:
    static const Column absent;

    Fault convert_int(Cell cell, std::int64_t& out) const;
    Fault convert_double(Cell cell, double& out) const;
    Fault convert_text(Cell cell, std::string_view& out) const;

    const Column* columns_;
    std::size_t count_;
    std::string& buffer_;  // for texts that no packet holds
};

}  // namespace duet::driver::mariadb
