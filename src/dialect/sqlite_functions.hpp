#pragma once

#include <duet/dialect/dialect.hpp>

namespace duet::detail {

/// SQLite's aggregates, JSON and arrays. What it lacks the driver brings along: the functions duet_*.
class SqliteFunctions : public Dialect {
public:
    std::string moment_arithmetic(shape::Op op, const Operand& left, const Operand& right) const override;
    std::string set_function(const SetFunctionCall& call) const override;
    std::string json_object(std::span<const Operand> keys_and_values) const override;
    std::string json_array(std::span<const Operand> elements) const override;

private:
    std::string gathered(std::string_view text, std::string_view between, const SetFunctionCall& call) const;
    std::string own(std::string_view name, std::string_view arguments, const SetFunctionCall& call) const;
};

}  // namespace duet::detail
