#pragma once

#include <duet/base/error.hpp>
#include <duet/payload/describe.hpp>
#include <duet/payload/fields.hpp>

#include <array>
#include <concepts>
#include <cstddef>
#include <optional>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

/// Copies between models and payload structs: which member goes where is decided at compile time.
namespace duet::payload {

[[noreturn]] void throw_integer_does_not_fit();

template <class T>
struct is_belongs_to : std::false_type {};
template <class T, class K>
struct is_belongs_to<BelongsTo<T, K>> : std::true_type {};
template <class T>
struct is_has_one : std::false_type {};
template <class T, Name F>
struct is_has_one<HasOne<T, F>> : std::true_type {};
template <class T>
concept ManyRows = requires(const T& rows) {
    { rows.loaded() } -> std::same_as<bool>;
    rows.span();
};
template <class T>
concept OneRow = is_belongs_to<T>::value || is_has_one<T>::value;
template <class T>
inline constexpr bool is_optional_belongs_to = false;
template <class T, class K>
inline constexpr bool is_optional_belongs_to<std::optional<BelongsTo<T, K>>> = true;

enum class Place : std::uint8_t { none, member, behaviour, key };
/// Where in a struct a name leads.
struct Located {
    Place place = Place::none;
    std::size_t member = 0;
    std::size_t inner = 0;  // of a behaviour
};

template <class S, std::size_t I>
consteval bool locate_member(std::string_view name, Located& out) {
    using F = detail::member_type<S, I>;
    if constexpr (detail::BehaviourMember<F>) {
        for (std::size_t i = 0; i < detail::member_count<F>; ++i) {
            if (detail::member_names<F>[i].view() == name) {
                out = {Place::behaviour, I, i};
                return true;
            }
        }
    }
    if (detail::member_names<S>[I].view() == name) {
        out = {Place::member, I};
        return true;
    }
    if constexpr (is_belongs_to<F>::value || is_optional_belongs_to<F>) {
        if (detail::member_names<S>[I].key_column() == name) {
            out = {Place::key, I};
            return true;
        }
    }
    return false;
}
template <class S, std::size_t... I>
consteval Located locate_among(std::string_view name, std::index_sequence<I...> /*members*/) {
    Located out;
    static_cast<void>((locate_member<S, I>(name, out) || ...));
    return out;
}
template <class S>
consteval Located locate(std::string_view name) {
    return locate_among<S>(name, std::make_index_sequence<detail::member_count<S>>{});
}

template <class T, std::size_t I>
const detail::member_type<T, I>& member(const T& object) {
    return *reinterpret_cast<const detail::member_type<T, I>*>(reinterpret_cast<const std::byte*>(&object) +
                                                               offsets<T>[I]);
}
template <class T, std::size_t I>
detail::member_type<T, I>& member(T& object) {
    return *reinterpret_cast<detail::member_type<T, I>*>(reinterpret_cast<std::byte*>(&object) +
                                                         offsets<T>[I]);
}

/// The part of `object` that was located.
template <Located At, class S>
decltype(auto) part(const S& object) {
    const auto& whole = member<S, At.member>(object);
    if constexpr (At.place == Place::behaviour) {
        return member<std::remove_cvref_t<decltype(whole)>, At.inner>(whole);
    } else if constexpr (At.place == Place::key) {
        if constexpr (is_belongs_to<std::remove_cvref_t<decltype(whole)>>::value) {
            return (whole.key());
        } else {
            return whole.has_value() ? std::optional(whole->key()) : std::nullopt;
        }
    } else {
        return (whole);
    }
}

/// Whether the row of a loaded relation is there. Throws NotLoaded.
template <OneRow R>
bool row_exists(const R& relation) {
    if constexpr (is_has_one<R>::value) {
        return relation.has_value();
    } else {
        if (!relation.loaded()) static_cast<void>(relation.get());
        return detail::RelationAccess::state(const_cast<R&>(relation)).count != 0;
    }
}

template <class D, class S>
void copy_into(D& to, const S& from);

template <class T>
inline constexpr bool is_number = std::is_integral_v<T> && !std::is_same_v<T, bool>;

/// Puts a value into a field, from the type of one to that of the other.
template <class D, class S>
void assign(D& to, const S& from) {
    if constexpr (std::is_same_v<D, S>) {
        to = from;
    } else if constexpr (detail::is_optional<S>::value) {
        constexpr bool can_be_empty = detail::is_optional<D>::value;
        static_assert(can_be_empty,
                      "duet: a field that takes a value which may be NULL has to be a std::optional");
        if constexpr (can_be_empty) {
            if (from.has_value()) {
                assign(to.emplace(), *from);
            } else {
                to.reset();
            }
        }
    } else if constexpr (detail::is_optional<D>::value) {
        if constexpr (OneRow<S> && is_struct<typename D::value_type>) {
            if (row_exists(from)) {
                assign(to.emplace(), from);
            } else {
                to.reset();
            }
        } else {
            assign(to.emplace(), from);
        }
    } else if constexpr (OneRow<S> && is_struct<D>) {
        copy_into(to, from.get());
    } else if constexpr (is_belongs_to<S>::value) {
        assign(to, from.key());
    } else if constexpr (is_belongs_to<D>::value) {
        typename D::key_type key{};
        assign(key, from);
        to = D(std::move(key));
    } else if constexpr (is_number<S> && is_number<D>) {
        if (!std::in_range<D>(from)) throw_integer_does_not_fit();
        to = static_cast<D>(from);
    } else if constexpr (std::is_floating_point_v<S> && std::is_floating_point_v<D>) {
        to = static_cast<D>(from);
    } else if constexpr (detail::is_vector<D>::value && (ManyRows<S> || detail::is_vector<S>::value)) {
        to.clear();
        to.reserve(from.size());
        for (const auto& element : from) assign(to.emplace_back(), element);
    } else if constexpr (is_struct<D> && is_struct<S>) {
        copy_into(to, from);
    } else {
        constexpr bool types_fit = std::is_same_v<D, S>;
        static_assert(
            types_fit,
            "duet: a field of this struct has another type than the member it is copied from or to");
    }
}

/// Compiles only while the name is empty; the compiler shows struct, model and name.
template <class Payload, class Model, detail::NameText Field>
struct FieldIsThere {
    static_assert(Field.empty(), "duet: a field of this struct is no column or relation of the model");
};
template <class Payload, class Model, detail::NameText Field>
struct FieldIsNotGuarded {
    static_assert(Field.empty(), "duet: a field of this payload is a guarded column of the model");
};
template <class Payload, class Model, detail::NameText Field>
struct FieldIsNotKept {
    static_assert(Field.empty(), "duet: a field of this payload is a column that the library keeps itself");
};
template <class Payload, class Model, detail::NameText Field>
struct FieldIsNotKey {
    static_assert(Field.empty(), "duet: a payload cannot change the primary key of a row");
};
template <class Payload, class Model, detail::NameText Field>
struct FieldIsWritable {
    static_assert(Field.empty(),
                  "duet: a payload writes columns only; rows of relations are created by themselves");
};
template <class Payload, detail::NameText Field>
struct FieldsAreThere {
    static_assert(Field.empty(), "duet: fields(...) names a field that the struct does not have");
    static constexpr bool checked = true;
};

template <class P>
concept HasFields = requires {
    P::fields.entries;
};

template <class P>
consteval std::string_view first_unknown_field() {
    if constexpr (HasFields<P>) {
        for (const std::string_view name : P::fields.names) {
            if (member_named<P>(name) == detail::member_count<P>) return name;
        }
    }
    return {};
}

/// What `fields` says of a member: the index of its entry, or -1.
template <class P, std::size_t J>
consteval int entry_of() {
    if constexpr (HasFields<P>) {
        for (std::size_t i = 0; i < P::fields.names.size(); ++i) {
            if (P::fields.names[i] == detail::member_names<P>[J].view()) return static_cast<int>(i);
        }
    }
    return -1;
}

/// Follows the path of field J of P from `object`, the segment that begins at `Begin` first.
template <class P, std::size_t J, std::size_t Begin, class D, class S>
void assign_path(D& to, const S& from) {
    constexpr std::string_view path =
        std::string_view(std::get<static_cast<std::size_t>(entry_of<P, J>())>(P::fields.entries).path)
            .substr(Begin);
    constexpr std::size_t dot = path.find('.');
    constexpr std::string_view name = path.substr(0, dot);
    constexpr Located at = locate<S>(name);
    if constexpr (at.place == Place::none) {
        static_cast<void>(FieldIsThere<P, S, detail::NameText(name)>{});
    } else if constexpr (dot == std::string_view::npos) {
        assign(to, part<at>(from));
    } else {
        constexpr std::size_t next = Begin + dot + 1;
        const auto& relation = part<at>(from);
        using R = std::remove_cvref_t<decltype(relation)>;
        if constexpr (OneRow<R>) {
            if constexpr (detail::is_optional<D>::value) {
                if (!row_exists(relation)) {
                    to.reset();
                    return;
                }
            }
            assign_path<P, J, next>(to, relation.get());
        } else if constexpr (is_optional_belongs_to<R>) {
            constexpr bool can_be_empty = detail::is_optional<D>::value;
            static_assert(can_be_empty,
                          "duet: a field that takes a value which may be NULL has to be a std::optional");
            if constexpr (can_be_empty) {
                if (!relation.has_value() || !row_exists(*relation)) {
                    to.reset();
                } else {
                    assign_path<P, J, next>(to, relation->get());
                }
            }
        } else {
            constexpr bool leads_on = is_struct<R>;
            static_assert(leads_on, "duet: the path of a field leads across relations with one row");
            if constexpr (leads_on) assign_path<P, J, next>(to, relation);
        }
    }
}

template <class D, class S, std::size_t J>
void copy_field(D& to, const S& from) {
    constexpr int entry = entry_of<D, J>();
    if constexpr (entry >= 0) {
        const auto& rule = std::get<static_cast<std::size_t>(entry)>(D::fields.entries);
        if constexpr (requires { rule.call; }) {
            assign(member<D, J>(to), rule.call(from));
        } else if constexpr (std::get<static_cast<std::size_t>(entry)>(D::fields.entries).stored) {
            assign_path<D, J, 0>(member<D, J>(to), from);
        }
    } else {
        constexpr std::string_view name = detail::member_names<D>[J].view();
        constexpr Located at = locate<S>(name);
        if constexpr (at.place == Place::none) {
            static_cast<void>(FieldIsThere<D, S, detail::NameText(name)>{});
        } else {
            assign(member<D, J>(to), part<at>(from));
        }
    }
}
template <class D, class S, std::size_t... J>
void copy_fields(D& to, const S& from, std::index_sequence<J...> /*members*/) {
    (copy_field<D, S, J>(to, from), ...);
}
/// Every field of `to` from `from`.
template <class D, class S>
void copy_into(D& to, const S& from) {
    static_assert(FieldsAreThere<D, detail::NameText(first_unknown_field<D>())>::checked);
    static_assert(layout_is_plain<D>() && layout_is_plain<S>(), "duet: a payload has no alignas members");
    copy_fields(to, from, std::make_index_sequence<detail::member_count<D>>{});
}

enum class Purpose : std::uint8_t { create, change };

/// The columns of M that a payload P writes.
template <class P>
struct Written {
    std::array<std::int16_t, detail::member_count<P>> columns{};
    std::size_t count = 0;
    std::span<const std::int16_t> span() const { return std::span(columns).first(count); }
};

template <class M, class P, Purpose For, std::size_t J>
void write_field(M& to, const P& from, Written<P>& written) {
    constexpr int entry = entry_of<P, J>();
    constexpr FieldPlace place = [] {
        FieldPlace out{detail::member_names<P>[J].view(), detail::member_names<P>[J].view()};
        if constexpr (entry_of<P, J>() >= 0) {
            const auto& said = std::get<static_cast<std::size_t>(entry_of<P, J>())>(P::fields.entries);
            if constexpr (requires { said.stored; }) out = said;
        }
        return out;
    }();
    static_cast<void>(entry);
    if constexpr (place.stored) {
        constexpr detail::NameText name(place.field);
        constexpr Located at = locate<M>(place.path);
        constexpr int column = detail::find_named(detail::model_info<M>.columns, place.path);
        if constexpr (at.place == Place::none) {
            static_cast<void>(FieldIsThere<P, M, name>{});
        } else if constexpr (at.place == Place::behaviour) {
            static_cast<void>(FieldIsNotKept<P, M, name>{});
        } else if constexpr (column < 0) {
            static_cast<void>(FieldIsWritable<P, M, name>{});
        } else {
            constexpr const ColumnInfo& info =
                detail::model_info<M>.columns[static_cast<std::size_t>(column)];
            if constexpr (is_guarded(M::table.options, info)) {
                static_cast<void>(FieldIsNotGuarded<P, M, name>{});
            } else if constexpr (For == Purpose::change && info.primary_key) {
                static_cast<void>(FieldIsNotKey<P, M, name>{});
            } else {
                const auto& value = member<P, J>(from);
                auto& target = member<M, at.member>(to);
                if constexpr (is_patch<std::remove_cvref_t<decltype(value)>>::value) {
                    if (!value.is_set()) return;
                    assign(target, *value);
                } else {
                    assign(target, value);
                }
                written.columns[written.count++] = static_cast<std::int16_t>(column);
            }
        }
    }
}
/// The fields of `from` that are set, into a model. The sequence is that of the payload's members.
template <Purpose For, class M, class P, std::size_t... J>
Written<P> write_into(M& to, const P& from, std::index_sequence<J...> /*members*/) {
    static_assert(FieldsAreThere<P, detail::NameText(first_unknown_field<P>())>::checked);
    static_assert(layout_is_plain<P>() && layout_is_plain<M>(), "duet: a payload has no alignas members");
    Written<P> written;
    (write_field<M, P, For, J>(to, from, written), ...);
    return written;
}
template <class P>
inline constexpr std::make_index_sequence<detail::member_count<P>> members_of{};

}  // namespace duet::payload

namespace duet {

/// A `Read` with what the model holds: each field takes the member of its name; a field that is a struct, an
/// optional or a vector of structs takes a relation, which must be loaded. Throws NotLoaded that names it.
template <class Read, class M>
requires payload::is_struct<M> Read to(const M& object) {
    Read out{};
    payload::copy_into(out, object);
    return out;
}
template <class Read, class M>
std::vector<Read> to(const std::vector<M>& objects) {
    std::vector<Read> out;
    out.reserve(objects.size());
    for (const M& object : objects) payload::copy_into(out.emplace_back(), object);
    return out;
}
template <class Read, class M>
std::optional<Read> to(const std::optional<M>& object) {
    if (!object) return std::nullopt;
    return to<Read>(*object);
}
/// The loaded rows of a relation.
template <class Read, payload::ManyRows R>
std::vector<Read> to(const R& rows) {
    std::vector<Read> out;
    payload::assign(out, rows);
    return out;
}

/// Sets the members that a payload names: all fields that are no Patch, and those Patches that are set.
/// Nothing is written to a database. The payload's rules are not run: see duet::validate.
template <class P, Model M>
requires payload::is_struct<P>
void apply(const P& payload, M& object) {
    static_cast<void>(payload::write_into<payload::Purpose::create>(object, payload, payload::members_of<P>));
}

}  // namespace duet
