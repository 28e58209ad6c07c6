#include "flush_order.hpp"

#include <duet/base/error.hpp>

#include <algorithm>

namespace duet::engine {

namespace {

class Ordering {
public:
    explicit Ordering(std::span<const FlushNode> rows) : rows_(rows), unmet_(rows.size(), 0) {
        // Who waits for whom, as one list with a range for each row.
        std::vector<std::uint32_t> count(rows.size() + 1, 0);
        for (const FlushNode& row : rows) {
            for (const FlushNode::Need& need : row.needs) ++count[need.on + 1];
        }
        for (std::size_t i = 1; i < count.size(); ++i) count[i] += count[i - 1];
        first_ = count;
        waiting_.resize(first_.back());
        for (std::uint32_t i = 0; i < rows.size(); ++i) {
            for (const FlushNode::Need& need : rows[i].needs) waiting_[count[need.on]++] = i;
            unmet_[i] = static_cast<std::uint32_t>(rows[i].needs.size());
            Table& table = table_of(rows[i].table);
            ++table.left;
            if (unmet_[i] == 0) table.ready.push_back(i);
        }
        done_.resize(rows.size(), false);
    }

    FlushOrder run() {
        std::size_t left = rows_.size();
        while (left != 0) {
            Table* const table = next_table();
            if (table == nullptr) {
                open_ring();
                continue;
            }
            FlushOrder::Group group{table->number, std::move(table->ready)};
            table->ready.clear();
            table->left -= group.rows.size();
            left -= group.rows.size();
            std::sort(group.rows.begin(), group.rows.end());
            for (const std::uint32_t row : group.rows) finish(row);
            order_.groups.push_back(std::move(group));
        }
        return std::move(order_);
    }

private:
    struct Table {
        std::uint32_t number;
        std::size_t left = 0;
        std::vector<std::uint32_t> ready{};
    };
    Table& table_of(std::uint32_t number) {
        for (Table& table : tables_) {
            if (table.number == number) return table;
        }
        return tables_.emplace_back(Table{number});
    }
    /// One that can be done with, so that its rows make one group; else any that has rows to offer.
    Table* next_table() {
        Table* any = nullptr;
        for (Table& table : tables_) {
            if (table.ready.empty()) continue;
            if (table.ready.size() == table.left) return &table;
            if (any == nullptr) any = &table;
        }
        return any;
    }
    void finish(std::uint32_t row) {
        done_[row] = true;
        for (std::uint32_t i = first_[row]; i < first_[row + 1]; ++i) met(waiting_[i]);
    }
    void met(std::uint32_t row) {
        if (done_[row] || unmet_[row] == 0) return;
        if (--unmet_[row] == 0) table_of(rows_[row].table).ready.push_back(row);
    }
    void open_ring() {
        for (std::uint32_t i = 0; i < rows_.size(); ++i) {
            if (done_[i] || unmet_[i] == 0) continue;
            const auto open = [this](const FlushNode::Need& need) { return !done_[need.on]; };
            const bool possible =
                std::all_of(rows_[i].needs.begin(), rows_[i].needs.end(),
                            [&](const FlushNode::Need& n) { return n.optional || !open(n); });
            if (!possible) continue;
            for (const FlushNode::Need& need : rows_[i].needs) {
                if (open(need)) order_.postponed.push_back({i, need});
            }
            unmet_[i] = 0;
            table_of(rows_[i].table).ready.push_back(i);
            return;
        }
        throw InvalidQuery("rows refer to each other in a ring, and none of their relations is optional");
    }

    std::span<const FlushNode> rows_;
    std::vector<std::uint32_t> unmet_;
    std::vector<std::uint32_t> first_;
    std::vector<std::uint32_t> waiting_;
    std::vector<bool> done_;
    std::vector<Table> tables_;
    FlushOrder order_;
};

}  // namespace

FlushOrder order_rows(std::span<const FlushNode> rows) { return Ordering(rows).run(); }

}  // namespace duet::engine
