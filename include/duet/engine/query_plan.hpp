#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace duet {

struct ExplainOptions {
    bool analyze = false;  // run the statement and count what it really does
};
/// `query.explain(duet::analyze)`
inline constexpr ExplainOptions analyze{.analyze = true};

/// What a step of a plan does, whatever the database calls it.
enum class PlanStep : std::uint8_t {
    other,
    table_scan,    // reads a table from its beginning to its end
    index_scan,    // likewise an index
    index_lookup,  // finds rows by an index
    nested_loop,   // its last child runs once for each row of the first
    hash_join,
    merge_join,
    sort,             // without help of an index
    temporary_table,  // keeps rows aside
    automatic_index,  // builds an index for this statement alone
};

/// One step of a plan. Figures are there where the database tells them.
struct PlanNode {
    PlanStep step = PlanStep::other;
    std::string operation{};  // in the database's own words
    std::string table{};      // by its name, not its alias
    std::string index{};
    std::string filter{};                    // what is asked of rows after they have been read
    std::optional<double> estimated_rows{};  // that it yields, each time it runs
    bool unfiltered_estimate = false;        // the estimate leaves the filter out of account
    std::optional<double> actual_rows{};     // likewise, on average; with analyze
    std::optional<double> rows_removed{};    // that were read and did not pass the filter; with analyze
    std::optional<double> loops{};           // how often it ran; with analyze
    std::optional<double> table_rows{};      // in the table, as far as known; see table_rows_at_least
    bool table_rows_at_least = false;        // counting stopped there
    std::optional<double> cost{};            // of it and what is below, in the database's own unit
    std::optional<double> milliseconds{};    // likewise, all loops together; with analyze
    bool spilled = false;                    // to the disk, for want of memory; with analyze
    std::vector<std::pair<std::string, std::string>> extra{};  // what else the database says
    std::vector<PlanNode> children{};
};

/// From when on something is worth a warning.
struct PlanLimits {
    double large_table = 1000;       // rows of a table that is read as a whole
    double misestimate = 10;         // times more or fewer rows than expected
    double misestimated_rows = 100;  // unless neither number reaches this
    double nested_rows = 10'000;     // rows that the inner side of a nested loop reads in all
};

struct PlanWarning {
    enum class Kind : std::uint8_t {
        full_scan,        // of a large table
        missing_index,    // likewise, and only few of its rows are wanted
        misestimate,      // the database expected other numbers of rows
        spill,            // to the disk
        sort,             // rows are sorted for want of an index in that order
        nested_loop,      // over many rows without an index
        automatic_index,  // SQLite builds one each time
    };
    Kind kind;
    std::string table;  // empty where it is about no single table
    std::string text;   // a sentence

    friend bool operator==(const PlanWarning&, const PlanWarning&) = default;
};

/// How a database runs a statement: a tree of steps. An ordinary value, cheap to copy.
///
///     const duet::QueryPlan plan = db.query<User>().where("name"_c == "Ada").explain();
///     std::cout << plan << '\n';
///     for (const duet::PlanWarning& warning : plan.warnings()) log(warning.text);
class QueryPlan {
public:
    /// The tree and the database's text. `analyzed`: the figures are measured ones, too.
    QueryPlan(PlanNode root, std::string raw, std::string sql, bool analyzed);

    const PlanNode& root() const& noexcept;
    PlanNode root() &&;
    /// What the database said: JSON, or the lines of SQLite, indented.
    const std::string& raw() const& noexcept;
    std::string raw() &&;
    /// The statement, with placeholders.
    const std::string& sql() const& noexcept;
    std::string sql() &&;
    /// Whether the statement was run for it.
    bool analyzed() const noexcept;

    /// What looks suspicious, in the order of the tree.
    std::vector<PlanWarning> warnings(const PlanLimits& limits = {}) const;
    /// The tree, a line for each step and its filter, and the warnings. For people: the form may change.
    std::string to_string(const PlanLimits& limits = {}) const;

    /// To any stream that takes text.
    template <class Stream>
    friend auto operator<<(Stream& out, const QueryPlan& plan) -> decltype(out << std::string_view{}) {
        return out << std::string_view(plan.to_string());
    }

private:
    struct Data;
    std::shared_ptr<const Data> data_;
};

}  // namespace duet
