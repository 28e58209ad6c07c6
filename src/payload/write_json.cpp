#include <duet/payload/json.hpp>
#include <duet/types/json_text.hpp>

#include "scalar.hpp"

namespace duet::payload {
namespace {

void write_name(std::string& out, std::string_view name, bool& first) {
    if (!first) out += ',';
    first = false;
    duet::detail::append_json_string(out, name);
    out += ':';
}

/// The objects that are being written around another one: those of a session hold each other.
struct Around {
    const void* object;
    const Around* next;

    bool has(const void* wanted) const {
        for (const Around* a = this; a != nullptr; a = a->next) {
            if (a->object == wanted) return true;
        }
        return false;
    }
};

void write_model(const ModelInfo& model, const void* object, std::string& out, const Around* around);

void write_relation(const RelationInfo& relation, const void* object, std::string& out, bool& first,
                    const Around& around) {
    const void* at = static_cast<const std::byte*>(object) + relation.offset;
    if (relation.optional_state) at = relation.state(const_cast<void*>(at));
    if (at == nullptr) return;
    const auto& state = *static_cast<const duet::detail::RelationState*>(at);
    if (!state.loaded) return;
    const ModelInfo& target = relation.target();
    const bool is_one = relation.kind == RelationKind::belongs_to || relation.kind == RelationKind::has_one;
    if (is_one && state.count != 0 && around.has(state.first)) return;
    write_name(out, relation.name, first);
    if (is_one) {
        if (state.count == 0) {
            out += "null";
        } else {
            write_model(target, state.first, out, &around);
        }
        return;
    }
    out += '[';
    bool any = false;
    for (std::size_t i = 0; i < state.count; ++i) {
        const void* const row = state.at(i, target.size);
        if (around.has(row)) continue;
        if (any) out += ',';
        any = true;
        write_model(target, row, out, &around);
    }
    out += ']';
}

void write_model(const ModelInfo& model, const void* object, std::string& out, const Around* around) {
    const Around here{object, around};
    bool first = true;
    out += '{';
    for (const ColumnInfo& column : model.columns) {
        write_name(out, column.relation >= 0 ? column.name : column.member, first);
        write_column(*column.type, column.in(object), out);
    }
    for (const RelationInfo& relation : model.relations) write_relation(relation, object, out, first, here);
    out += '}';
}

struct MapWriter {
    const Type* type;
    std::string* out;
    bool first = true;
};

}  // namespace

void write_json(const Type& type, const void* value, std::string& out) {
    switch (type.form) {
        case Form::column:
            write_column(*type.column, value, out);
            break;
        case Form::model:
            write_model(*type.model, value, out, nullptr);
            break;
        case Form::optional:
        case Form::patch: {
            const void* inner = type.nullable->value(value);
            if (inner == nullptr) {
                out += "null";
            } else {
                write_json(type.inner(), inner, out);
            }
            break;
        }
        case Form::list: {
            const std::size_t size = type.list->size(value);
            out += '[';
            for (std::size_t i = 0; i < size; ++i) {
                if (i != 0) out += ',';
                write_json(type.inner(), type.list->at(value, i), out);
            }
            out += ']';
            break;
        }
        case Form::map: {
            MapWriter writer{&type.inner(), &out};
            out += '{';
            type.map->each(value, &writer, [](void* context, std::string_view key, const void* entry) {
                auto& self = *static_cast<MapWriter*>(context);
                write_name(*self.out, key, self.first);
                write_json(*self.type, entry, *self.out);
            });
            out += '}';
            break;
        }
        case Form::object: {
            bool first = true;
            out += '{';
            for (const Field& field : type.shape().fields) {
                const void* at = field.in(value);
                if (field.type->form == Form::patch && field.type->nullable->value(at) == nullptr) continue;
                write_name(out, field.name, first);
                write_json(*field.type, at, out);
            }
            out += '}';
            break;
        }
    }
}

}  // namespace duet::payload
