#include <duet/base/error.hpp>
#include <duet/dialect/dialect.hpp>

namespace duet {

void Dialect::quote(std::string& out, std::string_view identifier) const {
    out += '"';
    for (const char c : identifier) {
        if (static_cast<unsigned char>(c) < 0x20)
            throw InvalidQuery("an identifier must not contain control characters");
        if (c == '"') out += '"';
        out += c;
    }
    out += '"';
}

void Dialect::placeholder(std::string& out, std::size_t /*number*/) const { out += '?'; }

namespace {

std::string_view function_name(shape::Function function) {
    using enum shape::Function;
    switch (function) {
        case lower:
            return "lower";
        case upper:
            return "upper";
        case length:
            return "length";
        case trim:
            return "trim";
        case ltrim:
            return "ltrim";
        case rtrim:
            return "rtrim";
        case replace:
            return "replace";
        case substr:
            return "substr";
        case concat:
            return "concat";
        case coalesce:
            return "coalesce";
        case nullif:
            return "nullif";
        case abs:
            return "abs";
        case round:
            return "round";
        case greatest:
            return "greatest";
        case least:
            return "least";
        case random:
            return "random";
    }
    return "";
}

}  // namespace

std::string Dialect::call(shape::Function function, std::span<const std::string> arguments) const {
    std::string out(function_name(function));
    out += '(';
    for (std::size_t i = 0; i < arguments.size(); ++i) {
        if (i != 0) out += ", ";
        out += arguments[i];
    }
    out += ')';
    return out;
}

std::string Dialect::null_safe_equal(std::string_view left, std::string_view right, bool negated) const {
    std::string out(left);
    out += negated ? " IS DISTINCT FROM " : " IS NOT DISTINCT FROM ";
    out += right;
    return out;
}

std::string Dialect::compare_moment(shape::Op op, std::string_view operand, std::string_view moment) const {
    using shape::Op;
    if (op == Op::is || op == Op::is_not) return null_safe_equal(operand, moment, op == Op::is_not);
    std::string out(operand);
    out += op == Op::eq   ? " = "
           : op == Op::ne ? " <> "
           : op == Op::lt ? " < "
           : op == Op::le ? " <= "
           : op == Op::gt ? " > "
                          : " >= ";
    out += moment;
    return out;
}

Transform Dialect::moment_transform(Transform /*wanted*/) const { return Transform::none; }

std::string Dialect::comparable(std::string_view operand, const ColumnInfo& /*column*/) const {
    return std::string(operand);
}

void Dialect::limit_offset(std::string& out, std::string_view limit, std::string_view offset) const {
    if (!limit.empty()) out.append(" LIMIT ").append(limit);
    if (!offset.empty()) out.append(" OFFSET ").append(offset);
}

void Dialect::append_default(std::string& out, std::string_view expression) const {
    out.append("DEFAULT (").append(expression).append(")");
}

}  // namespace duet
