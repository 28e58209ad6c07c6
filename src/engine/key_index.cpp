#include "key_index.hpp"

#include <duet/base/error.hpp>
#include <duet/driver/encode.hpp>

#include <algorithm>
#include <string_view>

#include "write.hpp"

namespace duet::engine {

namespace {

const void* engaged(const TypeInfo& declared, const void* field) {
    return declared.nullable == nullptr ? field : declared.nullable->value(field);
}

}  // namespace

KeyIndex::KeyIndex(const TypeInfo& type)
    : type_(type.nullable == nullptr ? type : *type.base), is_integer_(is_integer(type_.kind)) {}

std::string KeyIndex::bytes_of(const TypeInfo& declared, const void* value) const {
    const TypeInfo& type = declared.nullable == nullptr ? declared : *declared.base;
    switch (type.kind) {
        case Kind::text:
            return *static_cast<const std::string*>(value);
        case Kind::uuid:
        case Kind::date:
        case Kind::time:
        case Kind::timestamp:
            return {static_cast<const char*>(value), type.size};
        case Kind::enumeration: {
            if (!type.ops.enumeration->as_integer) return std::string(driver::enumerator_name(type, value));
            const std::int64_t number = driver::enum_number(type, value);
            return {reinterpret_cast<const char*>(&number), sizeof number};
        }
        case Kind::custom: {
            struct Context {
                const KeyIndex& index;
                const TypeInfo& stored;
                std::string out{};
            };
            Context context{*this, *type.base};
            type.ops.custom->store(value, &context, [](void* opaque, const void* stored) {
                auto& c = *static_cast<Context*>(opaque);
                c.out = c.index.bytes_of(c.stored, stored);
            });
            return std::move(context.out);
        }
        default:
            if (is_integer(type.kind)) {  // inside a type of the user's own
                const std::int64_t number = duet::detail::read_integer(type.kind, value);
                return {reinterpret_cast<const char*>(&number), sizeof number};
            }
            throw InvalidQuery("relations over keys of this type cannot be loaded");
    }
}

std::uint32_t KeyIndex::find_integer(std::int64_t key) const {
    if (ascending_) {
        if (integers_.empty()) return none;
        // Where no number is missing, its place is known.
        const std::uint64_t place =
            static_cast<std::uint64_t>(key) - static_cast<std::uint64_t>(integers_.front());
        if (place < integers_.size() && integers_[place] == key) return static_cast<std::uint32_t>(place);
        const auto it = std::lower_bound(integers_.begin(), integers_.end(), key);
        return it != integers_.end() && *it == key ? static_cast<std::uint32_t>(it - integers_.begin())
                                                   : none;
    }
    const auto it = by_integer_.find(key);
    return it == by_integer_.end() ? none : it->second;
}

std::uint32_t KeyIndex::add(const TypeInfo& declared, const void* field) {
    const void* value = engaged(declared, field);
    if (value == nullptr) return none;
    if (!is_integer_) {
        const auto [it, added] =
            by_text_.try_emplace(bytes_of(declared, value), static_cast<std::uint32_t>(texts_.size()));
        if (added) texts_.push_back(it->first);
        return it->second;
    }
    const std::int64_t key =
        duet::detail::read_integer(declared.nullable == nullptr ? declared.kind : declared.base->kind, value);
    if (ascending_) {
        if (integers_.empty() || key > integers_.back()) {
            integers_.push_back(key);
            return static_cast<std::uint32_t>(integers_.size() - 1);
        }
        if (const std::uint32_t known = find_integer(key); known != none) return known;
        ascending_ = false;
        for (std::size_t i = 0; i < integers_.size(); ++i)
            by_integer_.emplace(integers_[i], static_cast<std::uint32_t>(i));
    }
    const auto [it, added] = by_integer_.try_emplace(key, static_cast<std::uint32_t>(integers_.size()));
    if (added) integers_.push_back(key);
    return it->second;
}

std::uint32_t KeyIndex::find(const TypeInfo& declared, const void* field) const {
    const void* value = engaged(declared, field);
    if (value == nullptr) return none;
    if (is_integer_) {
        return find_integer(duet::detail::read_integer(
            declared.nullable == nullptr ? declared.kind : declared.base->kind, value));
    }
    const auto it = by_text_.find(bytes_of(declared, value));
    return it == by_text_.end() ? none : it->second;
}

void KeyIndex::emit_list(shape::Fragment& out) const {
    out.op(shape::Op::list);
    if (is_integer_) {
        out.u8(static_cast<std::size_t>(Kind::int64));
        out.values.add_list(duet::detail::int64_value, integers_.data(),
                            integers_.size() * sizeof(std::int64_t), integers_.size());
        return;
    }
    const TypeInfo* stored = &type_;
    while (stored->kind == Kind::custom) stored = stored->base;
    const bool is_enum = stored->kind == Kind::enumeration;
    if (stored->kind == Kind::text || (is_enum && !stored->ops.enumeration->as_integer)) {
        out.u8(static_cast<std::size_t>(Kind::text_view));
        std::vector<std::string_view> views(texts_.begin(), texts_.end());
        out.values.add_text_list(views.data(), views.size());
        return;
    }
    if (is_enum || is_integer(stored->kind)) stored = &duet::detail::int64_value;
    out.u8(static_cast<std::size_t>(stored->kind));
    std::string packed;
    for (const std::string& text : texts_) packed += text;
    out.values.add_list(*stored, packed.data(), packed.size(), texts_.size());
}

}  // namespace duet::engine
