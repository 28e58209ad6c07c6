#pragma once

#include <duet/dialect/plan.hpp>
#include <duet/driver/encode.hpp>
#include <duet/types/time_text.hpp>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <mysql.h>

#include "driver/scratch.hpp"

namespace duet::driver::mariadb {

/// The values of a statement's placeholders, as the library wants to have them bound. Numbers and moments
/// have a place of their own here; texts and bytes are bound where they lie.
class Parameters {
public:
    explicit Parameters(std::size_t count);

    /// Takes values for all placeholders. Throws ValidationError for what the server cannot keep. What texts
    /// and bytes point to has to stay until the statement has run.
    void take(const std::vector<PlanBind>& binds, std::span<const BindValue> values);

    MYSQL_BIND* data() noexcept { return binds_.data(); }
    /// Whether the library has to look at the bindings again: types or addresses are others than before.
    bool moved() const noexcept { return moved_; }
    void bound() noexcept { moved_ = false; }
    /// Forgets what the library was told: a statement prepared anew knows no bindings.
    void forget() noexcept { moved_ = true; }
    /// Bytes of all texts.
    std::size_t text_bytes() const noexcept { return text_bytes_; }

private:
    friend class Binder;

    union Place {
        std::int64_t integer;
        double real;
        MYSQL_TIME moment;
    };
    struct Slot {
        Place place;
        unsigned long length;
        my_bool null;
    };

    std::vector<MYSQL_BIND> binds_;
    std::unique_ptr<Slot[]> slots_;
    Scratch scratch_;
    std::string buffer_;
    std::size_t text_bytes_ = 0;
    bool moved_ = true;
};

/// Writes one value after the other into the bindings (see encode_value).
class Binder {
public:
    Binder(Parameters& to) : to_(to) {}

    bool transient = false;
    /// The placeholder that the next value goes to.
    std::size_t position = 0;

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

    // The type stays what it was, so that the server need not hear of it again.
    void null() { to_.slots_[position].null = 1; }
    void boolean(bool value) { fixed(MYSQL_TYPE_TINY, false).integer = value ? 1 : 0; }
    void integer(std::int64_t value) { fixed(MYSQL_TYPE_LONGLONG, false).integer = value; }
    void unsigned_integer(std::uint64_t value) {
        fixed(MYSQL_TYPE_LONGLONG, true).integer = static_cast<std::int64_t>(value);
    }
    void floating(double value);
    void text(std::string_view value) {
        require_utf8(value);
        bytes(MYSQL_TYPE_VAR_STRING, transient ? to_.scratch_.keep(value) : value);
    }
    void blob(std::string_view value) {
        bytes(MYSQL_TYPE_BLOB, transient ? to_.scratch_.keep(value) : value);
    }
    void date(Date value);
    void time(Time value);
    void timestamp(Timestamp value);
    void uuid(const Uuid& value);
    void decimal(const Decimal& value);
    void decimal_text(const Decimal& value);
    void json(const Json& value) { text(value.text()); }
    void array(const TypeInfo& type, const void* array);

private:
    Parameters::Place& fixed(enum_field_types type, bool is_unsigned) {
        Parameters::Slot& slot = to_.slots_[position];
        MYSQL_BIND& bind = to_.binds_[position];
        if (bind.buffer_type != type || (bind.is_unsigned != 0) != is_unsigned ||
            bind.buffer != &slot.place) {
            bind.buffer_type = type;
            bind.is_unsigned = is_unsigned ? 1 : 0;
            bind.buffer = &slot.place;
            to_.moved_ = true;
        }
        slot.null = 0;
        return slot.place;
    }
    void bytes(enum_field_types type, std::string_view value) {
        Parameters::Slot& slot = to_.slots_[position];
        MYSQL_BIND& bind = to_.binds_[position];
        // Without an address it would be NULL.
        const char* const data = value.data() == nullptr ? "" : value.data();
        if (bind.buffer_type != type || bind.buffer != data || bind.is_unsigned != 0) {
            bind.buffer_type = type;
            bind.is_unsigned = 0;
            bind.buffer = const_cast<char*>(data);  // it is only read
            to_.moved_ = true;
        }
        slot.null = 0;
        slot.length = value.size();
        to_.text_bytes_ += value.size();
    }
    void list(const BindValue& value);
    void short_text(std::string_view value) { bytes(MYSQL_TYPE_VAR_STRING, to_.scratch_.keep(value)); }

    Parameters& to_;
};

}  // namespace duet::driver::mariadb
