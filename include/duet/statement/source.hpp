#pragma once

#include <duet/shape/query_data.hpp>
#include <duet/statement/alias.hpp>

#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace duet {

namespace detail {

/// A CTE: a name, and the statement whose rows it stands for.
struct CommonTableData {
    std::string name;
    std::uint8_t flags = 0;  // shape::WithFlag
    const ModelInfo* model = nullptr;
    bool writes = false;
    shape::Fragment body;  // a nested statement
};
using CommonTables = std::vector<std::shared_ptr<const CommonTableData>>;

/// Writes a source for a statement over Root.
template <class Root, class S>
void emit_source_of(shape::Fragment& out, const S& source) {
    if constexpr (requires { source.template emit_source<Root>(out); }) {
        source.template emit_source<Root>(out);
    } else {
        source.emit_source(out);
    }
}

/// Puts a CTE into a statement, unless it is there. Throws InvalidQuery when another one has its name.
void add_common_table(shape::QueryData& statement, const CommonTableData& table);

}  // namespace detail

/// Rows that are no table's: of a CTE, of a statement in FROM, of a list of values. Their columns are the
/// fields of S, `rows("name"_c)`; they can be selected from and joined. A value that may be kept and used in
/// several statements.
template <class S>
class Rows : public detail::SourceColumns<Rows<S>, S> {
public:
    using duet_source = void;

    Rows(std::string name, shape::SourceKind kind, shape::Fragment payload,
         std::shared_ptr<const detail::CommonTableData> common = {})
        : name_(std::move(name)), kind_(kind), payload_(std::move(payload)), common_(std::move(common)) {}

    std::string_view name() const noexcept { return name_; }
    /// The same rows under another name, to have them twice in one statement.
    Rows alias(std::string_view name) const {
        Rows copy(*this);
        copy.name_ = name;
        return copy;
    }

    void emit_source(shape::Fragment& out) const {
        out.u8(static_cast<std::size_t>(kind_));
        out.name(name_);
        out.model(duet::detail::model_info<detail::source_model_t<S>>);
        out.append(payload_);
    }
    void add_needed(shape::QueryData& statement) const {
        if (common_ != nullptr) detail::add_common_table(statement, *common_);
    }
    /// The statement in FROM may refer to the sources before it.
    Rows lateral() const {
        static_assert(sizeof(S) != 0);
        Rows copy(*this);
        copy.payload_.bytes.data()[0] = 1;
        return copy;
    }
    bool is_query() const noexcept { return kind_ == shape::SourceKind::query; }

private:
    std::string name_;
    shape::SourceKind kind_;
    shape::Fragment payload_;
    std::shared_ptr<const detail::CommonTableData> common_;
};

}  // namespace duet
