#pragma once

#include <duet/model/behaviours.hpp>
#include <duet/model/column_types.hpp>
#include <duet/model/links.hpp>
#include <duet/model/reflect.hpp>
#include <duet/model/relations.hpp>
#include <duet/schema/model_info.hpp>

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <type_traits>
#include <utility>

/// What each member contributes to the description of its model: columns, a relation, a behaviour.
namespace duet::detail {

template <class T>
concept BehaviourMember = requires {
    { T::behaviour } -> std::same_as<const Behaviour&>;
};

/// How many entries one member contributes.
struct MemberCounts {
    std::size_t columns = 0, relations = 0, behaviours = 0;
    consteval MemberCounts operator+(const MemberCounts& o) const {
        return {columns + o.columns, relations + o.relations, behaviours + o.behaviours};
    }
};

template <class F>
struct MemberTraits {
    static consteval MemberCounts counts() {
        if constexpr (BehaviourMember<F>) return {member_count<F>, 0, 1};
        return {1, 0, 0};
    }
};
template <class T, class K>
struct MemberTraits<BelongsTo<T, K>> {
    static consteval MemberCounts counts() { return {1, 1, 0}; }
};
template <class T, class K>
struct MemberTraits<std::optional<BelongsTo<T, K>>> {
    static consteval MemberCounts counts() { return {1, 1, 0}; }
};
template <class T, Name F>
struct MemberTraits<HasMany<T, F>> {
    static consteval MemberCounts counts() { return {0, 1, 0}; }
};
template <class T, Name F>
struct MemberTraits<HasOne<T, F>> {
    static consteval MemberCounts counts() { return {0, 1, 0}; }
};
template <class T, class L>
struct MemberTraits<ManyToMany<T, L>> {
    static consteval MemberCounts counts() { return {0, 1, 0}; }
};

/// Arrays under construction.
struct ModelWriter {
    ColumnInfo* columns;
    RelationInfo* relations;
    BehaviourInfo* behaviours;
    std::span<const TableOption> options;
    const ModelInfo& (*owner)();
    std::int16_t column_count = 0, relation_count = 0, behaviour_count = 0;

    constexpr void column(std::string_view member, std::string_view name, const TypeInfo& type,
                          const TypeInfo& decimal_text, std::uint32_t offset, std::int16_t relation,
                          std::int16_t behaviour) {
        ColumnInfo info{name, member, &type, offset, relation, behaviour, false};
        for (const TableOption& option : options) {
            if (option.count == 0 || option.columns[0] != member) continue;
            if (option.type == TableOption::Type::column_name) info.name = option.text;
            if (option.type == TableOption::Type::decimal_as_text) info.type = &decimal_text;
        }
        columns[column_count++] = info;
    }
    constexpr RelationInfo& relation(std::string_view name, RelationKind kind, std::uint32_t offset,
                                     const ModelInfo& (*target)()) {
        RelationInfo& info = relations[relation_count++];
        info.name = name;
        info.kind = kind;
        info.offset = offset;
        info.target = target;
        info.owner = owner;
        return info;
    }
};

constexpr std::uint32_t aligned(std::uint32_t offset, std::size_t alignment) {
    const auto a = static_cast<std::uint32_t>(alignment);
    return (offset + a - 1) / a * a;
}

template <class K>
struct OptionalKey {
    template <class T>
    struct Access {
        using Relation = std::optional<BelongsTo<T, K>>;
        static void* emplace(void* p) {
            auto& r = *static_cast<Relation*>(p);
            const RelationInfo* known = r.has_value() ? RelationAccess::state(*r).info : nullptr;
            RelationAccess::state(r.emplace()).info = known;
            return RelationAccess::key(*r);
        }
        static void reset(void* p) { static_cast<Relation*>(p)->reset(); }
        static const void* value(const void* p) {
            const auto& r = *static_cast<const Relation*>(p);
            return r.has_value() ? RelationAccess::key(*r) : nullptr;
        }
        static void* state(void* p) {
            auto& r = *static_cast<Relation*>(p);
            return r.has_value() ? static_cast<void*>(&*r) : nullptr;
        }
        static constexpr NullableOps ops{&emplace, &reset, &value};
        static constexpr TypeInfo info = [] {
            TypeInfo made = type_info<K>;
            made.base = &type_info<K>;
            made.nullable = &ops;
            made.size = sizeof(Relation);
            return made;
        }();
    };
};

/// Writes what a member contributes that is no relation: the same for all models.
template <class F>
struct ColumnWriter {
    static consteval void write(ModelWriter& out, const MemberName& name, std::uint32_t offset) {
        if constexpr (BehaviourMember<F>) {
            write_behaviour(out, name, offset, std::make_index_sequence<member_count<F>>{});
        } else {
            static_assert(is_column_type<F>(),
                          "duet: this member's type cannot be a column; specialise duet::column_type for it");
            out.column(name.view(), name.view(), type_info<F>, decimal_text<F>(), offset, -1, -1);
        }
    }

private:
    template <class T>
    static consteval const TypeInfo& decimal_text() {
        if constexpr (std::is_same_v<T, Decimal> || std::is_same_v<T, std::optional<Decimal>>)
            return decimal_text_info<T>;
        return type_info<T>;
    }
    template <std::size_t... I>
    static consteval void write_behaviour(ModelWriter& out, const MemberName& name, std::uint32_t offset,
                                          std::index_sequence<I...> /*members*/) {
        const std::int16_t first = out.column_count;
        const std::int16_t self = out.behaviour_count++;
        std::uint32_t at = offset;
        ((at = aligned(at, alignof(member_type<F, I>)),
          out.column(member_names<F>[I].view(), member_names<F>[I].view(), type_info<member_type<F, I>>,
                     decimal_text<member_type<F, I>>(), at, -1, self),
          at += static_cast<std::uint32_t>(sizeof(member_type<F, I>))),
         ...);
        BehaviourInfo& info = out.behaviours[self];
        info = {name.view(), &F::behaviour, offset};
        for (std::int16_t c = first; c < out.column_count; ++c) {
            const std::string_view column = out.columns[c].member;
            if (column == F::behaviour.touched_by_updates) info.touched = c;
            if (column == F::behaviour.marks_deleted) info.deleted = c;
            if (column == F::behaviour.counts_versions) info.version = c;
        }
    }
};

/// Writes what one member contributes. Specialisations pick by the member's type.
template <class M, class F>
struct MemberWriter : ColumnWriter<F> {};
template <class M, class T, class K>
struct MemberWriter<M, BelongsTo<T, K>> {
    static consteval void write(ModelWriter& out, const MemberName& name, std::uint32_t offset) {
        out.column(name.view(), name.key_column(), type_info<K>, type_info<K>,
                   offset + RelationAccess::key_offset<K>, out.relation_count, -1);
        out.relation(name.view(), RelationKind::belongs_to, offset, &target_of<T>).local_column =
            static_cast<std::int16_t>(out.column_count - 1);
    }
};
template <class M, class T, class K>
struct MemberWriter<M, std::optional<BelongsTo<T, K>>> {
    static consteval void write(ModelWriter& out, const MemberName& name, std::uint32_t offset) {
        using Access = typename OptionalKey<K>::template Access<T>;
        out.column(name.view(), name.key_column(), Access::info, Access::info, offset, out.relation_count,
                   -1);
        RelationInfo& info = out.relation(name.view(), RelationKind::belongs_to, offset, &target_of<T>);
        info.local_column = static_cast<std::int16_t>(out.column_count - 1);
        info.optional_state = true;
        info.state = &Access::state;
    }
};
template <class M, class T, Name F>
struct MemberWriter<M, HasMany<T, F>> {
    static consteval void write(ModelWriter& out, const MemberName& name, std::uint32_t offset) {
        out.relation(name.view(), RelationKind::has_many, offset, &target_of<T>).remote_column =
            &remote_key<M, T, F>;
    }
};
template <class M, class T, Name F>
struct MemberWriter<M, HasOne<T, F>> {
    static consteval void write(ModelWriter& out, const MemberName& name, std::uint32_t offset) {
        out.relation(name.view(), RelationKind::has_one, offset, &target_of<T>).remote_column =
            &remote_key<M, T, F>;
    }
};
template <class M, class T, class L>
struct MemberWriter<M, ManyToMany<T, L>> {
    static consteval void write(ModelWriter& out, const MemberName& name, std::uint32_t offset) {
        out.relation(name.view(), RelationKind::many_to_many, offset, &target_of<T>).link = &link_of<M, T, L>;
    }
};

}  // namespace duet::detail
