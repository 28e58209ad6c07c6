#include <duet/base/error.hpp>
#include <duet/driver/decode.hpp>

namespace duet::driver {
namespace {

std::string field_type(const TypeInfo& type) {
    const TypeInfo& value = type.nullable != nullptr ? *type.base : type;
    if (!value.cpp_name.empty()) return std::string(value.cpp_name);
    if (value.kind == Kind::enumeration) return std::string(value.ops.enumeration->type_name);
    return "its C++ type";
}

}  // namespace

void throw_decode_error(const RowSink& sink, const DecodeStep& step, Fault fault,
                        std::string_view stored_type, bool is_null) {
    std::string message;
    if (sink.name != nullptr) {
        message = "column ";
        message += sink.name(sink.context, static_cast<std::size_t>(&step - sink.steps));
    } else {
        message = "result column " + std::to_string(step.column + 1);
    }
    const std::string type = field_type(*step.type);
    if (is_null) {
        message += " is NULL, but its field (" + type + ") is not std::optional";
    } else if (fault == Fault::out_of_range) {
        message += " holds a number that is out of range for its field (" + type + ")";
    } else if (fault == Fault::malformed) {
        message += " holds a malformed value (";
        message += stored_type;
        message += ") for its field (" + type + ")";
    } else if (fault == Fault::unknown_name) {
        message += " holds a name that the enum " + type + " does not have";
    } else {
        message += " holds ";
        message += stored_type;
        message += ", which its field (" + type + ") cannot take";
    }
    throw ValidationError(message);
}

Fault store_enumerator(const TypeInfo& type, std::string_view name, void* field) {
    for (const Enumerator& enumerator : type.ops.enumeration->enumerators) {
        if (enumerator.name == name) return store_enum_number(type, enumerator.value, field);
    }
    return Fault::unknown_name;
}

Fault store_enum_number(const TypeInfo& type, std::int64_t number, void* field) {
    const auto store = [&]<class Signed, class Unsigned>(Signed, Unsigned) {
        if (type.ops.enumeration->is_signed) {
            if (number != static_cast<Signed>(number)) return Fault::out_of_range;
        } else if (sizeof(Unsigned) < 8 &&
                   (number < 0 || number != static_cast<std::int64_t>(static_cast<Unsigned>(number)))) {
            return Fault::out_of_range;
        }
        const auto bits = static_cast<Unsigned>(number);
        std::memcpy(field, &bits, sizeof bits);
        return Fault::none;
    };
    switch (type.size) {
        case 1:
            return store(std::int8_t{}, std::uint8_t{});
        case 2:
            return store(std::int16_t{}, std::uint16_t{});
        case 4:
            return store(std::int32_t{}, std::uint32_t{});
        default:
            return store(std::int64_t{}, std::uint64_t{});
    }
}

}  // namespace duet::driver
