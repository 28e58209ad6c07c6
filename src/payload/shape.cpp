#include <duet/payload/copy.hpp>
#include <duet/payload/export.hpp>
#include <duet/payload/handle.hpp>
#include <duet/payload/shape.hpp>

namespace duet::payload {

void Faults::add(std::string path, std::string code, std::string message) {
    if (full()) return;
    list_.push_back({std::move(path), std::move(code), std::move(message)});
}

void Faults::raise() {
    if (!list_.empty()) throw ValidationError(std::move(list_));
}

namespace {

/// Whether a place is `path` or lies above it.
bool holds(std::string_view place, std::string_view path) {
    return path.starts_with(place) && (path.size() == place.size() || path[place.size()] == '/');
}

}  // namespace

bool Faults::is_unread(std::string_view path) const noexcept {
    for (std::size_t i = 0; i < read_; ++i) {
        if (holds(list_[i].path, path) || holds(path, list_[i].path)) return true;
    }
    return false;
}

int Shape::find(std::string_view field) const noexcept {
    for (std::size_t i = 0; i < fields.size(); ++i) {
        if (fields[i].name == field) return static_cast<int>(i);
    }
    return -1;
}

void append_path(std::string& path, std::string_view part) {
    path += '/';
    for (const char c : part) {
        if (c == '~') {
            path += "~0";
        } else if (c == '/') {
            path += "~1";
        } else {
            path += c;
        }
    }
}

void append_path(std::string& path, std::size_t index) {
    path += '/';
    path += std::to_string(index);
}

void check_payload(const Type& type, const void* payload, std::source_location where) {
    try {
        check_or_throw(type, payload);
    } catch (Error& error) {
        error.attach_where(where);
        throw;
    }
}

void throw_integer_does_not_fit() {
    throw ValidationError("a number does not fit the type of the field it is copied to");
}

void throw_sink_failed() { throw Error("the stream that rows are written to has failed"); }

}  // namespace duet::payload
