#pragma once

#include <duet/schema/behaviour.hpp>
#include <duet/schema/table.hpp>
#include <duet/schema/type_info.hpp>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string_view>

namespace duet {

struct HookTable;
struct ModelInfo;

struct ColumnInfo {
    std::string_view name;    // in the database
    std::string_view member;  // in the struct (author for author_id)
    const TypeInfo* type;
    std::uint32_t offset;         // of the value within the struct
    std::int16_t relation = -1;   // the BelongsTo that this column is the key of
    std::int16_t behaviour = -1;  // the behaviour that brought it
    bool primary_key = false;

    const void* in(const void* object) const { return static_cast<const std::byte*>(object) + offset; }
    void* in(void* object) const { return static_cast<std::byte*>(object) + offset; }
};

enum class RelationKind : std::uint8_t { belongs_to, has_many, has_one, many_to_many };

/// The table between two models of a many-to-many relation.
struct LinkInfo {
    std::string_view table;
    std::string_view owner_column;  // refers to the model that declares the relation
    std::string_view target_column;
    const ModelInfo* through = nullptr;  // the model of an explicit link table
};

struct RelationInfo {
    std::string_view name;
    RelationKind kind;
    std::uint32_t offset;  // of the duet::detail::RelationState within the struct
    const ModelInfo& (*target)();
    const ModelInfo& (*owner)();
    std::int16_t local_column = -1;             // belongs_to: the key column here
    std::int16_t (*remote_column)() = nullptr;  // has_many, has_one: the key column in the target
    const LinkInfo& (*link)() = nullptr;        // many_to_many
    bool optional_state = false;  // std::optional<BelongsTo<T>>: the state exists only while engaged
    void* (*state)(void* member) =
        nullptr;  // address of the state, null when disengaged; set when optional_state

    /// Whether it leads to any number of rows.
    constexpr bool to_many() const noexcept {
        return kind == RelationKind::has_many || kind == RelationKind::many_to_many;
    }
};

struct BehaviourInfo {
    std::string_view member;
    const Behaviour* behaviour;
    std::uint32_t offset;
    std::int16_t touched = -1, deleted = -1, version = -1;  // column indexes of the Behaviour's names
};

/// std::vector<M> without its M: what the engine decodes rows into.
struct ListOps {
    void* (*append)(void* list);  // default-constructs an element, returns its address
    void (*pop)(void* list);      // drops the last element
    void* (*data)(void* list);
    std::size_t (*size)(const void* list);
    void (*reserve)(void* list, std::size_t count);
    void* (*create)();  // an empty list on the heap; see make_list
    void (*destroy)(void* list);
    void (*move)(void* to, void* from);  // assigns one object (of a list or not) to another, by moving
};

/// An empty list that goes away with its last owner.
std::shared_ptr<void> make_list(const ListOps& ops);

/// A model, erased: everything behind the templates works on this.
struct ModelInfo {
    std::string_view type_name;
    std::string_view table;
    std::uint32_t size;
    std::span<const ColumnInfo> columns;
    std::span<const RelationInfo> relations;
    std::span<const std::int16_t> key;  // primary key columns, in order
    bool generated_key = false;         // one integral key that the database assigns
    std::span<const TableOption> options;
    std::span<const BehaviourInfo> behaviours;
    const ListOps* list = nullptr;
    /// Compares the computed offsets with the addresses that the compiler uses; false for structs with
    /// `alignas` members or the like. Run once per program and model.
    bool (*layout_holds)() = nullptr;
    std::int16_t soft_delete = -1;     // column that marks deleted rows
    const HookTable* hooks = nullptr;  // null when it declares none
    /// Throws ValidationError for an object that breaks the rules of its model; null: there are none. Run
    /// before an object is written.
    void (*check)(const void* object) = nullptr;

    int find_column(std::string_view name) const noexcept;    // by column or member name; -1
    int find_relation(std::string_view name) const noexcept;  // -1
};

namespace detail {

/// Index of the column that an option of the table names, by its own name or its member's (of a relation: its
/// key column), with a minus in front where the order is descending; -1 when there is none.
constexpr int find_named(std::span<const ColumnInfo> columns, std::string_view name) {
    if (name.starts_with('-')) name.remove_prefix(1);
    for (std::size_t i = 0; i < columns.size(); ++i) {
        if (columns[i].member == name || columns[i].name == name) return static_cast<int>(i);
    }
    return -1;
}

}  // namespace detail

}  // namespace duet
