#pragma once

#include <duet/async/task.hpp>
#include <duet/base/input_iterator.hpp>
#include <duet/base/owned.hpp>
#include <duet/engine/engine.hpp>
#include <duet/model/model.hpp>

#include <cstddef>
#include <iterator>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

namespace duet {

/// The rows of `iterate` in blocking code: an input range that is walked once, with one batch in memory at a
/// time.
///
/// Keeps a connection until it ends (a database in memory: only while a batch is read). An iteration inside a
/// transaction must end before the transaction does. A row is valid until the iterator moves on.
template <Model M>
class RowStream {
public:
    RowStream(engine::Call call, shape::QueryData query, std::size_t batch)
        : cursor_(detail::make_owned<engine::Cursor>(call, std::move(query), batch)) {}

    using iterator = detail::InputIterator<RowStream, M>;

    iterator begin() {
        refill();
        return iterator(this);
    }
    std::default_sentinel_t end() const { return {}; }

    /// The rows of the next batch, empty at the end: for those who rather work on batches.
    std::vector<M>& next_batch() {
        next_ = 0;
        detail::complete_inline(cursor_->next({&detail::ListAccess<M>::ops, &rows_}));
        return rows_;
    }

private:
    friend iterator;
    M& current() { return rows_[next_]; }
    void advance() {
        ++next_;
        refill();
    }
    bool ended() const { return next_ == rows_.size(); }
    void refill() {
        if (ended()) next_batch();
    }
    detail::Owned<engine::Cursor> cursor_;
    std::vector<M> rows_;
    std::size_t next_ = 0;
};

/// The rows of `iterate` in coroutines: `while (auto row = co_await rows.next())`.
template <Model M>
class AsyncRowStream {
public:
    AsyncRowStream(engine::Call call, shape::QueryData query, std::size_t batch)
        : cursor_(detail::make_owned<engine::Cursor>(call, std::move(query), batch)) {}

    /// The next row, or nothing at the end. One call at a time.
    Task<std::optional<M>> next() {
        if (next_ == rows_.size()) {
            next_ = 0;
            co_await cursor_->next({&detail::ListAccess<M>::ops, &rows_});
            if (rows_.empty()) co_return std::nullopt;
        }
        co_return std::move(rows_[next_++]);
    }
    Task<std::vector<M>> next_batch() {
        co_await cursor_->next({&detail::ListAccess<M>::ops, &rows_});
        next_ = rows_.size();
        co_return std::move(rows_);
    }

private:
    detail::Owned<engine::Cursor> cursor_;
    std::vector<M> rows_;
    std::size_t next_ = 0;
};

/// These say what is wrong with a range-based for in a coroutine.
template <Model M>
M* begin(const AsyncRowStream<M>& /*rows*/) {
    static_assert(sizeof(M) == 0,
                  "duet: coroutines read a stream row by row, with auto row = co_await rows.next()");
    return nullptr;
}
template <Model M>
M* end(const AsyncRowStream<M>& /*rows*/) {
    return nullptr;
}

}  // namespace duet
