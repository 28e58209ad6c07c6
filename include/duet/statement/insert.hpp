#pragma once

#include <duet/statement/write.hpp>

#include <array>
#include <tuple>
#include <vector>

namespace duet {

template <Model M, class... Row>
class Insert;

namespace detail {

/// What happens to a row that is in the way; `on_conflict` gives it.
template <class Self, std::size_t N>
class ConflictWords {
public:
    ConflictWords(Self statement, std::array<std::uint8_t, N> columns)
        : statement_(std::move(statement)), columns_(columns) {}

    /// It stays, and the new row is left out. MariaDB and MySQL throw UnsupportedByDialect: their INSERT
    /// IGNORE ignores other errors, too.
    Self do_nothing() const {
        Self copy(statement_);
        add_conflict(copy.data(), shape::OnConflict::nothing, columns_);
        return copy;
    }
    /// It is changed: `"views"_c = "views"_c + duet::excluded("views"_c)`; just `"name"_c` takes over what
    /// the new row has.
    template <class... A>
    Self do_update(const A&... changes) const {
        static_assert(N != 0, "duet: on_conflict() needs the columns of a unique key for do_update()");
        static_assert(sizeof...(A) != 0, "duet: do_update() needs assignments; do_nothing() changes nothing");
        Self copy(statement_);
        add_conflict(copy.data(), shape::OnConflict::update, columns_);
        (copy.change(changes), ...);
        return copy;
    }

private:
    Self statement_;
    std::array<std::uint8_t, N> columns_;
};

template <class T>
inline constexpr bool is_row_list = false;
template <class T>
inline constexpr bool is_row_list<std::vector<T>> = true;

/// What one row of values(...) is.
template <class T>
struct RowsGiven {
    using type = T;
};
template <class T>
struct RowsGiven<std::vector<T>> {
    using type = T;
};

template <class Statement>
concept SelectStatement = requires {
    typename Statement::pieces;
    typename Statement::duet_statement;
};

}  // namespace detail

/// An INSERT as a value. Immutable: each word returns a new one. It is SQL and writes what it says: columns
/// that it does not name get what the database puts there (a column without a default refuses), and neither
/// behaviours nor keys made by the library are added. Only whole objects are prepared as create() does it,
/// when they are handed over. Throws ValidationError for values that do not fit their column, InvalidQuery
/// for rows with different columns and for more values than a statement of the database has room for.
template <Model M, class... Row>
class Insert : public detail::WriteStatement<Insert<M, Row...>, M, Row...> {
    using Base = detail::WriteStatement<Insert<M, Row...>, M, Row...>;

public:
    template <class... R>
    using returns = Insert<M, R...>;

    explicit Insert(shape::QueryData data = {}) : Base(std::move(data), shape::inserts) {}

    /// One more row: `values("name"_c = "Ada", "joined_at"_c = duet::now())`; expressions are over values and
    /// subqueries, since a new row has no columns yet. Or the rows of an object, of a struct whose fields are
    /// columns by name, or of a vector of those.
    template <class First, class... Rest>
    Insert values(const First& first, const Rest&... rest) const {
        Insert copy(*this);
        if constexpr (sizeof...(Rest) != 0 || expr::IsAssignment<First>) {
            constexpr bool all_assign = expr::IsAssignment<First> && (expr::IsAssignment<Rest> && ...);
            static_assert(all_assign,
                          "duet: values() takes assignments, as in values(\"age\"_c = 18), or one object");
            if constexpr (all_assign) {
                // Here, and not in a function of its own: it keeps the compiler's answers short.
                shape::Fragment assigned[1 + sizeof...(Rest)];
                expr::add<expr::Role::value, M>(assigned[0], first);
                [[maybe_unused]] std::size_t at = 0;
                (expr::add<expr::Role::value, M>(assigned[++at], rest), ...);
                detail::add_row(copy.data(), assigned);
            }
        } else {
            using Fields = typename detail::RowsGiven<First>::type;
            constexpr bool is_row = std::is_same_v<Fields, M> || detail::RowStruct<Fields>;
            static_assert(
                is_row,
                "duet: values() takes assignments, an object of the model, a struct whose fields are "
                "columns, or a vector of objects or structs");
            if constexpr (std::is_same_v<Fields, M>) {
                copy.add_fields(first);
            } else if constexpr (is_row) {
                if constexpr (detail::require_fields<M, Fields>()) copy.add_fields(first);
            }
        }
        return copy;
    }
    /// A row of nothing but defaults.
    Insert default_values() const {
        Insert copy(*this);
        detail::add_default_row(copy.data());
        return copy;
    }
    /// The rows of a statement: `from_select("id"_c, "title"_c, select)`; its columns go into these, in
    /// order.
    template <class... Parts>
    requires(sizeof...(Parts) >= 2) Insert from_select(const Parts&... parts)
    const {
        Insert copy(*this);
        copy.add_select(std::tie(parts...), std::make_index_sequence<sizeof...(Parts) - 1>{});
        return copy;
    }

    /// What happens when a row with the same values in these columns is there already; they have to be those
    /// of a unique key. Without columns any unique key counts. MariaDB and MySQL react to every unique key,
    /// so that these must be the only ones that can be in the way, else UnsupportedByDialect.
    template <class... C>
    detail::ConflictWords<Insert, sizeof...(C)> on_conflict(const C&... /*columns*/) const {
        return {*this, {detail::written_column<M, C>()...}};
    }
    /// The rows that do_update() changes; those that do not satisfy it stay as they are. Not on MariaDB and
    /// MySQL.
    template <class E>
    Insert where(const E& condition) const {
        Insert copy(*this);
        expr::add<expr::Role::where, M>(copy.data().clauses, condition);
        return copy;
    }

private:
    template <class Self, std::size_t N>
    friend class detail::ConflictWords;

    template <class A>
    void change(const A& change) {
        this->add_change(change);
    }
    template <class T>
    void add_fields(const std::vector<T>& rows) {
        for (const T& row : rows) add_fields(row);
    }
    void add_fields(const M& row) {
        M prepared = row;
        detail::add_object(this->data(), &prepared);
    }
    template <class T>
    requires(!detail::is_row_list<T>) void add_fields(const T& row) {
        detail::add_payload(this->data(), detail::model_info<detail::RowsOf<T>>, detail::field_columns<M, T>,
                            &row);
    }
    template <class Parts, std::size_t... I>
    void add_select(const Parts& parts, std::index_sequence<I...> /*columns*/) {
        using Statement = std::remove_cvref_t<std::tuple_element_t<sizeof...(I), Parts>>;
        constexpr bool is_select = detail::SelectStatement<Statement>;
        static_assert(is_select, "duet: from_select() takes columns, and then a statement");
        if constexpr (is_select) {
            constexpr std::array<std::uint8_t, sizeof...(I)> columns{
                detail::written_column<M, std::remove_cvref_t<std::tuple_element_t<I, Parts>>>()...};
            using Match = detail::SameColumns<detail::Types<expr::column_t<M, columns[I]>...>,
                                              typename detail::ColumnsOf<typename Statement::pieces>::type>;
            constexpr bool same_number = Match::count;
            static_assert(same_number,
                          "duet: the statement has another number of columns than from_select() names");
            constexpr bool same_types = !same_number || Match::kinds;
            static_assert(same_types,
                          "duet: a column of the statement has another type than the one it goes to");
            detail::add_insert_select(this->data(), columns,
                                      std::get<sizeof...(I)>(parts).statement().data());
        }
    }
};

/// `duet::insert<User>().values("name"_c = "Ada")`
template <Model M>
Insert<M> insert() {
    return Insert<M>();
}

}  // namespace duet
