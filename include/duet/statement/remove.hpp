#pragma once

#include <duet/statement/write.hpp>

namespace duet {

/// A DELETE as a value. Immutable: each word returns a new one. It is SQL and does what it says: the rows go,
/// those of models with SoftDelete, too, unlike with delete_bulk. It throws InvalidQuery without a condition;
/// see where(duet::all_rows).
template <Model M, class... Row>
class Remove : public detail::ChoosingStatement<Remove<M, Row...>, M, Row...> {
    using Base = detail::ChoosingStatement<Remove<M, Row...>, M, Row...>;

public:
    template <class... R>
    using returns = Remove<M, R...>;

    explicit Remove(shape::QueryData data = {}) : Base(std::move(data), shape::removes) {}

    /// The rows of an alias, a CTE, a subquery or a list of values beside those that are removed: conditions
    /// may use their columns. Neither order nor limit then.
    template <class S, class... On>
    Remove using_(const S& source, const On&... condition) const {
        return this->reading(source, condition...);
    }
};

/// `duet::remove<User>().where("id"_c == 1)`
template <Model M>
Remove<M> remove() {
    return Remove<M>();
}

}  // namespace duet
