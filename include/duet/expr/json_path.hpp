#pragma once

#include <duet/expr/lookups.hpp>

#include <concepts>

namespace duet::expr {

/// Adds a key or an index to a path, which is a JSON array without its closing bracket.
void append_json_key(Text& path, std::string_view key);
void append_json_index(Text& path, std::int64_t index);
/// How the value at a place has to be read to stand beside a value of this type.
Kind json_kind_beside(const TypeInfo* peer);

/// A place inside a JSON column. Compares with numbers, texts and booleans; what is not there is NULL.
template <class E>
struct JsonPath : Lookups<JsonPath<E>> {
    E document;
    Text path{"["};

    explicit JsonPath(E e) : document(std::move(e)) {}

    JsonPath operator[](std::string_view key) const {
        JsonPath out = *this;
        append_json_key(out.path, key);
        return out;
    }
    template <std::integral I>
    JsonPath operator[](I index) const {
        JsonPath out = *this;
        append_json_index(out.path, static_cast<std::int64_t>(index));
        return out;
    }

    template <class M>
    static consteval Checked check() {
        const Checked of = checked<M, E>;
        if (!of.ok()) return of;
        if (family(*of.type) != Family::json && family(*of.type) != Family::any)
            return refuse(of, Fault::not_json);
        return {&json_scalar_type, true, Fault::none, nullptr, of.name};
    }
    template <class M>
    void emit_as(shape::Fragment& out, const TypeInfo* peer) const {
        out.op(shape::Op::json_get);
        out.u8(static_cast<std::size_t>(json_kind_beside(peer)));
        document.template emit<M>(out);
        emit_json_path(out, path.view());
    }
    template <class M>
    void emit(shape::Fragment& out) const {
        emit_as<M>(out, &duet::detail::text_value);
    }
    template <class M>
    void emit_truth(shape::Fragment& out, bool wanted) const {
        out.op(wanted ? shape::Op::json_is_true : shape::Op::json_is_false);
        document.template emit<M>(out);
        emit_json_path(out, path.view());
    }
    template <class M, class V>
    void emit_contains(shape::Fragment& out, const V& value) const {
        out.op(shape::Op::json_contains);
        document.template emit<M>(out);
        emit_json_path(out, path.view());
        emit_beside<M>(out, value, nullptr);
    }

    /// There is an object here that has this key.
    auto has_key(std::string_view key) const;
    /// The value here as a C++ type: bool, a number, std::string or duet::Json.
    template <class T>
    auto as() const;
    using Lookups<JsonPath<E>>::as;
};

template <class E>
struct JsonHas : Node {
    JsonPath<E> place;

    explicit JsonHas(JsonPath<E> p) : place(std::move(p)) {}

    template <class M>
    static consteval Checked check() {
        return condition_of(checked<M, JsonPath<E>>);
    }
    template <class M>
    void emit(shape::Fragment& out) const {
        out.op(shape::Op::json_has);
        place.document.template emit<M>(out);
        emit_json_path(out, place.path.view());
    }
};

template <class E, class T>
struct JsonAs : Lookups<JsonAs<E, T>> {
    template <class M>
    using cpp_type = T;

    JsonPath<E> place;

    explicit JsonAs(JsonPath<E> p) : place(std::move(p)) {}

    template <class M>
    static consteval Checked check() {
        Checked out = checked<M, JsonPath<E>>;
        if (out.ok()) out.type = &duet::detail::type_info<T>;
        return out;
    }
    template <class M>
    void emit(shape::Fragment& out) const {
        place.template emit_as<M>(out, &duet::detail::type_info<T>);
    }
};

template <class E>
auto JsonPath<E>::has_key(std::string_view key) const {
    return JsonHas<E>((*this)[key]);
}
template <class E>
template <class T>
auto JsonPath<E>::as() const {
    constexpr Family f = family(duet::detail::type_info<T>);
    static_assert(f == Family::boolean || f == Family::number || f == Family::text || f == Family::json,
                  "duet: as<T>() reads a bool, a number, a text or a duet::Json out of a JSON column");
    return JsonAs<E, T>(*this);
}

}  // namespace duet::expr
