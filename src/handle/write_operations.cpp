#include <duet/base/error.hpp>
#include <duet/handle/write_operations.hpp>

namespace duet::detail {

void insert_blocking(const engine::Call& call, const ModelInfo& model, void* object) {
    if (!engine::insert_now(call, model, object)) complete_inline(engine::insert(call, model, object));
}

Task<> SaveObject::start() const { return engine::save(call, *model, object); }

Task<> RefreshObject::start() const { return engine::refresh(call, *model, object); }

bool UpdateObject::now() const { return engine::update_now(call, *model, object, changes); }
Task<> UpdateObject::start() const { return engine::update(call, *model, object, changes); }

Task<> RemoveObject::start() const { return engine::remove(call, *model, object, removal); }

Task<bool> RestoreObject::start() const { return engine::restore(call, *model, object, cascade); }

Task<std::size_t> run_insert_all(const engine::Call& call, const ModelInfo& model, void* objects,
                                 std::size_t count, bool keys_wanted, bool hooks) {
    return hooks ? engine::insert_all_hooked(call, model, objects, count, keys_wanted)
                 : engine::insert_all(call, model, objects, count, keys_wanted);
}

Task<std::size_t> CreateInPlace::start() const {
    return run_insert_all(call, *model, objects, count, true, hooks);
}

Task<> LoadRelation::start() const { return engine::load_related(call, *model, objects, count, load, 0); }

std::int16_t column_named(const ModelInfo& model, std::string_view name, const char* where) {
    int column = model.find_column(name);
    if (column < 0) {
        if (const int relation = model.find_relation(name); relation >= 0) {
            column = model.relations[static_cast<std::size_t>(relation)].local_column;
        }
    }
    if (column < 0) {
        throw InvalidQuery(std::string(where) + ": " + std::string(model.type_name) + " has no column '" +
                           std::string(name) + "'");
    }
    return static_cast<std::int16_t>(column);
}

void UpsertObject::on(const ConflictOn& on) {
    for (std::size_t i = 0; i < on.count; ++i)
        conflict[conflict_count++] = column_named(*model, on.names[i], "conflict_on");
}
void UpsertObject::change(std::string_view column) { columns.push_back(column_named(*model, column, "set")); }
Task<bool> UpsertObject::start() {
    changes.model = model;
    spec = {std::span(conflict).first(conflict_count), ignore, columns,
            changes.clauses.bytes.empty() ? nullptr : &changes};
    return engine::upsert(call, *model, object, spec);
}

Task<std::size_t> ChangeLinks::start() {
    return engine::change_links(call, *model, relation, owner, change, targets);
}

}  // namespace duet::detail
