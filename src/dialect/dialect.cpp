#include <duet/base/error.hpp>
#include <duet/dialect/dialect.hpp>

#include "join_text.hpp"
#include "spelling.hpp"

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
        default:
            break;
    }
    return "";
}

}  // namespace

std::string Dialect::call(shape::Function function, std::span<const Operand> arguments) const {
    if (is_postgres_only(function)) {
        throw UnsupportedByDialect(std::string(name()) +
                                   " has no text search, trigrams and ranges as PostgreSQL has them");
    }
    return detail::call_of(function_name(function), arguments);
}

std::string Dialect::parameter(std::string_view placeholder, Kind /*kind*/, bool /*typed*/) const {
    return std::string(placeholder);
}

std::string Dialect::array_parameter(std::string_view placeholder, const TypeInfo& /*array*/) const {
    return std::string(placeholder);
}

std::string Dialect::arithmetic(shape::Op op, const Operand& left, const Operand& right) const {
    std::string out = "(" + left.sql;
    out += detail::sign_of(op);
    return out + right.sql + ")";
}

std::string Dialect::comparison(shape::Op op, const Operand& left, const Operand& right) const {
    if (op == shape::Op::is || op == shape::Op::is_not)
        return null_safe_equal(left.sql, right.sql, op == shape::Op::is_not);
    std::string out = left.sql;
    out += detail::sign_of(op);
    return out + right.sql;
}

const LiteralStyle& Dialect::literals() const noexcept {
    static constexpr LiteralStyle style;
    return style;
}

void Dialect::aggregate(AggregateCall& /*call*/, shape::Aggregate /*which*/, Kind /*kind*/) const {}

std::string Dialect::order_term(std::string_view key, std::uint8_t flags, bool /*may_be_null*/) const {
    std::string out(key);
    if ((flags & shape::order_descending) != 0) out += " DESC";
    if ((flags & shape::order_nulls_first) != 0) out += " NULLS FIRST";
    if ((flags & shape::order_nulls_last) != 0) out += " NULLS LAST";
    return out;
}

Transform Dialect::pattern_transform(shape::Op op) const {
    using shape::Op;
    switch (op) {
        case Op::contains:
        case Op::icontains:
            return Transform::like_contains;
        case Op::startswith:
        case Op::istartswith:
            return Transform::like_prefix;
        case Op::endswith:
        case Op::iendswith:
            return Transform::like_suffix;
        case Op::like:
        case Op::ilike:
            return Transform::like_pattern;
        default:
            return Transform::none;
    }
}

std::string Dialect::escape_pattern(shape::Op op, std::string_view pattern) const {
    switch (Dialect::pattern_transform(op)) {
        case Transform::like_contains:
            return escaped_like(true, pattern, true);
        case Transform::like_prefix:
            return escaped_like(false, pattern, true);
        case Transform::like_suffix:
            return escaped_like(true, pattern, false);
        default:
            return std::string(pattern);
    }
}

std::string Dialect::escaped_like(bool open_before, std::string_view text, bool open_behind) const {
    return detail::join({"(", open_before ? "'%' || " : "", "replace(replace(replace(", text,
                         ", '\\', '\\\\'), '%', '\\%'), '_', '\\_')", open_behind ? " || '%'" : "", ")"});
}

void Dialect::row_locks(std::string& /*out*/, std::string_view /*tables*/, std::uint32_t /*flags*/) const {
    throw UnsupportedByDialect(std::string(name()) + " has no row locks: for_update is not available");
}

void Dialect::append_lock(std::string& out, std::string_view strength, std::string_view tables,
                          std::uint32_t flags) {
    out += strength;
    if (!tables.empty()) out.append(" OF ").append(tables);
    if ((flags & shape::skip_locked) != 0) out += " SKIP LOCKED";
    if ((flags & shape::no_wait) != 0) out += " NOWAIT";
}

std::string_view Dialect::isolation_level(Isolation isolation) noexcept {
    switch (isolation) {
        case Isolation::standard:
            break;
        case Isolation::read_uncommitted:
            return "ISOLATION LEVEL READ UNCOMMITTED";
        case Isolation::read_committed:
            return "ISOLATION LEVEL READ COMMITTED";
        case Isolation::repeatable_read:
            return "ISOLATION LEVEL REPEATABLE READ";
        case Isolation::serializable:
            return "ISOLATION LEVEL SERIALIZABLE";
    }
    return {};
}

void Dialect::refuse_lock_timeout(const BeginOptions& options) const {
    if (options.lock_timeout_ms <= 0) return;
    throw UnsupportedByDialect(std::string(name()) + " has no lock timeout for a single transaction");
}

void Dialect::refuse_sql_type(const ColumnInfo& column) const {
    const TypeInfo* type = column.type;
    while (type->sql_type.empty() && type->base != nullptr) type = type->base;
    if (type->sql_type.empty()) return;
    throw UnsupportedByDialect(std::string(name()) + " has no type " + std::string(type->sql_type) +
                               ", which column \"" + std::string(column.name) + "\" has");
}

std::string Dialect::create_enum(std::string_view /*type*/, const EnumInfo& /*info*/) const { return {}; }
std::string Dialect::drop_enum(std::string_view /*type*/) const { return {}; }

std::string Dialect::refused_value(std::string_view column) const {
    return "excluded." + std::string(column);
}

void Dialect::append_index_order(std::string& out, bool descending, bool /*may_be_null*/) const {
    if (descending) out += " DESC";
}

std::string Dialect::add_constraint_once(std::string_view /*table*/, const std::string& /*constraint*/,
                                         std::string_view /*definition*/) const {
    throw UnsupportedByDialect(std::string(name()) + " cannot add a constraint to a table");
}

std::string Dialect::drop_constraint_once(std::string_view /*table*/, const std::string& /*name*/) const {
    throw UnsupportedByDialect(std::string(name()) + " cannot drop a constraint of a table");
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
    out += detail::sign_of(op);
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

std::string Dialect::elements(const Operand& /*array*/, Kind /*kind*/, std::string_view /*alias*/) const {
    refuse("rows of the elements of arrays");
}

Hint Dialect::hint(DialectName /*database*/, std::string_view /*text*/) const { return {}; }

std::string Dialect::grouping(shape::Grouping kind, std::span<const std::string> /*sets*/) const {
    static constexpr std::string_view names[] = {"ROLLUP", "CUBE", "GROUPING SETS"};
    throw UnsupportedByDialect(std::string(name()) + " has no " +
                               std::string(names[static_cast<std::size_t>(kind)]));
}

}  // namespace duet
