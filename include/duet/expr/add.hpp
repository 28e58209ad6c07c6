#pragma once

#include <duet/expr/logic.hpp>
#include <duet/shape/fragment.hpp>

#include <cstdint>
#include <string_view>

namespace duet::expr {

/// What an expression is to become.
enum class Role : std::uint8_t {
    condition,  // a bare condition, without a clause
    where,
    having,
    group,
    order,   // e is an Ordering
    select,  // e is any expression, with its label where it has one
    set,     // e is an Assignment
    value,   // a bare value, without a clause
};

/// What E is for M in this role. A comparison where an assignment belongs, or the other way round, is one
/// typing mistake away.
template <Role R, class M, class E>
consteval Checked checked_as() {
    constexpr bool assigns = requires { typename E::duet_assignment; };
    if constexpr (R == Role::set && !assigns) {
        return {&null_type, true, Fault::no_assignment};
    } else if constexpr (R != Role::set && R != Role::value && !Expression<E>) {
        return {&null_type, true, Fault::no_expression};
    } else if constexpr (R == Role::condition || R == Role::where || R == Role::having) {
        return as_condition(checked<M, E>);
    } else {
        return checked<M, E>;
    }
}

/// Checks `e` against the model M and writes it as a clause (or bare) to `out`.
///
/// The one place where mistakes in expressions become compile errors. Call it straight from the function that
/// the user calls, so that the answer stays short.
template <Role R, class M, class E>
void add(shape::Fragment& out, const E& e) {
    constexpr Checked outcome = checked_as<R, M, E>();
    if constexpr (!outcome.ok()) {
        constexpr Fault fault = outcome.fault;
        constexpr bool name_is_known = fault != Fault::unknown_name;
        static_assert(name_is_known,
                      "duet: the model (or one on the path) has no column or relation of this name");
        constexpr bool is_a_column = fault != Fault::no_column;
        static_assert(is_a_column,
                      "duet: this relation has many rows and is no column; use any, all, none or count_of");
        constexpr bool types_fit = fault != Fault::not_comparable;
        static_assert(types_fit, "duet: this column cannot be compared with a value of this type");
        constexpr bool has_order = fault != Fault::no_order;
        static_assert(has_order, "duet: values of this type have no order; compare them with == and != only");
        constexpr bool is_text = fault != Fault::not_text;
        static_assert(is_text, "duet: this lookup needs a text column and a text");
        constexpr bool is_number = fault != Fault::not_number;
        static_assert(is_number, "duet: arithmetic needs numbers; duet::concat joins texts");
        constexpr bool is_boolean = fault != Fault::not_boolean;
        static_assert(is_boolean, "duet: is_true and is_false need a bool column or a place inside JSON");
        constexpr bool is_json = fault != Fault::not_json;
        static_assert(is_json, "duet: only a Json column has keys and indexes");
        constexpr bool is_array = fault != Fault::not_array;
        static_assert(is_array, "duet: this needs an array column");
        constexpr bool is_date = fault != Fault::not_date;
        static_assert(is_date, "duet: this needs a Date, Time or Timestamp");
        constexpr bool is_tsvector = fault != Fault::not_tsvector;
        static_assert(is_tsvector, "duet: this needs a pg::TsVector column or duet::to_tsvector(...)");
        constexpr bool is_tsquery = fault != Fault::not_tsquery;
        static_assert(is_tsquery,
                      "duet: this needs a query of text search, as duet::websearch_to_tsquery(...) makes it");
        constexpr bool is_range = fault != Fault::not_range;
        static_assert(is_range, "duet: this needs a pg::Range and a value or a range of its type");
        constexpr bool is_relation = fault != Fault::not_a_relation;
        static_assert(is_relation, "duet: any, all, none and count_of need a relation of the model");
        constexpr bool leads_to_many = fault != Fault::not_many;
        static_assert(
            leads_to_many,
            "duet: any, all, none and count_of need a relation to other rows that refer here (HasMany, "
            "HasOne, ManyToMany); compare across a BelongsTo with a path");
        constexpr bool same_model = fault != Fault::other_model;
        static_assert(same_model, "duet: this expression belongs to another model than the query");
        constexpr bool can_be_assigned = fault != Fault::not_assignable;
        static_assert(can_be_assigned, "duet: this column cannot be set to a value of this type");
        constexpr bool may_be_null = fault != Fault::needs_value;
        static_assert(may_be_null,
                      "duet: this column cannot be NULL; make the member a std::optional for that");
        constexpr bool has_single_key = fault != Fault::composite_key;
        static_assert(has_single_key, "duet: this needs a model whose primary key is one column");
        constexpr bool is_condition = fault != Fault::no_condition;
        static_assert(is_condition,
                      "duet: this is a value, where a condition is needed; compare it with something");
        constexpr bool fits_in_a_list = fault != Fault::not_in_lists;
        static_assert(fits_in_a_list, "duet: in_ and not_in cannot take values of this type");
        constexpr bool is_expression = fault != Fault::no_expression;
        static_assert(
            is_expression,
            "duet: a column or a condition is needed here, as in \"age\"_c >= 18 (= assigns, == compares)");
        constexpr bool is_assignment = fault != Fault::no_assignment;
        static_assert(is_assignment,
                      "duet: an assignment is needed here, as in \"age\"_c = 18 (== compares)");
        constexpr bool is_supported = fault != Fault::unsupported_value;
        static_assert(is_supported, "duet: a value of this type cannot be part of a query");
        constexpr bool results_agree = fault != Fault::mixed_results;
        static_assert(results_agree, "duet: the values that this may result in are of different types");
        constexpr bool has_window = fault != Fault::no_window;
        static_assert(has_window, "duet: a window function needs a window: .over(...)");
        constexpr bool has_arrays = fault != Fault::no_array;
        static_assert(has_arrays, "duet: there are no arrays of values of this type");
        constexpr bool is_one_column = fault != Fault::many_columns;
        static_assert(is_one_column,
                      "duet: in_ needs a statement of one column; duet::tuple(...).in_ takes more");
        constexpr bool as_many = fault != Fault::other_length;
        static_assert(as_many, "duet: a row is looked for among rows, or in a statement, of as many columns");
        constexpr bool is_row = fault != Fault::no_row;
        static_assert(is_row,
                      "duet: a row is looked for among duet::tuple(...), std::tuple or std::pair, in a range "
                      "or one by one, or in a statement");
    } else if constexpr (R == Role::condition || R == Role::value) {
        e.template emit<M>(out);
    } else if constexpr (R == Role::where || R == Role::having) {
        if constexpr (requires { e.empty(); }) {
            if (e.empty()) return;
        }
        const std::size_t begun = out.begin(R == Role::where ? shape::Clause::where : shape::Clause::having);
        e.template emit<M>(out);
        out.end(begun);
    } else if constexpr (R == Role::group) {
        const std::size_t begun = out.begin(shape::Clause::group);
        e.template emit<M>(out);
        out.end(begun);
    } else if constexpr (R == Role::select) {
        const std::size_t begun = out.begin(shape::Clause::select);
        if constexpr (requires { e.label(); }) {
            out.name(e.label());
        } else {
            out.name("_");
        }
        e.template emit<M>(out);
        out.end(begun);
    } else if constexpr (R == Role::order) {
        const std::size_t begun = out.begin(shape::Clause::order);
        if constexpr (requires { e.order_flags(); }) {
            out.u8(e.order_flags());
        } else {
            out.u8(0);
        }
        e.template emit<M>(out);
        out.end(begun);
    } else {
        static_assert(R == Role::set);
        const std::size_t begun = out.begin(shape::Clause::set);
        e.template emit<M>(out);
        out.end(begun);
    }
}

}  // namespace duet::expr
