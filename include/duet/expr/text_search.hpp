#pragma once

#include <duet/expr/arguments.hpp>

namespace duet::pg {
struct TsVector;
}

/// PostgreSQL's text search and the trigrams of its extension pg_trgm. Other databases refuse queries that
/// have them with UnsupportedByDialect, before anything is sent.
namespace duet::expr {

constexpr Fault fault_of_search_argument(shape::Function f, std::size_t index, const TypeInfo& type) {
    using enum shape::Function;
    const bool any = family(type) == Family::any || family(type) == Family::null;
    const bool takes_vector = f == text_matches || f == ts_rank || f == ts_rank_cd;
    if (takes_vector && index == 0)
        return any || type.sql_type == tsvector_type.sql_type ? Fault::none : Fault::not_tsvector;
    if ((takes_vector || f == ts_headline) && index == 1)
        return any || type.sql_type == tsquery_type.sql_type ? Fault::none : Fault::not_tsquery;
    return is_text_like(type) || any ? Fault::none : Fault::not_text;
}

constexpr Checked check_search(shape::Function f, const Checked* arguments, std::size_t count) {
    using enum shape::Function;
    bool nullable = false;
    for (std::size_t i = 0; i < count; ++i) {
        if (!arguments[i].ok()) return arguments[i];
        const Fault fault = fault_of_search_argument(f, i, *arguments[i].type);
        if (fault != Fault::none) return refuse(arguments[i], fault);
        nullable = nullable || arguments[i].nullable;
    }
    Checked out = arguments[0];
    out.refers = nullptr;
    switch (f) {
        case to_tsvector:
            return computed(tsvector_type, out, false);  // NULL counts as empty
        case to_tsquery:
        case plainto_tsquery:
        case phraseto_tsquery:
        case websearch_to_tsquery:
            return computed(tsquery_type, out, nullable);
        case ts_headline:
            return computed(duet::detail::text_value, out, nullable);
        case text_matches:
        case trigram_similar:
            return computed(duet::detail::boolean_value, out, nullable);
        default:
            return computed(duet::detail::float64_value, out, nullable);
    }
}

namespace detail {
template <shape::Function F>
struct SearchType {};
template <>
struct SearchType<shape::Function::to_tsvector> {
    template <class M>
    using cpp_type = pg::TsVector;
};
}  // namespace detail

/// The name of a configuration of text search ("english", "public.mine"), a string literal.
struct TextConfiguration {
    std::string_view text{};

    constexpr TextConfiguration() = default;
    template <std::size_t N>
    consteval TextConfiguration(const char (&literal)[N]) : text(literal, N - 1) {
        bool fine = N > 1 && N <= 128;
        for (const char c : text) {
            fine = fine && ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                            c == '_' || c == '.');
        }
        if (!fine) a_text_search_configuration_is_named_with_letters_digits_and_underscores();
    }

private:
    static void a_text_search_configuration_is_named_with_letters_digits_and_underscores();
};

/// A call of text search; without a configuration the server's default_text_search_config counts.
template <shape::Function F, class... A>
struct TextSearch : Lookups<TextSearch<F, A...>>, detail::SearchType<F> {
    TextConfiguration configuration{};
    Arguments<A...> arguments;

    explicit TextSearch(A... a) : arguments(std::move(a)...) {}
    TextSearch(TextConfiguration c, A... a) : configuration(c), arguments(std::move(a)...) {}

    template <class M>
    static consteval Checked check() {
        const Checked all[] = {checked<M, A>...};
        return check_search(F, all, sizeof...(A));
    }
    template <class M>
    void emit(shape::Fragment& out) const {
        const bool configured = !configuration.text.empty();
        out.op(shape::Op::call);
        out.u8(static_cast<std::size_t>(F));
        out.u8(sizeof...(A) + (configured ? 1 : 0));
        if (configured) {
            out.op(shape::Op::text_config);
            out.name(configuration.text);
        }
        arguments.template emit<M>(out, nullptr);
    }
};

template <shape::Function F, class... A>
auto search(const A&... arguments) {
    return TextSearch<F, node_t<A>...>(as_node(arguments)...);
}
template <shape::Function F, class... A>
auto search_in(TextConfiguration configuration, const A&... arguments) {
    return TextSearch<F, node_t<A>...>(configuration, as_node(arguments)...);
}

}  // namespace duet::expr

namespace duet {

/// The lexemes of texts, one behind the other; NULL counts as empty. An index serves it when it is on the
/// same expression: to_tsvector('english', coalesce("title", '') || ' ' || coalesce("body", '')) for two
/// columns, to_tsvector('english', coalesce("title", '')) for one.
template <expr::Expression E, expr::Expression... More>
auto to_tsvector(const E& text, const More&... more) {
    return expr::search<shape::Function::to_tsvector>(text, more...);
}
/// With a configuration: `duet::to_tsvector("english", "title"_c, "body"_c)`.
template <expr::Expression E, expr::Expression... More>
auto to_tsvector(expr::TextConfiguration configuration, const E& text, const More&... more) {
    return expr::search_in<shape::Function::to_tsvector>(configuration, text, more...);
}

// Queries of text search, each with or without a configuration before the text.

/// As people type it into search engines: "quoted phrase" other OR words -without. Never fails.
template <class T>
auto websearch_to_tsquery(const T& text) {
    return expr::search<shape::Function::websearch_to_tsquery>(text);
}
template <class T>
auto websearch_to_tsquery(expr::TextConfiguration configuration, const T& text) {
    return expr::search_in<shape::Function::websearch_to_tsquery>(configuration, text);
}
/// All words of a text, whatever they are.
template <class T>
auto plainto_tsquery(const T& text) {
    return expr::search<shape::Function::plainto_tsquery>(text);
}
template <class T>
auto plainto_tsquery(expr::TextConfiguration configuration, const T& text) {
    return expr::search_in<shape::Function::plainto_tsquery>(configuration, text);
}
/// All words of a text, in this order.
template <class T>
auto phraseto_tsquery(const T& text) {
    return expr::search<shape::Function::phraseto_tsquery>(text);
}
template <class T>
auto phraseto_tsquery(expr::TextConfiguration configuration, const T& text) {
    return expr::search_in<shape::Function::phraseto_tsquery>(configuration, text);
}
/// In the server's own notation: 'fat & (cat | rat:*)'. Any other text is a DatabaseError.
template <class T>
auto to_tsquery(const T& text) {
    return expr::search<shape::Function::to_tsquery>(text);
}
template <class T>
auto to_tsquery(expr::TextConfiguration configuration, const T& text) {
    return expr::search_in<shape::Function::to_tsquery>(configuration, text);
}

/// Whether a vector (a pg::TsVector column, to_tsvector()) fits a query.
template <class V, class Q>
auto matches(const V& vector, const Q& query) {
    return expr::search<shape::Function::text_matches>(vector, query);
}
/// How well it does: by how often words occur; ts_rank_cd: by how close together as well.
template <class V, class Q>
auto ts_rank(const V& vector, const Q& query) {
    return expr::search<shape::Function::ts_rank>(vector, query);
}
template <class V, class Q>
auto ts_rank_cd(const V& vector, const Q& query) {
    return expr::search<shape::Function::ts_rank_cd>(vector, query);
}
/// The part of a text where the query's words are, in <b></b>. `options`: "StartSel=<i>, StopSel=</i>, ...".
template <expr::Expression E, class Q>
auto ts_headline(const E& text, const Q& query) {
    return expr::search<shape::Function::ts_headline>(text, query);
}
template <expr::Expression E, class Q, class Options>
auto ts_headline(const E& text, const Q& query, const Options& options) {
    return expr::search<shape::Function::ts_headline>(text, query, options);
}
template <expr::Expression E, class Q>
auto ts_headline(expr::TextConfiguration configuration, const E& text, const Q& query) {
    return expr::search_in<shape::Function::ts_headline>(configuration, text, query);
}
template <expr::Expression E, class Q, class Options>
auto ts_headline(expr::TextConfiguration configuration, const E& text, const Q& query,
                 const Options& options) {
    return expr::search_in<shape::Function::ts_headline>(configuration, text, query, options);
}

// Of the extension pg_trgm.

/// How many trigrams two texts have in common, from 0 to 1.
template <expr::Expression E, class T>
auto similarity(const E& text, const T& other) {
    return expr::search<shape::Function::similarity>(text, other);
}
/// The same of `word` and the part of `text` that is most like it.
template <expr::Expression E, class T>
auto word_similarity(const E& text, const T& word) {
    return expr::search<shape::Function::word_similarity>(text, word);
}

}  // namespace duet
