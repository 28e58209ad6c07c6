#include "spelling.hpp"

namespace duet::detail {

std::string_view sign_of(shape::Op op) {
    using shape::Op;
    switch (op) {
        case Op::eq:
            return " = ";
        case Op::ne:
            return " <> ";
        case Op::lt:
            return " < ";
        case Op::le:
            return " <= ";
        case Op::gt:
            return " > ";
        case Op::ge:
            return " >= ";
        case Op::add:
            return " + ";
        case Op::sub:
            return " - ";
        case Op::mul:
            return " * ";
        case Op::div:
            return " / ";
        case Op::mod:
            return " % ";
        default:
            return {};
    }
}

std::string list_of(std::span<const Operand> values) {
    std::string out = "(";
    for (std::size_t i = 0; i < values.size(); ++i) {
        if (i != 0) out += ", ";
        out += values[i].sql;
    }
    return out + ")";
}

std::string call_of(std::string_view function, std::span<const Operand> arguments) {
    return std::string(function) + list_of(arguments);
}

}  // namespace duet::detail
