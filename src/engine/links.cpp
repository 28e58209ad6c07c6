#include <duet/base/error.hpp>
#include <duet/dialect/render.hpp>

#include <optional>

#include "key_index.hpp"
#include "write.hpp"

namespace duet::engine {

namespace {

struct LinkContext {
    const LinkInfo* link;
    LinkVerb verb;
};

std::shared_ptr<const Plan> render_change(const Dialect& dialect, const void* context) {
    const auto& change = *static_cast<const LinkContext*>(context);
    auto plan = std::make_shared<Plan>(render_link(dialect, *change.link, change.verb));
    // Somebody else may add the same link meanwhile. Where that only fails the statement it is caught below.
    const Capabilities& can = dialect.capabilities();
    if (change.verb == LinkVerb::add && can.failure_ends_transaction && can.upsert_target)
        plan->sql += " ON CONFLICT DO NOTHING";
    return plan;
}

const ColumnInfo& key_of(const ModelInfo& model) {
    if (model.key.size() != 1)
        throw InvalidQuery(std::string(model.type_name) + " has a composite key and cannot be linked");
    return model.columns[static_cast<std::size_t>(model.key[0])];
}

driver::BindValue key_value(const ModelInfo& model, const void* object) {
    if (is_new(model, object))
        throw InvalidQuery("this " + std::string(model.type_name) +
                           " was not saved yet: it has no key to link");
    const ColumnInfo& key = key_of(model);
    return {key.type, key.in(object), 0, false};
}

Task<std::size_t> run_link(Connected& at, const LinkInfo& link, LinkVerb verb,
                           std::span<const driver::BindValue> values) {
    const LinkContext context{&link, verb};
    const auto byte = static_cast<std::uint8_t>(verb);
    const driver::Outcome outcome =
        co_await run_statement(at, {&link, plan_verb(PlanVerb::link), {&byte, 1}}, &render_change, &context,
                               values, nullptr, driver::all_rows);
    co_return static_cast<std::size_t>(outcome.affected);
}

/// A link that somebody else adds meanwhile is a link that is there, if the link table has a key to tell.
Task<std::size_t> add_link(Connected& at, const LinkInfo& link, std::span<const driver::BindValue> values) {
    std::optional<UniqueViolation> there;
    try {
        co_return co_await run_link(at, link, LinkVerb::add, values);
    } catch (const UniqueViolation& violation) {
        if (at.dialect().capabilities().failure_ends_transaction) throw;
        there = violation;
    }
    at.failed(*there);
    co_return std::size_t{0};
}

/// Unlinks what is not among the targets; links that stay are left alone, with all that their rows hold
/// besides.
Task<std::size_t> unlink_others(Connected& at, const LinkInfo& link, const ModelInfo& target,
                                driver::BindValue owner, std::span<const void* const> wanted) {
    const ColumnInfo& key = key_of(target);
    const driver::DecodeStep step{key.type, key.offset, 0, 0, 0};
    const std::shared_ptr<void> linked = make_list(*target.list);
    ListRef into{target.list, linked.get()};
    driver::RowSink sink;
    sink.steps = &step;
    sink.step_count = 1;
    sink.open = [](void* context, std::size_t) {
        const auto& list = *static_cast<ListRef*>(context);
        return list.ops->append(list.list);
    };
    sink.context = &into;
    const LinkContext context{&link, LinkVerb::list};
    const auto byte = static_cast<std::uint8_t>(LinkVerb::list);
    co_await run_statement(at, {&link, plan_verb(PlanVerb::link), {&byte, 1}}, &render_change, &context,
                           {&owner, 1}, &sink, driver::all_rows);
    KeyIndex keep(*key.type);
    for (const void* object : wanted) keep.add(*key.type, key.in(object));
    const auto* const first = static_cast<const std::byte*>(target.list->data(linked.get()));
    std::size_t removed = 0;
    for (std::size_t i = 0; i < target.list->size(linked.get()); ++i) {
        const void* field = key.in(first + i * target.size);
        if (keep.find(*key.type, field) != KeyIndex::none) continue;
        const driver::BindValue values[2] = {owner, {key.type, field, 0, false}};
        removed += co_await run_link(at, link, LinkVerb::remove, values);
    }
    co_return removed;
}

}  // namespace

Task<std::size_t> change_links(Call call, const ModelInfo& model, std::size_t relation_index,
                               const void* owner, LinkChange change, std::span<const void* const> targets) {
    return on_connection<std::size_t>(
        call, driver::Access::write,
        [&model, relation_index, owner, change, targets](Connected& at) -> Task<std::size_t> {
            const RelationInfo& relation = model.relations[relation_index];
            const LinkInfo& link = relation.link();
            const ModelInfo& target = relation.target();
            driver::BindValue values[2] = {key_value(model, owner), {}};
            for (const void* object : targets) (void)key_value(target, object);
            std::size_t changed = 0;
            co_await atomically(at, [&]() -> Task<> {
                if (change == LinkChange::clear)
                    changed += co_await run_link(at, link, LinkVerb::clear, {values, 1});
                if (change == LinkChange::set)
                    changed += co_await unlink_others(at, link, target, values[0], targets);
                for (const void* object : targets) {
                    values[1] = key_value(target, object);
                    if (change == LinkChange::remove) {
                        changed += co_await run_link(at, link, LinkVerb::remove, values);
                    } else {
                        changed += co_await add_link(at, link, values);
                    }
                }
            });
            co_return changed;
        });
}

}  // namespace duet::engine
