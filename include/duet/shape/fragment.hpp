#pragma once

#include <duet/shape/opcodes.hpp>
#include <duet/shape/values.hpp>

#include <cstdint>
#include <span>
#include <string_view>

namespace duet {
struct ModelInfo;
}

namespace duet::shape {

/// A piece of a shape with its values: an expression, or the clauses of a query.
struct Fragment {
    detail::SmallBuffer<std::uint8_t, 80> bytes;
    Values values;

    void op(Op o) { bytes.push(static_cast<std::uint8_t>(o)); }
    void u8(std::size_t v) { bytes.push(static_cast<std::uint8_t>(v)); }
    void u16(std::size_t v) {
        bytes.push(static_cast<std::uint8_t>(v));
        bytes.push(static_cast<std::uint8_t>(v >> 8));
    }
    void u32(std::uint32_t v) { bytes.append(reinterpret_cast<const std::uint8_t*>(&v), sizeof v); }
    void model(const ModelInfo& m) {
        const ModelInfo* p = &m;
        bytes.append(reinterpret_cast<const std::uint8_t*>(&p), sizeof p);
    }
    /// At most 255 characters; longer names throw InvalidQuery.
    void name(std::string_view text);
    /// Likewise, and may be empty.
    void name_or_nothing(std::string_view text);
    void column(std::size_t index) {
        op(Op::column);
        u8(index);
    }
    void path(std::span<const std::uint8_t> relations, std::size_t column);
    void hops(std::span<const std::uint8_t> relations) {
        u8(relations.size());
        bytes.append(relations.data(), relations.size());
    }

    void value_of(const TypeInfo& type) {
        op(Op::value);
        u8(static_cast<std::size_t>(type.kind));
    }
    void null_value() { op(Op::null); }
    void value(std::int64_t v) {
        value_of(detail::int64_value);
        values.add_fixed(detail::int64_value, &v, sizeof v);
    }
    void value(std::uint64_t v) {
        value_of(detail::uint64_value);
        values.add_fixed(detail::uint64_value, &v, sizeof v);
    }
    void value(double v) {
        value_of(detail::float64_value);
        values.add_fixed(detail::float64_value, &v, sizeof v);
    }
    void value(bool v) {
        value_of(detail::boolean_value);
        values.add_fixed(detail::boolean_value, &v, sizeof v);
    }
    void value(std::string_view v) {
        value_of(detail::text_value);
        values.add_text(detail::text_value, v);
    }
    /// Any other fixed-size value (trivially copyable), laid out as `type` says.
    void value(const TypeInfo& type, const void* v) {
        value_of(type);
        values.add_fixed(type, v, type.size);
    }

    /// Opens a clause; the result goes to `end`.
    std::size_t begin(Clause clause) {
        u8(static_cast<std::size_t>(clause));
        u16(0);
        u16(values.size());
        return bytes.size();
    }
    /// Throws InvalidQuery when the clause grew past 64 KiB.
    void end(std::size_t begun);

    /// Appends the clauses of another query; their values are renumbered.
    void append_clauses(const Fragment& other);
    void append(const Fragment& other) {
        bytes.append(other.bytes.data(), other.bytes.size());
        values.append(other.values);
    }
};

}  // namespace duet::shape

// Compiled once, in src/shape/values.cpp; optimised builds inline them all the same.
extern template class duet::detail::SmallBuffer<std::uint8_t, 80>;
extern template class duet::detail::SmallBuffer<duet::shape::Values::Entry, 6>;
extern template class duet::detail::SmallBuffer<std::byte, 96>;
