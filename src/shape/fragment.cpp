#include <duet/base/error.hpp>
#include <duet/shape/fragment.hpp>
#include <duet/shape/query_data.hpp>

namespace duet::shape {

void Fragment::name(std::string_view text) {
    if (text.empty() || text.size() > 255) throw InvalidQuery("a name must have 1 to 255 characters");
    u8(text.size());
    bytes.append(reinterpret_cast<const std::uint8_t*>(text.data()), text.size());
}

void Fragment::name_or_nothing(std::string_view text) {
    if (text.empty()) return u8(0);
    name(text);
}

void Fragment::path(std::span<const std::uint8_t> relations, std::size_t column_index) {
    if (relations.empty()) {
        column(column_index);
        return;
    }
    op(Op::path);
    u8(relations.size());
    bytes.append(relations.data(), relations.size());
    u8(column_index);
}

void Fragment::end(std::size_t begun) {
    const std::size_t length = bytes.size() - begun;
    if (length > 0xffff || values.size() > 0xffff) throw InvalidQuery("a clause of this query is too large");
    bytes[begun - 4] = static_cast<std::uint8_t>(length);
    bytes[begun - 3] = static_cast<std::uint8_t>(length >> 8);
}

void Fragment::append_clauses(const Fragment& other) {
    const std::size_t first_value = values.size();
    const std::size_t first_byte = bytes.size();
    append(other);
    for (std::size_t at = first_byte; at < bytes.size();) {
        const std::size_t value = first_value + (bytes[at + 3] | std::size_t{bytes[at + 4]} << 8);
        if (value > 0xffff) throw InvalidQuery("a query has too many values");
        bytes[at + 3] = static_cast<std::uint8_t>(value);
        bytes[at + 4] = static_cast<std::uint8_t>(value >> 8);
        at += 5u + bytes[at + 1] + (std::size_t{bytes[at + 2]} << 8);
    }
}

void QueryData::cap_limit(std::int64_t rows) {
    if ((flags & has_limit) == 0 || limit > rows) set_limit(rows);
}

QueryData::QueryData() = default;
QueryData::QueryData(const QueryData&) = default;
QueryData::QueryData(QueryData&&) noexcept = default;
QueryData& QueryData::operator=(const QueryData&) = default;
QueryData& QueryData::operator=(QueryData&&) noexcept = default;
QueryData::~QueryData() = default;

void QueryData::set_limit(std::int64_t rows) {
    if (rows < 0) throw InvalidQuery("limit must not be negative");
    limit = rows;
    flags |= has_limit;
}

void QueryData::set_offset(std::int64_t rows) {
    if (rows < 0) throw InvalidQuery("offset must not be negative");
    offset = rows;
    flags |= has_offset;
}

bool QueryData::has(Clause clause) const noexcept {
    const auto& b = clauses.bytes;
    for (std::size_t i = 0; i < b.size();) {
        if (b[i] == static_cast<std::uint8_t>(clause)) return true;
        i += 5u + b[i + 1] + (std::size_t{b[i + 2]} << 8);
    }
    return false;
}

void nest(Fragment& out, const QueryData& query, std::uint8_t column) {
    out.model(*query.model);
    out.u32(query.flags);
    out.u8(column);
    const bool limited = (query.flags & has_limit) != 0;
    const bool skips = (query.flags & has_offset) != 0;
    const std::size_t value_count = query.clauses.values.size() + (limited ? 1u : 0u) + (skips ? 1u : 0u);
    if (query.clauses.bytes.size() > 0xffff || value_count > 0xffff)
        throw InvalidQuery("a nested query is too large");
    out.u16(query.clauses.bytes.size());
    out.u16(value_count);
    out.append(query.clauses);
    if (limited) out.values.add_fixed(detail::int64_value, &query.limit, sizeof query.limit);
    if (skips) out.values.add_fixed(detail::int64_value, &query.offset, sizeof query.offset);
}

}  // namespace duet::shape
