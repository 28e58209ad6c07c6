#include "expression_types.hpp"

#include <duet/base/error.hpp>

#include <algorithm>
#include <utility>
#include <vector>

#include "typer.hpp"

namespace duet::detail {

using shape::Op;

const TypeInfo& type_in_database(const TypeInfo& type) {
    const TypeInfo* stored = &type;
    while (stored->base != nullptr &&
           (stored->nullable != nullptr || (stored->kind == Kind::custom && stored->sql_type.empty())))
        stored = stored->base;
    return *stored;
}

Kind kind_in_database(const TypeInfo& type) {
    const TypeInfo& stored = type_in_database(type);
    if (stored.kind == Kind::custom) return Kind::text;  // of a type that only the database knows
    if (stored.kind != Kind::enumeration) return stored.kind;
    return stored.ops.enumeration->as_integer ? Kind::int64 : Kind::text;
}

Kind of_moments(Op op, Kind a, Kind b) {
    const auto is_moment = [](Kind kind) { return kind == Kind::timestamp || kind == Kind::date; };
    const bool shifts = is_moment(a) && b == Kind::duration;
    if (op == Op::add && (shifts || (a == Kind::duration && is_moment(b)))) return Kind::timestamp;
    if (op == Op::sub && shifts) return Kind::timestamp;
    return op == Op::sub && is_moment(a) && is_moment(b) ? Kind::duration : Kind::null;
}

namespace {

ExpressionType of_column(const ColumnInfo& column, bool may_be_null) {
    return {.kind = kind_in_database(*column.type),
            .type = &type_in_database(*column.type),
            .may_be_null = may_be_null || column.type->nullable != nullptr};
}

}  // namespace

Kind of_both(Kind a, Kind b) {
    if (a == Kind::null || b == Kind::null) return Kind::null;
    if (a == Kind::duration && b == Kind::duration) return Kind::duration;
    if (a == Kind::decimal || b == Kind::decimal || a == Kind::decimal_text || b == Kind::decimal_text)
        return Kind::decimal;
    if (is_float(a) || is_float(b)) return Kind::float64;
    return Kind::int64;
}

ExpressionType Typer::run() {
    constexpr int max_depth = 1000;
    if (++depth_ > max_depth) throw InvalidQuery("the condition is nested too deeply");
    const ExpressionType out = next();
    --depth_;
    return out;
}

ExpressionType Typer::next() {
    const Op op = c_.op();
    switch (op) {
        case Op::column:
            note_column();
            return of_column(models_.back()->columns[c_.u8()], false);
        case Op::path:
            note_column();
            return path(models_.back());
        case Op::outer: {
            const ModelInfo& model = c_.model();
            return of_column(model.columns[c_.u8()], false);
        }
        case Op::refused:
            return of_column(models_.back()->columns[c_.u8()], false);
        case Op::by_default:
            return {};
        case Op::alias_column: {
            note_column(c_.name());
            const ModelInfo& model = c_.model();
            return of_column(model.columns[c_.u8()], true);
        }
        case Op::alias_path:
            note_column(c_.name());
            return path(&c_.model());
        case Op::value:
        case Op::list: {
            ExpressionType out = of_kind(static_cast<Kind>(c_.u8()), false);
            if (out.kind == Kind::text_view) out.kind = Kind::text;
            if (out.kind == Kind::blob_view) out.kind = Kind::blob;
            out.is_value = true;
            return out;
        }
        case Op::null:
            return {.is_value = true};
        case Op::now:
            return of_kind(Kind::timestamp, false);
        case Op::add:
        case Op::sub:
        case Op::mul:
        case Op::div:
        case Op::mod: {
            const ExpressionType a = run();
            const ExpressionType b = run();
            const bool divides = op == Op::div || op == Op::mod;
            const Kind moment = of_moments(op, a.kind, b.kind);
            return of_kind(moment == Kind::null ? of_both(a.kind, b.kind) : moment,
                           a.may_be_null || b.may_be_null || divides, a.aggregates || b.aggregates);
        }
        case Op::negate: {
            const ExpressionType a = run();
            return of_kind(a.kind, a.may_be_null, a.aggregates);
        }
        case Op::in_query:
        case Op::not_in_query: {
            const ExpressionType out = predicate(1);
            query();
            return out;
        }
        case Op::exists:
            query();
            return of_kind(Kind::boolean, false);
        case Op::scalar_query: {
            ExpressionType out = query();
            out.may_be_null = true;
            out.aggregates = false;
            return out;
        }
        case Op::any_related:
        case Op::all_related:
        case Op::none_related:
        case Op::count_related:
            return related(op);
        case Op::between:
            return predicate(3);
        case Op::logical_and:
        case Op::logical_or:
        case Op::logical_not:
            --c_.at;
            return logic();
        case Op::is_null:
        case Op::is_not_null:
        case Op::is_true:
        case Op::is_false:
            return predicate(1);
        case Op::always:
        case Op::never:
            return of_kind(Kind::boolean, false);
        case Op::call:
            return call();
        case Op::call_named:
            c_.name();
            return of_kind(Kind::null, true, arguments(c_.u8()));
        case Op::cast: {
            const auto kind = static_cast<Kind>(c_.u8());
            const ExpressionType a = run();
            return of_kind(kind, a.may_be_null, a.aggregates);
        }
        case Op::date_part:
        case Op::date_trunc: {
            const auto part = static_cast<shape::DatePart>(c_.u8());
            const ExpressionType a = run();
            const Kind kind = op == Op::date_trunc            ? Kind::timestamp
                              : part == shape::DatePart::date ? Kind::date
                                                              : Kind::int64;
            return of_kind(kind, a.may_be_null, a.aggregates);
        }
        case Op::case_when:
            return case_when();
        case Op::aggregate:
            return aggregate();
        case Op::json_get: {
            const auto kind = static_cast<Kind>(c_.u8());
            ExpressionType out = of_kind(kind, true, arguments(2));
            out.in_json = true;
            return out;
        }
        case Op::json_contains:
            return predicate(3);
        case Op::label:
            c_.name();
            return {};
        case Op::text_config:
            c_.name();
            return {};
        case Op::over:
            return over();
        case Op::window_call:
            return window_call();
        case Op::set_function:
            return set_function();
        case Op::json_object:
            return of_kind(Kind::json, false, arguments(c_.u8() * std::size_t{2}));
        case Op::json_array:
            return of_kind(Kind::json, false, arguments(c_.u8()));
        case Op::array_of:
            return of_kind(Kind::array, false, arguments(c_.u8()));
        case Op::array_length:
            return of_kind(Kind::int64, true, arguments(1));
        case Op::cast_to: {
            const auto kind = static_cast<Kind>(c_.u8());
            c_.name();
            const ExpressionType a = run();
            return of_kind(kind, a.may_be_null, a.aggregates);
        }
        case Op::collate: {
            c_.name();
            const ExpressionType a = run();
            return of_kind(a.kind, a.may_be_null, a.aggregates);
        }
        case Op::operator_call: {
            const auto kind = static_cast<Kind>(c_.u8());
            c_.name();
            return of_kind(kind, true, arguments(c_.u8()));
        }
        case Op::fragment: {
            const auto kind = static_cast<Kind>(c_.u8());
            const std::size_t operands = c_.u8();
            for (std::size_t i = 0; i <= operands; ++i) c_.text();
            return of_kind(kind, true, arguments(operands));
        }
        case Op::constant:
            c_.u32();
            c_.u32();
            return of_kind(Kind::float64, false);
        case Op::row_compare:
            c_.u8();
            return predicate(c_.u8() * std::size_t{2});
        case Op::row_in_query: {
            c_.u8();
            const ExpressionType out = predicate(c_.u8());
            query();
            return out;
        }
        case Op::grouping: {
            arguments(c_.u8());
            return of_kind(Kind::int64, false, true);
        }
        case Op::link_owner:
        case Op::none:
            return {};
        default:
            return predicate(2);
    }
}

void Typer::note_column(std::string_view source) {
    if (source_ != nullptr && source_->named(source) != nullptr) note_column();
}

int Typer::enter_aggregate() {
    const int before = aggregates_around_;
    if (!std::exchange(windowed_, false)) ++aggregates_around_;
    return before;
}

void Typer::leave_aggregate(bool windowed, bool within, int around) {
    if (within && !windowed)
        throw InvalidQuery("an aggregate of an aggregate needs a window, or a subquery around the inner one");
    within_ = within;
    aggregates_around_ = around;
}

bool Typer::arguments(std::size_t count) {
    bool aggregates = false;
    for (std::size_t i = 0; i < count; ++i) aggregates = run().aggregates || aggregates;
    return aggregates;
}

ExpressionType Typer::predicate(std::size_t operands) {
    return of_kind(Kind::boolean, true, arguments(operands));
}

ExpressionType Typer::logic() {
    bool aggregates = false;
    for (std::size_t operands = 1; operands > 0; --operands) {
        const auto op = static_cast<Op>(*c_.at);
        if (op == Op::logical_and || op == Op::logical_or || op == Op::logical_not) {
            ++c_.at;
            operands += op == Op::logical_not ? 1 : 2;
        } else {
            aggregates = run().aggregates || aggregates;
        }
    }
    return of_kind(Kind::boolean, true, aggregates);
}

ExpressionType Typer::path(const ModelInfo* model) {
    for (std::size_t hops = c_.u8(); hops > 0; --hops) model = &model->relations[c_.u8()].target();
    return of_column(model->columns[c_.u8()], true);
}

ExpressionType Typer::related(Op op) {
    const ModelInfo* model = models_.back();
    for (std::size_t hops = c_.u8(); hops > 0; --hops) model = &model->relations[c_.u8()].target();
    if (c_.u8() != 0) {
        models_.push_back(model);
        ++aggregates_around_;  // of other rows
        run();
        --aggregates_around_;
        models_.pop_back();
    }
    return of_kind(op == Op::count_related ? Kind::int64 : Kind::boolean, false);
}

ExpressionType Typer::query() {
    const ModelInfo& model = c_.model();
    c_.u32();
    const std::uint8_t column = c_.u8();
    const std::size_t length = c_.u16();
    c_.u16();
    const std::uint8_t* const end = c_.at + length;
    ExpressionType out = of_column(model.columns[column], false);
    for (ClauseView& clause : clauses_of(c_.at, length, 0)) {
        if (clause.clause == shape::Clause::compound) out = {};
        if (clause.clause != shape::Clause::select) continue;
        clause.body.name();
        std::vector<const ModelInfo*> inner = models_;
        inner.push_back(&model);
        out = Typer(clause.body, std::move(inner)).run();
    }
    c_.at = end;
    return out;
}

ExpressionType take_type(Cursor& expression, const Scope& scope) {
    std::vector<const ModelInfo*> models;
    for (const Scope* s = &scope; s != nullptr; s = s->parent) models.push_back(s->source->root().model);
    std::reverse(models.begin(), models.end());
    Typer typer(expression, std::move(models), scope.source);
    ExpressionType out = typer.run();
    out.reads_rows = typer.reads_rows();
    expression.at = typer.at();
    return out;
}

ExpressionType type_of(Cursor expression, const Scope& scope) { return take_type(expression, scope); }

}  // namespace duet::detail
