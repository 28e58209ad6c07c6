#include <duet/base/error.hpp>
#include <duet/expr/order.hpp>
#include <duet/expr/runtime.hpp>

#include <string>

namespace duet::expr {

namespace {

[[noreturn]] void throw_unknown(const ModelInfo& model, std::string_view path, const Resolved& r) {
    std::string message(r.model->type_name);
    if (r.unknown.size() == path.size() && r.unknown.find('.') != std::string_view::npos) {
        message = "the path is too long";
    } else {
        message += " has no column or relation '" + std::string(r.unknown) + "'";
    }
    message += " (in '" + std::string(path) + "', from " + std::string(model.type_name) + ")";
    throw InvalidQuery(message);
}

std::string_view trimmed(std::string_view text) {
    while (text.starts_with(' ')) text.remove_prefix(1);
    while (text.ends_with(' ')) text.remove_suffix(1);
    return text;
}

OrderKey parse_term(const ModelInfo& model, std::string_view term) {
    std::uint8_t flags = 0;
    if (term.starts_with('-')) {
        flags = shape::order_descending;
        term.remove_prefix(1);
    }
    return order_key(resolve_column(model, term), flags);
}

void add_key(shape::Fragment& clauses, const OrderKey& key) {
    const std::size_t begun = clauses.begin(shape::Clause::order);
    clauses.u8(key.flags);
    std::uint8_t relations[Resolved::max_hops];
    for (std::size_t i = 0; i < key.hops; ++i) relations[i] = key.relation(i);
    clauses.path({relations, key.hops}, static_cast<std::size_t>(key.column));
    clauses.end(begun);
}

}  // namespace

Resolved resolve_column(const ModelInfo& model, std::string_view path) {
    const Resolved r = resolve(model, path);
    if (!r.ok) throw_unknown(model, path, r);
    if (r.column < 0) {
        throw InvalidQuery("'" + std::string(path) + "' of " + std::string(model.type_name) +
                           " is a relation to many rows and no column");
    }
    return r;
}

void emit_column(shape::Fragment& out, const Resolved& column) {
    out.path(column.path_to_column(), static_cast<std::size_t>(column.column));
}

namespace detail {

void add_term(shape::Fragment& clauses, const OrderKey& key) { add_key(clauses, key); }

void add_terms(shape::Fragment& clauses, const ModelInfo& model, const RuntimeText& text) {
    shape::Fragment terms;
    std::string_view rest = text.text;
    for (bool more = true; more;) {
        const std::size_t comma = rest.find(',');
        more = comma != std::string_view::npos;
        add_key(terms, parse_term(model, trimmed(rest.substr(0, comma))));
        if (more) rest.remove_prefix(comma + 1);
    }
    clauses.append_clauses(terms);
}

}  // namespace detail

}  // namespace duet::expr
