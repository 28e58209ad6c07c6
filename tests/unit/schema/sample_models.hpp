#pragma once

#include <duet/schema/model_info.hpp>

#include <array>
#include <cstdint>
#include <optional>
#include <string>

/// Descriptors as reflection would make them, written by hand: DDL looks at nothing but these.
namespace sample {

using namespace duet;

inline constexpr NullableOps nullable{};
inline constexpr Enumerator colours[] = {{"red", 0}, {"green", 1}};
inline constexpr EnumInfo colour_by_name{colours, "Colour", true, false};
inline constexpr EnumInfo colour_by_number{colours, "Colour", true, true};

constexpr TypeInfo plain(Kind kind) { return {.kind = kind, .size = 8}; }
template <const TypeInfo& T>
inline constexpr TypeInfo optional_of{.kind = T.kind, .size = 16, .nullable = &nullable, .base = &T};

inline constexpr TypeInfo boolean = plain(Kind::boolean), int32 = plain(Kind::int32),
                          int64 = plain(Kind::int64), float64 = plain(Kind::float64),
                          text = plain(Kind::text), blob = plain(Kind::blob), date = plain(Kind::date),
                          time_of_day = plain(Kind::time), timestamp = plain(Kind::timestamp),
                          duration = plain(Kind::duration), uuid = plain(Kind::uuid),
                          decimal = plain(Kind::decimal), decimal_text = plain(Kind::decimal_text),
                          json = plain(Kind::json);
inline constexpr TypeInfo named_enum{
    .kind = Kind::enumeration, .size = 4, .ops = {.enumeration = &colour_by_name}};
inline constexpr TypeInfo numbered_enum{
    .kind = Kind::enumeration, .size = 4, .ops = {.enumeration = &colour_by_number}};
inline constexpr TypeInfo list_of_text{.kind = Kind::array, .size = 24, .base = &text};
inline constexpr TypeInfo money{.kind = Kind::custom, .size = 8, .base = &int64};

constexpr ColumnInfo column(std::string_view name, const TypeInfo& type) {
    return {.name = name, .member = name, .type = &type, .offset = 0};
}
constexpr ColumnInfo key(std::string_view name, const TypeInfo& type) {
    ColumnInfo info = column(name, type);
    info.primary_key = true;
    return info;
}
constexpr ColumnInfo reference(std::string_view name, std::string_view member, const TypeInfo& type,
                               std::int16_t relation) {
    return {.name = name, .member = member, .type = &type, .offset = 0, .relation = relation};
}

constexpr RelationInfo relation(std::string_view name, RelationKind kind, const ModelInfo& (*target)()) {
    RelationInfo info{};
    info.name = name;
    info.kind = kind;
    info.target = target;
    return info;
}
constexpr RelationInfo belongs_to(std::string_view name, const ModelInfo& (*target)(), std::int16_t local) {
    RelationInfo info = relation(name, RelationKind::belongs_to, target);
    info.local_column = local;
    return info;
}
constexpr RelationInfo has_one(std::string_view name, const ModelInfo& (*target)(),
                               std::int16_t (*remote)()) {
    RelationInfo info = relation(name, RelationKind::has_one, target);
    info.remote_column = remote;
    return info;
}
constexpr RelationInfo many_to_many(std::string_view name, const ModelInfo& (*target)(),
                                    const LinkInfo& (*link)()) {
    RelationInfo info = relation(name, RelationKind::many_to_many, target);
    info.link = link;
    return info;
}
template <std::int16_t Column>
std::int16_t at_column() {
    return Column;
}

constexpr TableOption option(TableOption::Type type, std::initializer_list<std::string_view> members,
                             std::string_view option_text = {}, std::string_view name = {}) {
    TableOption result{.type = type, .name = name, .text = option_text};
    for (const std::string_view member : members) result.columns[result.count++] = member;
    return result;
}
constexpr TableOption on_delete(std::string_view member, ReferentialAction action) {
    TableOption result = option(TableOption::Type::on_delete, {member});
    result.action = action;
    return result;
}
constexpr TableOption unique_index(std::initializer_list<std::string_view> members,
                                   std::string_view condition) {
    TableOption result = option(TableOption::Type::index, members, condition);
    result.is_unique = true;
    return result;
}
constexpr TableOption foreign_key(std::initializer_list<std::string_view> members, std::string_view table,
                                  std::initializer_list<std::string_view> referenced,
                                  ReferentialAction action) {
    TableOption result = option(TableOption::Type::foreign_key, members, table);
    std::size_t count = 0;
    for (const std::string_view name : referenced) result.references[count++] = name;
    result.action = action;
    return result;
}

inline constexpr std::int16_t first_column[] = {0};

/// A model from its parts; the spans must live as long as it.
constexpr ModelInfo model(std::string_view type_name, std::string_view table,
                          std::span<const ColumnInfo> columns, std::span<const RelationInfo> relations = {},
                          std::span<const TableOption> options = {}) {
    ModelInfo info{};
    info.type_name = type_name;
    info.table = table;
    info.columns = columns;
    info.relations = relations;
    info.key = first_column;
    info.generated_key = columns[0].type->kind == Kind::int64;
    info.options = options;
    return info;
}

}  // namespace sample
