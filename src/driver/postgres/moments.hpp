#pragma once

#include <duet/types/time.hpp>

#include <cstdint>
#include <string>

namespace duet::driver::postgres {

/// PostgreSQL counts from 2000-01-01. max() and min() become the infinities. Throw ValidationError for what
/// lies before 4714-11-24 BC or after PostgreSQL's last day.
std::int32_t days_since_2000(Date value);
std::int64_t micros_since_2000(Timestamp value);

/// Back again; false where duet's type does not reach.
bool date_of(std::int32_t days_since_2000, Date& out) noexcept;
bool timestamp_of(std::int64_t micros_since_2000, Timestamp& out) noexcept;

// Texts as PostgreSQL writes them with DateStyle ISO and the time zone UTC.

void append_date_text(std::string& out, std::int32_t days);
void append_time_text(std::string& out, std::int64_t micros);
void append_timestamp_text(std::string& out, std::int64_t micros, bool with_zone);
void append_zone_text(std::string& out, std::int32_t seconds_west);
void append_interval_text(std::string& out, std::int32_t months, std::int32_t days, std::int64_t micros);

}  // namespace duet::driver::postgres
