#include <duet/base/error.hpp>
#include <duet/expr/window.hpp>

#include <limits>

namespace duet::expr {

void OrderText::emit_order_text(shape::Fragment& out, const ModelInfo& model, std::string_view text) {
    const bool descending = text.starts_with('-');
    if (descending) text.remove_prefix(1);
    out.u8(descending ? shape::order_descending : 0);
    emit_column(out, resolve_column(model, text));
}

void emit_window_name(shape::Fragment& out, std::string_view name) {
    if (name.empty()) return out.u8(0);
    out.name(name);
}

namespace {
void emit_end(shape::Fragment& out, const FrameEnd& end) {
    out.u8(static_cast<std::size_t>(end.bound));
    out.u8(end.is_time ? 1 : 0);
    const auto offset = static_cast<std::uint64_t>(end.offset);
    out.u32(static_cast<std::uint32_t>(offset));
    out.u32(static_cast<std::uint32_t>(offset >> 32));
}
}  // namespace

void emit_frame(shape::Fragment& out, const Frame& frame) {
    out.u8(static_cast<std::size_t>(frame.unit));
    if (frame.unit == shape::FrameUnit::none) return;
    if (frame.unit != shape::FrameUnit::range && (frame.start.is_time || frame.end.is_time))
        throw InvalidQuery("a frame of rows or groups is not measured in time: that is what range() is for");
    emit_end(out, frame.start);
    emit_end(out, frame.end);
    out.u8(static_cast<std::size_t>(frame.exclusion));
}

FrameEnd frame_end(shape::FrameBound bound, std::int64_t offset, bool is_time) {
    if (offset < 0) throw InvalidQuery("the offset of a frame must not be negative");
    return {bound, is_time, offset};
}

std::uint32_t window_number(std::int64_t number, std::int64_t least) {
    if (number < least || number > std::numeric_limits<std::int32_t>::max())
        throw InvalidQuery("a window function cannot count with " + std::to_string(number));
    return static_cast<std::uint32_t>(number);
}

}  // namespace duet::expr
