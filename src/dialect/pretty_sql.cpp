#include <duet/dialect/pretty_sql.hpp>
#include <duet/dialect/sql_style.hpp>

#include <algorithm>
#include <initializer_list>
#include <utility>

#include "sql_tokens.hpp"

namespace duet {
namespace detail {
namespace {

constexpr std::size_t step = 4;
constexpr std::size_t longest_condition = 40;
constexpr std::size_t deepest = 24 * step;  // what is nested deeper moves no further to the right

using Type = SqlToken::Type;

constexpr std::string_view sides[] = {"LEFT", "RIGHT", "FULL", "INNER", "CROSS", "NATURAL"};

bool is_any(const SqlToken& token, std::initializer_list<std::string_view> keywords) {
    return std::ranges::any_of(keywords, [&](std::string_view keyword) { return token.is(keyword); });
}

bool is_side(const SqlToken& token) {
    return std::ranges::any_of(sides, [&](std::string_view side) { return token.is(side); });
}

class Printer {
public:
    Printer(std::vector<SqlToken> tokens, std::size_t width) : tokens_(std::move(tokens)), width_(width) {}

    std::string print() {
        for (at_ = 0; at_ < tokens_.size(); ++at_) {
            const Gap gap = before();
            if (gap.line) {
                new_line(gap.indent);
            } else if (gap.space) {
                out_ += ' ';
                ++column_;
            }
            put();
        }
        return std::move(out_);
    }

private:
    /// What an open parenthesis, or the statement itself, holds.
    struct Level {
        bool block = false;       // a query, with clauses of its own
        std::size_t indent = 0;   // of its clauses
        std::size_t outside = 0;  // of the line with the parenthesis
        bool conditions = false;  // within WHERE, HAVING or ON: AND and OR begin lines
        bool between = false;     // the next AND belongs to BETWEEN
        bool with = false;        // within WITH: each query behind a comma begins a line
        bool writes = false;      // UPDATE or DELETE, where SET and USING begin lines
        bool limited = false;     // within LIMIT, which OFFSET belongs to
        bool fresh = true;        // nothing of the statement is written yet
        std::size_t cases = 0;    // open CASEs
    };
    struct Gap {
        bool space = false;
        bool line = false;
        std::size_t indent = 0;
    };

    Level& level() { return levels_.back(); }
    const SqlToken& token() const { return tokens_[at_]; }
    const SqlToken* previous() const { return at_ == 0 ? nullptr : &tokens_[at_ - 1]; }
    const SqlToken* next(std::size_t ahead = 1) const {
        return at_ + ahead < tokens_.size() ? &tokens_[at_ + ahead] : nullptr;
    }

    /// Whether an unquoted word here can be a keyword: no part of a name, a variable or the like.
    bool can_be_keyword() const {
        if (token().type != Type::word) return false;
        const SqlToken* const after = next();
        if (after != nullptr && after->is('.')) return false;
        const SqlToken* const prior = previous();
        if (prior == nullptr) return true;
        if (prior->is('.')) return false;
        if (token().space_before || prior->type != Type::symbol) return true;
        return prior->is('(') || prior->is(')') || prior->is(',') || prior->is(';') || prior->is('*');
    }

    bool begins_query(std::size_t at) const {
        while (at < tokens_.size() && tokens_[at].type == Type::comment) ++at;
        return at < tokens_.size() && is_any(tokens_[at], {"SELECT", "WITH", "VALUES", "INSERT", "DELETE"});
    }

    bool begins_clause() {
        const SqlToken& word = token();
        const SqlToken* const prior = previous();
        const bool begun = level().fresh;
        const bool behind_query = prior != nullptr && prior->is(')');
        if (is_any(word, {"SELECT", "WHERE", "GROUP", "HAVING", "WINDOW", "RETURNING", "UNION", "INTERSECT",
                          "EXCEPT"})) {
            return !(word.is("GROUP") && prior != nullptr && prior->is("WITHIN"));
        }
        if (word.is("FROM")) return prior == nullptr || !is_any(*prior, {"DISTINCT", "DELETE"});
        if (word.is("ORDER") || word.is("LIMIT")) return true;
        if (word.is("OFFSET") || word.is("FETCH")) return !level().limited;
        if (word.is("VALUES")) {
            return begun || behind_query ||
                   (prior != nullptr && (prior->type == Type::word || prior->type == Type::quoted));
        }
        if (is_any(word, {"INSERT", "UPDATE", "DELETE", "WITH"}))
            return begun || (behind_query && level().with);
        if (word.is("SET")) return level().writes && !(prior != nullptr && prior->is("UPDATE"));
        if (word.is("FOR")) return next() != nullptr && is_any(*next(), {"UPDATE", "SHARE", "NO", "KEY"});
        if (word.is("LOCK")) return next() != nullptr && next()->is("IN");
        if (word.is("ON")) return next() != nullptr && is_any(*next(), {"CONFLICT", "DUPLICATE"});
        if (word.is("USING")) return level().writes && !(next() != nullptr && next()->is('('));
        return false;
    }
    bool begins_join() const {
        const SqlToken* const prior = previous();
        if (token().is("JOIN") || token().is("STRAIGHT_JOIN")) {
            return prior == nullptr || !(prior->is("OUTER") || is_side(*prior));
        }
        if (!is_side(token()) || (prior != nullptr && prior->is("NATURAL"))) return false;
        for (std::size_t ahead = 1; ahead < 4; ++ahead) {
            const SqlToken* const word = next(ahead);
            if (word == nullptr) return false;
            if (word->is("JOIN")) return true;
            if (!word->is("OUTER") && !is_side(*word)) return false;
        }
        return false;
    }

    /// Notes what a clause means for what follows in it.
    void enter_clause() {
        const SqlToken& word = token();
        Level& here = level();
        here.conditions = word.is("WHERE") || word.is("HAVING");
        here.between = false;
        here.with = word.is("WITH");
        here.limited = word.is("LIMIT");
        here.writes = here.writes ? !word.is("SELECT") : is_any(word, {"UPDATE", "DELETE"});
    }

    Gap before() {
        const SqlToken* const prior = previous();
        Gap gap{token().space_before, false, level().indent};
        if (prior == nullptr) return {};
        const auto line_at = [&gap](std::size_t indent) {
            gap.line = true;
            gap.indent = indent;
            return gap;
        };
        Level& here = level();
        // A line comment ends with its line; texts on two lines are one text to PostgreSQL; a comment on a
        // line of its own stays there.
        const bool own_line = token().line_before && token().type == Type::comment;
        const bool split_text =
            token().line_before && token().type == Type::text && prior->type == Type::text;
        const bool must_break = prior->is_line_comment() || split_text || own_line;
        if (token().is(')') && levels_.size() > 1) {
            if (here.block) return line_at(here.outside);
            return must_break ? line_at(here.outside) : gap;
        }
        if (prior->is('(') && here.block && here.fresh) {
            if (can_be_keyword() && begins_clause()) enter_clause();
            return line_at(here.indent);
        }
        if (prior->is(';') && levels_.size() == 1) return line_at(0);
        if (here.block && can_be_keyword() && here.cases == 0) {
            if (begins_clause()) {
                const bool first = here.fresh;
                enter_clause();
                if (!first || must_break) return line_at(here.indent);
                return gap;
            }
            if (begins_join()) {
                here.conditions = false;
                return line_at(here.indent + step);
            }
        }
        const bool joins_conditions = token().is("AND") || token().is("OR");
        if (here.conditions && here.cases == 0 && joins_conditions && can_be_keyword()) {
            if (token().is("AND") && std::exchange(here.between, false)) return gap;
            return line_at(here.indent + (here.block ? step : 0));
        }
        if (must_break) return line_at(here.indent + (here.fresh ? 0 : step));
        if (prior->is(',') && breaks_behind_comma()) return line_at(continued());
        return gap;
    }

    std::size_t continued() {
        if (!level().block) return level().indent;
        return level().with ? level().indent : level().indent + step;
    }

    /// Whether the item behind a comma needs a line of its own: it has a query in it, or does not fit.
    bool breaks_behind_comma() {
        if (level().with) return true;
        std::size_t size = 0;
        std::size_t open = 0;
        for (std::size_t i = at_; i < tokens_.size() && column_ + size <= width_; ++i) {
            const SqlToken& ahead = tokens_[i];
            if (open == 0 && (ahead.is(',') || ahead.is(')') || ahead.is(';'))) break;
            if (open == 0 && i != at_ && is_any(ahead, {"FROM", "WHERE", "ORDER", "GROUP"})) break;
            if (ahead.is('(')) {
                if (begins_query(i + 1)) return level().block;
                ++open;
            } else if (ahead.is(')')) {
                --open;
            }
            size += ahead.text.size() + (ahead.space_before ? 1 : 0);
        }
        return column_ + size > width_;
    }

    /// Whether the parenthesis here holds conditions that are better read on lines of their own.
    bool is_long_condition() {
        const SqlToken* const prior = previous();
        if (!level().conditions || prior == nullptr) return false;
        if (!prior->is('(') && !is_any(*prior, {"WHERE", "HAVING", "AND", "OR", "NOT"})) return false;
        std::size_t size = 0;
        for (std::size_t i = at_ + 1, open = 1; i < tokens_.size() && size <= longest_condition; ++i) {
            if (tokens_[i].is('(')) ++open;
            if (tokens_[i].is(')') && --open == 0) return false;
            size += tokens_[i].text.size() + (tokens_[i].space_before ? 1 : 0);
        }
        return size > longest_condition;
    }

    void new_line(std::size_t indent) {
        indent = std::min(indent, deepest);
        out_ += '\n';
        out_.append(indent, ' ');
        line_indent_ = indent;
        column_ = indent;
    }

    void put() {
        const SqlToken& now = token();
        const std::size_t line = now.text.rfind('\n');
        out_ += now.text;
        column_ = line == std::string_view::npos ? column_ + now.text.size() : now.text.size() - line;
        if (at_ == 0 && can_be_keyword() && begins_clause()) enter_clause();
        if (now.type == Type::comment) return;
        if (now.is('(')) {
            Level inner;
            inner.block = begins_query(at_ + 1);
            inner.conditions = !inner.block && is_long_condition();
            inner.outside = line_indent_;
            inner.indent = std::min(line_indent_ + step, deepest);
            level().fresh = false;
            levels_.push_back(inner);
            return;
        }
        if (now.is(')') && levels_.size() > 1) {
            levels_.pop_back();
        } else if (now.is(';') && levels_.size() == 1) {
            levels_.back() = Level{.block = true};
            return;
        } else if (now.is("BETWEEN")) {
            level().between = true;
        } else if (now.is("CASE")) {
            ++level().cases;
        } else if (now.is("END") && level().cases != 0) {
            --level().cases;
        }
        level().fresh = false;
    }

    std::vector<SqlToken> tokens_;
    std::size_t width_;
    std::size_t at_ = 0;
    std::string out_;
    std::size_t column_ = 0;
    std::size_t line_indent_ = 0;
    std::vector<Level> levels_{Level{.block = true}};
};

}  // namespace

std::string pretty_sql(std::string_view sql, const Dialect& dialect, std::size_t width) {
    return Printer(sql_tokens(sql, lexis_of(dialect)), width).print();
}

}  // namespace detail

std::string pretty_sql(std::string_view sql) {
    return detail::Printer(detail::sql_tokens(sql, {}), SqlStyle{}.width).print();
}

std::string pretty_sql(std::string_view sql, DialectName dialect) {
    return detail::pretty_sql(sql, dialect_of(dialect), SqlStyle{}.width);
}

}  // namespace duet
