#pragma once

#include <duet/schema/model_info.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace duet::engine {

/// A set of columns of a model.
class ColumnSet {
public:
    static constexpr std::size_t capacity = 192;

    void add(std::size_t column) noexcept { words_[column / 64] |= std::uint64_t{1} << column % 64; }
    void add(const ColumnSet& others) noexcept {
        for (std::size_t i = 0; i < words_.size(); ++i) words_[i] |= others.words_[i];
    }
    bool has(std::size_t column) const noexcept { return (words_[column / 64] >> column % 64 & 1) != 0; }
    bool empty() const noexcept { return (words_[0] | words_[1] | words_[2]) == 0; }
    friend bool operator==(const ColumnSet&, const ColumnSet&) = default;
    friend auto operator<=>(const ColumnSet&, const ColumnSet&) = default;

private:
    std::array<std::uint64_t, 3> words_{};
};

/// The values of an object's columns as bytes: compact, and quick to hold an object against.
using RowSnapshot = std::string;

/// How a model's columns lie in a snapshot: those of fixed size first, each at a place of its own, then the
/// others one after the other. Relations are left out, keys of BelongsTo are columns like others.
class SnapshotLayout {
public:
    /// Throws InvalidQuery for models with more columns than a ColumnSet holds.
    explicit SnapshotLayout(const ModelInfo& model);

    /// Replaces the contents of `out`.
    void take(const void* object, RowSnapshot& out) const;
    /// Takes these columns of an object whose others are as they were.
    void renew(const void* object, RowSnapshot& snapshot, const ColumnSet& columns) const;
    /// Whether all columns are as they were.
    bool same(const void* object, const RowSnapshot& snapshot) const;
    /// The columns whose values are others now.
    ColumnSet changes(const void* object, const RowSnapshot& snapshot) const;
    /// Puts the values of these columns back into the object.
    void restore(void* object, const RowSnapshot& snapshot, const ColumnSet& columns) const;

private:
    struct Fixed {
        const TypeInfo* type;  // nullable ones are a byte that says whether there is a value, and the value
        std::uint32_t offset;  // in the object
        std::uint32_t place;   // in the snapshot
        std::uint32_t size;
        std::uint16_t column;
        bool word;  // eight bytes, never NULL
    };
    struct Variable {
        const TypeInfo* type;
        std::uint32_t offset;
        std::uint16_t column;
    };
    static void take_fixed(const Fixed& fixed, const std::byte* object, char* snapshot);
    bool same_fixed(const Fixed& fixed, const std::byte* object, const char* snapshot) const;

    std::vector<Fixed> fixed_;
    std::vector<Variable> variable_;
    std::uint32_t fixed_size_ = 0;
};

/// Appends the value of a field as bytes; equal values have equal bytes.
void encode_value(const TypeInfo& type, const void* field, std::string& out);
/// Reads what encode_value wrote, and returns what is behind it. An optional that is engaged stays the same
/// object.
const char* decode_value(const TypeInfo& type, void* field, const char* at);
/// The bytes of the primary key.
void encode_key(const ModelInfo& model, const void* object, std::string& out);
/// Copies a column's value from one object of a model to another.
void copy_column(const ColumnInfo& column, const void* from, void* to);

}  // namespace duet::engine
