#include "row_decoder.hpp"

namespace duet::driver::postgres {

RowDecoder::Way RowDecoder::way_of(const TypeInfo& type, Oid column) noexcept {
    const TypeInfo& value = type.nullable != nullptr ? *type.base : type;
    switch (value.kind) {
        case Kind::int64:
            return column == oid::int8 ? Way::int8 : Way::any;
        case Kind::int32:
            return column == oid::int4 ? Way::int4 : Way::any;
        case Kind::boolean:
            return column == oid::boolean ? Way::boolean : Way::any;
        case Kind::float64:
            return column == oid::float8 ? Way::float8 : Way::any;
        case Kind::text:
            return column == oid::text || column == oid::varchar ? Way::text : Way::any;
        case Kind::timestamp:
            return column == oid::timestamptz ? Way::timestamp : Way::any;
        default:
            return Way::any;
    }
}

bool RowDecoder::prepare(const RowSink& sink, const Columns& columns) {
    moves_.clear();
    steps_ = nullptr;
    for (std::size_t i = 0; i < sink.step_count; ++i) {
        const DecodeStep& step = sink.steps[i];
        if (step.type == nullptr || step.slot != 0 || step.column >= columns.size()) return false;
        moves_.push_back({way_of(*step.type, columns.type(step.column)), step.type->nullable != nullptr,
                          step.column, step.offset, step.type});
    }
    steps_ = sink.steps;
    return true;
}

/// False: it has to be looked at more closely; an empty cell may be a NULL.
[[gnu::always_inline]] inline bool RowDecoder::direct(const Move& move, const char* data, int size,
                                                      void* field) {
    switch (move.way) {
        case Way::int8:
            if (size != 8) return false;
            *static_cast<std::int64_t*>(field) = static_cast<std::int64_t>(load_8(data));
            return true;
        case Way::int4:
            if (size != 4) return false;
            *static_cast<std::int32_t*>(field) = static_cast<std::int32_t>(load_4(data));
            return true;
        case Way::boolean:
            if (size != 1) return false;
            *static_cast<bool*>(field) = *data != 0;
            return true;
        case Way::float8: {
            if (size != 8) return false;
            const std::uint64_t bits = load_8(data);
            std::memcpy(field, &bits, 8);
            return true;
        }
        case Way::text:
            if (size == 0) return false;
            static_cast<std::string*>(field)->assign(data, static_cast<std::size_t>(size));
            return true;
        case Way::timestamp: {
            if (size != 8) return false;
            const auto since_2000 = static_cast<std::int64_t>(load_8(data));
            std::int64_t micros = 0;
            if (since_2000 == INT64_MIN || __builtin_add_overflow(since_2000, micros_to_2000, &micros))
                return false;
            *static_cast<Timestamp*>(field) = Timestamp{std::chrono::microseconds{micros}};
            return true;
        }
        default:
            return false;
    }
}

void RowDecoder::decode(const PGresult* result, int rows, ResultReader& reader, const RowSink& sink) const {
    const Move* const first = moves_.data();
    const Move* const end = first + moves_.size();
    for (int row = 0; row < rows; ++row) {
        auto* const object = static_cast<std::byte*>(sink.open(sink.context, 0));
        for (const Move* move = first; move != end; ++move) {
            void* const field = object + move->offset;
            void* value = field;
            const int column = move->column;
            const int size = PQgetlength(result, row, column);
            if (move->optional) {
                if (size == 0 && PQgetisnull(result, row, column) != 0) {
                    move->type->nullable->reset(field);
                    continue;
                }
                value = move->type->nullable->emplace(field);
            }
            if (direct(*move, PQgetvalue(result, row, column), size, value)) [[likely]]
                continue;
            reader.set_row(row);
            const Cell cell = reader.cell(move->column);
            const Fault fault = decode_value(reader, cell, *move->type, field);
            if (fault != Fault::none) [[unlikely]] {
                throw_decode_error(sink, steps_[move - first], fault, reader.stored_type(cell),
                                   reader.is_null(cell));
            }
        }
        if (sink.close != nullptr) sink.close(sink.context);
    }
}

}  // namespace duet::driver::postgres
