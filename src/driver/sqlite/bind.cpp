#include "bind.hpp"

#include <duet/base/error.hpp>

#include <new>
#include <type_traits>

#include "pattern.hpp"

namespace duet::driver::sqlite {

std::string_view numeric_text(const Decimal& value, char* out) {
    constexpr int digits_of_double = 15;
    constexpr int digits_of_integer = 18;
    const int digits = value.significant_digits();
    if (digits > digits_of_double && (value.scale() != 0 || digits > digits_of_integer)) {
        throw ValidationError(
            "a decimal number of more than 15 digits cannot be kept exactly in a numeric column of "
            "SQLite; keep the column as text (duet::decimal_as_text)");
    }
    return {out, value.write(out)};
}

void throw_nan() { throw ValidationError("NaN cannot be stored: SQLite would keep NULL in its place"); }

void Binder::array(const TypeInfo& type, const void* array) {
    buffer_.clear();
    append_array(buffer_, type, array);
    copied_text(buffer_);
}

std::size_t shortest_moment(std::string_view text) noexcept {
    while (text.ends_with('0')) text.remove_suffix(1);
    if (text.ends_with('.')) text.remove_suffix(1);
    return text.size();
}

void Binder::list(const BindValue& value, bool all_texts) {
    static_assert(std::is_trivially_copyable_v<BoundList>);
    // The caller's BindValue may be gone when the statement goes on after a row limit.
    char* raw = scratch_.take(sizeof(BoundList) + alignof(BoundList));
    raw += (alignof(BoundList) - reinterpret_cast<std::uintptr_t>(raw) % alignof(BoundList)) %
           alignof(BoundList);
    auto* kept = new (raw) BoundList{value, all_texts};
    check(sqlite3_bind_pointer(stmt_, position, kept, list_pointer_type, nullptr));
}

void Binder::moment(const BindValue& value, bool shortest) {
    char* const text = scratch_.take(duet::detail::timestamp_text_size);
    std::size_t size = value.type->kind == Kind::time
                           ? duet::detail::write_time(text, *static_cast<const Time*>(value.data))
                           : duet::detail::write_timestamp(text, *static_cast<const Timestamp*>(value.data));
    if (shortest) size = shortest_moment({text, size});
    bind_text({text, size});
}

void Binder::transformed(const BindValue& value, Transform transform) {
    if (transform == Transform::moment_texts) return list(value, true);
    if (value.data == nullptr || value.type == nullptr) return null();
    if (transform == Transform::moment_first || transform == Transform::moment_last) {
        return moment(value, transform == Transform::moment_first);
    }
    std::string_view text;
    switch (value.type->kind) {
        case Kind::text_view:
        case Kind::json_path:
            text = {static_cast<const char*>(value.data), value.size};
            break;
        case Kind::text:
            text = *static_cast<const std::string*>(value.data);
            break;
        default:
            throw InvalidQuery("a pattern must be text");
    }
    require_utf8(text);
    buffer_.clear();
    render_pattern(buffer_, transform, text);
    copied_text(buffer_);
}

}  // namespace duet::driver::sqlite
