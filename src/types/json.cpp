#include <duet/base/error.hpp>
#include <duet/types/json.hpp>
#include <duet/types/json_number.hpp>
#include <duet/types/json_scan.hpp>
#include <duet/types/json_text.hpp>

#include <algorithm>

namespace duet {
namespace {

using detail::JsonKind;

// The one value in `text`, checked; what follows may rely on its grammar.
std::string_view checked(std::string_view text) {
    detail::JsonScanner scan{text};
    const std::string_view value = scan.value();
    scan.expect_end();
    return value;
}

std::string_view checked_as(std::string_view text, bool kind_fits, const char* wanted) {
    if (!kind_fits) throw ValidationError(std::string("the JSON value is not ") + wanted);
    return checked(text);
}

struct Member {
    std::string key;
    std::string_view value;
};

// The members that count, in the order of the text.
std::vector<Member> members_of(std::string_view object) {
    std::vector<Member> members;
    detail::each_json_member(object, [&](std::string_view key, std::string_view value) {
        members.push_back({detail::json_unescape(key), value});
    });
    const auto by_key = [](const Member* a, const Member* b) {
        return a->key != b->key ? a->key < b->key : a < b;
    };
    std::vector<Member*> sorted;
    sorted.reserve(members.size());
    for (Member& member : members) sorted.push_back(&member);
    std::sort(sorted.begin(), sorted.end(), by_key);
    bool doubled = false;
    for (std::size_t i = 1; i < sorted.size(); ++i) {
        if (sorted[i - 1]->key != sorted[i]->key) continue;
        sorted[i - 1]->value = {};
        doubled = true;
    }
    if (doubled) std::erase_if(members, [](const Member& member) { return member.value.empty(); });
    return members;
}

std::vector<std::string_view> elements_of(std::string_view array) {
    std::vector<std::string_view> elements;
    detail::each_json_element(array, [&](std::string_view value) { elements.push_back(value); });
    return elements;
}

// Levels of arrays and objects in a valid text.
std::size_t depth_of(std::string_view text) noexcept {
    std::size_t depth = 0;
    std::size_t deepest = 0;
    bool in_string = false;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const char c = text[i];
        if (in_string) {
            if (c == '\\') ++i;
            if (c == '"') in_string = false;
        } else if (c == '"') {
            in_string = true;
        } else if (c == '[' || c == '{') {
            deepest = std::max(deepest, ++depth);
        } else if ((c == ']' || c == '}') && depth > 0) {
            --depth;
        }
    }
    return deepest;
}

void check_depth_inside(std::string_view value) {
    if (depth_of(value) >= detail::json_max_depth) throw ValidationError("JSON value nested too deeply");
}

bool same(std::string_view a, std::string_view b);

bool same_objects(std::string_view a, std::string_view b) {
    auto x = members_of(a);
    auto y = members_of(b);
    if (x.size() != y.size()) return false;
    const auto by_key = [](const Member& m, const Member& n) { return m.key < n.key; };
    std::sort(x.begin(), x.end(), by_key);
    std::sort(y.begin(), y.end(), by_key);
    return std::equal(x.begin(), x.end(), y.begin(), [](const Member& m, const Member& n) {
        return m.key == n.key && same(m.value, n.value);
    });
}

// Recursion ends at the depth that the scanner refuses.
bool same(std::string_view a, std::string_view b) {
    const JsonKind kind = detail::json_kind(a);
    const JsonKind other = detail::json_kind(b);
    const auto number = [](JsonKind k) { return k == JsonKind::integer || k == JsonKind::real; };
    if (number(kind) && number(other)) return detail::json_numbers_equal(a, b);
    if (kind != other) return false;
    if (a == b) return true;
    if (kind == JsonKind::text) return detail::json_unescape(a) == detail::json_unescape(b);
    if (kind == JsonKind::object) return same_objects(a, b);
    if (kind != JsonKind::array) return false;
    const auto x = elements_of(a);
    const auto y = elements_of(b);
    return std::equal(x.begin(), x.end(), y.begin(), y.end(), same);
}

}  // namespace

Json::Json(std::string_view value) {
    text_.reserve(value.size() + 2);
    detail::append_json_string(text_, value);
}

void Json::assign_int(std::int64_t value) { detail::append_json_number(text_, value); }
void Json::assign_uint(std::uint64_t value) { detail::append_json_number(text_, value); }
void Json::assign_double(double value) { detail::append_json_number(text_, value); }

Json Json::parse(std::string_view text) {
    detail::JsonScanner scan{text};
    std::string compact;
    compact.reserve(text.size());
    scan.value(&compact);
    scan.expect_end();
    return from_valid_text(std::move(compact));
}

Json Json::from_valid_text(std::string text) {
    Json json;
    if (text != "null") json.text_ = std::move(text);
    return json;
}

Json Json::array(std::span<const Json> elements) {
    Json json;
    json.text_ = "[";
    for (const Json& element : elements) {
        check_depth_inside(element.text());
        if (json.text_.size() > 1) json.text_ += ',';
        json.text_ += element.text();
    }
    json.text_ += ']';
    return json;
}

Json Json::object(std::initializer_list<std::pair<std::string_view, Json>> members) {
    Json json;
    json.text_ = "{}";
    for (const auto& [key, value] : members) json.set(key, value);
    return json;
}

std::string_view Json::text() const& noexcept { return text_.empty() ? std::string_view{"null"} : text_; }
std::string Json::text() && { return text_.empty() ? std::string{"null"} : std::move(text_); }

bool Json::is_null() const noexcept { return detail::json_kind(text_) == JsonKind::null; }
bool Json::is_bool() const noexcept { return detail::json_kind(text_) == JsonKind::boolean; }
bool Json::is_number() const noexcept {
    const JsonKind kind = detail::json_kind(text_);
    return kind == JsonKind::integer || kind == JsonKind::real;
}
bool Json::is_string() const noexcept { return detail::json_kind(text_) == JsonKind::text; }
bool Json::is_array() const noexcept { return detail::json_kind(text_) == JsonKind::array; }
bool Json::is_object() const noexcept { return detail::json_kind(text_) == JsonKind::object; }

std::size_t Json::size() const {
    if (is_object()) return members_of(text_).size();
    std::size_t count = 0;
    if (is_array()) detail::each_json_element(text_, [&](std::string_view) { ++count; });
    return count;
}

bool Json::find(std::string_view key, std::string_view& value) const {
    bool found = false;
    if (!is_object()) return false;
    detail::each_json_member(text_, [&](std::string_view name, std::string_view member) {
        if (!detail::json_string_equals(name, key)) return;
        value = member;
        found = true;
    });
    return found;
}

bool Json::find(std::size_t index, std::string_view& value) const {
    std::size_t at = 0;
    if (!is_array()) return false;
    detail::each_json_element(text_, [&](std::string_view element) {
        if (at++ == index) value = element;
    });
    return index < at;
}

bool Json::contains(std::string_view key) const {
    std::string_view value;
    return find(key, value);
}

Json Json::operator[](std::string_view key) const {
    std::string_view value;
    return find(key, value) ? from_valid_text(std::string{value}) : Json{};
}

Json Json::operator[](std::size_t index) const {
    std::string_view value;
    return find(index, value) ? from_valid_text(std::string{value}) : Json{};
}

Json Json::at(std::string_view key) const {
    std::string_view value;
    if (!find(key, value)) throw NotFound("the JSON value has no member '" + std::string{key} + "'");
    return from_valid_text(std::string{value});
}

Json Json::at(std::size_t index) const {
    std::string_view value;
    if (!find(index, value)) throw NotFound("the JSON value has no element " + std::to_string(index));
    return from_valid_text(std::string{value});
}

void Json::throw_out_of_range() { throw ValidationError("the JSON number is not an integer in range"); }

bool Json::as_bool() const { return checked_as(text_, is_bool(), "a boolean")[0] == 't'; }

std::int64_t Json::as_int() const {
    std::int64_t value = 0;
    if (!detail::json_number_to_int64(checked_as(text_, is_number(), "a number"), value))
        throw_out_of_range();
    return value;
}

std::uint64_t Json::as_uint() const {
    std::uint64_t value = 0;
    if (!detail::json_number_to_uint64(checked_as(text_, is_number(), "a number"), value))
        throw_out_of_range();
    return value;
}

double Json::as_double() const {
    double value = 0;
    // The check refused what no double can hold.
    detail::json_number_to_double(checked_as(text_, is_number(), "a number"), value);
    return value;
}

std::string Json::as_string() const {
    return detail::json_unescape(checked_as(text_, is_string(), "a string"));
}

std::string Json::get_or(std::string_view fallback) const {
    return is_null() ? std::string{fallback} : as_string();
}

std::vector<std::string> Json::keys() const {
    std::vector<std::string> keys;
    if (!is_object()) return keys;
    for (Member& member : members_of(text_)) keys.push_back(std::move(member.key));
    return keys;
}

std::vector<Json> Json::elements() const {
    std::vector<Json> elements;
    if (is_object()) {
        for (const Member& member : members_of(text_))
            elements.push_back(from_valid_text(std::string{member.value}));
    } else if (is_array()) {
        for (const std::string_view value : elements_of(text_))
            elements.push_back(from_valid_text(std::string{value}));
    }
    return elements;
}

std::vector<std::pair<std::string, Json>> Json::items() const {
    std::vector<std::pair<std::string, Json>> items;
    if (!is_object()) return items;
    for (Member& member : members_of(text_)) {
        items.emplace_back(std::move(member.key), from_valid_text(std::string{member.value}));
    }
    return items;
}

// Appends `key` (a finished piece of text, perhaps empty) and `value` before the closing bracket.
void Json::append_last(std::string_view key, const Json& value, char open, char close) {
    check_depth_inside(value.text());
    std::string piece;
    piece.reserve(key.size() + value.text().size() + 2);
    const std::size_t end = text_.find_last_not_of(" \t\r\n");
    if (text_[end] != close) throw ValidationError("malformed JSON: no bracket at the end");
    const std::size_t last = text_.find_last_not_of(" \t\r\n", end - 1);
    const bool first = text_[last] == open && text_.find_first_not_of(" \t\r\n") == last;
    if (!first) piece += ',';
    piece += key;
    piece += value.text();
    piece += close;
    text_.replace(end, text_.size() - end, piece);
}

void Json::set(std::string_view key, const Json& value) {
    if (!is_null() && !is_object()) throw ValidationError("only a JSON object has members to set");
    std::string name;
    detail::append_json_string(name, key);
    std::string_view old;
    if (is_null()) {
        Json fresh = from_valid_text("{}");
        fresh.append_last(name + ':', value, '{', '}');
        *this = std::move(fresh);
    } else if (find(key, old)) {
        check_depth_inside(value.text());
        const std::string replacement{value.text()};
        text_.replace(static_cast<std::size_t>(old.data() - text_.data()), old.size(), replacement);
    } else {
        append_last(name + ':', value, '{', '}');
    }
}

void Json::push_back(const Json& value) {
    if (!is_null() && !is_array()) throw ValidationError("only a JSON array takes further elements");
    if (is_null()) {
        *this = array({value});
    } else {
        append_last({}, value, '[', ']');
    }
}

bool Json::erase(std::string_view key) {
    if (!contains(key)) return false;
    std::string rest = "{";
    for (const Member& member : members_of(text_)) {
        if (member.key == key) continue;
        if (rest.size() > 1) rest += ',';
        detail::append_json_string(rest, member.key);
        rest += ':';
        rest += member.value;
    }
    rest += '}';
    text_ = std::move(rest);
    return true;
}

bool Json::equal(const Json& a, const Json& b) {
    if (a.text_ == b.text_) return true;
    return same(checked(a.text()), checked(b.text()));
}

}  // namespace duet
