#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <source_location>
#include <string_view>
#include <utility>

namespace duet {

class Error;

/// One statement that was sent. Valid during the call of the hook only.
struct QueryEvent {
    std::string_view sql;  // with placeholders; values are never shown
    std::chrono::nanoseconds duration;
    std::size_t parameters = 0;    // how many values went along
    std::size_t rows = 0;          // rows read
    std::int64_t affected = 0;     // rows changed
    std::source_location where;    // the user's call
    const Error* error = nullptr;  // null when it succeeded
    std::string_view node{};       // the server's name, in a database with replicas
};

namespace detail {

/// A list of hooks that is cheap to find empty. Thread-safe: a change makes a new list.
class QueryHooks {
public:
    using Call = void (*)(void* context, const QueryEvent&);

    QueryHooks();
    ~QueryHooks();
    QueryHooks(const QueryHooks&) = delete;
    QueryHooks& operator=(const QueryHooks&) = delete;

    bool empty() const noexcept;
    std::uint64_t add(std::shared_ptr<void> context, Call call);
    void remove(std::uint64_t id) noexcept;
    /// What a hook throws is swallowed: logging must not change what a program does.
    void fire(const QueryEvent& event) const noexcept;

private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace detail

/// Keeps a query hook in place; removes it when destroyed. Must not outlive its database.
class QueryHook {
public:
    QueryHook() noexcept = default;
    QueryHook(detail::QueryHooks& hooks, std::uint64_t id) noexcept : hooks_(&hooks), id_(id) {}
    QueryHook(QueryHook&& other) noexcept : hooks_(std::exchange(other.hooks_, nullptr)), id_(other.id_) {}
    QueryHook& operator=(QueryHook&& other) noexcept {
        std::swap(hooks_, other.hooks_);
        std::swap(id_, other.id_);
        return *this;
    }
    ~QueryHook() {
        if (hooks_ != nullptr) hooks_->remove(id_);
    }

private:
    detail::QueryHooks* hooks_ = nullptr;
    std::uint64_t id_ = 0;
};

}  // namespace duet
