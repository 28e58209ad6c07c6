#pragma once

#include <duet/payload/describe.hpp>
#include <duet/types/json.hpp>

#include <concepts>
#include <cstddef>
#include <string>
#include <string_view>

namespace duet {

/// How strictly JSON is read.
struct JsonReading {
    bool allow_unknown = false;  // pass over fields that the struct does not have
    bool allow_missing = false;  // fields that are not there keep their initialisers
    bool run_rules = true;       // the struct's rules, as far as there is something to hold them against
    std::size_t max_depth = 64;  // arrays and objects within each other; at most 512
};

namespace payload {
/// Throws ValidationError with all that is wrong.
void read_json(const Type& type, void* target, std::string_view text, const JsonReading& how);
/// Throws ValidationError for what JSON cannot say: NaN, text that is not UTF-8.
void write_json(const Type& type, const void* value, std::string& out);
}  // namespace payload

/// A `T` (a payload struct, a model, or an optional, vector or map of such) from JSON.
///
/// Throws ValidationError with all faults and their paths: fields that are unknown, missing or of another
/// type, and rules that are broken by what could be read (those across fields only if all of the struct could
/// be). Nothing is converted silently: a number in quotes is no number, 1.5 no integer, 300 no std::int8_t. A
/// key that comes twice and U+0000 in a text are faults, too.
template <class T>
T from_json(std::string_view text, const JsonReading& how = {}) {
    T out{};
    payload::read_json(payload::type_of<T>(), &out, text, how);
    return out;
}
template <class T, std::same_as<Json> J>
T from_json(const J& json, const JsonReading& how = {}) {
    return from_json<T>(json.text(), how);
}

/// The JSON of a payload struct, a model, or a vector, optional or map of such. Patches that are unset are
/// left out. A model is written with all its columns and those relations that are loaded; where objects of a
/// session hold each other, none is written inside of itself.
template <class T>
Json to_json(const T& value) {
    std::string out;
    payload::write_json(payload::type_of<T>(), &value, out);
    return Json::from_valid_text(std::move(out));
}

/// Runs the rules of a struct or a model (and of structs within); throws ValidationError with all that they
/// say.
template <class T>
void validate(const T& value) {
    payload::check_or_throw(payload::type_of<T>(), &value);
}
/// The same as a list, empty when all is well.
template <class T>
std::vector<Fault> faults_of(const T& value) {
    payload::Faults faults;
    std::string path;
    payload::check_value(payload::type_of<T>(), &value, path, faults);
    return faults.list();
}

}  // namespace duet
