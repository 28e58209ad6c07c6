#pragma once

#include <duet/dialect/dialect.hpp>

namespace duet::detail {

/// An interval as a whole number of microseconds.
std::string micros(std::string_view duration);

/// PostgreSQL's functions: texts and numbers, text search and ranges, aggregates, JSON and arrays.
class PostgresFunctions : public Dialect {
public:
    std::string call(shape::Function function, std::span<const Operand> arguments) const override;
    std::string moment_arithmetic(shape::Op op, const Operand& left, const Operand& right) const override;
    std::string set_function(const SetFunctionCall& call) const override;
    std::string json_object(std::span<const Operand> keys_and_values) const override;
    std::string json_array(std::span<const Operand> elements) const override;
    std::string array_of(std::span<const Operand> elements) const override;
    std::string array_length(const Operand& array) const override;
    std::string elements(const Operand& array, Kind kind, std::string_view alias) const override;
    std::string grouping_of(std::string_view terms) const override;

private:
    std::string json_value(const Operand& value) const;
    std::string json_values(std::span<const Operand> values) const;
    std::string ordered_set(std::string_view function, std::string_view argument,
                            const SetFunctionCall& call) const;
};

}  // namespace duet::detail
