#include <duet/base/error.hpp>
#include <duet/handle/batch.hpp>

#include <algorithm>

namespace duet {

namespace {

struct Rows final : engine::BatchOperation {
    Rows(shape::QueryData of, bool are_removed) : query(std::move(of)), removes(are_removed) {}
    Task<> start(engine::Call call) override {
        if (removes) {
            co_await engine::remove_rows(call, query, false, engine::Removal::normal);
        } else {
            co_await engine::update_rows(call, query, false);
        }
    }
    bool checks_result() const noexcept override { return false; }

    shape::QueryData query;
    bool removes;
};

}  // namespace

Task<> Batch::run(const engine::Call& call) const { return engine::run_batch(call, operations_); }

void Batch::require_key(const ModelInfo& model, const void* object) const {
    if (!model.generated_key) return;
    const ColumnInfo& key = model.columns[static_cast<std::size_t>(model.key[0])];
    // Last, because a batch may create many.
    if (detail::read_integer(key.type->kind, key.in(object)) != 0 ||
        std::ranges::find(created_, object) == created_.end())
        return;
    throw InvalidQuery("batch: an object of " + std::string(model.table) +
                       " that the same batch creates has no key yet: change it before, or after the batch");
}

void Batch::add_rows(shape::QueryData query, bool removes) {
    operations_.emplace_back(std::make_unique<Rows>(std::move(query), removes));
}

}  // namespace duet
