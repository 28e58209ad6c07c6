#include <duet/engine/signals.hpp>

#include <map>
#include <mutex>

namespace duet::engine {

struct Signals::Impl {
    struct Listened {
        ModelSignals signals;
        Copy copy = nullptr;
    };
    std::mutex mutex;
    std::map<const ModelInfo*, Listened> models;
};

Signals::Signals() : impl_(std::make_unique<Impl>()) {}
Signals::~Signals() = default;

ModelSignals& Signals::of(const ModelInfo* model) {
    const std::lock_guard lock(impl_->mutex);
    __atomic_store_n(&listened_, true, __ATOMIC_RELAXED);
    return impl_->models[model].signals;
}

ModelSignals* Signals::find(const ModelInfo* model) noexcept {
    const std::lock_guard lock(impl_->mutex);
    const auto found = impl_->models.find(model);
    return found == impl_->models.end() ? nullptr : &found->second.signals;
}

void Signals::set_copy(const ModelInfo& model, Copy copy) {
    const std::lock_guard lock(impl_->mutex);
    impl_->models[&model].copy = copy;
}

Signals::Copy Signals::copy_of(const ModelInfo& model) noexcept {
    const std::lock_guard lock(impl_->mutex);
    const auto found = impl_->models.find(&model);
    return found == impl_->models.end() ? nullptr : found->second.copy;
}

}  // namespace duet::engine
