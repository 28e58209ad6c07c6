#include <duet/dialect/dialect.hpp>
#include <duet/handle/raw_query.hpp>

namespace duet::detail {

std::string place_values(const Dialect& dialect, std::string_view text, std::size_t values) {
    const int wanted = count_placeholders(text);
    if (wanted < 0) throw InvalidQuery("SQL text: a brace is neither {} nor doubled");
    if (static_cast<std::size_t>(wanted) != values) {
        throw InvalidQuery("SQL text has " + std::to_string(wanted) + " placeholders for " +
                           std::to_string(values) + " values");
    }
    std::string out;
    out.reserve(text.size());
    std::size_t number = 0;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] == '{' && text[i + 1] == '}') {
            dialect.placeholder(out, ++number);
            ++i;
        } else {
            if (text[i] == '{' || text[i] == '}') ++i;
            out += text[i];
        }
    }
    return out;
}

void throw_not_one_raw(std::size_t rows, std::source_location where) {
    if (rows == 0) throw NotFound("the statement yields no row", where);
    throw MultipleFound("the statement yields more than one row", where);
}

}  // namespace duet::detail
