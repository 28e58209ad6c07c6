#pragma once

#include <utility>
#include <vector>

#include "expression_types.hpp"

namespace duet::detail {

inline ExpressionType of_kind(Kind kind, bool may_be_null, bool aggregates = false) {
    return {.kind = kind, .may_be_null = may_be_null, .aggregates = aggregates};
}
/// What a number computed from two others is.
Kind of_both(Kind a, Kind b);

/// Walks over one expression.
class Typer {
public:
    /// `source`: where the columns of the expression come from; may be null.
    Typer(Cursor expression, std::vector<const ModelInfo*> models, const Source* source = nullptr)
        : c_(expression), source_(source), models_(std::move(models)) {}

    ExpressionType run();
    const std::uint8_t* at() const { return c_.at; }
    bool reads_rows() const { return reads_rows_; }

private:
    ExpressionType next();
    void note_column() { reads_rows_ = reads_rows_ || aggregates_around_ == 0; }
    void note_column(std::string_view source);
    /// Enters an aggregate: what it is of is no row. With a window it is none. Returns what to set back to.
    int enter_aggregate();
    void leave_aggregate(bool windowed, bool within, int around);
    bool arguments(std::size_t count);
    ExpressionType predicate(std::size_t operands);

    // Without recursion: chains may be longer than expressions may be deep.
    ExpressionType logic();
    ExpressionType path(const ModelInfo* model);
    ExpressionType related(shape::Op op);
    ExpressionType query();
    ExpressionType call();

    /// What several values are as one; that of a column before that of a value.
    static Kind common(const std::vector<ExpressionType>& types);
    ExpressionType case_when();
    ExpressionType aggregate();

    /// With a window an aggregate is none: only what it is of may be.
    ExpressionType over();
    ExpressionType set_function();
    ExpressionType window_call();

    /// `first`: what the first term is, where that is asked for.
    bool order(ExpressionType* first = nullptr);
    bool window();

    Cursor c_;
    const Source* source_;
    bool reads_rows_ = false;
    bool windowed_ = false;                 // the aggregate that comes next has a window
    int aggregates_around_ = 0;             // what is being read
    bool within_ = false;                   // of the last aggregate: whether there is another one in it
    std::vector<const ModelInfo*> models_;  // from the outermost query inwards
    int depth_ = 0;
};

}  // namespace duet::detail
