#pragma once

#include <duet/base/small_buffer.hpp>
#include <duet/schema/model_info.hpp>

#include <cstddef>
#include <cstdint>

namespace duet::engine {

/// Takes back what a write put into its objects (keys made here, times, versions) when the database refuses
/// it.
class Undo {
public:
    explicit Undo(const ModelInfo& model);

    /// To be called for each object before it is changed.
    void remember(const void* object);
    /// `first` is the first of the remembered objects, which lie one after the other.
    void restore(void* first) const noexcept;

private:
    const ModelInfo& model_;
    duet::detail::SmallBuffer<std::int16_t, 16> columns_;
    duet::detail::SmallBuffer<std::byte, 128> bytes_;
};

}  // namespace duet::engine
