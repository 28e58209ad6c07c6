#include <duet/types/uuid.hpp>

#include <algorithm>
#include <limits>
#include <unordered_map>

#include "unit_of_work_impl.hpp"
#include "write.hpp"

// Changed rows that take unique values over from each other. Each is written behind the one whose value it
// takes; where they go round in a ring, one row makes room first: it gets a value that nobody has, or NULL.

namespace duet::engine {

namespace {

/// A row that takes a value from another one.
struct Taking {
    std::uint32_t from;
    std::size_t group;  // of unique columns
};

/// The largest value of an integer column that every database can hold.
std::int64_t largest(Kind kind) {
    const bool is_unsigned = kind >= Kind::uint8;
    const int bits = 8 << (static_cast<int>(kind) - static_cast<int>(is_unsigned ? Kind::uint8 : Kind::int8));
    if (bits == 64) return std::numeric_limits<std::int64_t>::max();
    return (std::int64_t{1} << (is_unsigned ? bits : bits - 1)) - 1;
}

bool has_spare_values(const ColumnInfo& column) {
    const Kind kind = column.type->kind;
    return column.relation < 0 && (is_integer(kind) || kind == Kind::text || kind == Kind::uuid);
}

/// The column of a set that can get another value for a while; -1 when there is none.
std::int16_t column_to_vacate(const ModelInfo& model, const std::vector<std::int16_t>& unique) {
    std::int16_t found = -1;
    for (const std::int16_t c : unique) {
        const ColumnInfo& column = model.columns[static_cast<std::size_t>(c)];
        if (column.primary_key) continue;
        if (column.type->nullable != nullptr) return c;
        if (has_spare_values(column)) found = c;
    }
    return found;
}

void put_spare_value(const ColumnInfo& column, void* row, std::uint32_t number) {
    if (column.type->nullable != nullptr) return column.type->nullable->reset(column.in(row));
    const Kind kind = column.type->kind;
    if (is_integer(kind)) {
        duet::detail::write_integer(kind, column.in(row), largest(kind) - number);
    } else if (kind == Kind::uuid) {
        *static_cast<Uuid*>(column.in(row)) = Uuid::v4();
    } else {
        *static_cast<std::string*>(column.in(row)) = Uuid::v4().to_string();
    }
}

/// Rows in an order in which each stands behind those that it takes from.
class Turns {
public:
    explicit Turns(std::size_t rows)
        : takes_(rows), waiting_(rows), unmet_(rows, 0), state_(rows, State::left) {}

    void add(std::uint32_t row, Taking taking) {
        takes_[row].push_back(taking);
        waiting_[taking.from].push_back({row, taking.group});
        ++unmet_[row];
        any_ = true;
    }
    bool any() const { return any_; }
    bool alone(std::uint32_t row) const { return takes_[row].empty() && waiting_[row].empty(); }

    /// Where they go round in a ring, `vacate(row, group)` has one make room: one that can, if there is any.
    template <class F, class G>
    std::vector<std::uint32_t> run(F can_vacate, G vacate) {
        std::vector<std::uint32_t> order;
        std::vector<std::uint32_t> ready;
        std::size_t left = 0;
        for (std::uint32_t row = 0; row < takes_.size(); ++row) {
            if (alone(row)) continue;
            ++left;
            if (unmet_[row] == 0) ready.push_back(row);
        }
        std::uint32_t from = 0;
        while (order.size() < left) {
            if (ready.empty()) {
                while (state_[from] == State::done || takes_[from].empty()) ++from;
                open_ring(from, ready, can_vacate, vacate);
                continue;
            }
            const std::uint32_t row = ready.back();
            ready.pop_back();
            order.push_back(row);
            if (state_[row] != State::vacated) release(row, ready);
            state_[row] = State::done;
        }
        return order;
    }

private:
    enum class State : std::uint8_t { left, vacated, done };

    void release(std::uint32_t row, std::vector<std::uint32_t>& ready) {
        for (const Taking& waiter : waiting_[row]) {
            if (--unmet_[waiter.from] == 0) ready.push_back(waiter.from);
        }
    }
    const Taking& open_need(std::uint32_t row) const {
        return *std::find_if(takes_[row].begin(), takes_[row].end(),
                             [this](const Taking& taking) { return state_[taking.from] == State::left; });
    }
    template <class F, class G>
    void open_ring(std::uint32_t from, std::vector<std::uint32_t>& ready, F can_vacate, G vacate) {
        // Back from one that waits to the one that it waits for, until one comes again.
        std::vector<bool> seen(takes_.size(), false);
        std::uint32_t row = from;
        while (!seen[row]) {
            seen[row] = true;
            row = open_need(row).from;
        }
        const std::uint32_t start = row;
        std::size_t group = 0;
        do {
            const std::uint32_t before = open_need(row).from;
            group = open_need(row).group;
            const bool possible =
                std::all_of(waiting_[before].begin(), waiting_[before].end(),
                            [&](const Taking& waiter) { return can_vacate(before, waiter.group); });
            if (possible) {
                for (const Taking& waiter : waiting_[before]) vacate(before, waiter.group);
                state_[before] = State::vacated;
                release(before, ready);
                return;
            }
            row = before;
        } while (row != start);
        vacate(start, group);
        state_[start] = State::vacated;
        release(start, ready);
    }

    std::vector<std::vector<Taking>> takes_;
    std::vector<std::vector<Taking>> waiting_;  // `from` is who waits
    std::vector<std::uint32_t> unmet_;
    std::vector<State> state_;
    bool any_ = false;
};

}  // namespace

std::vector<UnitOfWork::Impl::Update*> UnitOfWork::Impl::take_turns(std::vector<Update*>& updates,
                                                                    std::vector<Vacated>& vacated) {
    const auto may_give = [](const Update* update) {
        return update->tracked->state == TrackedState::stored &&
               touches_unique(*update->tracked->model, update->columns);
    };
    if (std::count_if(updates.begin(), updates.end(), may_give) < 2) return {};
    std::string values;
    const auto each_value = [&](bool of_row, const auto& use) {
        for (std::uint32_t i = 0; i < updates.size(); ++i) {
            if (!may_give(updates[i])) continue;
            Tracked& t = *updates[i]->tracked;
            const std::int64_t model = t.model->number;
            for (std::size_t g = 1; g < t.model->unique.size(); ++g) {
                if (!touches(t.model->unique[g], updates[i]->columns)) continue;
                const void* const from = of_row ? stored_row(t) : t.object;
                if (!unique_values(*t.model, g, from, of_row ? nullptr : &t, values)) continue;
                encode_value(duet::detail::int64_value, &model, values);
                use(i, g);
            }
        }
    };
    std::unordered_map<std::string, std::uint32_t> holders;
    each_value(true, [&](std::uint32_t i, std::size_t) { holders.try_emplace(values, i); });
    Turns turns(updates.size());
    each_value(false, [&](std::uint32_t i, std::size_t g) {
        const auto holder = holders.find(values);
        if (holder != holders.end() && holder->second != i) turns.add(i, {holder->second, g});
    });
    if (!turns.any()) return {};

    const auto model_of = [&updates](std::uint32_t i) -> TrackedModel& {
        return *updates[i]->tracked->model;
    };
    const std::vector<std::uint32_t> order = turns.run(
        [&](std::uint32_t i, std::size_t g) {
            return column_to_vacate(model_of(i).info, model_of(i).unique[g]) >= 0;
        },
        [&](std::uint32_t i, std::size_t g) {
            const std::int16_t column = column_to_vacate(model_of(i).info, model_of(i).unique[g]);
            vacated.push_back({updates[i]->tracked, g, column});
        });
    std::vector<Update*> in_turn;
    in_turn.reserve(order.size());
    for (const std::uint32_t i : order) in_turn.push_back(updates[i]);
    std::vector<Update*> others;
    for (std::uint32_t i = 0; i < updates.size(); ++i) {
        if (turns.alone(i)) others.push_back(updates[i]);
    }
    updates = std::move(others);
    return in_turn;
}

void UnitOfWork::Impl::throw_no_room(const Vacated& row, const std::string& why) {
    const TrackedModel& model = *row.tracked->model;
    std::string names;
    for (const std::int16_t c : model.unique[row.group]) {
        if (!names.empty()) names += ", ";
        names += model.info.columns[static_cast<std::size_t>(c)].member;
    }
    throw InvalidQuery(
        "flush: changed rows of " + std::string(model.info.table) + " swap their values of " + names +
        ", which have to be unique, and none can have another value meanwhile" + why +
        ": give one of them a value that nobody has, flush(), and then the value that it is to "
        "have");
}

// The values that are held against each other may differ for the database, so that there is no ring.
Task<> UnitOfWork::Impl::write_in_turn(Call call, Pending& pending, std::span<Update* const> updates,
                                       const Vacated* no_room) {
    bool in_the_way = false;
    try {
        co_await write_each(call, pending, updates, true);
    } catch (const UniqueViolation&) {
        if (no_room == nullptr) throw;
        in_the_way = true;
    }
    if (in_the_way) throw_no_room(*no_room, "");
}

Task<> UnitOfWork::Impl::vacate(Call call, const Vacated& vacated, std::uint32_t number) {
    Tracked& t = *vacated.tracked;
    const ModelInfo& info = t.model->info;
    ColumnSet all;
    for (std::size_t i = 0; i < info.columns.size(); ++i) all.add(i);
    const std::shared_ptr<void> list = make_list(*info.list);
    void* const row = info.list->append(list.get());
    t.model->layout.restore(row, t.snapshot, all);
    put_spare_value(info.columns[static_cast<std::size_t>(vacated.column)], row, number);
    std::string why;
    try {
        co_await update_columns_unhooked(call, info, row, {&vacated.column, 1});
    } catch (const IntegrityError& error) {
        why = std::string(" (") + error.what() + ")";
    }
    if (!why.empty()) throw_no_room(vacated, why);
    if (const std::int16_t guard = version_column(info); guard >= 0)
        copy_column(info.columns[static_cast<std::size_t>(guard)], row, t.object);
}

}  // namespace duet::engine
