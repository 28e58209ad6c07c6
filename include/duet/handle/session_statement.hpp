#pragma once

#include <duet/handle/raw_query.hpp>
#include <duet/handle/session_query.hpp>

#include <cstddef>
#include <iterator>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

namespace duet {

namespace detail {

/// Whether SQL text is one that plainly only reads.
bool only_reads(std::string_view sql) noexcept;

template <class R, class F>
Task<R> run_behind_all(UnitOperation at, F run, bool writes) {
    const engine::Call call = co_await at.unit->before_statement(at.where);
    R result = co_await run(call);
    if (writes) at.unit->expire_rows();
    co_return result;
}
/// `run(call)` behind all that the session has to write.
template <class Mode, class F>
auto behind_all(UnitOperation at, F run, bool writes) {
    if constexpr (Mode::is_async) {
        using R = typename decltype(run(std::declval<const engine::Call&>()))::value_type;
        return run_behind_all<R>(at, std::move(run), writes);
    } else {
        const engine::Call call = complete_inline(at.unit->before_statement(at.where));
        auto result = run(call);
        if (writes) at.unit->expire_rows();
        return result;
    }
}

/// A statement of a session, run by `call`, with rows in the types that were asked for.
template <class Mode, class S, class... T>
struct StatementOfSession {
    S statement;

    auto operator()(const engine::Call& call) const {
        if constexpr (sizeof...(T) == 0) {
            return statement.template bound_to<Mode>(call);
        } else {
            return statement.template bound_to<Mode>(call).template as<T...>();
        }
    }
};

}  // namespace detail

/// The rows of `session.execute(statement).iterate()` in blocking code: an input range that is walked once,
/// with one batch in memory at a time. Must end before the transaction does. See StatementStream.
template <class Bound>
class SessionStatementStream {
    using Rows = decltype(std::declval<const Bound&>()(std::declval<const engine::Call&>()).iterate(1));

public:
    SessionStatementStream(detail::UnitOperation at, Bound bound, std::size_t batch)
        : at_(at), bound_(std::move(bound)), batch_(batch) {}

    /// Writes what the session has to write, and reads the first batch.
    auto begin() {
        const engine::Call call = detail::complete_inline(at_.unit->before_statement(at_.where));
        rows_.emplace(bound_(call).iterate(batch_));
        return rows_->begin();
    }
    std::default_sentinel_t end() const { return {}; }

private:
    detail::UnitOperation at_;
    Bound bound_;
    std::size_t batch_;
    std::optional<Rows> rows_{};
};

/// The same in coroutines: `while (auto row = co_await rows.next())`.
template <class Bound>
class AsyncSessionStatementStream {
    using Rows = decltype(std::declval<const Bound&>()(std::declval<const engine::Call&>()).iterate(1));
    using Next = typename decltype(std::declval<Rows&>().next())::value_type;

public:
    AsyncSessionStatementStream(detail::UnitOperation at, Bound bound, std::size_t batch)
        : at_(at), bound_(std::move(bound)), batch_(batch) {}

    /// The next row, or nothing at the end. One call at a time. The first writes what the session has to
    /// write.
    Task<Next> next() {
        const bool begun = rows_.has_value();
        if (!begun) {
            const engine::Call call = co_await at_.unit->before_statement(at_.where);
            rows_.emplace(bound_(call).iterate(batch_));
        }
        co_return co_await rows_->next();
    }

private:
    detail::UnitOperation at_;
    Bound bound_;
    std::size_t batch_;
    std::optional<Rows> rows_{};
};

/// What `session.execute(statement)` gives: values, not objects of the session. What the session has to write
/// is written before, unless autoflush is off; after a statement that writes, its objects are read again when
/// they are next asked for. Nothing is sent before rows are asked for. See StatementResult.
template <class Mode, class S, class... T>
class [[nodiscard]] SessionStatement {
public:
    SessionStatement(detail::UnitOperation at, S statement) : at_(at), statement_(std::move(statement)) {}

    auto all() const {
        return run([](auto rows) { return std::move(rows).all(); });
    }
    auto first() const {
        return run([](auto rows) { return std::move(rows).first(); });
    }
    auto one() const {
        return run([](auto rows) { return std::move(rows).one(); });
    }
    auto one_or_none() const {
        return run([](auto rows) { return std::move(rows).one_or_none(); });
    }
    auto scalar() const {
        return run([](auto rows) { return std::move(rows).scalar(); });
    }
    /// Rows in batches of `batch_size`, with flat memory, in the order of the statement. What the session has
    /// to write is written before the first batch; what is changed meanwhile need not show in the rows to
    /// come. Throws InvalidQuery for a statement that writes.
    auto iterate(std::size_t batch_size = 1000) const {
        if constexpr (Mode::is_async) {
            return AsyncSessionStatementStream<Bound>(at_, Bound{statement_}, batch_size);
        } else {
            return SessionStatementStream<Bound>(at_, Bound{statement_}, batch_size);
        }
    }
    /// The rows in other types.
    template <class... U>
    auto as() const {
        return SessionStatement<Mode, S, U...>(at_, statement_);
    }

private:
    using Bound = detail::StatementOfSession<Mode, S, T...>;

    template <class F>
    auto run(F ask) const {
        const bool writes = (statement_.data().flags & shape::changes_rows) != 0;
        return detail::behind_all<Mode>(
            at_, [bound = Bound{statement_}, ask](const engine::Call& call) { return ask(bound(call)); },
            writes);
    }

    detail::UnitOperation at_;
    S statement_;
};

/// SQL as text with bound values, in a session; likewise. Text that does not begin with SELECT or VALUES
/// counts as writing. See RawQuery.
template <class Mode>
class [[nodiscard]] SessionSql {
    template <class T>
    using Result = typename Mode::template Result<T>;

public:
    SessionSql(detail::UnitOperation at, detail::RawOperation operation)
        : at_(at), operation_(std::move(operation)) {}

    template <class T>
    Result<std::vector<T>> as() const {
        return run([](const RawQuery<Mode>& q) { return q.template as<T>(); });
    }
    template <class T>
    Result<T> one() const {
        return run([](const RawQuery<Mode>& q) { return q.template one<T>(); });
    }
    template <class T>
    Result<std::optional<T>> first() const {
        return run([](const RawQuery<Mode>& q) { return q.template first<T>(); });
    }
    template <class T>
    Result<T> scalar() const {
        return run([](const RawQuery<Mode>& q) { return q.template scalar<T>(); });
    }
    Result<std::int64_t> execute() const {
        return run([](const RawQuery<Mode>& q) { return q.execute(); });
    }

private:
    template <class F>
    auto run(F ask) const {
        return detail::behind_all<Mode>(
            at_,
            [operation = operation_, ask](const engine::Call& call) mutable {
                operation.call = call;
                return ask(RawQuery<Mode>(std::move(operation)));
            },
            !detail::only_reads(operation_.text));
    }

    detail::UnitOperation at_;
    detail::RawOperation operation_;
};

}  // namespace duet
