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
        if (sink.advice != nullptr) message += sink.advice(sink.context);
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
        if (enumerator.name != name) continue;
        duet::detail::write_integer(duet::detail::number_kind(type), field, enumerator.value);
        return Fault::none;
    }
    return Fault::unknown_name;
}

Fault store_enum_number(const TypeInfo& type, std::int64_t number, void* field) {
    const Kind kind = duet::detail::number_kind(type);
    if (!duet::detail::integer_range(kind).contains(number)) return Fault::out_of_range;
    duet::detail::write_integer(kind, field, number);
    return Fault::none;
}

}  // namespace duet::driver
