#pragma once

#include <duet/driver/values.hpp>

#include <cstdint>
#include <vector>

#include "reader.hpp"

namespace duet::driver::postgres {

/// The way of rows into objects, worked out once for a statement: cells whose type is the one that their
/// field is made for go there directly, all others by ResultReader.
class RowDecoder {
public:
    /// Whether it was made for these steps and is still right.
    bool fits(const RowSink& sink) const noexcept {
        return steps_ == sink.steps && moves_.size() == sink.step_count && steps_ != nullptr;
    }
    /// `sink` must be lasting. False when its rows need more than that: they have further slots.
    bool prepare(const RowSink& sink, const Columns& columns);
    void forget() noexcept { steps_ = nullptr; }

    /// Decodes the first `rows` rows, each into the object that the sink opens for it (see decode_row).
    void decode(const PGresult* result, int rows, ResultReader& reader, const RowSink& sink) const;

private:
    enum class Way : std::uint8_t { any, int8, int4, boolean, float8, text, timestamp };
    struct Move {
        Way way;
        bool optional;
        std::uint16_t column;
        std::uint32_t offset;
        const TypeInfo* type;
    };
    static Way way_of(const TypeInfo& type, Oid column) noexcept;
    static bool direct(const Move& move, const char* data, int size, void* field);

    const DecodeStep* steps_ = nullptr;
    std::vector<Move> moves_;
};

}  // namespace duet::driver::postgres
