#pragma once

#include <cstddef>
#include <iterator>

namespace duet::detail {

/// Walks once over what comes bit by bit. It is the source that goes forward, and it must stay where it is:
/// `current()` is what it stands at, `advance()` takes it to the next one, `ended()` says that there is none.
template <class Source, class T>
class InputIterator {
public:
    using iterator_concept = std::input_iterator_tag;
    using value_type = T;
    using difference_type = std::ptrdiff_t;

    InputIterator() = default;
    explicit InputIterator(Source* source) : source_(source) {}
    auto& operator*() const { return source_->current(); }
    auto* operator->() const { return &source_->current(); }
    InputIterator& operator++() {
        source_->advance();
        return *this;
    }
    void operator++(int) { ++*this; }
    bool operator==(std::default_sentinel_t) const { return source_->ended(); }

private:
    Source* source_ = nullptr;
};

}  // namespace duet::detail
