#pragma once

#include <duet/async/executor.hpp>

#include <utility>
#include <vector>

namespace duet::detail {

/// Waits by deadline, the nearest on top. A wait knows its place, so that it can leave from the middle.
class TimerHeap {
public:
    bool empty() const noexcept { return heap_.empty(); }
    Wait* top() const noexcept { return heap_.front(); }

    void push(Wait& wait) {
        heap_.push_back(&wait);
        wait.notes.heap_index = heap_.size();
        up(heap_.size() - 1);
    }

    void remove(Wait& wait) noexcept {
        if (wait.notes.heap_index == 0) return;
        const std::size_t place = wait.notes.heap_index - 1;
        wait.notes.heap_index = 0;
        Wait* const last = heap_.back();
        heap_.pop_back();
        if (last == &wait) return;
        put(place, last);
        up(place);
        down(last->notes.heap_index - 1);
    }

private:
    void put(std::size_t place, Wait* wait) noexcept {
        heap_[place] = wait;
        wait->notes.heap_index = place + 1;  // 0: not in the heap
    }
    void up(std::size_t place) noexcept {
        Wait* const wait = heap_[place];
        while (place > 0 && wait->deadline < heap_[(place - 1) / 2]->deadline) {
            put(place, heap_[(place - 1) / 2]);
            place = (place - 1) / 2;
        }
        put(place, wait);
    }
    void down(std::size_t place) noexcept {
        Wait* const wait = heap_[place];
        for (;;) {
            std::size_t child = 2 * place + 1;
            if (child >= heap_.size()) break;
            if (child + 1 < heap_.size() && heap_[child + 1]->deadline < heap_[child]->deadline) ++child;
            if (!(heap_[child]->deadline < wait->deadline)) break;
            put(place, heap_[child]);
            place = child;
        }
        put(place, wait);
    }

    std::vector<Wait*> heap_;
};

}  // namespace duet::detail
