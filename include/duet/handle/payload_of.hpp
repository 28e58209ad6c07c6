#pragma once

#include <duet/expr/expr.hpp>
#include <duet/query/rows.hpp>

#include <type_traits>

namespace duet::detail {

/// What <duet/payload.hpp> defines for create and update by payload structs.
template <class M, class P>
struct PayloadOf;
template <class P>
concept PayloadStruct = RowStruct<std::remove_cvref_t<P>> && !Model<std::remove_cvref_t<P>> &&
                        !expr::IsAssignment<std::remove_cvref_t<P>>;
template <class M, class P>
consteval bool payloads_are_known() {
    return requires { PayloadOf<M, std::remove_cvref_t<P>>::is_known; };
}

}  // namespace duet::detail
