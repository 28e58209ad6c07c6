#include <duet/payload/json_schema.hpp>
#include <duet/types/decimal.hpp>
#include <duet/types/json_text.hpp>

#include <string>
#include <utility>
#include <vector>

#include "scalar.hpp"

namespace duet::payload {
namespace {

/// A schema under construction: keywords in order.
class Keywords {
public:
    void raw(std::string_view key, std::string_view json) {
        if (!text_.empty()) text_ += ',';
        duet::detail::append_json_string(text_, key);
        text_ += ':';
        text_ += json;
    }
    void text(std::string_view key, std::string_view value) {
        std::string json;
        duet::detail::append_json_string(json, value);
        raw(key, json);
    }
    void number(std::string_view key, std::size_t value) { raw(key, std::to_string(value)); }
    std::string object() const { return '{' + text_ + '}'; }
    const std::string& list() const { return text_; }

private:
    std::string text_;
};

std::string quoted(std::string_view text) {
    std::string out;
    duet::detail::append_json_string(out, text);
    return out;
}

std::string number_of(const Bound& bound) {
    if (bound.type == Bound::Type::integer) return std::to_string(bound.integer);
    return Decimal::from_shortest(bound.real).to_string();
}

class Describer {
public:
    explicit Describer(std::string place) : place_(std::move(place)) {}

    /// The name of a struct's schema, which is made when it is new.
    const std::string& name(const Type& type) {
        const Shape& shape = type.shape();
        for (const Entry& entry : entries_) {
            if (entry.shape == &shape) return entry.name;
        }
        const std::size_t index = entries_.size();
        entries_.push_back({&shape, free_name(shape), {}});
        std::string schema = object(shape);
        entries_[index].schema = std::move(schema);
        return entries_[index].name;
    }
    std::string schemas(std::size_t first = 0) const {
        Keywords out;
        for (std::size_t i = first; i < entries_.size(); ++i) out.raw(entries_[i].name, entries_[i].schema);
        return out.object();
    }
    std::size_t count() const { return entries_.size(); }

    std::string object(const Shape& shape) {
        Keywords properties, out;
        std::string required;
        for (const Field& field : shape.fields) {
            std::vector<const Rule*> rules;
            for (const Rule& rule : shape.rules) {
                if (rule.field == field.name) rules.push_back(&rule);
            }
            properties.raw(field.name, schema(*field.type, rules, field.guarded));
            if (field.required) required += (required.empty() ? "" : ",") + quoted(field.name);
        }
        out.text("type", "object");
        out.raw("properties", properties.object());
        if (!required.empty()) out.raw("required", '[' + required + ']');
        out.raw("additionalProperties", "false");
        return out.object();
    }

    std::string schema(const Type& type, const std::vector<const Rule*>& rules = {}, bool read_only = false) {
        Keywords out;
        add(out, type, rules, false);
        if (read_only) out.raw("readOnly", "true");
        return out.object();
    }

private:
    struct Entry {
        const Shape* shape;
        std::string name;
        std::string schema;
    };

    std::string free_name(const Shape& shape) const {
        std::string plain;
        for (const char c : shape.name) {
            const bool fits =
                (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
            plain += fits ? c : '_';
        }
        std::string name = plain;
        for (int i = 2; is_taken(name); ++i) name = plain + '_' + std::to_string(i);
        return name;
    }
    bool is_taken(std::string_view name) const {
        for (const Entry& entry : entries_) {
            if (entry.name == name) return true;
        }
        return false;
    }

    void add(Keywords& out, const Type& type, const std::vector<const Rule*>& rules, bool null) {
        switch (type.form) {
            case Form::column:
                if (type.column->nullable != nullptr) {
                    column(out, *type.column->base, rules, true);
                } else {
                    column(out, *type.column, rules, null);
                }
                break;
            case Form::optional:
                add(out, type.inner(), rules, true);
                break;
            case Form::patch:
                add(out, type.inner(), rules, null);
                break;
            case Form::object:
            case Form::model: {
                const std::string reference = quoted(place_ + name(type));
                if (null) {
                    out.raw("anyOf", R"([{"$ref":)" + reference + R"(},{"type":"null"}])");
                } else {
                    out.raw("$ref", reference);
                }
                break;
            }
            case Form::list:
                kind(out, "array", null);
                out.raw("items", schema(type.inner()));
                lengths(out, rules, "minItems", "maxItems");
                break;
            case Form::map:
                kind(out, "object", null);
                out.raw("additionalProperties", schema(type.inner()));
                lengths(out, rules, "minProperties", "maxProperties");
                break;
        }
    }

    static void kind(Keywords& out, std::string_view name, bool null) {
        if (null) {
            out.raw("type", '[' + quoted(name) + R"(,"null"])");
        } else {
            out.text("type", name);
        }
    }
    static void lengths(Keywords& out, const std::vector<const Rule*>& rules, const char* least,
                        const char* most) {
        for (const Rule* rule : rules) {
            if (rule->kind != RuleKind::length) continue;
            if (rule->least != 0) out.number(least, rule->least);
            out.number(most, rule->most);
        }
    }

    void column(Keywords& out, const TypeInfo& type, const std::vector<const Rule*>& rules, bool null) {
        switch (type.kind) {
            case Kind::boolean:
                kind(out, "boolean", null);
                break;
            case Kind::float32:
            case Kind::float64:
                kind(out, "number", null);
                out.text("format", type.kind == Kind::float32 ? "float" : "double");
                bounds(out, rules, "", "");
                break;
            case Kind::text:
                text(out, rules, null);
                break;
            case Kind::blob:
                kind(out, "string", null);
                out.text("contentEncoding", "base64");
                break;
            case Kind::date:
                formatted(out, "date", null);
                break;
            case Kind::time:
                kind(out, "string", null);
                out.text("pattern", R"(^\d{2}:\d{2}(:\d{2}(\.\d{1,9})?)?$)");
                break;
            case Kind::timestamp:
                formatted(out, "date-time", null);
                break;
            case Kind::uuid:
                formatted(out, "uuid", null);
                break;
            case Kind::duration:
                kind(out, "integer", null);
                out.text("description", "microseconds");
                break;
            case Kind::decimal:
            case Kind::decimal_text:
                out.raw("type", null ? R"(["string","number","null"])" : R"(["string","number"])");
                out.text("pattern", R"(^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$)");
                bounds(out, rules, "", "");
                break;
            case Kind::json:
                break;
            case Kind::enumeration: {
                kind(out, "string", null);
                std::string names;
                for (const Enumerator& one : type.ops.enumeration->enumerators)
                    names += (names.empty() ? "" : ",") + quoted(one.name);
                if (null) names += ",null";
                out.raw("enum", '[' + names + ']');
                break;
            }
            case Kind::array: {
                kind(out, "array", null);
                Keywords element;
                const bool holes = type.base->nullable != nullptr;
                column(element, holes ? *type.base->base : *type.base, {}, holes);
                out.raw("items", element.object());
                lengths(out, rules, "minItems", "maxItems");
                break;
            }
            case Kind::custom:
                column(out, *type.base, rules, null);
                break;
            default: {
                kind(out, "integer", null);
                if (type.kind == Kind::int32) out.text("format", "int32");
                if (type.kind == Kind::int64) out.text("format", "int64");
                // The format says it for the common ones.
                const bool plain = type.kind == Kind::int32 || type.kind == Kind::int64;
                const auto range = duet::detail::integer_range(type.kind);
                bounds(out, rules, plain ? "" : std::to_string(range.least),
                       plain ? "" : std::to_string(range.most));
            }
        }
    }

    static void bounds(Keywords& out, const std::vector<const Rule*>& rules, std::string low,
                       std::string high) {
        for (const Rule* rule : rules) {
            if (rule->kind != RuleKind::range) continue;
            if (rule->low.type != Bound::Type::none) low = number_of(rule->low);
            if (rule->high.type != Bound::Type::none) high = number_of(rule->high);
        }
        if (!low.empty()) out.raw("minimum", low);
        if (!high.empty()) out.raw("maximum", high);
    }
    static void formatted(Keywords& out, std::string_view format, bool null) {
        kind(out, "string", null);
        out.text("format", format);
    }
    static void text(Keywords& out, const std::vector<const Rule*>& rules, bool null) {
        kind(out, "string", null);
        lengths(out, rules, "minLength", "maxLength");
        std::string patterns;
        for (const Rule* rule : rules) {
            if (rule->kind == RuleKind::email) out.text("format", "email");
            if (rule->kind == RuleKind::url) out.text("format", "uri");
            if (rule->kind == RuleKind::one_of) {
                std::string choices;
                for (std::size_t i = 0; i < rule->count; ++i)
                    choices += (i == 0 ? "" : ",") + quoted(rule->choices[i]);
                if (null) choices += ",null";
                out.raw("enum", '[' + choices + ']');
            }
            if (rule->kind != RuleKind::pattern) continue;
            std::string_view inner = rule->text;
            if (inner.starts_with('^')) inner.remove_prefix(1);
            if (inner.ends_with('$') && !inner.ends_with("\\$")) inner.remove_suffix(1);
            const std::string whole = quoted("^(?:" + std::string(inner) + ")$");
            if (patterns.empty()) {
                patterns = whole;
            } else {
                // One keyword holds one pattern.
                out.raw("allOf", R"([{"pattern":)" + whole + "}]");
            }
        }
        if (!patterns.empty()) out.raw("pattern", patterns);
    }

    std::string place_;
    std::vector<Entry> entries_;
};

}  // namespace

Json describe(const Type& type) {
    Describer describer("#/$defs/");
    Keywords out;
    out.text("$schema", "https://json-schema.org/draft/2020-12/schema");
    const bool is_object = type.form == Form::object || type.form == Form::model;
    std::string body;
    if (is_object) {
        out.text("title", type.shape().name);
        body = describer.object(type.shape());
    } else {
        body = describer.schema(type);
    }
    std::string text = '{' + out.list();
    if (body.size() > 2) text += ',' + body.substr(1, body.size() - 2);
    if (describer.count() != 0) text += R"(,"$defs":)" + describer.schemas();
    text += '}';
    return Json::from_valid_text(std::move(text));
}

Json describe_all(std::initializer_list<const Type*> types) {
    Describer describer("#/components/schemas/");
    for (const Type* type : types) {
        if (type->form == Form::object || type->form == Form::model) {
            describer.name(*type);
        } else {
            static_cast<void>(describer.schema(*type));
        }
    }
    return Json::from_valid_text(R"({"schemas":)" + describer.schemas() + '}');
}

}  // namespace duet::payload
