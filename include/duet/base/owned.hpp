#pragma once

#include <cstddef>
#include <memory>
#include <utility>

namespace duet::detail {

/// An object that is deleted with its owner: what std::unique_ptr is, for members of public classes, where
/// each instance of that costs every program that includes them milliseconds.
template <class T>
class Owned {
public:
    Owned() noexcept = default;
    explicit Owned(T* object) noexcept : object_(object) {}
    // NOLINTNEXTLINE(google-explicit-constructor)
    Owned(std::nullptr_t) noexcept {}
    Owned(Owned&& other) noexcept : object_(other.release()) {}
    template <class Derived>
    // NOLINTNEXTLINE(google-explicit-constructor)
    Owned(Owned<Derived>&& other) noexcept : object_(other.release()) {}
    template <class Derived>
    // NOLINTNEXTLINE(google-explicit-constructor)
    Owned(std::unique_ptr<Derived>&& other) noexcept : object_(other.release()) {}
    Owned& operator=(Owned&& other) noexcept {
        reset(other.release());
        return *this;
    }
    ~Owned() { destroy(object_); }

    T* get() const noexcept { return object_; }
    T& operator*() const noexcept { return *object_; }
    T* operator->() const noexcept { return object_; }
    explicit operator bool() const noexcept { return object_ != nullptr; }
    bool operator==(std::nullptr_t) const noexcept { return object_ == nullptr; }

    T* release() noexcept { return std::exchange(object_, nullptr); }
    void reset(T* object = nullptr) noexcept { destroy(std::exchange(object_, object)); }

private:
    static void destroy(T* object) noexcept {
        static_assert(sizeof(T) > 0, "what is deleted has to be complete");
        delete object;
    }

    T* object_ = nullptr;
};

template <class T, class... A>
Owned<T> make_owned(A&&... arguments) {
    return Owned<T>(new T(std::forward<A>(arguments)...));
}

}  // namespace duet::detail
