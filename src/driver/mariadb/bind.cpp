#include "driver/mariadb/bind.hpp"

#include <duet/base/error.hpp>
#include <duet/driver/array_text.hpp>

#include <chrono>

#include "driver/mariadb/pattern.hpp"

namespace duet::driver::mariadb {
namespace {

// Columns for decimals are decimal(38,10); the server would round what goes beyond without a word.
constexpr int most_fraction_digits = 10;
constexpr int most_whole_digits = 28;

void put_day(MYSQL_TIME& out, Date value) {
    const std::chrono::year_month_day day{value};
    const int year = static_cast<int>(day.year());
    if (year < 1 || year > 9999)
        throw ValidationError("a date or timestamp outside the years 0001 to 9999 cannot be stored");
    out = {};
    out.year = static_cast<unsigned>(year);
    out.month = static_cast<unsigned>(day.month());
    out.day = static_cast<unsigned>(day.day());
}

void put_time(MYSQL_TIME& out, Time value) {
    out.hour = static_cast<unsigned>(value.hours());
    out.minute = static_cast<unsigned>(value.minutes());
    out.second = static_cast<unsigned>(value.seconds());
    out.second_part = static_cast<unsigned long>(value.micros());
}

}  // namespace

Parameters::Parameters(std::size_t count) : binds_(count), slots_(std::make_unique<Slot[]>(count)) {
    for (std::size_t i = 0; i < count; ++i) {
        binds_[i].buffer_type = MYSQL_TYPE_STRING;
        binds_[i].buffer = &slots_[i].place;
        binds_[i].length = &slots_[i].length;
        binds_[i].is_null = &slots_[i].null;
    }
}

void Parameters::take(const std::vector<PlanBind>& binds, std::span<const BindValue> values) {
    scratch_.clear();
    text_bytes_ = 0;
    Binder binder(*this);
    for (const PlanBind& bind : binds) {
        const BindValue& value = values[bind.value];
        if (bind.transform == Transform::none) [[likely]] {
            binder.value(value);
        } else {
            binder.transformed(value, bind.transform);
        }
        ++binder.position;
    }
}

void Binder::transformed(const BindValue& value, Transform transform) {
    switch (transform) {
        case Transform::moment_first:
        case Transform::moment_last:
        case Transform::moment_texts:
            return this->value(value);  // moments have a type of their own here
        default:
            break;
    }
    if (value.data == nullptr || value.type == nullptr) return null();
    std::string_view from;
    switch (value.type->kind) {
        case Kind::text_view:
        case Kind::json_path:
            from = {static_cast<const char*>(value.data), value.size};
            break;
        case Kind::text:
            from = *static_cast<const std::string*>(value.data);
            break;
        default:
            throw InvalidQuery("a pattern must be text");
    }
    require_utf8(from);
    to_.buffer_.clear();
    render_pattern(to_.buffer_, transform, from);
    short_text(to_.buffer_);
}

void Binder::floating(double value) {
    if (value - value != 0)
        throw ValidationError("NaN and infinities cannot be stored: MariaDB and MySQL have no such numbers");
    fixed(MYSQL_TYPE_DOUBLE, false).real = value;
}

void Binder::date(Date value) {
    MYSQL_TIME& out = fixed(MYSQL_TYPE_DATE, false).moment;
    put_day(out, value);
    out.time_type = MYSQL_TIMESTAMP_DATE;
}

void Binder::time(Time value) {
    MYSQL_TIME& out = fixed(MYSQL_TYPE_TIME, false).moment;
    out = {};
    put_time(out, value);
    out.time_type = MYSQL_TIMESTAMP_TIME;
}

void Binder::timestamp(Timestamp value) {
    MYSQL_TIME& out = fixed(MYSQL_TYPE_DATETIME, false).moment;
    const Date day = std::chrono::floor<std::chrono::days>(value);
    put_day(out, day);
    put_time(out, Time{value - day});
    out.time_type = MYSQL_TIMESTAMP_DATETIME;
}

void Binder::uuid(const Uuid& value) {
    char* const out = to_.scratch_.take(Uuid::hex_size);
    value.write_hex(out);
    bytes(MYSQL_TYPE_STRING, {out, Uuid::hex_size});
}

void Binder::decimal(const Decimal& value) {
    if (value.scale() > most_fraction_digits && !(value.round(most_fraction_digits) == value)) {
        throw ValidationError(
            "a decimal number with more than 10 digits after the point cannot be kept exactly in a numeric "
            "column "
            "of MariaDB or MySQL; keep the column as text (duet::decimal_as_text)");
    }
    if (value.significant_digits() - value.scale() > most_whole_digits) {
        throw ValidationError(
            "a decimal number with more than 28 digits before the point does not fit a numeric column of "
            "MariaDB "
            "or MySQL; keep the column as text (duet::decimal_as_text)");
    }
    char* const out = to_.scratch_.take(Decimal::max_text_size);
    bytes(MYSQL_TYPE_NEWDECIMAL, {out, value.write(out)});
}

void Binder::decimal_text(const Decimal& value) {
    char* const out = to_.scratch_.take(Decimal::max_text_size);
    bytes(MYSQL_TYPE_STRING, {out, value.write(out)});
}

void Binder::array(const TypeInfo& type, const void* array) {
    to_.buffer_.clear();
    append_array(to_.buffer_, type, array);
    short_text(to_.buffer_);
}

void Binder::list(const BindValue& value) {
    to_.buffer_.clear();
    append_list(to_.buffer_, value);
    short_text(to_.buffer_);
}

}  // namespace duet::driver::mariadb
