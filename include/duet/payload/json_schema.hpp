#pragma once

#include <duet/payload/describe.hpp>
#include <duet/types/json.hpp>

#include <initializer_list>
#include <string_view>

namespace duet {

namespace payload {
Json describe(const Type& type);
Json describe_all(std::initializer_list<const Type*> types);
}  // namespace payload

/// The JSON Schema (draft 2020-12) of what from_json<T> takes and to_json gives, with the struct's rules.
/// Structs within are under `$defs`, by their names. Rules that are functions have no place in it.
template <class T>
Json json_schema() {
    return payload::describe(payload::type_of<T>());
}

/// The `components` of an OpenAPI 3.1 document with the schemas of these structs and of those within:
/// `{"schemas": {"UserCreate": ...}}`, which refer to each other as `#/components/schemas/UserCreate`.
template <class... T>
Json openapi_components() {
    return payload::describe_all({&payload::type_of<T>()...});
}

}  // namespace duet
