#pragma once

#include <duet/expr/arguments.hpp>
#include <duet/expr/result.hpp>

#include <string_view>
#include <type_traits>

/// Pieces of SQL in the words of one database. Each text is a literal that the compiler reads; values reach
/// the database as parameters only.
namespace duet::expr {

namespace detail {

constexpr bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; }
constexpr bool is_digit(char c) { return c >= '0' && c <= '9'; }
constexpr bool is_one_of(char c, std::string_view set) {
    for (const char s : set) {
        if (s == c) return true;
    }
    return false;
}

// Called, in vain, at compile time: the compiler's message shows the name.
void a_type_is_written_with_letters_digits_spaces_dots_commas_and_parentheses();
void a_collation_is_named_with_letters_digits_and_underscores_dots_and_hyphens();
void an_operator_is_made_of_signs_or_of_words_and_holds_no_comment();
void raw_needs_one_value_for_each_pair_of_braces_outside_of_quotes();
void raw_takes_no_comments_no_semicolons_and_no_control_characters();

/// Whether a sequence that begins or ends a comment is in the text.
constexpr bool has_comment(std::string_view text) {
    for (std::size_t i = 0; i + 1 < text.size(); ++i) {
        if ((text[i] == '-' && text[i + 1] == '-') || (text[i] == '/' && text[i + 1] == '*') ||
            (text[i] == '*' && text[i + 1] == '/'))
            return true;
    }
    return false;
}

/// How many `{}` a text has outside of quotes; -1: a brace that stands for nothing, or an open quote.
constexpr int count_operands(std::string_view text) {
    int count = 0;
    char quote = 0;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const char c = text[i];
        if (c == '{' || c == '}') {
            if (i + 1 == text.size()) return -1;
            const char next = text[++i];
            if (next == c) continue;
            if (c != '{' || next != '}' || quote != 0) return -1;
            ++count;
        } else if (quote != 0) {
            if (c == quote) quote = 0;
        } else if (c == '\'' || c == '"' || c == '`') {
            quote = c;
        }
    }
    return quote == 0 ? count : -1;
}

}  // namespace detail

/// The name of a type in the words of one database: "numeric(10,2)".
struct TypeText {
    std::string_view text;

    template <std::size_t N>
    consteval TypeText(const char (&literal)[N]) : text(literal, N - 1) {
        bool fine = N > 1 && N <= 128 && detail::is_letter(literal[0]);
        for (const char c : text)
            fine = fine && (detail::is_letter(c) || detail::is_digit(c) || detail::is_one_of(c, " .,()[]"));
        if (!fine) detail::a_type_is_written_with_letters_digits_spaces_dots_commas_and_parentheses();
    }
};

struct CollationName {
    std::string_view text;

    template <std::size_t N>
    consteval CollationName(const char (&literal)[N]) : text(literal, N - 1) {
        bool fine = N > 1 && N <= 128;
        for (const char c : text)
            fine = fine && (detail::is_letter(c) || detail::is_digit(c) || detail::is_one_of(c, ".-@"));
        if (!fine) detail::a_collation_is_named_with_letters_digits_and_underscores_dots_and_hyphens();
    }
};

/// An operator: signs ("@>", "<->") or words ("SIMILAR TO").
struct OperatorText {
    std::string_view text;

    template <std::size_t N>
    consteval OperatorText(const char (&literal)[N]) : text(literal, N - 1) {
        bool signs = true;
        bool words = N > 1 && literal[0] != ' ' && literal[N - 2] != ' ';
        for (const char c : text) {
            signs = signs && detail::is_one_of(c, "+-*/<>=~!@#%^&|?:");
            words = words && (detail::is_letter(c) || c == ' ');
        }
        if (N < 2 || N > 64 || !(signs || words) || detail::has_comment(text))
            detail::an_operator_is_made_of_signs_or_of_words_and_holds_no_comment();
    }
};

/// SQL with one `{}` for each operand.
template <std::size_t Operands>
struct RawText {
    std::string_view text;

    template <std::size_t N>
    consteval RawText(const char (&literal)[N]) : text(literal, N - 1) {
        if (detail::count_operands(text) != static_cast<int>(Operands))
            detail::raw_needs_one_value_for_each_pair_of_braces_outside_of_quotes();
        bool fine = N > 1 && !detail::has_comment(text);
        for (const char c : text) fine = fine && c != ';' && static_cast<unsigned char>(c) >= 0x20;
        if (!fine) detail::raw_takes_no_comments_no_semicolons_and_no_control_characters();
    }
};

template <class E, class T>
struct CastTo : Lookups<CastTo<E, T>> {
    template <class M>
    using cpp_type = T;

    std::string_view type;
    E operand;

    CastTo(std::string_view t, E e) : type(t), operand(std::move(e)) {}

    template <class M>
    static consteval Checked check() {
        return computed(duet::detail::type_info<T>, checked<M, E>, checked<M, E>.nullable);
    }
    template <class M>
    void emit(shape::Fragment& out) const {
        out.op(shape::Op::cast_to);
        out.u8(static_cast<std::size_t>(duet::detail::type_info<T>.kind));
        out.name(type);
        operand.template emit<M>(out);
    }
};

template <class E>
struct Collated : Lookups<Collated<E>> {
    template <class M>
    using cpp_type = typename detail::Bare<M, E>::type;

    std::string_view collation;
    E operand;

    Collated(std::string_view c, E e) : collation(c), operand(std::move(e)) {}

    template <class M>
    static consteval Checked check() {
        const Checked of = checked<M, E>;
        if (!of.ok() || is_text_like(*of.type)) return of;
        return refuse(of, Fault::not_text);
    }
    template <class M>
    void emit(shape::Fragment& out) const {
        out.op(shape::Op::collate);
        out.name(collation);
        operand.template emit<M>(out);
    }
};

namespace detail {
/// That a T comes out of it, whatever the operands are; the first fault of theirs.
template <class T, class M, class... A>
consteval Checked yields() {
    Checked out{&duet::detail::type_info<T>, duet::detail::is_optional<T>::value};
    for (const Checked& operand : {out, checked<M, A>...}) {
        if (!operand.ok()) return operand;
    }
    return out;
}
}  // namespace detail

template <class T, class... A>
struct OperatorCall : Lookups<OperatorCall<T, A...>> {
    template <class M>
    using cpp_type = T;

    std::string_view sign;
    Arguments<A...> operands;

    OperatorCall(std::string_view s, A... a) : sign(s), operands(std::move(a)...) {}

    template <class M>
    static consteval Checked check() {
        return detail::yields<T, M, A...>();
    }
    template <class M>
    void emit(shape::Fragment& out) const {
        out.op(shape::Op::operator_call);
        out.u8(static_cast<std::size_t>(duet::detail::type_info<T>.kind));
        out.name(sign);
        out.u8(sizeof...(A));
        operands.template emit<M>(out, nullptr);
    }
};

template <class T>
struct Operator {
    std::string_view sign;

    template <Expression E>
    auto operator()(const E& operand) const {
        return OperatorCall<T, E>(sign, operand);
    }
    template <class L, class R>
    requires(Expression<L> || Expression<R>) auto operator()(const L& left, const R& right) const {
        return OperatorCall<T, node_t<L>, node_t<R>>(sign, as_node(left), as_node(right));
    }
};

/// Writes the text between the operands of a raw fragment, piece by piece.
void emit_raw_text(shape::Fragment& out, std::string_view text, std::size_t operands);

template <class T, class... A>
struct Raw : Lookups<Raw<T, A...>> {
    template <class M>
    using cpp_type = T;

    std::string_view text;
    Arguments<A...> operands;

    Raw(std::string_view t, A... a) : text(t), operands(std::move(a)...) {}

    template <class M>
    static consteval Checked check() {
        return detail::yields<T, M, A...>();
    }
    template <class M>
    void emit(shape::Fragment& out) const {
        out.op(shape::Op::fragment);
        out.u8(static_cast<std::size_t>(duet::detail::type_info<T>.kind));
        emit_raw_text(out, text, sizeof...(A));
        operands.template emit<M>(out, nullptr);
    }
};

template <class... E>
struct GroupingOf : Lookups<GroupingOf<E...>> {
    Arguments<E...> terms;

    explicit GroupingOf(E... e) : terms(std::move(e)...) {}

    template <class M>
    static consteval Checked check() {
        return computed(duet::detail::int64_value, detail::yields<std::int64_t, M, E...>(), false);
    }
    template <class M>
    void emit(shape::Fragment& out) const {
        out.op(shape::Op::grouping);
        out.u8(sizeof...(E));
        terms.template emit<M>(out, nullptr);
    }
};

}  // namespace duet::expr

namespace duet {

/// The value converted to a type that only this database knows by its name, as a T:
/// `duet::cast_to<duet::Decimal>("price"_c, "numeric(10,2)")`.
template <class T, expr::Expression E>
auto cast_to(const E& e, expr::TypeText type) {
    return expr::CastTo<E, T>(type.text, e);
}
/// The text ordered and compared by the rules of a collation of the database: `duet::collate("name"_c, "C")`.
template <expr::Expression E>
auto collate(const E& text, expr::CollationName collation) {
    return expr::Collated<E>(collation.text, text);
}
/// An operator of the database that yields a T: `duet::op<bool>("@>")("tags"_c, tags)`, or with one operand,
/// before which it stands.
template <class T>
expr::Operator<T> op(expr::OperatorText sign) {
    return {sign.text};
}
/// A piece of SQL that yields a T, in parentheses: `duet::raw<std::string>("lower({}) || {}", "name"_c,
/// "!")`.
/// `{}` takes an expression, or a value as a parameter; `{{` and `}}` stand for braces.
template <class T, class... A>
auto raw(expr::RawText<sizeof...(A)> text, const A&... operands) {
    return expr::Raw<T, expr::node_t<A>...>(text.text, expr::as_node(operands)...);
}
/// Of a row of a ROLLUP, CUBE or GROUPING SETS: a bit for each term, the last one's the lowest, set where the
/// row sums up over it. UnsupportedByDialect where there are no such groups.
template <expr::Expression... E>
auto grouping(const E&... terms) {
    static_assert(sizeof...(E) > 0 && sizeof...(E) <= 31, "duet: grouping takes 1 to 31 terms");
    return expr::GroupingOf<E...>(terms...);
}

}  // namespace duet
