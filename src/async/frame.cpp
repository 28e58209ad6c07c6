#include <duet/async/frame.hpp>

#include <array>
#include <cstdint>
#include <new>

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define DUET_RECYCLE_FRAMES 0
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer) || __has_feature(memory_sanitizer)
#define DUET_RECYCLE_FRAMES 0
#endif
#endif
#ifndef DUET_RECYCLE_FRAMES
#define DUET_RECYCLE_FRAMES 1
#endif

namespace duet::detail {

#if DUET_RECYCLE_FRAMES

namespace {

constexpr std::size_t granule = 64;
constexpr std::size_t class_count = 32;
constexpr std::size_t largest = granule * class_count;
constexpr std::size_t bytes_kept_per_class = 1024 * 1024;

struct Free {
    Free* next;
};
struct List {
    Free* head;
    std::uint32_t count;
};
enum class Phase : unsigned char { fresh, active, closed };

// Trivially destructible, so it stays usable while other thread-local objects are being destroyed.
struct Cache {
    List lists[class_count];
    Phase phase;
};
constinit thread_local Cache cache{};

struct Reaper {
    Reaper() noexcept { cache.phase = Phase::active; }
    Reaper(const Reaper&) = delete;
    Reaper& operator=(const Reaper&) = delete;
    ~Reaper() {
        cache.phase = Phase::closed;
        for (List& list : cache.lists) {
            while (list.head) {
                Free* block = list.head;
                list.head = block->next;
                ::operator delete(block);
            }
        }
    }
};

constexpr std::size_t class_of(std::size_t size) noexcept { return (size - 1) / granule; }

constexpr std::array<std::uint32_t, class_count> most_kept = [] {
    std::array<std::uint32_t, class_count> all{};
    for (std::size_t i = 0; i < class_count; ++i)
        all[i] = static_cast<std::uint32_t>(bytes_kept_per_class / ((i + 1) * granule));
    return all;
}();

[[gnu::noinline, gnu::cold]] bool open_cache() noexcept {
    if (cache.phase == Phase::closed) return false;
    thread_local Reaper reaper;
    static_cast<void>(reaper);
    return cache.phase == Phase::active;
}

}  // namespace

void* allocate_frame(std::size_t size) {
    if (size == 0 || size > largest) return ::operator new(size);
    const std::size_t index = class_of(size);
    List& list = cache.lists[index];
    if (Free* block = list.head) {
        list.head = block->next;
        --list.count;
        return block;
    }
    return ::operator new((index + 1) * granule);
}

void free_frame(void* frame, std::size_t size) noexcept {
    if (size != 0 && size <= largest) {
        const std::size_t index = class_of(size);
        List& list = cache.lists[index];
        if (list.count < most_kept[index] && (cache.phase == Phase::active || open_cache())) {
            list.head = ::new (frame) Free{list.head};
            ++list.count;
            return;
        }
    }
    ::operator delete(frame);
}

#else

void* allocate_frame(std::size_t size) { return ::operator new(size); }
void free_frame(void* frame, std::size_t) noexcept { ::operator delete(frame); }

#endif

}  // namespace duet::detail
