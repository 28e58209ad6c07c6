#pragma once

#include <duet/model/column_types.hpp>
#include <duet/model/hooks.hpp>
#include <duet/model/links.hpp>
#include <duet/model/list_access.hpp>
#include <duet/model/member_writer.hpp>
#include <duet/model/reflect.hpp>
#include <duet/model/relations.hpp>
#include <duet/model/table.hpp>
#include <duet/schema/model_info.hpp>

#include <array>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <type_traits>
#include <utility>

namespace duet {

/// A plain struct with `static constexpr auto table = duet::table(...)`.
template <class M>
concept Model = std::is_aggregate_v<M> && requires {
    { M::table.name } -> std::convertible_to<std::string_view>;
    M::table.options.size();
};

namespace detail {

/// The first name in the options that the model does not have; empty when all are fine.
constexpr std::string_view first_unknown_name(std::span<const TableOption> options,
                                              std::span<const ColumnInfo> columns) {
    for (const TableOption& option : options) {
        for (const std::string_view name : option.column_list()) {
            if (find_named(columns, name) < 0) return name;
        }
    }
    return {};
}

/// Options that name a relation with rows behind it.
constexpr std::string_view first_unknown_relation(std::span<const TableOption> options,
                                                  std::span<const RelationInfo> relations) {
    for (const TableOption& option : options) {
        if (option.type != TableOption::Type::cascade_orphans) continue;
        bool found = false;
        for (const RelationInfo& relation : relations) {
            found = found || (relation.name == option.text && (relation.kind == RelationKind::has_many ||
                                                               relation.kind == RelationKind::has_one));
        }
        if (!found) return option.text;
    }
    return {};
}

/// A name as a template argument, so that the compiler prints it.
struct NameText {
    char text[64]{};
    consteval explicit NameText(std::string_view name) {
        for (std::size_t i = 0; i < name.size() && i < 63; ++i) text[i] = name[i];
    }
    constexpr bool empty() const { return text[0] == 0; }
};

template <class Model, NameText Name>
struct TableOfModel {
    static_assert(Name.empty(), "duet: table(...) names a member that the struct does not have");
    static constexpr bool checked = true;
};

template <class Model, NameText Name>
struct OrphansOfModel {
    static_assert(Name.empty(), "duet: cascade_orphans(...) names no HasMany or HasOne of the struct");
    static constexpr bool checked = true;
};

template <class F>
struct CheckKey {
    [[gnu::always_inline]] static void check() {}
};
template <class T, class K>
struct CheckKey<BelongsTo<T, K>> {
    [[gnu::always_inline]] static void check() {
        static_assert(key_fits<T, K>(),
                      "duet: BelongsTo<T, Key>: Key must be the type of T's primary key, as in "
                      "BelongsTo<Country, std::string>");
    }
};
template <class T, class K>
struct CheckKey<std::optional<BelongsTo<T, K>>> : CheckKey<BelongsTo<T, K>> {};

template <class M>
struct ModelTables {
    template <class... F>
    static consteval MemberCounts count(TypeList<F...> /*members*/) {
        return (MemberTraits<F>::counts() + ... + MemberCounts{});
    }
    static constexpr std::size_t members = member_count<M>;
    static_assert(members >= 1 && members <= max_members, "duet: a model has 1 to 72 members");
    static constexpr MemberCounts counts = count(member_types<M>{});

    struct Arrays {
        std::array<ColumnInfo, counts.columns> columns{};
        std::array<RelationInfo, counts.relations> relations{};
        std::array<BehaviourInfo, counts.behaviours> behaviours{};
        std::array<std::int16_t, TableOption::max_columns> key{};
        std::size_t key_count = 0;
        bool generated_key = false;
        std::int16_t soft_delete = -1;
        std::array<std::uint32_t, members> offsets{};
    };

    template <std::size_t... I, class... F>
    static consteval Arrays build(std::index_sequence<I...> /*members*/, TypeList<F...> /*types*/) {
        Arrays out;
        ModelWriter writer{out.columns.data(), out.relations.data(), out.behaviours.data(), M::table.options,
                           &target_of<M>};
        std::uint32_t at = 0;
        ((out.offsets[I] = at = aligned(at, alignof(F)),
          MemberWriter<M, F>::write(writer, member_names<M>[I], at),
          at += static_cast<std::uint32_t>(sizeof(F))),
         ...);
        for (const TableOption& option : M::table.options) {
            if (option.type != TableOption::Type::primary_key) continue;
            for (const std::string_view name : option.column_list()) {
                const int c = find_named(out.columns, name);
                if (c >= 0) out.key[out.key_count++] = static_cast<std::int16_t>(c);
            }
        }
        if (out.key_count == 0) {
            if (const int id = find_named(out.columns, "id"); id >= 0) {
                out.key[out.key_count++] = static_cast<std::int16_t>(id);
                const Kind kind = out.columns[static_cast<std::size_t>(id)].type->kind;
                out.generated_key = kind >= Kind::int8 && kind <= Kind::uint64;
            }
        }
        for (std::size_t k = 0; k < out.key_count; ++k)
            out.columns[static_cast<std::size_t>(out.key[k])].primary_key = true;
        for (const BehaviourInfo& b : out.behaviours) {
            if (b.deleted >= 0) out.soft_delete = b.deleted;
        }
        return out;
    }
    static constexpr Arrays arrays = build(std::make_index_sequence<members>{}, member_types<M>{});
    static_assert(arrays.key_count > 0,
                  "duet: a model needs a primary key: a member `id` or duet::primary_key(...)");
    static_assert(TableOfModel<M, NameText(first_unknown_name(M::table.options, arrays.columns))>::checked);
    static_assert(
        OrphansOfModel<M, NameText(first_unknown_relation(M::table.options, arrays.relations))>::checked);

    // An ordinary function: its body is looked at when all models are complete.
    static bool layout_holds() {
        check_relations(member_types<M>{});
        M object{};
        return with_members<members>(object, [&object](auto&... member) {
            const void* addresses[] = {&member...};
            for (std::size_t i = 0; i < members; ++i) {
                const auto* expected = reinterpret_cast<const std::byte*>(&object) + arrays.offsets[i];
                if (addresses[i] != expected) return false;
            }
            return true;
        });
    }

private:
    template <class... F>
    [[gnu::always_inline]] static void check_relations(TypeList<F...> /*members*/) {
        (CheckKey<F>::check(), ...);
    }
};

template <class M>
consteval ModelInfo make_model_info() {
    static_assert(Model<M>,
                  "duet: a model is an aggregate with `static constexpr auto table = duet::table(...)`");
    const auto& a = ModelTables<M>::arrays;
    ModelInfo info;
    info.type_name = type_name<M>();
    info.table = M::table.name;
    info.size = sizeof(M);
    info.columns = a.columns;
    info.relations = a.relations;
    info.key = std::span(a.key).first(a.key_count);
    info.generated_key = a.generated_key;
    info.options = M::table.options;
    info.behaviours = a.behaviours;
    info.list = &ListAccess<M>::ops;
    info.layout_holds = &ModelTables<M>::layout_holds;
    info.soft_delete = a.soft_delete;
    info.hooks = hooks_of<M>();
    if constexpr (requires { M::rules; }) info.check = &decltype(M::rules)::template check<M>;
    return info;
}

/// The erased description of a model; one object per model and program.
template <class M>
inline constexpr ModelInfo model_info = make_model_info<M>();

template <class T>
constexpr const ModelInfo& target_of() {
    return model_info<T>;
}

template <class Key, class T>
Key key_of(const T& model) {
    static_assert(key_fits<T, Key>(),
                  "duet: BelongsTo<T, Key>: Key must be the type of T's primary key, as in "
                  "BelongsTo<Country, std::string>");
    constexpr const ModelInfo& info = target_of<T>();
    const ColumnInfo& column = info.columns[static_cast<std::size_t>(info.key[0])];
    if constexpr (std::is_integral_v<Key>) {
        return static_cast<Key>(read_integer(column.type->kind, column.in(&model)));
    } else {
        return *static_cast<const Key*>(column.in(&model));
    }
}

}  // namespace detail

template <class M>
M* HookContext::object() const noexcept {
    return &model_ == &detail::model_info<std::remove_const_t<M>> ? static_cast<M*>(object_) : nullptr;
}

/// The models of a program: what create_all, migrations and test kits take.
template <Model... Ms>
struct Models {
    static constexpr std::array<const ModelInfo*, sizeof...(Ms)> list{&detail::model_info<Ms>...};
    constexpr operator std::span<const ModelInfo* const>() const { return list; }
};
template <class... Ms>
inline constexpr Models<Ms...> models{};

}  // namespace duet
