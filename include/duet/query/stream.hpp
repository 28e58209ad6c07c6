#pragma once

#include <duet/async/task.hpp>
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

    class iterator {
    public:
        using iterator_concept = std::input_iterator_tag;
        using value_type = M;
        using difference_type = std::ptrdiff_t;
        iterator() = default;
        explicit iterator(RowStream* stream) : stream_(stream) {}
        M& operator*() const { return stream_->rows_[stream_->next_]; }
        M* operator->() const { return &**this; }
        iterator& operator++() {
            ++stream_->next_;
            stream_->refill();
            return *this;
        }
        void operator++(int) { ++*this; }
        bool operator==(std::default_sentinel_t) const { return stream_->next_ == stream_->rows_.size(); }

    private:
        RowStream* stream_ = nullptr;
    };

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
    void refill() {
        if (next_ == rows_.size()) next_batch();
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

}  // namespace duet
