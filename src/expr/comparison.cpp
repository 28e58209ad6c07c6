#include <duet/base/error.hpp>
#include <duet/expr/arithmetic.hpp>
#include <duet/expr/comparison.hpp>

#include <string>

namespace duet::expr {

void require_comparable(const TypeInfo& left, const TypeInfo& right) {
    if (types_meet(left, right) || day_meets_moment(left, right) || day_meets_moment(right, left)) return;
    throw InvalidQuery("a column of type " + std::string(left.cpp_name) + " cannot be compared with " +
                       std::string(right.cpp_name));
}

void require_text(const TypeInfo& type) {
    if (!is_text_like(type)) {
        throw InvalidQuery("this lookup needs a text column, not one of type " + std::string(type.cpp_name));
    }
}

void require_number(const TypeInfo& type) {
    if (!is_number_like(type)) {
        throw InvalidQuery("arithmetic needs a number, not a column of type " + std::string(type.cpp_name));
    }
}

void require_boolean(const TypeInfo& type) {
    if (family(type) != Family::boolean && family(type) != Family::any) {
        throw InvalidQuery("is_true and is_false need a bool column, not one of type " +
                           std::string(type.cpp_name));
    }
}

}  // namespace duet::expr
