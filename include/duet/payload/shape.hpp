#pragma once

#include <duet/base/error.hpp>
#include <duet/schema/model_info.hpp>
#include <duet/schema/type_info.hpp>

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

/// Payload structs, erased: what reads, writes, checks and describes them works on these tables.
namespace duet::payload {

struct Shape;

enum class Form : std::uint8_t {
    column,    // any column type, optionals and arrays of them included
    object,    // a struct
    optional,  // std::optional of something that is no column type
    patch,     // duet::Patch
    list,      // std::vector of something that is no column type
    map,       // std::map<std::string, T> and its like
    model,     // a model: rows written with the relations that are loaded
};

/// A std::map<std::string, T> without its T.
struct MapOps {
    std::size_t (*size)(const void* map);
    void (*clear)(void* map);
    /// Adds an entry with an empty value and returns the value; null when there is one of this key.
    void* (*add)(void* map, std::string key);
    void (*each)(const void* map, void* context,
                 void (*visit)(void* context, std::string_view key, const void* value));
};

/// The type of a field. One object per type and program.
struct Type {
    Form form;
    const TypeInfo* column = nullptr;       // column
    const Shape& (*shape)() = nullptr;      // object; a function, since a struct may hold itself in a vector
    const Type& (*inner)() = nullptr;       // optional, patch, list, map
    const NullableOps* nullable = nullptr;  // optional, patch
    const ArrayOps* list = nullptr;         // list
    const MapOps* map = nullptr;            // map
    const ModelInfo* model = nullptr;       // model
};

enum class RuleKind : std::uint8_t {
    length,
    range,
    pattern,
    email,
    url,
    one_of,
    custom,
    across,
    may_be_missing,
};

/// A bound of a range: exact for integers, whatever their size.
struct Bound {
    enum class Type : std::uint8_t { none, integer, real };
    Type type = Type::none;
    std::int64_t integer = 0;
    double real = 0;
};

/// One entry of `rules(...)`: plain data. What calls a function is in `Shape::calls`.
struct Rule {
    static constexpr std::size_t max_choices = 16;

    RuleKind kind{};
    std::string_view field{};
    std::string_view message{};  // pattern, custom, across
    std::string_view text{};     // pattern
    std::size_t least = 0, most = 0;
    Bound low{}, high{};
    std::uint8_t count = 0;
    std::string_view choices[max_choices]{};
};

/// Collects what is wrong.
class Faults {
public:
    void add(std::string path, std::string code, std::string message);
    bool empty() const noexcept { return list_.empty(); }
    std::size_t size() const noexcept { return list_.size(); }
    const std::vector<Fault>& list() const noexcept { return list_; }
    /// No more are taken up; nobody reads the ten thousandth.
    bool full() const noexcept { return list_.size() >= 100; }
    /// What is there now came of reading: rules pass over values at, above or below such places.
    void end_reading() noexcept { read_ = list_.size(); }
    bool is_unread(std::string_view path) const noexcept;
    /// Throws ValidationError unless there are none.
    void raise();

private:
    std::vector<Fault> list_;
    std::size_t read_ = 0;
};

struct Field {
    std::string_view name;
    const Type* type;
    std::uint32_t offset;
    std::int16_t column = -1;  // of a model
    bool required = false;     // in JSON and CSV
    bool guarded = false;      // written, never read

    const void* in(const void* object) const { return static_cast<const std::byte*>(object) + offset; }
    void* in(void* object) const { return static_cast<std::byte*>(object) + offset; }
};

/// A payload struct, or a model as one.
struct Shape {
    std::string_view name;
    std::span<const Field> fields;
    std::span<const Rule> rules;
    /// calls[i] belongs to rules[i]: custom gets the field's value, across the whole object. Null for others.
    using Call = bool (*)(const void* value, Faults& faults);
    std::span<const Call> calls;

    int find(std::string_view field) const noexcept;  // -1
};

/// Appends to a JSON pointer; `/` and `~` are escaped.
void append_path(std::string& path, std::string_view part);
void append_path(std::string& path, std::size_t index);

/// Adds what the rules of the shape, and of shapes within, say against an object.
void check(const Shape& shape, const void* object, std::string& path, Faults& faults);
void check_value(const Type& type, const void* value, std::string& path, Faults& faults);
/// Throws ValidationError with all of it.
void check_or_throw(const Type& type, const void* value);

}  // namespace duet::payload
