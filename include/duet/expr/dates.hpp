#pragma once

#include <duet/expr/lookups.hpp>

namespace duet::expr {

constexpr Checked check_date(Checked of, const TypeInfo& result) {
    if (!of.ok()) return of;
    const Family f = family(*of.type);
    const bool fine = f == Family::date || f == Family::timestamp || f == Family::time || f == Family::any;
    return fine ? computed(result, of, of.nullable) : refuse(of, Fault::not_date);
}

/// A part of a date as a number, or its day.
template <class E, bool IsDay>
struct DatePartOf : Lookups<DatePartOf<E, IsDay>> {
    shape::DatePart part;
    E operand;

    DatePartOf(shape::DatePart p, E e) : part(p), operand(std::move(e)) {}

    template <class M>
    static consteval Checked check() {
        return check_date(checked<M, E>, IsDay ? date_type : duet::detail::int64_value);
    }
    template <class M>
    void emit(shape::Fragment& out) const {
        out.op(shape::Op::date_part);
        out.u8(static_cast<std::size_t>(part));
        operand.template emit<M>(out);
    }
};

/// The start of the period that a moment lies in, as a Timestamp.
template <class E>
struct Truncated : Lookups<Truncated<E>> {
    shape::DatePart part;
    E operand;

    Truncated(shape::DatePart p, E e) : part(p), operand(std::move(e)) {}

    template <class M>
    static consteval Checked check() {
        return check_date(checked<M, E>, timestamp_type);
    }
    template <class M>
    void emit(shape::Fragment& out) const {
        out.op(shape::Op::date_trunc);
        out.u8(static_cast<std::size_t>(part));
        operand.template emit<M>(out);
    }
};

template <class E>
auto date_part(shape::DatePart part, const E& e) {
    return DatePartOf<E, false>(part, e);
}
template <class E>
auto truncated(shape::DatePart part, const E& e) {
    return Truncated<E>(part, e);
}

}  // namespace duet::expr

namespace duet {

// Parts of a Date or Timestamp (UTC) as numbers.

template <expr::Expression E>
auto year(const E& e) {
    return expr::date_part(shape::DatePart::year, e);
}
/// 1 to 4.
template <expr::Expression E>
auto quarter(const E& e) {
    return expr::date_part(shape::DatePart::quarter, e);
}
template <expr::Expression E>
auto month(const E& e) {
    return expr::date_part(shape::DatePart::month, e);
}
/// The week of ISO 8601, 1 to 53.
template <expr::Expression E>
auto week(const E& e) {
    return expr::date_part(shape::DatePart::week, e);
}
template <expr::Expression E>
auto day(const E& e) {
    return expr::date_part(shape::DatePart::day, e);
}
template <expr::Expression E>
auto hour(const E& e) {
    return expr::date_part(shape::DatePart::hour, e);
}
template <expr::Expression E>
auto minute(const E& e) {
    return expr::date_part(shape::DatePart::minute, e);
}
template <expr::Expression E>
auto second(const E& e) {
    return expr::date_part(shape::DatePart::second, e);
}
/// 0 (Sunday) to 6.
template <expr::Expression E>
auto weekday(const E& e) {
    return expr::date_part(shape::DatePart::weekday, e);
}
/// 1 to 366.
template <expr::Expression E>
auto day_of_year(const E& e) {
    return expr::date_part(shape::DatePart::day_of_year, e);
}
/// The day of a moment, as a Date.
template <expr::Expression E>
auto date(const E& e) {
    return expr::DatePartOf<E, true>(shape::DatePart::date, e);
}

// The start of the year, the month, ... that a moment lies in, as a Timestamp. Weeks start on Monday.

template <expr::Expression E>
auto trunc_year(const E& e) {
    return expr::truncated(shape::DatePart::year, e);
}
template <expr::Expression E>
auto trunc_quarter(const E& e) {
    return expr::truncated(shape::DatePart::quarter, e);
}
template <expr::Expression E>
auto trunc_month(const E& e) {
    return expr::truncated(shape::DatePart::month, e);
}
template <expr::Expression E>
auto trunc_week(const E& e) {
    return expr::truncated(shape::DatePart::week, e);
}
template <expr::Expression E>
auto trunc_day(const E& e) {
    return expr::truncated(shape::DatePart::day, e);
}
template <expr::Expression E>
auto trunc_hour(const E& e) {
    return expr::truncated(shape::DatePart::hour, e);
}
template <expr::Expression E>
auto trunc_minute(const E& e) {
    return expr::truncated(shape::DatePart::minute, e);
}
template <expr::Expression E>
auto trunc_second(const E& e) {
    return expr::truncated(shape::DatePart::second, e);
}

}  // namespace duet
