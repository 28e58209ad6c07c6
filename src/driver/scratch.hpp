#pragma once

#include <cstddef>
#include <cstring>
#include <memory>
#include <string_view>
#include <vector>

namespace duet::driver {

/// Bytes that stay put until clear(). Keeps what it needed last time, so that repeated use allocates nothing.
class Scratch {
public:
    char* take(std::size_t size) {
        if (size > left_) grow(size);
        char* const out = next_;
        next_ += size;
        left_ -= size;
        return out;
    }
    std::string_view keep(std::string_view text) {
        char* const out = take(text.size());
        if (!text.empty()) std::memcpy(out, text.data(), text.size());
        return {out, text.size()};
    }
    void clear() {
        if (next_ != start_) rewind();
    }

private:
    struct Chunk {
        std::unique_ptr<char[]> bytes;
        std::size_t size;
    };
    static constexpr std::size_t first_size = 256;
    static constexpr std::size_t most_kept = 256 * 1024;

    void add(std::size_t size) {
        chunks_.push_back({std::unique_ptr<char[]>(new char[size]), size});
        next_ = chunks_.back().bytes.get();
        left_ = size;
    }
    void rewind() {
        if (chunks_.size() > 1) merge();
        start_ = next_ = chunks_[0].bytes.get();
        left_ = chunks_[0].size;
    }
    void grow(std::size_t size) {
        const std::size_t wanted = chunks_.empty() ? first_size : chunks_.back().size * 2;
        add(wanted < size ? size : wanted);
    }
    void merge() {
        std::size_t total = 0;
        for (const Chunk& chunk : chunks_) total += chunk.size;
        chunks_.clear();
        add(total < most_kept ? total : most_kept);
    }

    std::vector<Chunk> chunks_;
    char* start_ = nullptr;  // where next_ stands when nothing is in use
    char* next_ = nullptr;
    std::size_t left_ = 0;
};

}  // namespace duet::driver
