#pragma once

#include <duet/schema/model_info.hpp>

#include <cstddef>
#include <utility>
#include <vector>

namespace duet::detail {

/// std::vector<M> for the engine.
template <class M>
struct ListAccess {
    using List = std::vector<M>;
    static void* append(void* list) { return &static_cast<List*>(list)->emplace_back(); }
    static void pop(void* list) { static_cast<List*>(list)->pop_back(); }
    static void* data(void* list) { return static_cast<List*>(list)->data(); }
    static std::size_t size(const void* list) { return static_cast<const List*>(list)->size(); }
    static void reserve(void* list, std::size_t count) { static_cast<List*>(list)->reserve(count); }
    static void* create() { return new List; }
    static void destroy(void* list) { delete static_cast<List*>(list); }
    static void move(void* to, void* from) { *static_cast<M*>(to) = std::move(*static_cast<M*>(from)); }
    static constexpr ListOps ops{&append, &pop, &data, &size, &reserve, &create, &destroy, &move};
};

}  // namespace duet::detail
