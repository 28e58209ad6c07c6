#include <duet/engine/batch.hpp>

#include <optional>
#include <utility>

#include "undo.hpp"
#include "write.hpp"

namespace duet::engine {

namespace {

class OfObject : public BatchOperation {
public:
    OfObject(const ModelInfo& of, void* which) : model_(of), object_(which) {}
    const ModelInfo* hooked_model() const noexcept override { return &model_; }

protected:
    const ModelInfo& model_;
    void* object_;
};

class Inserting final : public OfObject {
public:
    using OfObject::OfObject;
    Task<> start(Call call) override {
        undo_.emplace(model_).remember(object_);
        keyless_ = model_.generated_key && is_new(model_, object_);
        return insert(call, model_, object_);
    }
    bool checks_result() const noexcept override { return false; }
    void take_back() noexcept override {
        if (undo_) undo_->restore(object_);
        if (keyless_) set_key(model_, object_, 0);
    }

private:
    std::optional<Undo> undo_;
    bool keyless_ = false;
};

class Updating final : public OfObject {
public:
    Updating(const ModelInfo& of, void* which, shape::QueryData changes)
        : OfObject(of, which), changes_(std::move(changes)) {}
    Task<> start(Call call) override { return update(call, model_, object_, changes_); }
    bool checks_result() const noexcept override { return true; }

private:
    shape::QueryData changes_;
};

class Removing final : public OfObject {
public:
    Removing(const ModelInfo& of, void* which, Removal removal) : OfObject(of, which), removal_(removal) {}
    Task<> start(Call call) override { return remove(call, model_, object_, removal_); }
    bool checks_result() const noexcept override { return true; }

private:
    Removal removal_;
};

}  // namespace

duet::detail::Owned<BatchOperation> insertion_of(const ModelInfo& model, void* object) {
    return duet::detail::make_owned<Inserting>(model, object);
}
duet::detail::Owned<BatchOperation> update_of(const ModelInfo& model, void* object,
                                              shape::QueryData changes) {
    return duet::detail::make_owned<Updating>(model, object, std::move(changes));
}
duet::detail::Owned<BatchOperation> removal_of(const ModelInfo& model, void* object, Removal removal) {
    return duet::detail::make_owned<Removing>(model, object, removal);
}

}  // namespace duet::engine
