#include "load.hpp"

#include <duet/base/error.hpp>
#include <duet/types/uuid.hpp>

#include <algorithm>
#include <deque>
#include <numeric>

#include "key_index.hpp"

namespace duet::engine {

namespace {

/// Element i of a list becomes the one that was order[i], cycle by cycle; `order` is used up.
void permute(const ModelInfo& model, void* list, std::vector<std::uint32_t>& order) {
    const ListOps& ops = *model.list;
    void* const spare = ops.append(list);
    auto* const first = static_cast<std::byte*>(ops.data(list));
    const auto at = [&](std::uint32_t i) { return first + std::size_t{i} * model.size; };
    for (std::uint32_t start = 0; start < order.size(); ++start) {
        if (order[start] == start) continue;
        ops.move(spare, at(start));
        std::uint32_t i = start;
        for (std::uint32_t from = order[i]; from != start; from = order[i]) {
            ops.move(at(i), at(from));
            order[i] = i;
            i = from;
        }
        ops.move(at(i), spare);
        order[i] = i;
    }
    ops.pop(list);
}

/// Relation paths as a tree, so that a shared beginning is loaded once.
struct LoadNode {
    std::uint8_t relation = 0;
    const shape::RelatedLoad* load = nullptr;  // the one that ends here
    bool joined = false;
    std::vector<LoadNode> children;

    LoadNode& child(std::uint8_t wanted) {
        for (LoadNode& node : children) {
            if (node.relation == wanted) return node;
        }
        children.push_back({wanted, nullptr, false, {}});
        return children.back();
    }
};

LoadNode tree_of(std::span<const shape::RelatedLoad> loads) {
    LoadNode root;
    for (const shape::RelatedLoad& load : loads) {
        LoadNode* node = &root;
        for (const std::uint8_t relation : load.path) {
            node = &node->child(relation);
            if (load.joined) node->joined = true;
        }
        if (node->load != nullptr && node->load->filtered && load.filtered) {
            throw InvalidQuery("a relation is loaded twice with different conditions");
        }
        if (node->load == nullptr || load.filtered) node->load = &load;
    }
    return root;
}

struct Objects {
    const ModelInfo* model;
    std::byte* first;
    std::size_t count;
    void* at(std::size_t i) const { return first + i * model->size; }
};

class Loader {
public:
    Loader(Connected& at, std::uint32_t flags, RowCollector* collector, const RowPlan* plan)
        : at_(at), flags_(flags & shape::with_deleted), collector_(collector), plan_(plan) {}

    Task<> load_children(Objects objects, const LoadNode& node, std::vector<std::uint8_t> path) {
        for (const LoadNode& child : node.children) {
            auto child_path = path;
            child_path.push_back(child.relation);
            const Objects next =
                child.joined ? joined_objects(objects, child, child_path) : co_await load_one(objects, child);
            if (next.count != 0 && !child.children.empty())
                co_await load_children(next, child, std::move(child_path));
        }
    }

private:
    Objects joined_objects(Objects objects, const LoadNode& node, const std::vector<std::uint8_t>& path) {
        const ModelInfo& target = objects.model->relations[node.relation].target();
        for (std::size_t slot = 1; plan_ != nullptr && slot < plan_->slots.size(); ++slot) {
            if (plan_->slots[slot].path != path) continue;
            const auto [first, count] = collector_->objects_at(slot);
            return {&target, static_cast<std::byte*>(first), count};
        }
        return {&target, nullptr, 0};
    }

    Task<Objects> load_one(Objects objects, const LoadNode& node) {
        const RelationInfo& relation = objects.model->relations[node.relation];
        switch (relation.kind) {
            case RelationKind::belongs_to:
                return load_parents(objects, relation, node.load);
            case RelationKind::many_to_many:
                return load_linked(objects, relation, node.load);
            default:
                return load_dependents(objects, relation, node.load);
        }
    }

    static const ColumnInfo& key_column(const ModelInfo& model) {
        if (model.key.size() != 1) {
            throw InvalidQuery("relations of " + std::string(model.type_name) +
                               " cannot be loaded: its primary key is composite");
        }
        return model.columns[static_cast<std::size_t>(model.key[0])];
    }

    shape::QueryData target_query(const ModelInfo& target, const shape::RelatedLoad* load) const {
        shape::QueryData query;
        if (load != nullptr && load->filtered) {
            query = load->filter;
            if ((query.flags & (shape::has_limit | shape::has_offset)) != 0) {
                throw InvalidQuery(
                    "a loaded relation cannot have a limit: it would count over all parents together");
            }
        }
        query.model = &target;
        query.flags |= flags_;
        return query;
    }

    static void restrict_to(shape::QueryData& query, const ColumnInfo* column, const KeyIndex& keys) {
        const std::size_t begun = query.clauses.begin(shape::Clause::where);
        query.clauses.op(shape::Op::in_list);
        if (column == nullptr) {
            query.clauses.op(shape::Op::link_owner);
        } else {
            query.clauses.column(static_cast<std::size_t>(column - query.model->columns.data()));
        }
        keys.emit_list(query.clauses);
        query.clauses.end(begun);
    }

    /// belongs_to: each distinct row is loaded once and shared.
    Task<Objects> load_parents(Objects objects, const RelationInfo& relation,
                               const shape::RelatedLoad* load) {
        const ModelInfo& target = relation.target();
        const ColumnInfo& target_key = key_column(target);
        const ColumnInfo& foreign = objects.model->columns[static_cast<std::size_t>(relation.local_column)];
        KeyIndex wanted(*target_key.type);
        for (std::size_t i = 0; i < objects.count; ++i) wanted.add(*foreign.type, foreign.in(objects.at(i)));

        std::shared_ptr<void> block = make_list(*target.list);
        if (wanted.size() != 0) {
            shape::QueryData query = target_query(target, load);
            restrict_to(query, &target_key, wanted);
            co_await fetch_into(at_, query, {target.list, block.get()});
        }
        const Objects found{&target, static_cast<std::byte*>(target.list->data(block.get())),
                            target.list->size(block.get())};
        std::vector<void*> by_key(wanted.size(), nullptr);
        for (std::size_t i = 0; i < found.count; ++i) {
            const std::uint32_t key = wanted.find(*target_key.type, target_key.in(found.at(i)));
            if (key != KeyIndex::none) by_key[key] = found.at(i);
        }
        for (std::size_t i = 0; i < objects.count; ++i) {
            duet::detail::RelationState* state = state_of(relation, objects.at(i));
            if (state == nullptr) continue;
            state->info = &relation;
            const std::uint32_t key = wanted.find(*foreign.type, foreign.in(objects.at(i)));
            void* row = key == KeyIndex::none ? nullptr : by_key[key];
            state->attach(row == nullptr ? nullptr : block, row, row == nullptr ? 0 : 1);
        }
        keep_.push_back(block);
        co_return found;
    }

    /// has_many, has_one
    Task<Objects> load_dependents(Objects objects, const RelationInfo& relation,
                                  const shape::RelatedLoad* load) {
        const ModelInfo& target = relation.target();
        const ColumnInfo& own_key = key_column(*objects.model);
        const ColumnInfo& foreign = target.columns[static_cast<std::size_t>(relation.remote_column())];
        KeyIndex owners(*own_key.type);
        std::vector<std::uint32_t> owner_of(objects.count);
        for (std::size_t i = 0; i < objects.count; ++i)
            owner_of[i] = owners.add(*own_key.type, own_key.in(objects.at(i)));

        std::shared_ptr<void> block = make_list(*target.list);
        shape::QueryData query = target_query(target, load);
        restrict_to(query, &foreign, owners);
        co_await fetch_into(at_, query, {target.list, block.get()});
        const std::size_t count = target.list->size(block.get());
        const auto* first = static_cast<std::byte*>(target.list->data(block.get()));
        std::vector<std::uint32_t> group(count);
        for (std::size_t i = 0; i < count; ++i) {
            group[i] = owners.find(*foreign.type, foreign.in(first + i * target.size));
        }
        co_return distribute(objects, relation, std::move(block), owner_of, owners.size(), group);
    }

    Task<Objects> load_linked(Objects objects, const RelationInfo& relation, const shape::RelatedLoad* load) {
        const ModelInfo& target = relation.target();
        const ColumnInfo& own_key = key_column(*objects.model);
        const LinkInfo& link = relation.link();
        KeyIndex owners(*own_key.type);
        std::vector<std::uint32_t> owner_of(objects.count);
        for (std::size_t i = 0; i < objects.count; ++i)
            owner_of[i] = owners.add(*own_key.type, own_key.in(objects.at(i)));

        shape::QueryData query = target_query(target, load);
        const std::size_t begun = query.clauses.begin(shape::Clause::through);
        const LinkInfo* link_address = &link;
        const TypeInfo* key_type = own_key.type;
        query.clauses.bytes.append(reinterpret_cast<const std::uint8_t*>(&link_address), sizeof link_address);
        query.clauses.bytes.append(reinterpret_cast<const std::uint8_t*>(&key_type), sizeof key_type);
        query.clauses.end(begun);
        restrict_to(query, nullptr, owners);

        std::shared_ptr<void> block = make_list(*target.list);
        std::vector<std::uint32_t> group =
            co_await fetch_linked(query, {target.list, block.get()}, *own_key.type, owners);
        co_return distribute(objects, relation, std::move(block), owner_of, owners.size(), group);
    }

    /// Rows of the target with the number of their owner beside each.
    Task<std::vector<std::uint32_t>> fetch_linked(const shape::QueryData& query, ListRef into,
                                                  const TypeInfo& key_type, const KeyIndex& owners) {
        BindValues values;
        bind_query(query, values);
        const PlanKey key{query.model, plan_verb(PlanVerb::rows, query.flags), query.clauses.bytes.span()};
        driver::Statement* statement = at_.cached(key);
        if (statement == nullptr) statement = co_await at_.prepare(key, &make_row_plan, &query);
        RowCollector collector(static_cast<const RowPlan&>(statement->plan()), into);
        // Owner keys of all rows, each in a place of its own: addresses must stay while rows arrive.
        struct Owners {
            std::deque<std::int64_t> small;
            std::deque<std::string> texts;
            std::deque<Uuid> uuids;
            Kind kind;
        } keys{{}, {}, {}, key_type.kind};
        collector.collect_owners(
            [](void* context) -> void* {
                auto& k = *static_cast<Owners*>(context);
                if (k.kind == Kind::text) return &k.texts.emplace_back();
                if (k.kind == Kind::uuid) return &k.uuids.emplace_back();
                return &k.small.emplace_back();
            },
            &keys);
        driver::Outcome outcome;
        const driver::Wait wait =
            at_.start(*statement, values.span(), collector.sink(), driver::all_rows, outcome);
        if (wait != driver::Wait::done) co_await settle(at_.connection(), wait);
        at_.finished(outcome);
        collector.attach();
        if (!query.related.empty() && outcome.rows != 0) {
            co_await load_paths(at_, *query.model, into.ops->data(into.list), outcome.rows, query.related,
                                query.flags, &collector, static_cast<const RowPlan*>(&statement->plan()));
        }
        std::vector<std::uint32_t> group;
        group.reserve(outcome.rows);
        for (const std::int64_t& owner : keys.small) group.push_back(owners.find(key_type, &owner));
        for (const std::string& owner : keys.texts) group.push_back(owners.find(key_type, &owner));
        for (const Uuid& owner : keys.uuids) group.push_back(owners.find(key_type, &owner));
        co_return group;
    }

    /// Brings the rows of each owner together and gives every object its span of them.
    Objects distribute(Objects objects, const RelationInfo& relation, std::shared_ptr<void> block,
                       const std::vector<std::uint32_t>& owner_of, std::size_t owners,
                       std::vector<std::uint32_t>& group) {
        const ModelInfo& target = relation.target();
        // One group more for rows whose owner is not among the objects, which a case-insensitive key column
        // can bring.
        std::vector<std::uint32_t> start(owners + 1, 0);
        std::vector<std::uint32_t> size(owners + 1, 0);
        bool contiguous = true;
        for (std::size_t i = 0; i < group.size(); ++i) {
            if (group[i] == KeyIndex::none) group[i] = static_cast<std::uint32_t>(owners);
            if (i != 0 && group[i] != group[i - 1] && size[group[i]] != 0) contiguous = false;
            if (size[group[i]]++ == 0) start[group[i]] = static_cast<std::uint32_t>(i);
        }
        if (!contiguous) {
            std::vector<std::uint32_t> order(group.size());
            std::iota(order.begin(), order.end(), 0u);
            std::stable_sort(order.begin(), order.end(),
                             [&](std::uint32_t a, std::uint32_t b) { return group[a] < group[b]; });
            permute(target, block.get(), order);
            std::uint32_t next = 0;
            for (std::size_t owner = 0; owner < owners; ++owner) {
                start[owner] = next;
                next += size[owner];
            }
        }
        auto* first = static_cast<std::byte*>(target.list->data(block.get()));
        for (std::size_t i = 0; i < objects.count; ++i) {
            duet::detail::RelationState* state = state_of(relation, objects.at(i));
            if (state == nullptr) continue;
            const std::uint32_t owner = owner_of[i];
            const std::size_t rows = owner == KeyIndex::none ? 0 : size[owner];
            if (relation.kind == RelationKind::has_one && rows > 1) {
                throw MultipleFound(std::string(objects.model->type_name) +
                                    "::" + std::string(relation.name) + " found more than one row");
            }
            state->info = &relation;
            state->attach(rows == 0 ? nullptr : block,
                          rows == 0 ? nullptr : first + start[owner] * target.size, rows);
        }
        keep_.push_back(block);
        return {&target, first, group.size()};
    }

    Connected& at_;
    std::uint32_t flags_;
    RowCollector* collector_;
    const RowPlan* plan_;
    std::vector<std::shared_ptr<void>> keep_;  // blocks that deeper loads still work on
};

}  // namespace

Task<> load_paths(Connected& at, const ModelInfo& model, void* objects, std::size_t count,
                  std::span<const shape::RelatedLoad> loads, std::uint32_t flags, RowCollector* collector,
                  const RowPlan* plan) {
    const LoadNode root = tree_of(loads);
    Loader loader(at, flags, collector, plan);
    co_await loader.load_children({&model, static_cast<std::byte*>(objects), count}, root, {});
}

Task<> load_related(Call call, const ModelInfo& model, void* objects, std::size_t count,
                    const shape::RelatedLoad& load, std::uint32_t flags) {
    return on_connection<void>(
        about(call, &model), driver::Access::read,
        [&model, objects, count, &load, flags](Connected& at) {
            return load_paths(at, model, objects, count, {&load, 1}, flags);
        },
        Sharing::allowed, AlwaysRepeat{});
}

}  // namespace duet::engine
