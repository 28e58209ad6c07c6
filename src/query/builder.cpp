#include <duet/base/error.hpp>
#include <duet/expr/resolve.hpp>
#include <duet/query/builder.hpp>

#include <algorithm>

namespace duet::detail {

namespace {

void add_joined_clause(shape::QueryData& query, std::span<const std::uint8_t> path) {
    const std::size_t begun = query.clauses.begin(shape::Clause::joined);
    query.clauses.u8(path.size());
    query.clauses.bytes.append(path.data(), path.size());
    query.clauses.end(begun);
}

}  // namespace

void add_related(shape::QueryData& query, std::span<const std::uint8_t> path, bool joined,
                 const shape::QueryData* filter) {
    if (joined) {
        // Whatever lies on the way is joined too, once.
        for (std::size_t length = 1; length <= path.size(); ++length) {
            const auto prefix = path.first(length);
            const bool known =
                std::any_of(query.related.begin(), query.related.end(), [&](const shape::RelatedLoad& load) {
                    return load.joined &&
                           std::equal(prefix.begin(), prefix.end(), load.path.begin(), load.path.end());
                });
            if (known) continue;
            add_joined_clause(query, prefix);
            query.related.push_back({{prefix.begin(), prefix.end()}, true, false, {}});
        }
        return;
    }
    shape::RelatedLoad load{{path.begin(), path.end()}, false, filter != nullptr, {}};
    if (filter != nullptr) load.filter = *filter;
    query.related.push_back(std::move(load));
}

void add_related(shape::QueryData& query, std::string_view runtime_path, bool joined) {
    const expr::Resolved found = expr::resolve(*query.model, runtime_path);
    if (!found.ok || found.relation < 0) {
        throw InvalidQuery("related: " + std::string(query.model->type_name) + " has no relation '" +
                           std::string(runtime_path) + "'");
    }
    add_related(query, found.path_to_relation(), joined, nullptr);
}

// Values keep their numbers: an unused one does no harm, and renumbering would have to read expressions.
void drop_clauses(shape::QueryData& query, shape::Clause unwanted) {
    shape::Fragment kept;
    kept.values = query.clauses.values;
    const auto& bytes = query.clauses.bytes;
    for (std::size_t at = 0; at < bytes.size();) {
        const std::size_t size = 5u + bytes[at + 1] + (std::size_t{bytes[at + 2]} << 8);
        if (bytes[at] != static_cast<std::uint8_t>(unwanted)) kept.bytes.append(bytes.data() + at, size);
        at += size;
    }
    query.clauses = std::move(kept);
}

void drop_order(shape::QueryData& query) { drop_clauses(query, shape::Clause::order); }

void set_lock(shape::QueryData& query, std::uint32_t flags) {
    if ((query.flags & shape::lock_of) != 0) {
        drop_clauses(query, shape::Clause::lock);
        drop_clauses(query, shape::Clause::lock_source);
    }
    constexpr std::uint32_t all =
        shape::for_update | shape::for_share | shape::skip_locked | shape::no_wait | shape::lock_of;
    query.flags = (query.flags & ~all) | flags;
}

void add_locked(shape::QueryData& query, std::span<const std::uint8_t> path) {
    const std::size_t begun = query.clauses.begin(shape::Clause::lock);
    query.clauses.u8(path.size());
    query.clauses.bytes.append(path.data(), path.size());
    query.clauses.end(begun);
}

}  // namespace duet::detail
