#pragma once

#include <duet/expr/column.hpp>
#include <duet/expr/lookups.hpp>
#include <duet/statement/rows_of.hpp>

#include <string_view>

namespace duet {

namespace expr {

/// A column of a source by its name in the statement, or a path across relations that begins there; M: the
/// model of that source, whatever the root is.
template <class M, class C>
struct AliasColumn : Lookups<AliasColumn<M, C>> {
    template <class Root>
    using cpp_type = typename detail::Bare<M, C>::type;

    Text alias;

    explicit AliasColumn(std::string_view name) : alias(name) {}

    using source_model = M;
    using column_type = C;

    template <class Root>
    static consteval Checked check() {
        return checked<M, C>;
    }
    template <class Root>
    void emit(shape::Fragment& out) const {
        constexpr const Resolved& r = C::template resolution<M>();
        out.op(r.hops == 0 ? shape::Op::alias_column : shape::Op::alias_path);
        out.name(alias.view());
        out.model(duet::detail::model_info<M>);
        if constexpr (r.hops > 0) out.hops(r.path_to_column());
        out.u8(static_cast<std::size_t>(r.column));
    }
};

/// A value of a row that an outer join may not find.
template <class E>
struct Missable : Lookups<Missable<E>> {
    template <class M>
    using cpp_type = typename detail::Bare<M, E>::type;

    E operand;

    explicit Missable(E e) : operand(std::move(e)) {}
    std::string_view label() const requires requires(const E& e) { e.label(); }
    { return operand.label(); }

    template <class M>
    static consteval Checked check() {
        Checked out = checked<M, E>;
        out.nullable = true;
        return out;
    }
    template <class M>
    void emit(shape::Fragment& out) const {
        operand.template emit<M>(out);
    }
};

}  // namespace expr

namespace detail {

/// Gives a source its columns: `boss("name"_c)`, also spelt `boss["name"_c]`, and paths across relations from
/// there, `boss("team.name"_c)`, which join by themselves. A name that there is not is a compile error.
template <class Self, class S>
class SourceColumns {
public:
    using row_type = S;
    using source_model = source_model_t<S>;

    template <Name N, class Owner>
    auto operator()(const expr::Column<N, Owner>& /*column*/) const {
        return expr::AliasColumn<source_model, expr::Column<N, Owner>>(
            static_cast<const Self&>(*this).name());
    }
    template <Name N, class Owner>
    auto operator[](const expr::Column<N, Owner>& column) const {
        return (*this)(column);
    }
};

}  // namespace detail

/// The table of a model under a name of its own, so that a statement can read from it besides, or more than
/// once. `duet::alias<Employee>("boss")`.
template <Model S>
class Alias : public detail::SourceColumns<Alias<S>, S> {
public:
    using duet_source = void;

    explicit constexpr Alias(std::string_view literal) : name_(literal) {}
    constexpr std::string_view name() const noexcept { return name_; }

    void emit_source(shape::Fragment& out) const {
        out.u8(static_cast<std::size_t>(shape::SourceKind::table));
        out.name(name_);
        out.model(duet::detail::model_info<S>);
    }

private:
    std::string_view name_;
};

/// An alias; its name is a literal.
template <Model S, std::size_t N>
consteval Alias<S> alias(const char (&name)[N]) {
    static_assert(N > 1 && N <= 64, "duet: the name of an alias has 1 to 63 characters");
    return Alias<S>(std::string_view(name, N - 1));
}

namespace detail {
/// All columns of a source that an outer join may not find: a std::optional of its rows.
template <class S>
struct MissableRows {
    std::string_view name;
};
template <class T>
concept StatementSource = requires {
    typename T::duet_source;
};
}  // namespace detail

/// What an outer join may not find: a std::optional in the rows.
template <expr::Expression E>
expr::Missable<E> nullable(const E& e) {
    return expr::Missable<E>(e);
}
template <detail::StatementSource A>
detail::MissableRows<typename A::row_type> nullable(const A& source) {
    return {source.name()};
}

}  // namespace duet
