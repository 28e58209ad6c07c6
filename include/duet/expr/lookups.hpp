#pragma once

#include <duet/expr/comparison.hpp>
#include <duet/expr/list.hpp>
#include <duet/expr/result.hpp>

#include <initializer_list>
#include <string>

namespace duet::expr {

template <class E>
struct Labelled;
template <shape::Function F, class... A>
struct TextSearch;

/// What .over() makes of an expression; <duet/expr/window.hpp> says what. `Header` is void.
template <class Header, class E, class... W>
struct OverOf {
    static constexpr bool is_included = !std::is_void_v<Header>;
    static_assert(is_included, "duet: over() needs #include <duet/functions.hpp>");
    static E make(const E& e, const W&...) { return e; }
};
/// Likewise of a window with a name.
template <class Header, class M, class... W>
struct WindowOf {
    static constexpr bool is_included = !std::is_void_v<Header>;
    static_assert(is_included, "duet: window() needs #include <duet/functions.hpp>");
    static void add(shape::Fragment&, std::string_view, const W&...) {}
};

/// The lookups that every expression D with a value has. Texts in patterns are taken literally, except by
/// like, ilike (% and _ are wildcards, a backslash escapes) and regex.
template <class D>
struct Lookups : Node {
    /// One of several values: a list in braces, a range, the values themselves, or a query (its key, or the
    /// column named behind it). Empty optionals in a range are passed over; an empty list matches nothing.
    template <class T, class... Rest>
    auto in_(const T& first, const Rest&... rest) const {
        return in(false, self(), first, rest...);
    }
    template <class T>
    auto in_(std::initializer_list<T> values) const {
        return in(false, self(), values);
    }
    /// None of them; of an empty list: true.
    template <class T, class... Rest>
    auto not_in(const T& first, const Rest&... rest) const {
        return in(true, self(), first, rest...);
    }
    template <class T>
    auto not_in(std::initializer_list<T> values) const {
        return in(true, self(), values);
    }

    template <class L, class H>
    auto between(const L& low, const H& high) const {
        return Between<D, node_t<L>, node_t<H>>(self(), as_node(low), as_node(high));
    }
    auto is_null() const { return NullTest<D>(shape::Op::is_null, self()); }
    auto is_not_null() const { return NullTest<D>(shape::Op::is_not_null, self()); }
    /// Equal, where NULL equals NULL.
    template <class V>
    auto is_(const V& value) const {
        return compare<false>(shape::Op::is, self(), value);
    }
    template <class V>
    auto is_not(const V& value) const {
        return compare<false>(shape::Op::is_not, self(), value);
    }
    auto is_true() const { return TruthTest<D>(true, self()); }
    auto is_false() const { return TruthTest<D>(false, self()); }

    /// A text holds this text; an array (also inside JSON) holds this element; a range (PostgreSQL) holds
    /// this value or range.
    template <class V>
    auto contains(const V& part) const {
        return Contains<D, node_t<V>>(self(), as_node(part));
    }
    template <class V>
    auto icontains(const V& part) const {
        return match(shape::Op::icontains, part);
    }
    template <class V>
    auto startswith(const V& part) const {
        return match(shape::Op::startswith, part);
    }
    template <class V>
    auto istartswith(const V& part) const {
        return match(shape::Op::istartswith, part);
    }
    template <class V>
    auto endswith(const V& part) const {
        return match(shape::Op::endswith, part);
    }
    template <class V>
    auto iendswith(const V& part) const {
        return match(shape::Op::iendswith, part);
    }
    template <class V>
    auto like(const V& pattern) const {
        return match(shape::Op::like, pattern);
    }
    template <class V>
    auto ilike(const V& pattern) const {
        return match(shape::Op::ilike, pattern);
    }
    template <class V>
    auto regex(const V& pattern) const {
        return match(shape::Op::regex, pattern);
    }

    // PostgreSQL alone; other databases refuse them with UnsupportedByDialect.
    /// A pg::Range has something in common with another one.
    template <class V>
    auto overlaps(const V& range) const {
        return RangeTest<D, node_t<V>>(shape::Function::range_overlaps, self(), as_node(range));
    }
    /// A pg::TsVector, or what duet::to_tsvector() makes, fits a query of text search.
    template <class Q>
    auto matches(const Q& query) const {
        return TextSearch<shape::Function::text_matches, D, node_t<Q>>(self(), as_node(query));
    }
    /// Texts with many trigrams in common: the operator % of pg_trgm, with its threshold.
    template <class V>
    auto trigram_similar(const V& text) const {
        return TextSearch<shape::Function::trigram_similar, D, node_t<V>>(self(), as_node(text));
    }

    /// Of an aggregate or a window function: the figure over the rows around each row, as
    /// duet::partition_by(), duet::order_by() and a frame say, or the name of a window. Needs
    /// <duet/functions.hpp>.
    template <class... W>
    auto over(const W&... window) const {
        return OverOf<void, D, W...>::make(self(), window...);
    }

    /// Names the result in a select list.
    auto as(std::string_view label) const { return Labelled<D>(self(), label); }

private:
    const D& self() const { return static_cast<const D&>(*this); }
    template <class V>
    auto match(shape::Op op, const V& pattern) const {
        return Match<D, node_t<V>>(op, self(), as_node(pattern));
    }
};

template <class E>
struct Labelled : Node {
    template <class M>
    using cpp_type = typename detail::Bare<M, E>::type;

    E expression;
    Text text;

    Labelled(E e, std::string_view label) : expression(std::move(e)), text(label) {}
    std::string_view label() const { return text.view(); }

    template <class M>
    static consteval Checked check() {
        return checked<M, E>;
    }
    template <class M>
    void emit(shape::Fragment& out) const {
        expression.template emit<M>(out);
    }
};

}  // namespace duet::expr
