#pragma once

#include <duet/dialect/plan.hpp>
#include <duet/driver/array_text.hpp>
#include <duet/driver/encode.hpp>
#include <duet/driver/text_forms.hpp>

#include <string>
#include <string_view>

#include <sqlite3.h>

#include "driver/scratch.hpp"
#include "error.hpp"

namespace duet::driver::sqlite {

/// Type name of the pointers that duet_array() takes.
inline constexpr const char* list_pointer_type = "duet_array";

/// What such a pointer leads to.
struct BoundList {
    BindValue values;
    bool all_texts = false;  // each moment in its shortest form as well
};

/// The size of a moment's text without the zeros at the end of its fraction.
std::size_t shortest_moment(std::string_view text) noexcept;

/// What SQLite must be given for a column of numeric affinity: text that it turns into a number and back
/// without loss. Throws ValidationError for more digits than that. Writes into `out` as Decimal::write()
/// does.
std::string_view numeric_text(const Decimal& value, char* out);

[[noreturn]] void throw_nan();

/// Binds one value after the other to a statement (see encode_value). Texts and bytes are bound where they
/// lie.
class Binder : public TextForms<Binder> {
public:
    Binder(sqlite3_stmt* stmt, Scratch& scratch, std::string& buffer, std::string_view sql)
        : stmt_(stmt), scratch_(scratch), buffer_(buffer), sql_(sql) {}

    /// The placeholder that the next value goes to, from 1.
    int position = 0;

    [[gnu::always_inline]] void value(const BindValue& value) {
        if (value.list) return list(value);
        if (value.data == nullptr || value.type == nullptr) return null();
        switch (value.type->kind) {
            case Kind::text_view:
            case Kind::json_path:
                return text({static_cast<const char*>(value.data), value.size});
            case Kind::blob_view:
                return blob({static_cast<const char*>(value.data), value.size});
            default:
                return driver::detail::encode_common(*this, *value.type, value.data);
        }
    }
    /// Binds a text as the pattern or path that `transform` makes of it.
    void transformed(const BindValue& value, Transform transform);

    void null() { check(sqlite3_bind_null(stmt_, position)); }
    void boolean(bool value) { check(sqlite3_bind_int(stmt_, position, value ? 1 : 0)); }
    void integer(std::int64_t value) { check(sqlite3_bind_int64(stmt_, position, value)); }
    void floating(double value) {
        if (value != value) throw_nan();
        check(sqlite3_bind_double(stmt_, position, value));
    }
    void text(std::string_view value) {
        require_utf8(value);
        bind_text(transient ? scratch_.keep(value) : value);
    }
    void copied_text(std::string_view value) { bind_text(scratch_.keep(value)); }
    void blob(std::string_view value) {
        const std::string_view bytes = transient ? scratch_.keep(value) : value;
        // A null pointer would bind NULL.
        check(sqlite3_bind_blob64(stmt_, position, bytes.empty() ? "" : bytes.data(), bytes.size(),
                                  SQLITE_STATIC));
    }
    void timestamp(Timestamp value) {
        char* const text = scratch_.take(duet::detail::timestamp_text_size);
        bind_text({text, duet::detail::write_timestamp(text, value)});
    }
    void decimal(const Decimal& value) {
        char text[Decimal::max_text_size];
        copied_text(numeric_text(value, text));
    }
    void json(const Json& value) { text(value.text()); }
    void array(const TypeInfo& type, const void* array);

private:
    void list(const BindValue& value, bool all_texts = false);
    void moment(const BindValue& value, bool shortest);
    void bind_text(std::string_view value) {
        check(sqlite3_bind_text64(stmt_, position, value.data() == nullptr ? "" : value.data(), value.size(),
                                  SQLITE_STATIC, SQLITE_UTF8));
    }
    void check(int code) {
        if (code != SQLITE_OK) [[unlikely]]
            throw_error(sqlite3_db_handle(stmt_), code, sql_);
    }

    sqlite3_stmt* stmt_;
    Scratch& scratch_;
    std::string& buffer_;
    std::string_view sql_;
};

}  // namespace duet::driver::sqlite
