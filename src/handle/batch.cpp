#include <duet/handle/batch.hpp>

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

void Batch::add_rows(shape::QueryData query, bool removes) {
    operations_.emplace_back(std::make_unique<Rows>(std::move(query), removes));
}

}  // namespace duet
