#pragma once

#include <duet/base/fixed_name.hpp>
#include <duet/model/model.hpp>

#include <cstdint>
#include <span>
#include <string_view>

namespace duet::expr {

/// What a name or a path ("author.name") means for a model.
struct Resolved {
    static constexpr std::size_t max_hops = 8;

    bool ok = false;
    bool optional_hop = false;           // some hop may find no row
    bool many_hop = false;               // some hop, or the relation at the end, leads to many rows
    std::uint8_t hops = 0;               // relations in front of the last name
    std::uint8_t relations[max_hops]{};  // those, and behind them `relation` where the path ends in one
    std::int16_t column = -1;           // the last name as a column of `model`; of a BelongsTo its key column
    std::int16_t relation = -1;         // the last name as a relation of `model`
    const ModelInfo* model = nullptr;   // the model that the last name belongs to
    const TypeInfo* type = nullptr;     // of `column`
    const ModelInfo* target = nullptr;  // of `relation`
    std::string_view unknown{};  // when not ok: the name that there is not (the whole path: too many hops)

    constexpr std::span<const std::uint8_t> path_to_column() const { return {relations, hops}; }
    constexpr std::span<const std::uint8_t> path_to_relation() const {
        return {relations, hops + std::size_t{1}};
    }
};

namespace detail {
constexpr bool same_text(std::string_view a, std::string_view b) {
    if (a.size() != b.size()) return false;
    for (std::size_t i = 0; i < a.size(); ++i) {
        if (a[i] != b[i]) return false;
    }
    return true;
}
constexpr int find_column(const ModelInfo& model, std::string_view name) {
    int i = 0;
    for (const ColumnInfo& column : model.columns) {
        if (same_text(column.name, name) || (column.relation < 0 && same_text(column.member, name))) return i;
        ++i;
    }
    return -1;
}
constexpr int find_relation(const ModelInfo& model, std::string_view name) {
    int i = 0;
    for (const RelationInfo& relation : model.relations) {
        if (same_text(relation.name, name)) return i;
        ++i;
    }
    return -1;
}
}  // namespace detail

/// Follows `path` from `root`. The same function at compile time and at run time.
constexpr Resolved resolve(const ModelInfo& root, std::string_view path) {
    Resolved out;
    const ModelInfo* model = &root;
    const std::string_view whole = path;
    for (;;) {
        std::size_t dot = 0;
        while (dot < path.size() && path[dot] != '.') ++dot;
        const std::string_view name = path.substr(0, dot);
        out.model = model;
        const bool last = dot == path.size();
        if (last) {
            if (const int column = detail::find_column(*model, name); column >= 0) {
                out.ok = true;
                out.column = static_cast<std::int16_t>(column);
                out.type = model->columns[static_cast<std::size_t>(column)].type;
                return out;
            }
        }
        const int relation = detail::find_relation(*model, name);
        if (relation < 0 || out.hops == Resolved::max_hops) {
            out.unknown = relation < 0 ? name : whole;
            return out;
        }
        const RelationInfo& info = model->relations[static_cast<std::size_t>(relation)];
        out.relations[out.hops] = static_cast<std::uint8_t>(relation);
        out.many_hop = out.many_hop || info.to_many();
        if (last) {
            out.ok = true;
            out.relation = static_cast<std::int16_t>(relation);
            out.target = &info.target();
            if (info.kind == RelationKind::belongs_to) {
                out.column = info.local_column;
                out.type = model->columns[static_cast<std::size_t>(info.local_column)].type;
            }
            return out;
        }
        out.optional_hop = out.optional_hop || info.optional_state || info.kind != RelationKind::belongs_to;
        ++out.hops;
        model = &info.target();
        path.remove_prefix(dot + 1);
    }
}

template <class M, Name N>
inline constexpr Resolved resolved = resolve(duet::detail::model_info<M>, N.view());

}  // namespace duet::expr
