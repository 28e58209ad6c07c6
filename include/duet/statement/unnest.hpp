#pragma once

#include <duet/expr/list.hpp>
#include <duet/statement/source.hpp>

#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

namespace duet {

/// A row of duet::unnest().
template <class T>
struct Element {
    T value{};
};

namespace detail {

/// The elements of a bound list.
template <class X>
struct ElementList {
    std::vector<X> list;

    template <class M>
    static constexpr bool yields(const TypeInfo& /*element*/) {
        return true;
    }
    template <class M>
    void emit(shape::Fragment& out, const TypeInfo& element) const {
        const bool empty = list.empty();
        out.u8(static_cast<std::size_t>(empty ? shape::Elements::none : shape::Elements::list));
        if (empty) {
            out.u8(static_cast<std::size_t>(element.kind));
        } else {
            expr::emit_list(out, *expr::detail::ElementTraits<X>::check().type, list.data(), list.size(),
                            nullptr);
        }
    }
};

/// The elements of the arrays that an expression yields.
template <class E>
struct ElementsOf {
    E array;

    template <class M>
    static constexpr bool yields(const TypeInfo& element) {
        const expr::Checked& made = expr::checked<M, E>;
        return made.ok() && expr::family(*made.type) == expr::Family::array &&
               expr::types_meet(*expr::without_null(*made.type).base, element);
    }
    template <class M>
    void emit(shape::Fragment& out, const TypeInfo& /*element*/) const {
        out.u8(static_cast<std::size_t>(shape::Elements::array));
        array.template emit<M>(out);
    }
};

template <class T>
constexpr const TypeInfo& element_type() {
    return expr::without_null(type_info<T>);
}

}  // namespace detail

/// The elements of an array as rows with one column, `value`.
template <class T, class From>
class Unnested : public detail::SourceColumns<Unnested<T, From>, Element<T>> {
public:
    using duet_source = void;

    Unnested(std::string_view name, From from) : name_(name), from_(std::move(from)) {}
    std::string_view name() const noexcept { return name_; }

    /// M: the root of the statement that reads them.
    template <class M>
    void emit_source(shape::Fragment& out) const {
        constexpr bool fits = From::template yields<M>(detail::element_type<T>());
        static_assert(fits, "duet: unnest() needs an array column with elements of the type that it names");
        out.u8(static_cast<std::size_t>(shape::SourceKind::elements));
        out.name(name_);
        out.model(duet::detail::model_info<detail::source_model_t<Element<T>>>);
        if constexpr (fits) from_.template emit<M>(out, detail::element_type<T>());
    }

private:
    std::string name_;
    From from_;
};

/// A range of values as rows: `duet::unnest("wanted", ids)` has the column `wanted("value"_c)`. However many
/// they are, they are one parameter. Empty optionals are passed over.
template <class Range>
requires expr::detail::Range<Range>
auto unnest(std::string_view name, const Range& values) {
    using Given = std::remove_cvref_t<decltype(*values.begin())>;
    using T = typename expr::detail::NotNullable<Given>::type;
    constexpr bool is_column = detail::is_column_type<T>();
    static_assert(is_column, "duet: unnest() takes a range of values that a column can have");
    using X = expr::detail::list_element_t<T>;
    std::vector<X> list;
    for (const auto& value : values) expr::detail::push(list, value);
    return Unnested<T, detail::ElementList<X>>(name, {std::move(list)});
}

/// The elements of an array column of a source before it, each beside the row that it is from:
/// `cross_join(duet::unnest<std::string>("tag", "tags"_c))`. T: what they are; a std::optional where they may
/// be NULL.
template <class T, expr::Expression E>
auto unnest(std::string_view name, const E& array) {
    return Unnested<T, detail::ElementsOf<E>>(name, {array});
}

}  // namespace duet
