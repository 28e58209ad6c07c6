#pragma once

#include <duet/dialect/dialect.hpp>

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace duet::detail {

/// Tables that a SELECT (or a correlated subquery) reads from, joined as paths ask for them.
class Source {
public:
    struct Table {
        static constexpr std::int16_t no_relation = -1;

        const ModelInfo* model;
        std::string alias;
        std::size_t parent = 0;  // the table whose relation leads here
        std::int16_t relation = no_relation;
        std::size_t left_at = 0;  // where ` LEFT JOIN` stands in from(), once it is there
        std::string name{};       // that the statement gave it; empty for most
        bool explicit_join = false;
        std::vector<std::string>
            yields{};  // the names of its columns, where those are not all of the model's
    };

    Source(const Dialect& dialect, const ModelInfo& root, std::string alias, bool with_deleted);

    /// Rows of anything: `from` is what FROM says.
    Source(const Dialect& dialect, const ModelInfo& root, std::string alias, std::string name,
           std::string from, bool with_deleted);

    const Table& root() const { return tables_.front(); }
    /// The table that the statement gave this name; null when there is none.
    const Table* named(std::string_view name) const;
    std::size_t index_of(const Table& table) const {
        return static_cast<std::size_t>(&table - tables_.data());
    }
    /// Adds a table that add_text() is going to join. Throws InvalidQuery when another one has its name.
    void add_named(std::string name, const ModelInfo& model, std::string alias);
    void set_yields(std::vector<std::string> names) { tables_.front().yields = std::move(names); }
    void add_text(std::string_view text) { from_ += text; }
    /// The table added last is not in from() yet, so that nothing can be joined to it (or it can, again).
    void set_unwritten(bool unwritten) { unwritten_ = unwritten ? tables_.size() - 1 : 0; }
    /// Joins the table at the end of `from` + one hop as `keyword` says (" LEFT JOIN ").
    std::size_t join_hop(std::size_t from, std::uint8_t relation, shape::JoinKind kind, std::string name,
                         std::vector<std::string>& used_aliases);
    /// The table at the end of `from` + one hop, if the statement has joined it itself; else 0.
    std::size_t joined_explicitly(std::size_t from, std::uint8_t relation) const;
    /// The table at the end of `from` + one hop over a to-one relation; joined once however often it is asked
    /// for.
    std::size_t join_one(std::size_t from, std::uint8_t relation, std::vector<std::string>& used_aliases);
    /// Likewise over any relation; rows multiply over to-many ones.
    std::size_t join_many(std::size_t from, std::uint8_t relation, std::vector<std::string>& used_aliases);
    /// Leaves out the rows for which a table that join_one() gave, or one on the way to it, has none.
    void require(std::size_t table);
    const Table& table(std::size_t i) const { return tables_[i]; }
    std::size_t size() const { return tables_.size(); }
    /// Joins a link table whose target column refers to the root; returns its qualified owner column.
    std::string join_link(const LinkInfo& link, std::vector<std::string>& used_aliases);
    const std::string& link_owner() const { return link_owner_; }
    bool joined() const { return tables_.size() > 1; }
    /// `"posts" JOIN "users" AS "author" ON ...`
    const std::string& from() const { return from_; }

private:
    std::size_t find(std::size_t from, std::uint8_t relation) const;
    std::size_t add(std::size_t from, std::uint8_t relation, std::string alias);
    void require_name(std::string_view name) const;

    const Dialect& dialect_;
    bool with_deleted_;
    std::vector<Table> tables_;
    std::size_t unwritten_ = 0;  // none
    std::string from_;
    std::string link_owner_;
};

/// `table.key = other.key` for a relation hop; many-to-many: the link table stands in `from` already.
std::string hop_condition(const Dialect& dialect, const ModelInfo& owner, std::string_view owner_alias,
                          const RelationInfo& relation, std::string_view target_alias);
/// ` AND alias.deleted_at IS NULL` for models with soft delete, else empty.
std::string hidden_condition(const Dialect& dialect, const ModelInfo& model, std::string_view alias);
/// An alias that is not taken yet: `wanted`, `wanted_2`, ...
std::string fresh_alias(std::vector<std::string>& used, std::string_view wanted);
/// `"table"` or `"table" AS "alias"`.
std::string table_as(const Dialect& dialect, std::string_view table, std::string_view alias);
std::string_view join_words(shape::JoinKind kind);
/// `table_as` without the rows that are deleted softly.
std::string visible_table_as(const Dialect& dialect, const ModelInfo& model, std::string_view alias);
/// A statement speaks of a source that it does not have.
[[noreturn]] void throw_no_source(std::string_view name);
std::int16_t single_key(const ModelInfo& model);

}  // namespace duet::detail
