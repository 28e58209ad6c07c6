#pragma once

#include <duet/expr/expression.hpp>

#include <chrono>
#include <cstdint>
#include <string_view>

namespace duet::expr {

/// One end of a frame: so many rows, groups of equal rows or, in range(), units of what is ordered by.
struct FrameEnd {
    shape::FrameBound bound = shape::FrameBound::current_row;
    bool is_time = false;
    std::int64_t offset = 0;  // of time: microseconds
};

/// The rows around each row that a window function looks at.
struct Frame {
    shape::FrameUnit unit = shape::FrameUnit::none;
    FrameEnd start{};
    FrameEnd end{};
    shape::FrameExclusion exclusion = shape::FrameExclusion::none;

    // Leave out rows of the frame: the current row; it and those equal to it; only those equal to it.
    // UnsupportedByDialect where the database has no such words (MariaDB).
    Frame exclude_current_row() const { return excluding(shape::FrameExclusion::current_row); }
    Frame exclude_group() const { return excluding(shape::FrameExclusion::group); }
    Frame exclude_ties() const { return excluding(shape::FrameExclusion::ties); }

private:
    Frame excluding(shape::FrameExclusion what) const {
        Frame copy = *this;
        copy.exclusion = what;
        return copy;
    }
};

/// The ends by their types, so that a frame that ends before it starts does not compile.
template <shape::FrameBound B>
struct FrameEdge {
    FrameEnd end{};
};

template <shape::FrameBound Start, shape::FrameBound End>
Frame make_frame(shape::FrameUnit unit, FrameEdge<Start> start, FrameEdge<End> end) {
    constexpr bool in_order = Start <= End && Start != shape::FrameBound::unbounded_following &&
                              End != shape::FrameBound::unbounded_preceding;
    static_assert(in_order, "duet: a frame cannot end before it starts");
    return {unit, start.end, end.end};
}

/// Throws InvalidQuery for a negative offset.
FrameEnd frame_end(shape::FrameBound bound, std::int64_t offset, bool is_time);

void emit_window_name(shape::Fragment& out, std::string_view name);
void emit_frame(shape::Fragment& out, const Frame& frame);

}  // namespace duet::expr

namespace duet {

inline constexpr expr::FrameEdge<shape::FrameBound::unbounded_preceding> unbounded_preceding{
    {shape::FrameBound::unbounded_preceding}};
inline constexpr expr::FrameEdge<shape::FrameBound::current_row> current_row{};
inline constexpr expr::FrameEdge<shape::FrameBound::unbounded_following> unbounded_following{
    {shape::FrameBound::unbounded_following}};

/// So many rows (in groups(): groups; in range(): units) before the current row, or behind it. Throws
/// InvalidQuery for negative numbers.
inline expr::FrameEdge<shape::FrameBound::preceding> preceding(std::int64_t offset) {
    return {expr::frame_end(shape::FrameBound::preceding, offset, false)};
}
inline expr::FrameEdge<shape::FrameBound::following> following(std::int64_t offset) {
    return {expr::frame_end(shape::FrameBound::following, offset, false)};
}
/// In range() over moments: so long before or behind the current row. PostgreSQL alone.
inline expr::FrameEdge<shape::FrameBound::preceding> preceding(std::chrono::microseconds offset) {
    return {expr::frame_end(shape::FrameBound::preceding, offset.count(), true)};
}
inline expr::FrameEdge<shape::FrameBound::following> following(std::chrono::microseconds offset) {
    return {expr::frame_end(shape::FrameBound::following, offset.count(), true)};
}

/// A frame of rows, from `start` to `end`.
template <shape::FrameBound Start, shape::FrameBound End>
expr::Frame rows(expr::FrameEdge<Start> start, expr::FrameEdge<End> end) {
    return expr::make_frame(shape::FrameUnit::rows, start, end);
}
/// A frame by values of the one term that the window is ordered by.
template <shape::FrameBound Start, shape::FrameBound End>
expr::Frame range(expr::FrameEdge<Start> start, expr::FrameEdge<End> end) {
    return expr::make_frame(shape::FrameUnit::range, start, end);
}
/// A frame of groups of rows that are equal in the order of the window. Not on MariaDB.
template <shape::FrameBound Start, shape::FrameBound End>
expr::Frame groups(expr::FrameEdge<Start> start, expr::FrameEdge<End> end) {
    return expr::make_frame(shape::FrameUnit::groups, start, end);
}

}  // namespace duet
