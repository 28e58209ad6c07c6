#include "driver/sqlite/create_text.hpp"

#include <span>
#include <utility>

#include "driver/sqlite/sql_tokens.hpp"

namespace duet::driver::sqlite {
namespace {

using Tokens = std::span<const SqlToken>;

/// The source text from the first to the last of `tokens`.
std::string source(Tokens tokens) {
    if (tokens.empty()) return {};
    const char* const begin = tokens.front().text.data();
    const char* const end = tokens.back().text.data() + tokens.back().text.size();
    return std::string(begin, end);
}

/// Walks over a statement. Everything is safe at the end of the text.
class Cursor {
public:
    explicit Cursor(Tokens tokens) : rest_{tokens} {}

    bool done() const { return rest_.empty(); }
    Tokens rest() const { return rest_; }
    bool at(std::string_view keyword) const { return !done() && rest_[0].is(keyword); }
    bool at(char symbol) const { return !done() && rest_[0].is(symbol); }
    void skip() {
        if (!done()) rest_ = rest_.subspan(1);
    }
    template <class T>
    bool take(T what) {
        const bool there = at(what);
        if (there) skip();
        return there;
    }
    std::string identifier() {
        if (done()) return {};
        std::string name = rest_[0].identifier();
        skip();
        return name;
    }
    /// Inside of the parentheses that begin here; nothing if none do. Goes on behind them.
    Tokens group() {
        if (!at('(')) return {};
        std::size_t depth = 0;
        std::size_t i = 0;
        for (; i < rest_.size(); ++i) {
            if (rest_[i].is('(')) ++depth;
            if (rest_[i].is(')') && --depth == 0) break;
        }
        const Tokens inside = rest_.subspan(1, i - 1);
        rest_ = rest_.subspan(i < rest_.size() ? i + 1 : i);
        return inside;
    }

private:
    Tokens rest_;
};

/// Splits at the commas that are not inside of parentheses.
std::vector<Tokens> split(Tokens tokens) {
    std::vector<Tokens> items;
    std::size_t begin = 0;
    std::size_t depth = 0;
    for (std::size_t i = 0; i < tokens.size(); ++i) {
        if (tokens[i].is('(')) ++depth;
        if (tokens[i].is(')') && depth > 0) --depth;
        if (tokens[i].is(',') && depth == 0) {
            items.push_back(tokens.subspan(begin, i - begin));
            begin = i + 1;
        }
    }
    if (begin < tokens.size()) items.push_back(tokens.subspan(begin));
    return items;
}

std::vector<std::string> column_names(Tokens inside) {
    std::vector<std::string> names;
    for (const Tokens item : split(inside)) names.push_back(Cursor{item}.identifier());
    return names;
}

class TableReader {
public:
    explicit TableReader(CreateTableText& out) : out_{out} {}

    /// A column with its constraints, or one or more table constraints: SQLite lets commas between them be.
    void read(Tokens item) {
        Cursor cursor{item};
        name_.clear();
        column_.clear();
        const bool is_table_constraint = cursor.at("CONSTRAINT") || cursor.at("PRIMARY") ||
                                         cursor.at("UNIQUE") || cursor.at("CHECK") || cursor.at("FOREIGN");
        if (!is_table_constraint) column_.push_back(cursor.identifier());
        while (!cursor.done()) step(cursor);
    }

private:
    void step(Cursor& cursor) {
        if (cursor.take("CONSTRAINT")) {
            name_ = cursor.identifier();
        } else if (cursor.take("CHECK")) {
            out_.checks.push_back({.name = take_name(), .condition = source(cursor.group())});
        } else if (cursor.take("UNIQUE")) {
            out_.uniques.push_back({.name = take_name(), .columns = columns(cursor)});
        } else if (cursor.take("FOREIGN")) {
            cursor.take("KEY");
            referring_ = column_names(cursor.group());
        } else if (cursor.take("REFERENCES")) {
            out_.foreign_keys.push_back(
                {.name = take_name(),
                 .columns = referring_.empty() ? column_ : std::exchange(referring_, {}),
                 .table = cursor.identifier()});
            cursor.group();
        } else if (cursor.take("PRIMARY")) {
            name_.clear();
            cursor.take("KEY");
            for (const SqlToken& token : cursor.group()) out_.auto_increment |= token.is("AUTOINCREMENT");
        } else if (cursor.take("AUTOINCREMENT")) {
            out_.auto_increment = true;
        } else if (cursor.take("DEFAULT")) {
            name_.clear();
            if (cursor.at('(')) return;  // the next step passes over it
            cursor.take('-');
            cursor.take('+');
            cursor.skip();
        } else if (cursor.take("COLLATE") || cursor.take("SET")) {
            cursor.skip();  // SET NULL, SET DEFAULT: what a foreign key does
        } else if (cursor.take("NULL")) {
            name_.clear();
        } else if (cursor.at('(')) {
            cursor.group();  // of a type, a default, a generated column
        } else {
            cursor.skip();
        }
    }

    std::vector<std::string> columns(Cursor& cursor) {
        return column_.empty() ? column_names(cursor.group()) : column_;
    }
    std::string take_name() { return std::exchange(name_, {}); }

    CreateTableText& out_;
    std::string name_{};                    // of the constraint that follows
    std::vector<std::string> column_{};     // that is being declared; none: a table constraint
    std::vector<std::string> referring_{};  // of a FOREIGN KEY whose REFERENCES follows
};

}  // namespace

CreateTableText read_create_table(std::string_view sql) {
    CreateTableText result;
    const std::vector<SqlToken> tokens = tokenize(sql);
    Cursor cursor{tokens};
    while (!cursor.done() && !cursor.at('(')) cursor.skip();
    TableReader reader{result};
    for (const Tokens item : split(cursor.group())) reader.read(item);
    return result;
}

CreateIndexText read_create_index(std::string_view sql) {
    CreateIndexText result;
    const std::vector<SqlToken> tokens = tokenize(sql);
    Cursor cursor{tokens};
    while (!cursor.done() && !cursor.at('(')) cursor.skip();
    for (Tokens item : split(cursor.group())) {
        if (!item.empty() && (item.back().is("ASC") || item.back().is("DESC")))
            item = item.first(item.size() - 1);
        result.columns.push_back(source(item));
    }
    if (cursor.take("WHERE")) result.condition = source(cursor.rest());
    return result;
}

}  // namespace duet::driver::sqlite
