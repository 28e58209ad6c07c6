#pragma once

#include <duet/dialect/dialect.hpp>
#include <duet/dialect/plan.hpp>
#include <duet/dialect/sql_style.hpp>
#include <duet/driver/values.hpp>

#include <span>
#include <string>

namespace duet::driver {

/// A rendered statement, written out for reading. Where the style asks for literals, each placeholder gives
/// way to the value that would be bound there; one that has no value stays. Never throws for what the values
/// hold.
ReadableSql list_sql(const Dialect& dialect, const Plan& plan, std::span<const BindValue> values,
                     const SqlStyle& style);

/// Appends what a value looks like in SQL when it arrives at a placeholder with this transform. `most`: bytes
/// of text to show, 0 for all; what is cut off is mentioned in a comment.
void append_literal(std::string& out, const Dialect& dialect, const BindValue& value, Transform transform,
                    std::size_t most = 0);

}  // namespace duet::driver
