#pragma once

#include <duet/base/constant_address.hpp>
#include <duet/base/fixed_name.hpp>
#include <duet/model/column_types.hpp>
#include <duet/model/relations.hpp>
#include <duet/schema/model_info.hpp>

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <type_traits>

/// How the two ends of a relation find each other. Everything here is instantiated when all models are
/// complete.
namespace duet::detail {

template <class T>
constexpr const ModelInfo& target_of();

/// Checks that K can hold the key of T.
template <class T, class K>
consteval bool key_fits() {
    const ModelInfo& target = target_of<T>();
    if (target.key.size() != 1) return false;
    const Kind theirs = target.columns[static_cast<std::size_t>(target.key[0])].type->kind;
    return theirs == type_info<K>.kind || (is_integer(theirs) && is_integer(type_info<K>.kind));
}

struct RemoteKey {
    std::int16_t column = -1;
    int candidates = 0;
};
constexpr RemoteKey find_remote_key(const ModelInfo& target, const ModelInfo& owner, std::string_view name) {
    RemoteKey found;
    for (const RelationInfo& relation : target.relations) {
        if (relation.kind != RelationKind::belongs_to || !same_object(&relation.target(), &owner)) continue;
        if (!name.empty() && relation.name != name) continue;
        ++found.candidates;
        found.column = relation.local_column;
    }
    return found;
}

/// The key column in T that refers to Owner.
template <class Owner, class T, Name Relation>
std::int16_t remote_key() {
    constexpr RemoteKey found = find_remote_key(target_of<T>(), target_of<Owner>(), Relation.view());
    static_assert(found.candidates != 0,
                  "duet: HasMany/HasOne<T>: T has no BelongsTo that refers back to this model");
    static_assert(found.candidates <= 1,
                  "duet: HasMany/HasOne<T>: several members of T refer back; name one, as in HasMany<Post, "
                  "\"reviewer\">");
    return found.column;
}

/// `PostTag` -> `post_tag`, with room for `_id`.
struct SnakeName {
    char text[96]{};
    std::size_t size = 0;
    constexpr void add(char c) { text[size++] = c; }
    constexpr void add(std::string_view s) {
        for (const char c : s) add(c);
    }
    constexpr std::string_view view() const { return {text, size}; }
};
constexpr SnakeName link_column(std::string_view prefix, std::string_view type_name) {
    SnakeName out;
    out.add(prefix);
    for (std::size_t i = 0; i < type_name.size(); ++i) {
        const char c = type_name[i];
        const bool upper = c >= 'A' && c <= 'Z';
        if (upper && i != 0) out.add('_');
        out.add(upper ? static_cast<char>(c - 'A' + 'a') : c);
    }
    out.add("_id");
    return out;
}
constexpr SnakeName link_table(std::string_view a, std::string_view b) {
    SnakeName out;
    out.add(a < b ? a : b);
    out.add('_');
    out.add(a < b ? b : a);
    return out;
}

template <class Owner, class T, class Through>
struct Link {
    static constexpr RemoteKey to_owner = find_remote_key(target_of<Through>(), target_of<Owner>(), "");
    static constexpr RemoteKey to_target = find_remote_key(target_of<Through>(), target_of<T>(), "");
    static_assert(to_owner.candidates == 1 && to_target.candidates == 1,
                  "duet: ManyToMany<T, Through>: Through needs one BelongsTo to each of the two models");
    static constexpr LinkInfo info{
        target_of<Through>().table,
        target_of<Through>().columns[static_cast<std::size_t>(to_owner.column)].name,
        target_of<Through>().columns[static_cast<std::size_t>(to_target.column)].name, &target_of<Through>()};
};
template <class Owner, class T>
struct Link<Owner, T, AutomaticLink> {
    static constexpr bool self = std::is_same_v<Owner, T>;
    static constexpr SnakeName table = link_table(Owner::table.name, T::table.name);
    static constexpr SnakeName owner = link_column(self ? "from_" : "", type_name<Owner>());
    static constexpr SnakeName target = link_column(self ? "to_" : "", type_name<T>());
    static constexpr LinkInfo info{table.view(), owner.view(), target.view(), nullptr};
};

template <class Owner, class T, class Through>
const LinkInfo& link_of() {
    return Link<Owner, T, Through>::info;
}

}  // namespace duet::detail
