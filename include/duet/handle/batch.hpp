#pragma once

#include <duet/base/owned.hpp>
#include <duet/engine/batch.hpp>
#include <duet/handle/payload_of.hpp>
#include <duet/handle/write_operations.hpp>
#include <duet/query/builder.hpp>

#include <memory>
#include <source_location>
#include <utility>
#include <vector>

namespace duet {

/// Writes that are collected and then run together, in one transaction: `db.batch([&](duet::Batch& b)
/// {...})`.
///
/// Nothing is sent before the block has ended, so no operation can use what another one yields; objects have
/// their keys and changes once `batch` is done. Objects must stay until then. On PostgreSQL everything
/// travels in one go. When it fails, and is in no transaction of the user's, objects lose the keys and times
/// of rows that are not there; what an update has changed in them stays. InvalidQuery when an object is
/// changed or removed whose key the database will only give it in the same batch.
class Batch {
public:
    /// INSERT; the object gets its key.
    template <Model M>
    void create(M& object) {
        operations_.push_back(engine::insertion_of(detail::model_info<M>, &object));
        created_.push_back(&object);
    }
    /// INSERT of what a payload struct says, the other members as the model initialises them. `object`
    /// becomes that at once, and gets its key with the others. Needs <duet/payload.hpp>. Throws
    /// ValidationError, also at once, with all faults.
    template <Model M, class P>
    requires detail::PayloadStruct<P>
    void create(M& object, const P& payload, std::source_location where = std::source_location::current()) {
        constexpr bool is_known = detail::payloads_are_known<M, P>();
        static_assert(is_known, "duet: create() with a payload needs #include <duet/payload.hpp>");
        if constexpr (is_known) {
            object = detail::PayloadOf<M, P>::create(payload, where);
            create(object);
        }
    }
    /// UPDATE of these columns; the object follows. NotFound, and nothing of the batch is done, when its row
    /// is gone.
    template <Model M, class... A>
    requires(!std::is_const_v<M> && !(detail::PayloadStruct<A> || ...)) void update(M& object,
                                                                                    const A&... assignments) {
        require_key(detail::model_info<M>, &object);
        shape::QueryData changes;
        changes.model = &detail::model_info<M>;
        (expr::add<expr::Role::set, M>(changes.clauses, assignments), ...);
        operations_.push_back(engine::update_of(detail::model_info<M>, &object, std::move(changes)));
    }
    /// UPDATE of the columns that a payload struct sets, of an object as it is now; it follows when the batch
    /// is done, so that one batch has one such update for an object. Needs <duet/payload.hpp>. Throws
    /// ValidationError at once, with all faults; NotFound and StaleData undo the batch.
    template <Model M, class P>
    requires(!std::is_const_v<M> && detail::PayloadStruct<P>) void update(
        M& object, const P& payload, std::source_location where = std::source_location::current()) {
        constexpr bool is_known = detail::payloads_are_known<M, P>();
        static_assert(is_known, "duet: update() with a payload needs #include <duet/payload.hpp>");
        if constexpr (is_known) {
            require_key(detail::model_info<M>, &object);
            using Operation = decltype(detail::PayloadOf<M, P>::update({}, object, payload, where));
            struct Update final : engine::BatchOperation {
                explicit Update(Operation with) : operation(std::move(with)) {}
                Task<> start(engine::Call call) override {
                    operation.call = call;
                    co_await operation.start();
                    operation.finish();
                }
                bool checks_result() const noexcept override { return true; }
                const ModelInfo* hooked_model() const noexcept override { return &detail::model_info<M>; }
                Operation operation;
            };
            operations_.push_back(
                std::make_unique<Update>(detail::PayloadOf<M, P>::update({}, object, payload, where)));
        }
    }
    /// DELETE, or the mark of a soft delete. NotFound as for update().
    template <Model M>
    void remove(M& object) {
        require_key(detail::model_info<M>, &object);
        operations_.push_back(engine::removal_of(detail::model_info<M>, &object, engine::Removal::normal));
    }

    // What these say of objects that cannot change.
    template <Model M>
    void create(const M& object) {
        create(detail::changeable(object));
    }
    template <Model M, class A, class... More>
    void update(const M& object, const A&, const More&...) {
        remove(detail::changeable(object));
    }
    template <Model M>
    void remove(const M& object) {
        remove(detail::changeable(object));
    }

    /// UPDATE of all rows of a query, however many there are.
    template <Model M, expr::IsAssignment... A>
    void update_bulk(const Query<M>& query, const A&... assignments) {
        shape::QueryData changes = query.data();
        (expr::add<expr::Role::set, M>(changes.clauses, assignments), ...);
        add_rows(std::move(changes), false);
    }
    /// DELETE (or the mark of a soft delete) of all rows of a query.
    template <Model M>
    void delete_bulk(const Query<M>& query) {
        add_rows(query.data(), true);
    }

    std::size_t size() const noexcept { return operations_.size(); }

private:
    template <class Self, class Mode>
    friend class Handle;
    void add_rows(shape::QueryData query, bool removes);
    /// Throws InvalidQuery when the object is created before in this batch, and has no key until then.
    void require_key(const ModelInfo& model, const void* object) const;
    Task<> run(const engine::Call& call) const;

    std::vector<detail::Owned<engine::BatchOperation>> operations_;
    std::vector<const void*> created_;
};

}  // namespace duet
