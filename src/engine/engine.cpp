#include <duet/base/error.hpp>
#include <duet/dialect/plan_map.hpp>
#include <duet/dialect/render.hpp>
#include <duet/engine/engine.hpp>
#include <duet/engine/signals.hpp>
#include <duet/pool/pool.hpp>

#include <atomic>
#include <mutex>
#include <set>

#include "connected.hpp"

namespace duet::engine {

namespace {
// Shapes are few in ordinary programs; what builds queries from user input must not grow without bound.
constexpr std::size_t plan_capacity = 2048;
}  // namespace

// What does not depend on the server.
struct Engine::Shared {
    duet::detail::HookList<QueryEvent> hooks;
    duet::detail::HookList<QueryStart> before_query;
    Signals signals;
    std::mutex mutex;
    PlanMap<std::shared_ptr<const Plan>> plans{plan_capacity};
    std::uint64_t rendered = 0;
    std::set<const ModelInfo*> checked;
};

struct Engine::Impl {
    Impl(std::unique_ptr<driver::Driver> driver, PoolOptions options)
        : own(std::make_unique<Shared>()), shared(*own), pool(std::move(driver), std::move(options)) {}
    Impl(std::unique_ptr<driver::Driver> driver, PoolOptions options, Shared& others)
        : shared(others), pool(std::move(driver), std::move(options)) {}

    const std::unique_ptr<Shared> own;
    Shared& shared;
    Pool pool;
    std::string node;
    std::mutex mutex;
    std::vector<std::unique_ptr<driver::Statement>> orphans;
    std::atomic<bool> has_orphans{false};
};

Engine::Engine(std::unique_ptr<driver::Driver> driver, PoolOptions options)
    : impl_(std::make_unique<Impl>(std::move(driver), std::move(options))),
      hooks_(&impl_->shared.hooks),
      listened_(&impl_->shared.signals.listened()) {}
Engine::Engine(std::unique_ptr<driver::Driver> driver, PoolOptions options, Engine& primary)
    : impl_(std::make_unique<Impl>(std::move(driver), std::move(options), primary.impl_->shared)),
      hooks_(&impl_->shared.hooks),
      listened_(&impl_->shared.signals.listened()) {}
Engine::~Engine() = default;

Pool& Engine::pool() noexcept { return impl_->pool; }
const Dialect& Engine::dialect() const noexcept { return impl_->pool.driver().dialect(); }
std::string_view Engine::dialect_name() const noexcept { return dialect().name(); }
duet::detail::HookList<QueryStart>& Engine::before_query() noexcept { return impl_->shared.before_query; }
Signals& Engine::signals() noexcept { return impl_->shared.signals; }

const std::string& Engine::node() const noexcept { return impl_->node; }
void Engine::set_node(std::string name) { impl_->node = std::move(name); }

PlanCacheStats Engine::plan_stats() const {
    const std::lock_guard lock(impl_->shared.mutex);
    return {impl_->shared.plans.size(), impl_->shared.plans.capacity(), impl_->shared.rendered};
}

namespace {

/// Throws UnsupportedByDialect for a model with a column of a type that only another database has.
void refuse_foreign_types(const Dialect& dialect, const PlanKey& key) {
    // Links have plans, too.
    if (key.model == nullptr || key.verb == plan_verb(PlanVerb::link)) return;
    for (const ColumnInfo& column : static_cast<const ModelInfo*>(key.model)->columns) {
        if (!column.type->sql_type.empty()) (void)dialect.column_type(column, {});
    }
}

}  // namespace

std::shared_ptr<const Plan> Engine::plan(const PlanKey& key, Render render, const void* context) {
    {
        const std::lock_guard lock(impl_->shared.mutex);
        if (auto* found = impl_->shared.plans.find(key)) return *found;
    }
    refuse_foreign_types(dialect(), key);
    auto made = render(dialect(), context);
    const std::lock_guard lock(impl_->shared.mutex);
    ++impl_->shared.rendered;
    if (auto* found = impl_->shared.plans.find(key)) return *found;
    std::optional<std::shared_ptr<const Plan>> evicted;
    impl_->shared.plans.insert(key, made, evicted);
    return made;
}

void Engine::check_layout(const ModelInfo& model) {
    {
        const std::lock_guard lock(impl_->shared.mutex);
        if (!impl_->shared.checked.insert(&model).second) return;
    }
    if (model.layout_holds != nullptr && !model.layout_holds()) {
        throw ConfigurationError(
            "members of " + std::string(model.type_name) +
            " do not lie where its declaration says; alignas and bit-fields cannot be used in models");
    }
}

void Engine::orphan(std::unique_ptr<driver::Statement> statement) {
    const std::lock_guard lock(impl_->mutex);
    impl_->orphans.push_back(std::move(statement));
    impl_->has_orphans.store(true, std::memory_order_relaxed);
}

bool Engine::has_orphans() const noexcept { return impl_->has_orphans.load(std::memory_order_relaxed); }

void Engine::bury_orphans() {
    std::vector<std::unique_ptr<driver::Statement>> orphans;
    {
        const std::lock_guard lock(impl_->mutex);
        orphans.swap(impl_->orphans);
        impl_->has_orphans.store(false, std::memory_order_relaxed);
    }
}

}  // namespace duet::engine
