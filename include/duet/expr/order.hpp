#pragma once

#include <duet/expr/add.hpp>
#include <duet/expr/column.hpp>
#include <duet/expr/runtime.hpp>

namespace duet::expr {

/// An expression with a direction.
template <class E>
struct Ordering : Node {
    std::uint8_t flags;
    E operand;

    Ordering(std::uint8_t f, E e) : flags(f), operand(std::move(e)) {}

    Ordering nulls_first() const { return with(shape::order_nulls_first); }
    Ordering nulls_last() const { return with(shape::order_nulls_last); }
    std::uint8_t order_flags() const { return flags; }

    template <class M>
    static consteval Checked check() {
        return checked<M, E>;
    }
    template <class M>
    void emit(shape::Fragment& out) const {
        operand.template emit<M>(out);
    }

private:
    Ordering with(shape::OrderFlag nulls) const {
        const unsigned direction = flags & shape::order_descending;
        return Ordering(static_cast<std::uint8_t>(direction | nulls), operand);
    }
};

/// A column to order by.
struct OrderKey {
    std::int16_t column = -1;
    std::uint8_t flags = 0;
    std::uint8_t hops = 0;
    std::uint64_t relations = 0;

    constexpr std::uint8_t relation(std::size_t hop) const {
        return static_cast<std::uint8_t>(relations >> (8 * hop));
    }
};
static_assert(Resolved::max_hops <= 8);

constexpr OrderKey order_key(const Resolved& r, int flags) {
    OrderKey key{r.column, static_cast<std::uint8_t>(flags), r.hops};
    for (std::size_t i = 0; i < r.hops; ++i) key.relations |= std::uint64_t{r.relations[i]} << (8 * i);
    return key;
}

namespace detail {
/// Writes a column as Clause::order.
void add_term(shape::Fragment& clauses, const OrderKey& key);
/// Writes the terms of run-time text. Throws InvalidQuery.
void add_terms(shape::Fragment& clauses, const ModelInfo& model, const RuntimeText& text);

template <class M>
consteval OrderKey parse_order(std::string_view text) {
    const bool descending = text.starts_with('-');
    if (descending) text.remove_prefix(1);
    return order_key(resolve(duet::detail::model_info<M>, text), descending ? shape::order_descending : 0);
}
template <class M>
consteval bool names_a_column(std::string_view text) {
    return parse_order<M>(text).column >= 0;
}
}  // namespace detail

/// What order_by takes: a string literal ("-created_at", "author.name"; a minus sign: descending), checked by
/// the compiler, `duet::runtime(text)`, a column, or `duet::desc(expression)`.
///
/// Made in the call of order_by and gone with it: it refers to the expression or text that it was made from.
template <class M>
class OrderTerm {
public:
    constexpr OrderTerm() = default;  // orders by nothing
    OrderTerm(const OrderTerm&) = delete;
    OrderTerm& operator=(const OrderTerm&) = delete;

#if defined(__clang__)
#pragma clang diagnostic push
#pragma clang diagnostic ignored "-Wgcc-compat"
    // clang-format off
    template <std::size_t N>
    consteval OrderTerm(const char (&literal)[N])
        __attribute__((diagnose_if(!detail::names_a_column<M>({literal, N - 1}),
                                   "duet: order_by names a column that the model does not have", "error"))) {
        set(detail::parse_order<M>({literal, N - 1}));
    }
    // clang-format on
#pragma clang diagnostic pop
#else
    template <std::size_t N>
    consteval OrderTerm(const char (&literal)[N]) {
        const std::string_view text(literal, N - 1);
        if (!detail::names_a_column<M>(text)) order_by_names_a_column_that_the_model_does_not_have();
        set(detail::parse_order<M>(text));
    }
#endif
    /// One or several terms with commas between. order_by throws InvalidQuery.
    OrderTerm(const RuntimeText& text) : source_(&text), write_(&write_runtime) {}
    template <Expression E>
    requires(checked<M, E>.ok()) OrderTerm(const E& e) : source_(&e), write_(&write_expression<E>) {}
    /// Never compiles: says what is wrong, from as near as possible.
    template <Expression E>
    requires(!checked<M, E>.ok()) OrderTerm(const E& e) {
        shape::Fragment nowhere;
        add<Role::order, M>(nowhere, e);
    }
    template <Name N, class Owner>
    requires(checked<M, Column<N, Owner>>.ok()) OrderTerm(const Column<N, Owner>&) {
        set(order_key(resolved<M, N>, 0));
    }
    template <Name N, class Owner>
    requires(checked<M, Column<N, Owner>>.ok()) OrderTerm(const Ordering<Column<N, Owner>>& o) {
        set(order_key(resolved<M, N>, o.flags));
    }

    /// Writes the term as Clause::order; nothing when it is empty.
    void add_to(shape::Fragment& clauses) const {
        if (write_ != nullptr) {
            write_(source_, clauses);
        } else if (column_ >= 0) {
            detail::add_term(clauses, {column_, flags_, hops_, relations_});
        }
    }

private:
#if !defined(__clang__)
    // Not constexpr: the compiler names it when it is called, and shows M.
    static void order_by_names_a_column_that_the_model_does_not_have() {}
#endif
    constexpr void set(const OrderKey& key) noexcept {
        column_ = key.column;
        flags_ = key.flags;
        hops_ = key.hops;
        relations_ = key.relations;
    }

    template <class E>
    static void write_expression(const void* e, shape::Fragment& clauses) {
        add<Role::order, M>(clauses, *static_cast<const E*>(e));
    }
    static void write_runtime(const void* text, shape::Fragment& clauses) {
        detail::add_terms(clauses, duet::detail::model_info<M>, *static_cast<const RuntimeText*>(text));
    }

    // Plain members, no base and no class, and no destructor: Clang 16 gets those wrong in what a consteval
    // constructor makes.
    std::int16_t column_ = -1;
    std::uint8_t flags_ = 0;
    std::uint8_t hops_ = 0;
    std::uint64_t relations_ = 0;
    const void* source_ = nullptr;
    void (*write_)(const void* source, shape::Fragment& clauses) = nullptr;
};

}  // namespace duet::expr

namespace duet {

using expr::OrderTerm;

template <expr::Expression E>
expr::Ordering<E> asc(const E& e) {
    return {0, e};
}
template <expr::Expression E>
expr::Ordering<E> desc(const E& e) {
    return {shape::order_descending, e};
}

}  // namespace duet
