#include <duet/base/error.hpp>
#include <duet/expr/fragments.hpp>
#include <duet/expr/set_functions.hpp>

#include <bit>
#include <string>

namespace duet::expr {

namespace {
void emit_text(shape::Fragment& out, std::string_view text) {
    if (text.size() > 0xffff) throw InvalidQuery("a raw fragment is too long");
    out.u16(text.size());
    out.bytes.append(reinterpret_cast<const std::uint8_t*>(text.data()), text.size());
}
}  // namespace

void emit_raw_text(shape::Fragment& out, std::string_view text, std::size_t operands) {
    if (operands > 0xff) throw InvalidQuery("a raw fragment takes at most 255 values");
    out.u8(operands);
    std::string piece;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const bool brace = text[i] == '{' || text[i] == '}';
        if (brace && text[i + 1] != text[i]) {  // the compiler has seen that there is a next one
            emit_text(out, piece);
            piece.clear();
            ++i;
            continue;
        }
        if (brace) ++i;
        piece += text[i];
    }
    emit_text(out, piece);
}

Fraction::Fraction(double fraction) : number(fraction) {
    if (!(fraction >= 0 && fraction <= 1)) throw InvalidQuery("a percentile is a fraction from 0 to 1");
}

void Fraction::emit_constant(shape::Fragment& out, double number) {
    const auto bits = std::bit_cast<std::uint64_t>(number);
    out.op(shape::Op::constant);
    out.u32(static_cast<std::uint32_t>(bits));
    out.u32(static_cast<std::uint32_t>(bits >> 32));
}

}  // namespace duet::expr
