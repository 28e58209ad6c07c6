#pragma once

#include <duet/model/model.hpp>
#include <duet/payload/patch.hpp>
#include <duet/payload/rules.hpp>
#include <duet/payload/shape.hpp>
#include <duet/query/rows.hpp>

#include <array>
#include <concepts>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

/// The erased tables of payload structs, made at compile time.
namespace duet::payload {

template <class T>
struct is_patch : std::false_type {};
template <class T>
struct is_patch<Patch<T>> : std::true_type {};

/// std::map<std::string, T>, std::unordered_map and what looks like them.
template <class T>
concept StringMap = requires(T& map, std::string key) {
    typename T::mapped_type;
    requires std::same_as<typename T::key_type, std::string>;
    map.try_emplace(key);
};

template <class T>
inline constexpr bool is_struct = false;
template <detail::RowStruct T>
inline constexpr bool is_struct<T> = !StringMap<T>;

template <class T, std::size_t... I>
consteval auto make_offsets(std::index_sequence<I...> /*members*/) {
    std::array<std::uint32_t, sizeof...(I)> out{};
    std::uint32_t at = 0;
    ((out[I] = at = detail::aligned(at, alignof(detail::member_type<T, I>)),
      at += static_cast<std::uint32_t>(sizeof(detail::member_type<T, I>))),
     ...);
    return out;
}
/// Where the members of a struct lie.
template <class T>
inline constexpr auto offsets = make_offsets<T>(std::make_index_sequence<detail::member_count<T>>{});

template <class T>
consteval bool layout_is_plain() {
    constexpr std::size_t last = detail::member_count<T> - 1;
    return detail::aligned(
               offsets<T>[last] + static_cast<std::uint32_t>(sizeof(detail::member_type<T, last>)),
               alignof(T)) == sizeof(T);
}

template <class T>
constexpr const Type& type_of();
template <class T>
constexpr const Shape& shape_of();

template <class T>
struct PatchAccess {
    static void* emplace(void* p) { return &static_cast<Patch<T>*>(p)->emplace(); }
    static void reset(void* p) { static_cast<Patch<T>*>(p)->reset(); }
    static const void* value(const void* p) {
        const auto& patch = *static_cast<const Patch<T>*>(p);
        return patch.is_set() ? &*patch : nullptr;
    }
    static constexpr NullableOps ops{&emplace, &reset, &value};
};

template <class T>
struct MapAccess {
    static std::size_t size(const void* p) { return static_cast<const T*>(p)->size(); }
    static void clear(void* p) { static_cast<T*>(p)->clear(); }
    static void* add(void* p, std::string key) {
        const auto [at, fresh] = static_cast<T*>(p)->try_emplace(std::move(key));
        return fresh ? &at->second : nullptr;
    }
    static void each(const void* p, void* context, void (*visit)(void*, std::string_view, const void*)) {
        for (const auto& [key, value] : *static_cast<const T*>(p)) visit(context, key, &value);
    }
    static constexpr MapOps ops{&size, &clear, &add, &each};
};

template <class T>
consteval Type make_type() {
    Type type{};
    if constexpr (is_patch<T>::value) {
        using Inner = typename T::value_type;
        type.form = Form::patch;
        type.inner = &type_of<Inner>;
        type.nullable = &PatchAccess<Inner>::ops;
    } else if constexpr (detail::is_column_type<T>()) {
        type.form = Form::column;
        type.column = &detail::type_info<T>;
    } else if constexpr (detail::is_optional<T>::value) {
        using Inner = typename T::value_type;
        type.form = Form::optional;
        type.inner = &type_of<Inner>;
        type.nullable = &detail::OptionalAccess<Inner>::ops;
    } else if constexpr (detail::is_vector<T>::value) {
        using Inner = typename T::value_type;
        static_assert(!std::is_same_v<Inner, bool>, "duet: std::vector<bool> has no elements to refer to");
        type.form = Form::list;
        type.inner = &type_of<Inner>;
        type.list = &detail::VectorAccess<Inner>::ops;
    } else if constexpr (StringMap<T>) {
        type.form = Form::map;
        type.inner = &type_of<typename T::mapped_type>;
        type.map = &MapAccess<T>::ops;
    } else if constexpr (Model<T>) {
        type.form = Form::model;
        type.shape = &shape_of<T>;
        type.model = &detail::model_info<T>;
    } else {
        constexpr bool is_payload = is_struct<T>;
        static_assert(is_payload,
                      "duet: a field of a payload is a column type, a plain struct, or an optional, Patch, "
                      "vector or map of such");
        type.form = Form::object;
        type.shape = &shape_of<T>;
    }
    return type;
}
template <class T>
struct TypeHolder {
    static constexpr Type value = make_type<T>();
};
template <class T>
constexpr const Type& type_of() {
    return TypeHolder<T>::value;
}

/// The type that a rule is about: without Patch and optional.
template <class T>
struct Bare {
    using type = T;
};
template <class T>
struct Bare<std::optional<T>> : Bare<T> {};
template <class T>
struct Bare<Patch<T>> : Bare<T> {};

template <class T>
consteval bool has_rules() {
    return requires { T::rules; };
}
template <class T>
consteval std::size_t rule_count() {
    if constexpr (has_rules<T>()) return decltype(T::rules)::count;
    return 0;
}

template <class T>
consteval std::size_t member_named(std::string_view name) {
    for (std::size_t i = 0; i < detail::member_count<T>; ++i) {
        if (detail::member_names<T>[i].view() == name) return i;
    }
    return detail::member_count<T>;
}

/// Calls the function of rule I.
template <class T, std::size_t I>
struct RuleCall {
    static constexpr const auto& item = std::get<I>(T::rules.items);
    static bool across(const void* object, Faults& faults) {
        const T& self = *static_cast<const T*>(object);
        if constexpr (std::is_invocable_v<decltype(item.call), const T&, Faults&>) {
            item.call(self, faults);
            return true;
        } else {
            return item.call(self);
        }
    }
    static bool custom(const void* value, Faults& /*faults*/) {
        constexpr std::size_t member = member_named<T>(rule_of(item).field);
        using Value = typename Bare<detail::member_type<T, member>>::type;
        constexpr bool takes_value = std::is_invocable_r_v<bool, decltype(item.call), const Value&>;
        static_assert(takes_value,
                      "duet: the function of a custom rule takes the field's value and returns bool");
        if constexpr (takes_value) return item.call(*static_cast<const Value*>(value));
        return true;
    }
    static consteval Shape::Call get() {
        if constexpr (requires { item.call; }) {
            if constexpr (rule_of(item).kind == RuleKind::across) return &across;
            if constexpr (rule_of(item).kind == RuleKind::custom) {
                // A field that is not there is reported by the check of names.
                if constexpr (member_named<T>(rule_of(item).field) < detail::member_count<T>) return &custom;
            }
        }
        return nullptr;
    }
};

/// What a rule asks of its field's type.
consteval bool rule_fits(RuleKind rule, const Type& type) {
    if (type.form == Form::optional || type.form == Form::patch) return rule_fits(rule, type.inner());
    const Kind kind = type.form == Form::column ? type.column->kind : Kind::null;
    const bool is_text =
        kind == Kind::text || (kind == Kind::custom && type.column->base->kind == Kind::text);
    switch (rule) {
        case RuleKind::length:
            return is_text || kind == Kind::array || kind == Kind::blob || type.form == Form::list ||
                   type.form == Form::map;
        case RuleKind::range:
            return detail::is_integer(kind) || kind == Kind::float32 || kind == Kind::float64 ||
                   kind == Kind::decimal || kind == Kind::decimal_text;
        case RuleKind::pattern:
        case RuleKind::email:
        case RuleKind::url:
        case RuleKind::one_of:
            return is_text;
        default:
            return true;
    }
}

template <class Payload, detail::NameText Name>
struct RulesOf {
    static_assert(Name.empty(), "duet: rules(...) names a field that the struct does not have");
    static constexpr bool checked = true;
};
template <class Payload, detail::NameText Name>
struct RuleFits {
    static_assert(Name.empty(),
                  "duet: a rule does not fit the type of its field: length needs a text or a list, range a "
                  "number, the others a text");
    static constexpr bool checked = true;
};

consteval std::string_view first_unknown_rule(std::span<const Rule> rules, std::span<const Field> fields) {
    for (const Rule& rule : rules) {
        if (rule.field.empty()) continue;
        bool known = false;
        for (const Field& field : fields) known = known || field.name == rule.field;
        if (!known) return rule.field;
    }
    return {};
}
consteval std::string_view first_unfit_rule(std::span<const Rule> rules, std::span<const Field> fields) {
    for (const Rule& rule : rules) {
        for (const Field& field : fields) {
            if (field.name == rule.field && !rule_fits(rule.kind, *field.type)) return rule.field;
        }
    }
    return {};
}

/// The rules of a struct, as plain tables.
template <class T>
struct RuleTables {
    static constexpr std::size_t count = rule_count<T>();
    template <std::size_t... I>
    static consteval auto make_rules(std::index_sequence<I...> /*rules*/) {
        std::array<Rule, sizeof...(I)> out{};
        ((out[I] = rule_of(std::get<I>(T::rules.items))), ...);
        return out;
    }
    template <std::size_t... I>
    static consteval auto make_calls(std::index_sequence<I...> /*rules*/) {
        return std::array<Shape::Call, sizeof...(I)>{RuleCall<T, I>::get()...};
    }
    static constexpr auto rules = make_rules(std::make_index_sequence<count>{});
    static constexpr auto calls = make_calls(std::make_index_sequence<count>{});
};
template <class T>
requires(!requires { T::rules; }) struct RuleTables<T> {
    static constexpr std::array<Rule, 0> rules{};
    static constexpr std::array<Shape::Call, 0> calls{};
};

constexpr bool may_be_missing(const Type& type, std::string_view name, std::span<const Rule> rules) {
    if (type.form == Form::patch || type.form == Form::optional) return true;
    if (type.form == Form::column && detail::is_set(type.column->nullable)) return true;
    for (const Rule& rule : rules) {
        if (rule.kind == RuleKind::may_be_missing && rule.field == name) return true;
    }
    return false;
}

template <class T>
struct ShapeTables {
    static constexpr std::size_t count = detail::member_count<T>;
    static_assert(count >= 1 && count <= detail::max_members, "duet: a payload has 1 to 72 fields");
    static_assert(layout_is_plain<T>(), "duet: a payload has no alignas members");
    using Rules = RuleTables<T>;

    template <std::size_t... I>
    static consteval auto make_fields(std::index_sequence<I...> /*members*/) {
        std::array<Field, sizeof...(I)> out{};
        ((out[I] = {detail::member_names<T>[I].view(), &type_of<detail::member_type<T, I>>(), offsets<T>[I]},
          out[I].required = !payload::may_be_missing(*out[I].type, out[I].name, Rules::rules)),
         ...);
        return out;
    }
    static constexpr auto fields = make_fields(std::make_index_sequence<count>{});
};

constexpr bool is_guarded(std::span<const TableOption> options, const ColumnInfo& column) {
    for (const TableOption& option : options) {
        if (option.type != TableOption::Type::guarded) continue;
        for (const std::string_view name : option.column_list()) {
            if (name == column.member || name == column.name) return true;
        }
    }
    return false;
}

/// A model as a payload: its columns. Keys of relations are called as their columns.
template <Model M>
struct ShapeTables<M> {
    static constexpr const ModelInfo& model = detail::model_info<M>;
    static constexpr std::size_t count = model.columns.size();
    using Rules = RuleTables<M>;

    static constexpr auto types = [] {
        std::array<Type, count> out{};
        for (std::size_t i = 0; i < count; ++i) {
            out[i].form = Form::column;
            out[i].column = model.columns[i].type;
        }
        return out;
    }();
    static constexpr bool has_default(const ColumnInfo& column) {
        if (column.primary_key && model.key.size() == 1 &&
            (model.generated_key || column.type->kind == Kind::uuid))
            return true;
        for (const TableOption& option : model.options) {
            if (option.type == TableOption::Type::default_now && option.columns[0] == column.member)
                return true;
        }
        return false;
    }
    static constexpr auto fields = [] {
        std::array<Field, count> out{};
        for (std::size_t i = 0; i < count; ++i) {
            const ColumnInfo& column = model.columns[i];
            Field& field = out[i];
            field.name = column.relation >= 0 ? column.name : column.member;
            field.type = &types[i];
            field.offset = column.offset;
            field.column = static_cast<std::int16_t>(i);
            field.guarded = column.behaviour >= 0 || is_guarded(model.options, column);
            field.required = !field.guarded && !has_default(column) &&
                             !payload::may_be_missing(types[i], field.name, Rules::rules);
        }
        return out;
    }();
};

template <class T>
struct ShapeHolder {
    using Tables = ShapeTables<T>;
    using Rules = RuleTables<T>;
    static_assert(RulesOf<T, detail::NameText(first_unknown_rule(Rules::rules, Tables::fields))>::checked);
    static_assert(RuleFits<T, detail::NameText(first_unfit_rule(Rules::rules, Tables::fields))>::checked);
    static constexpr Shape value{detail::type_name<T>(), Tables::fields, Rules::rules, Rules::calls};
};
template <class T>
constexpr const Shape& shape_of() {
    return ShapeHolder<T>::value;
}

/// Run by the engine before an object of a model with rules is written.
template <class M>
void check_model(const void* object) {
    check_or_throw(type_of<M>(), object);
}

}  // namespace duet::payload
