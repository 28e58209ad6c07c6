#pragma once

#include <duet/dialect/plan.hpp>
#include <duet/driver/values.hpp>
#include <duet/types/decimal.hpp>
#include <duet/types/json.hpp>
#include <duet/types/time.hpp>
#include <duet/types/uuid.hpp>

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <libpq-fe.h>

namespace duet::driver::postgres {

/// The type that values of `type` are declared as, whether NULL or not. 0 leaves it to the server: texts,
/// enums by name, and types with an `sql_type` of their own.
Oid declared_type(const TypeInfo& type) noexcept;

/// The parameters of one execution, as PQsendQueryParams() and PQsendQueryPrepared() want them. Kept and used
/// again, it allocates nothing once it has seen values of that size.
///
/// Integers travel as int8, whatever their width: an assignment to a narrower column is checked by the
/// server. Elements of arrays have the width of their column (std::int32_t: int4[]). Timestamp::max() and
/// min(), Date::max() and min() are the infinities.
class Parameters {
public:
    /// Most parameters that the protocol can number.
    static constexpr std::size_t max_count = 65535;
    /// Values and texts are bound where they lie where that is possible, so they have to stay until the
    /// parameters have been sent; the results of the accessors live until the next call.
    /// Throws InvalidQuery for too many parameters and for missing values, ValidationError for what
    /// PostgreSQL cannot keep: text with a NUL byte or not in UTF-8, integers above 2^63 - 1, moments out of
    /// its range, more than 1 GiB.
    void encode(const Plan& plan, std::span<const BindValue> values);

    int count() const noexcept { return static_cast<int>(types_.size()); }
    const Oid* types() const noexcept { return types_.data(); }
    const char* const* data() const noexcept { return data_.data(); }
    const int* lengths() const noexcept { return lengths_.data(); }
    const int* formats() const noexcept { return formats_.data(); }
    /// Bytes of all values.
    std::size_t bytes() const noexcept { return bytes_; }

    std::span<const Oid> type_list() const noexcept { return types_; }
    bool same_types(std::span<const Oid> types) const noexcept {
        if (types.size() != types_.size()) return false;
        for (std::size_t i = 0; i < types.size(); ++i) {
            if (types[i] != types_[i]) return false;
        }
        return true;
    }

    // What encode_value() calls.
    bool transient = false;
    void null();
    void boolean(bool value) {
        char* out = slot(oid_boolean, 1);
        *out = value ? '\1' : '\0';
    }
    void integer(std::int64_t value) { store(oid_int8, static_cast<std::uint64_t>(value)); }
    void unsigned_integer(std::uint64_t value);
    void floating(double value) {
        std::uint64_t bits = 0;
        static_assert(sizeof bits == sizeof value);
        __builtin_memcpy(&bits, &value, sizeof bits);
        store(oid_float8, bits);
    }
    void text(std::string_view value);
    void copied_text(std::string_view value);
    void blob(std::string_view value);
    void date(Date value);
    void time(Time value);
    void timestamp(Timestamp value);
    void duration(std::int64_t micros);
    void uuid(const Uuid& value);
    void decimal(const Decimal& value);
    void decimal_text(const Decimal& value);
    void json(const Json& value);
    void array(const TypeInfo& type, const void* array);

private:
    static constexpr Oid oid_boolean = 16, oid_int8 = 20, oid_float8 = 701;
    // Values of fixed size: these do not move while the parameters are collected.
    struct alignas(8) Slot {
        char bytes[16];
    };
    // Where data_[index] lies in buffer_, which may move until all is collected.
    struct Owned {
        std::size_t index;
        std::size_t offset;
    };

    char* slot(Oid type, int size) {
        char* out = slots_[at_].bytes;
        types_[at_] = type;
        data_[at_] = out;
        lengths_[at_] = size;
        formats_[at_] = 1;
        return out;
    }
    void store(Oid type, std::uint64_t bits) {
        bits = __builtin_bswap64(bits);
        __builtin_memcpy(slot(type, 8), &bits, 8);
    }
    [[gnu::noinline]] void make_room(std::size_t count);
    void value(const BindValue& value);
    void transformed(const BindValue& value, Transform transform);
    void list(const BindValue& value);
    void path(std::string_view keys);
    void borrowed(Oid type, std::string_view bytes);
    void owned(Oid type, std::size_t offset, int format);

    std::vector<Oid> types_;
    std::vector<const char*> data_;
    std::vector<int> lengths_;
    std::vector<int> formats_;
    std::vector<Slot> slots_;
    std::vector<Owned> owned_;
    std::string buffer_;
    std::string pattern_;
    std::size_t at_ = 0;
    std::size_t bytes_ = 0;
    const TypeInfo* current_ = nullptr;
};

}  // namespace duet::driver::postgres
