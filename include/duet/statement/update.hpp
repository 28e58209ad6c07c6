#pragma once

#include <duet/statement/write.hpp>

namespace duet {

/// An UPDATE as a value. Immutable: each word returns a new one. It is SQL and writes what it says: unlike
/// update_bulk it leaves `updated_at` and the version of rows alone unless set() names them. It throws
/// InvalidQuery without a condition (see where(duet::all_rows)) and ValidationError for values that do not
/// fit their column.
template <Model M, class... Row>
class Update : public detail::ChoosingStatement<Update<M, Row...>, M, Row...> {
    using Base = detail::ChoosingStatement<Update<M, Row...>, M, Row...>;

public:
    template <class... R>
    using returns = Update<M, R...>;

    explicit Update(shape::QueryData data = {}) : Base(std::move(data), shape::updates) {}

    /// Assignments: `set("views"_c = "views"_c + 1)`; each sees the row as it was.
    template <class... A>
    Update set(const A&... changes) const {
        Update copy(*this);
        (expr::add<expr::Role::set, M>(copy.data().clauses, changes), ...);
        return copy;
    }
    /// The rows of an alias, a CTE, a subquery or a list of values beside those that are changed: conditions
    /// and assignments may use their columns. Where several fit a row, one of them counts, any. Neither order
    /// nor limit then.
    template <class S, class... On>
    Update from(const S& source, const On&... condition) const {
        return this->reading(source, condition...);
    }
};

/// `duet::update<User>().set("name"_c = "Ada").where("id"_c == 1)`
template <Model M>
Update<M> update() {
    return Update<M>();
}

}  // namespace duet
