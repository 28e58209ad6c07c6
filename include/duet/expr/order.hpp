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
    std::uint8_t relations[Resolved::max_hops]{};
};

constexpr OrderKey order_key(const Resolved& r, std::uint8_t flags) {
    OrderKey key{r.column, flags, r.hops, {}};
    for (std::size_t i = 0; i < r.hops; ++i) key.relations[i] = r.relations[i];
    return key;
}

/// What OrderTerm<M> is without its model: a column, or clauses made of an expression or of run-time text.
class AnyOrderTerm {
public:
    /// Null when this is an expression, or several terms.
    const OrderKey* column() const noexcept { return clauses_ == nullptr ? &key_ : nullptr; }
    /// Writes the term as Clause::order; nothing when it is empty.
    void add_to(shape::Fragment& clauses) const;

    AnyOrderTerm(const AnyOrderTerm& other);
    AnyOrderTerm(AnyOrderTerm&& other) noexcept : key_(other.key_), clauses_(other.clauses_) {
        other.clauses_ = nullptr;
    }
    AnyOrderTerm& operator=(AnyOrderTerm other) noexcept {
        key_ = other.key_;
        std::swap(clauses_, other.clauses_);
        return *this;
    }
    constexpr ~AnyOrderTerm() {
        if (clauses_ != nullptr) release();
    }

protected:
    constexpr AnyOrderTerm() = default;
    constexpr explicit AnyOrderTerm(OrderKey key) : key_(key) {}
    AnyOrderTerm(const ModelInfo& model, const RuntimeText& text);
    shape::Fragment& make_clauses();

private:
    void release() noexcept;

    OrderKey key_{};
    shape::Fragment* clauses_ = nullptr;
};

/// What order_by takes: a string literal ("-created_at", "author.name"; a minus sign: descending), checked by the
/// compiler, `duet::runtime(text)`, a column, or `duet::desc(expression)`.
template <class M>
class OrderTerm : public AnyOrderTerm {
public:
    constexpr OrderTerm() = default;  // orders by nothing

    template <std::size_t N>
    consteval OrderTerm(const char (&literal)[N]) : AnyOrderTerm(parse({literal, N - 1})) {}
    /// One or several terms with commas between. Throws InvalidQuery.
    OrderTerm(const RuntimeText& text) : AnyOrderTerm(duet::detail::model_info<M>, text) {}
    template <Expression E>
    OrderTerm(const E& e) {
        add<Role::order, M>(make_clauses(), e);
    }
    template <Name N, class Owner>
    requires(checked<M, Column<N, Owner>>.ok()) OrderTerm(const Column<N, Owner>&)
        : AnyOrderTerm(order_key(resolved<M, N>, 0)) {}
    template <Name N, class Owner>
    requires(checked<M, Column<N, Owner>>.ok()) OrderTerm(const Ordering<Column<N, Owner>>& o)
        : AnyOrderTerm(order_key(resolved<M, N>, o.flags)) {}

private:
    static consteval OrderKey parse(std::string_view text) {
        std::uint8_t flags = 0;
        if (text.starts_with('-')) {
            flags = shape::order_descending;
            text.remove_prefix(1);
        }
        const Resolved r = resolve(duet::detail::model_info<M>, text);
        if (!r.ok || r.column < 0) order_by_names_a_column_that_the_model_does_not_have();
        return order_key(r, flags);
    }
    // Not constexpr: the compiler names it when it is called, and shows M.
    static void order_by_names_a_column_that_the_model_does_not_have() {}
};

}  // namespace duet::expr

namespace duet {

using expr::OrderTerm;

template <expr::Expression E>
expr::Ordering<E> asc(const E& e) { return {0, e}; }
template <expr::Expression E>
expr::Ordering<E> desc(const E& e) { return {shape::order_descending, e}; }

}  // namespace duet
