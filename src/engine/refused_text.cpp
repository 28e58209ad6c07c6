#include "refused_text.hpp"

#include <duet/base/error.hpp>
#include <duet/driver/array_text.hpp>
#include <duet/driver/encode.hpp>

#include <string>

namespace duet::engine {

namespace {

/// Looks at what texts there are in a value (see encode_value).
struct TextCheck {
    bool zero_bytes;  // may be in texts
    bool transient = false;

    void text(std::string_view value) const {
        driver::require_utf8(value);
        if (!zero_bytes && value.find('\0') != std::string_view::npos) refuse_zero();
    }
    void array(const TypeInfo& type, const void* list) const {
        std::string json;
        driver::append_array(json, type, list);
        for (std::size_t at = json.find('\\'); !zero_bytes && at != std::string::npos;
             at = json.find('\\', at + 2)) {
            if (json.compare(at, 6, "\\u0000") == 0) refuse_zero();
        }
    }
    void null() const {}
    void boolean(bool) const {}
    void integer(std::int64_t) const {}
    void unsigned_integer(std::uint64_t) const {}
    void floating(double) const {}
    void blob(std::string_view) const {}
    void date(Date) const {}
    void time(Time) const {}
    void timestamp(Timestamp) const {}
    void uuid(const Uuid&) const {}
    void decimal(const Decimal&) const {}
    void decimal_text(const Decimal&) const {}
    void json(const Json&) const {}

private:
    [[noreturn]] static void refuse_zero() {
        throw ValidationError("a text value holds a NUL byte; use bytes (a blob) for other data");
    }
};

}  // namespace

void name_refused_text(const Dialect& dialect, const ModelInfo& model, std::span<const std::int16_t> columns,
                       const std::byte* objects, std::size_t count) {
    TextCheck check{.zero_bytes = dialect.capabilities().zero_bytes};
    for (std::size_t row = 0; row < count; ++row) {
        for (const std::int16_t c : columns) {
            const ColumnInfo& column = model.columns[static_cast<std::size_t>(c)];
            try {
                driver::encode_value(check, *column.type, column.in(objects + row * model.size));
            } catch (const ValidationError& error) {
                std::string path = "/" + std::to_string(row) + "/";
                path += column.member.empty() ? column.name : column.member;
                throw ValidationError(std::vector{Fault{std::move(path), "malformed", error.what()}});
            }
        }
    }
}

}  // namespace duet::engine
