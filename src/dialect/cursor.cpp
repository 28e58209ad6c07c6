#include <cstring>

#include "expression_renderer.hpp"

namespace duet::detail {

std::uint32_t Cursor::u32() {
    std::uint32_t v = 0;
    std::memcpy(&v, at, sizeof v);
    at += sizeof v;
    return v;
}

const ModelInfo& Cursor::model() {
    const ModelInfo* m = nullptr;
    std::memcpy(&m, at, sizeof m);
    at += sizeof m;
    return *m;
}

const LinkInfo& Cursor::link() {
    const LinkInfo* l = nullptr;
    std::memcpy(&l, at, sizeof l);
    at += sizeof l;
    return *l;
}

std::string_view Cursor::name() {
    const std::size_t length = u8();
    const std::string_view text(reinterpret_cast<const char*>(at), length);
    at += length;
    return text;
}

std::string_view Cursor::text() {
    const std::size_t length = u16();
    const std::string_view out(reinterpret_cast<const char*>(at), length);
    at += length;
    return out;
}

std::vector<ClauseView> clauses_of(const std::uint8_t* data, std::size_t size, std::size_t first_value) {
    std::vector<ClauseView> out;
    for (Cursor c{data, data + size, 0}; !c.done();) {
        const auto clause = static_cast<shape::Clause>(c.u8());
        const std::size_t length = c.u16();
        const std::size_t value = c.u16();
        out.push_back({clause, {c.at, c.at + length, first_value + value}});
        c.at += length;
    }
    return out;
}

}  // namespace duet::detail
