#pragma once

#include <duet/engine/engine.hpp>
#include <duet/payload/copy.hpp>

#include <cstddef>
#include <source_location>
#include <utility>
#include <vector>

/// What handles do with payload structs; they find this when the header is there.
namespace duet::payload {

/// Runs the rules of a payload; errors carry the place of the call.
void check_payload(const Type& type, const void* payload, std::source_location where);

/// UPDATE of the columns that a payload sets. The object follows when it is done.
template <class M, class P>
struct UpdateByPayload {
    engine::Call call;
    M* object;
    M changed;
    Written<P> written{};

    Task<> start() {
        if (written.count == 0) return nothing();
        return engine::update_columns(call, detail::model_info<M>, &changed, written.span());
    }
    void finish() { *object = std::move(changed); }

private:
    static Task<> nothing() { co_return; }
};

}  // namespace duet::payload

namespace duet::detail {

template <class M, class P>
struct PayloadOf {
    static constexpr bool is_known = true;

    static M create(const P& payload, std::source_location where) {
        M object{};
        payload::write_into<payload::Purpose::create>(object, payload, payload::members_of<P>);
        payload::check_payload(payload::type_of<P>(), &payload, where);
        return object;
    }
    static std::vector<M> create_all(const std::vector<P>& payloads, std::source_location where) {
        std::vector<M> objects;
        objects.reserve(payloads.size());
        for (const P& payload : payloads)
            payload::write_into<payload::Purpose::create>(objects.emplace_back(), payload,
                                                          payload::members_of<P>);
        payload::check_payload(payload::type_of<std::vector<P>>(), &payloads, where);
        return objects;
    }
    static payload::UpdateByPayload<M, P> update(engine::Call call, M& object, const P& payload,
                                                 std::source_location where) {
        payload::UpdateByPayload<M, P> operation{call, &object, object};
        operation.written =
            payload::write_into<payload::Purpose::change>(operation.changed, payload, payload::members_of<P>);
        payload::check_payload(payload::type_of<P>(), &payload, where);
        return operation;
    }
};

}  // namespace duet::detail
