#pragma once

#include <duet/dialect/dialect.hpp>

namespace duet::detail {

enum class MySqlFlavour : std::uint8_t { mariadb, mysql };

/// MariaDB's and MySQL's aggregates, JSON and windows. JSON is put together as text, so that values are in it
/// as they are on the other databases.
class MariaDbFunctions : public Dialect {
public:
    explicit MariaDbFunctions(MySqlFlavour flavour) : flavour_(flavour) {}

    std::string window_function(const WindowFunctionCall& call) const override;
    std::string moment_arithmetic(shape::Op op, const Operand& left, const Operand& right) const override;
    std::string set_function(const SetFunctionCall& call) const override;
    std::string json_object(std::span<const Operand> keys_and_values) const override;
    std::string json_array(std::span<const Operand> elements) const override;
    std::string array_length(const Operand& array) const override;
    std::string grouping_of(std::string_view terms) const override;
    std::string elements(const Operand& array, Kind kind, std::string_view alias) const override;

protected:
    bool is_mariadb() const noexcept { return flavour_ == MySqlFlavour::mariadb; }
    /// Of our tables: tells cases and trailing spaces apart and orders by code point.
    std::string_view collation() const noexcept {
        return is_mariadb() ? "utf8mb4_nopad_bin" : "utf8mb4_0900_bin";
    }
    /// For decimals of any kind.
    static constexpr std::string_view widest = "DECIMAL(65,30)";
    /// What an element of a JSON array is as a column.
    static std::string_view element_type(Kind kind);
    /// A value as the JSON text of it.
    static std::string as_json(const Operand& operand);

private:
    std::string json_value(const Operand& value) const;
    /// The text of a part of a document: what JSON functions yield has a collation of its own.
    std::string part(std::string_view text) const;
    std::string document(std::string_view text) const;
    std::string gathered(std::string_view text, std::string_view open, std::string_view close,
                         const SetFunctionCall& call) const;
    std::string percentile(const SetFunctionCall& call) const;

    MySqlFlavour flavour_;
};

}  // namespace duet::detail
