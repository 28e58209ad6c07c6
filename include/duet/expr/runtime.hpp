#pragma once

#include <duet/expr/lookups.hpp>
#include <duet/expr/resolve.hpp>

#include <string>

namespace duet {

/// Text that is only known at run time; see runtime().
struct RuntimeText {
    std::string text;
};

/// Query text from outside: an order (`"-created_at,author.name"`), or a path of relations to load. What the
/// model does not have throws InvalidQuery. Never becomes SQL text.
inline RuntimeText runtime(std::string_view text) { return {std::string(text)}; }

namespace expr {

/// A path that ends in a column. Throws InvalidQuery that names the model and the path.
Resolved resolve_column(const ModelInfo& model, std::string_view path);

void emit_column(shape::Fragment& out, const Resolved& column);

/// A column whose name only run time knows. Checked when the query is built: throws InvalidQuery then.
struct RuntimeColumn : Lookups<RuntimeColumn> {
    Text name;

    explicit RuntimeColumn(std::string_view n) : name(n) {}

    template <class M>
    static consteval Checked check() {
        return {&any_type, true};
    }
    template <class M>
    const TypeInfo* runtime_type() const {
        return resolve_column(duet::detail::model_info<M>, name.view()).type;
    }
    template <class M>
    void emit(shape::Fragment& out) const {
        emit_column(out, resolve_column(duet::detail::model_info<M>, name.view()));
    }
};

}  // namespace expr

/// `duet::runtime_column(name) >= 18`: as `"…"_c`, for names that come at run time.
inline expr::RuntimeColumn runtime_column(std::string_view name) { return expr::RuntimeColumn(name); }

}  // namespace duet
