#pragma once

#include <duet/schema/type_info.hpp>
#include <duet/shape/opcodes.hpp>

#include <cstdint>
#include <span>
#include <string>
#include <vector>

/// What a dialect is handed of an expression: its parts, rendered.
namespace duet {

/// A rendered operand, and what its shape tells about it.
struct Operand {
    std::string sql{};
    Kind kind = Kind::null;          // of the value, as it is stored; null: not known
    const TypeInfo* type = nullptr;  // of a column, as it is stored
    bool is_value = false;           // a value of the query and nothing else
    bool in_json = false;            // read out of JSON
    bool may_be_null = true;
};

/// `before name(argument) behind`, with a FILTER clause in front of `behind`.
struct AggregateCall {
    std::string before{};
    std::string name{};
    std::string argument{};
    std::string behind{};
};

/// A hint for the optimiser, and where it stands in a SELECT.
struct Hint {
    enum class Place : std::uint8_t { nowhere, front, select, table } place = Place::nowhere;
    std::string text{};
};

/// A window in parts, each with its key words; any may be empty.
struct WindowText {
    std::string name{};  // of the window that it builds upon, quoted
    std::string partition{};
    std::string order{};
    std::string frame{};

    /// What stands between the parentheses.
    std::string definition(bool with_frame = true) const;
    /// ` OVER (definition)`, or ` OVER name`.
    std::string over(bool with_frame = true) const;
};

/// A window function with its operands rendered.
struct WindowFunctionCall {
    shape::WindowFunction function{};
    bool ignores_nulls = false;
    std::uint32_t number = 0;
    std::span<const Operand> arguments{};
    const WindowText& window;
};

/// An aggregate beside those of shape::Aggregate, with its parts rendered.
struct SetFunctionCall {
    struct Key {
        std::string sql{};
        std::uint8_t flags = 0;  // OrderFlags
        Kind kind = Kind::null;
    };

    shape::SetFunction function{};
    bool distinct = false;
    std::vector<Operand> arguments{};
    std::string filter{};     // condition on the rows that count; empty: all
    std::string order{};      // the terms of ORDER BY; empty: none
    std::vector<Key> keys{};  // the same, one by one
    std::string over{};       // ` OVER (...)`; empty: none
};

}  // namespace duet
