#pragma once

#include <compare>
#include <cstddef>
#include <iterator>
#include <type_traits>

namespace duet::detail {

/// Walks over objects that lie one after the other, or over a list of the addresses of objects.
template <class T>
class RowIterator {
public:
    using iterator_category = std::random_access_iterator_tag;
    using value_type = std::remove_const_t<T>;
    using difference_type = std::ptrdiff_t;
    using pointer = T*;
    using reference = T&;

    RowIterator() = default;
    explicit RowIterator(T* row) : row_(row) {}
    explicit RowIterator(void* const* place) : place_(place) {}
    // NOLINTNEXTLINE(google-explicit-constructor)
    operator RowIterator<const T>() const requires(!std::is_const_v<T>) {
        return place_ != nullptr ? RowIterator<const T>(place_) : RowIterator<const T>(row_);
    }

    T& operator*() const { return place_ != nullptr ? *static_cast<T*>(*place_) : *row_; }
    T* operator->() const { return &**this; }
    T& operator[](difference_type n) const { return *(*this + n); }
    RowIterator& operator+=(difference_type n) {
        if (place_ != nullptr) {
            place_ += n;
        } else {
            row_ += n;
        }
        return *this;
    }
    RowIterator& operator-=(difference_type n) { return *this += -n; }
    RowIterator& operator++() { return *this += 1; }
    RowIterator& operator--() { return *this -= 1; }
    RowIterator operator++(int) {
        RowIterator before = *this;
        ++*this;
        return before;
    }
    RowIterator operator--(int) {
        RowIterator before = *this;
        --*this;
        return before;
    }
    friend RowIterator operator+(RowIterator i, difference_type n) { return i += n; }
    friend RowIterator operator+(difference_type n, RowIterator i) { return i += n; }
    friend RowIterator operator-(RowIterator i, difference_type n) { return i -= n; }
    friend difference_type operator-(RowIterator a, RowIterator b) {
        return a.place_ != nullptr ? a.place_ - b.place_ : a.row_ - b.row_;
    }
    friend bool operator==(RowIterator a, RowIterator b) { return a.row_ == b.row_ && a.place_ == b.place_; }
    friend std::strong_ordering operator<=>(RowIterator a, RowIterator b) { return a - b <=> 0; }

private:
    T* row_ = nullptr;
    void* const* place_ = nullptr;
};

}  // namespace duet::detail
