#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <new>
#include <span>
#include <type_traits>

namespace duet::detail {

/// A growing array of trivially copyable elements whose first `N` live inside the object, so that ordinary
/// use allocates nothing. Copies and moves touch only the elements in use.
template <class T, std::size_t N>
class SmallBuffer {
    static_assert(std::is_trivially_copyable_v<T>);

public:
    SmallBuffer() noexcept {}
    SmallBuffer(const SmallBuffer& other) { append(other.data(), other.size_); }
    SmallBuffer(SmallBuffer&& other) noexcept { take(other); }
    SmallBuffer& operator=(const SmallBuffer& other) {
        if (this != &other) {
            size_ = 0;
            append(other.data(), other.size_);
        }
        return *this;
    }
    SmallBuffer& operator=(SmallBuffer&& other) noexcept {
        if (this != &other) {
            release();
            take(other);
        }
        return *this;
    }
    ~SmallBuffer() { release(); }

    std::size_t size() const noexcept { return size_; }
    bool empty() const noexcept { return size_ == 0; }
    const T* data() const noexcept { return heap_ != nullptr ? heap_ : inline_; }
    T* data() noexcept { return heap_ != nullptr ? heap_ : inline_; }
    const T& operator[](std::size_t i) const noexcept { return data()[i]; }
    T& operator[](std::size_t i) noexcept { return data()[i]; }
    const T* begin() const noexcept { return data(); }
    const T* end() const noexcept { return data() + size_; }
    std::span<const T> span() const noexcept { return {data(), size_}; }

    void clear() noexcept { size_ = 0; }
    void resize(std::size_t size) {
        if (size > size_) reserve(size);
        size_ = static_cast<std::uint32_t>(size);
    }
    void push(T value) {
        if (size_ == capacity_) reserve(size_ + std::size_t{1});
        data()[size_++] = value;
    }
    void append(const T* from, std::size_t count) {
        if (count == 0) return;
        reserve(size_ + count);
        std::memcpy(data() + size_, from, count * sizeof(T));
        size_ += static_cast<std::uint32_t>(count);
    }
    void reserve(std::size_t capacity) {
        if (capacity > capacity_) grow(capacity);
    }

private:
    void grow(std::size_t capacity) {
        if (capacity < std::size_t{capacity_} * 2) capacity = std::size_t{capacity_} * 2;
        T* bigger = static_cast<T*>(::operator new (capacity * sizeof(T), std::align_val_t{alignof(T)}));
        std::memcpy(static_cast<void*>(bigger), data(), size_ * sizeof(T));
        release();
        heap_ = bigger;
        capacity_ = static_cast<std::uint32_t>(capacity);
    }
    void take(SmallBuffer& other) noexcept {
        size_ = other.size_;
        if (other.heap_ != nullptr) {
            heap_ = other.heap_;
            capacity_ = other.capacity_;
            other.heap_ = nullptr;
            other.capacity_ = N;
        } else {
            std::memcpy(static_cast<void*>(inline_), other.inline_, size_ * sizeof(T));
        }
        other.size_ = 0;
    }
    void release() noexcept {
        if (heap_ == nullptr) return;
        ::operator delete (heap_, std::align_val_t{alignof(T)});
        heap_ = nullptr;
        capacity_ = N;
    }

    T* heap_ = nullptr;
    std::uint32_t size_ = 0;
    std::uint32_t capacity_ = N;
    union {  // left uninitialised: only the elements in use are ever read
        T inline_[N];
    };
};

}  // namespace duet::detail
