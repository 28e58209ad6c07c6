#pragma once

#include <duet/expr/lookups.hpp>

namespace duet::expr {

/// The operands of a call.
template <class... A>
struct Arguments {
    static constexpr std::size_t count = 0;
    template <class M>
    void emit(shape::Fragment&, const TypeInfo*) const {}
};
template <class First, class... Rest>
struct Arguments<First, Rest...> {
    static constexpr std::size_t count = 1 + sizeof...(Rest);

    First first;
    Arguments<Rest...> rest;

    explicit Arguments(First f, Rest... r) : first(std::move(f)), rest(std::move(r)...) {}

    template <class M>
    void emit(shape::Fragment& out, const TypeInfo* peer) const {
        emit_beside<M>(out, first, peer);
        rest.template emit<M>(out, peer);
    }
};

}  // namespace duet::expr
