#include <duet/base/error.hpp>
#include <duet/expr/subquery.hpp>

namespace duet::expr {

shape::Fragment nested(const shape::QueryData& query) {
    const ModelInfo& model = *query.model;
    shape::Fragment out;
    shape::nest(out, query, static_cast<std::uint8_t>(model.key.empty() ? 0 : model.key[0]));
    return out;
}

void append_clauses(shape::Fragment& out, const shape::Fragment& clauses) {
    // Each clause counts its values from where it now stands.
    const auto& bytes = clauses.bytes;
    const std::size_t shift = out.values.size();
    for (std::size_t i = 0; i < bytes.size();) {
        const std::size_t length = bytes[i + 1] + (std::size_t{bytes[i + 2]} << 8);
        const std::size_t first = bytes[i + 3] + (std::size_t{bytes[i + 4]} << 8);
        out.u8(bytes[i]);
        out.u16(length);
        out.u16(first + shift);
        out.bytes.append(bytes.data() + i + 5, length);
        i += 5 + length;
    }
    out.values.append(clauses.values);
    if (out.values.size() > 0xffff) throw InvalidQuery("a query has too many values");
}

shape::Fragment nested(const shape::QueryData& query, const shape::Fragment& select) {
    shape::QueryData copy = query;
    append_clauses(copy.clauses, select);
    return nested(copy);
}

}  // namespace duet::expr
