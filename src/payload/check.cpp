#include <duet/payload/pattern.hpp>
#include <duet/payload/shape.hpp>
#include <duet/schema/model_info.hpp>
#include <duet/types/decimal.hpp>

#include <map>
#include <mutex>
#include <shared_mutex>
#include <string>
#include <vector>

#include "formats.hpp"

namespace duet::payload {
namespace {

/// Compiled once for each text; patterns are literals of the program, so there are not many.
const Pattern& pattern_of(std::string_view text) {
    static std::shared_mutex mutex;
    static std::map<std::string, Pattern, std::less<>> known;
    {
        const std::shared_lock lock(mutex);
        if (const auto found = known.find(text); found != known.end()) return found->second;
    }
    Pattern compiled(text);
    const std::unique_lock lock(mutex);
    return known.try_emplace(std::string(text), std::move(compiled)).first->second;
}

/// A value without Patch and optional around it.
struct Bare {
    const Type* type;
    const TypeInfo* column;  // null: no column type
    const void* value;       // null: there is none
};
Bare bare(const Type& type, const void* value) {
    if (type.form == Form::optional || type.form == Form::patch) {
        value = type.nullable->value(value);
        if (value == nullptr) return {&type, nullptr, nullptr};
        return bare(type.inner(), value);
    }
    if (type.form != Form::column) return {&type, nullptr, value};
    const TypeInfo* column = type.column;
    if (column->nullable != nullptr) {
        value = column->nullable->value(value);
        column = column->base;
    }
    return {&type, column, value};
}

/// Calls `use(text)` with a text column's value, or that of a type stored as text.
template <class F>
void with_text(const Bare& at, F use) {
    if (at.column->kind == Kind::custom) {
        at.column->ops.custom->store(at.value, &use, [](void* context, const void* stored) {
            (*static_cast<F*>(context))(*static_cast<const std::string*>(stored));
        });
    } else {
        use(*static_cast<const std::string*>(at.value));
    }
}

std::size_t length_of(const Bare& at) {
    if (at.column == nullptr) {
        return at.type->form == Form::list ? at.type->list->size(at.value) : at.type->map->size(at.value);
    }
    if (at.column->kind == Kind::array) return at.column->ops.array->size(at.value);
    if (at.column->kind == Kind::blob) return static_cast<const std::vector<std::byte>*>(at.value)->size();
    std::size_t length = 0;
    with_text(at, [&](const std::string& text) { length = count_code_points(text); });
    return length;
}

const char* unit_of(const Bare& at, std::size_t count) {
    const bool one = count == 1;
    if (at.column != nullptr && at.column->kind == Kind::blob) return one ? " byte" : " bytes";
    if (at.column != nullptr && at.column->kind != Kind::array) return one ? " character" : " characters";
    return one ? " element" : " elements";
}

/// Negative: below the bound, positive: above. NaN is beyond every bound.
int compare(const Bare& at, const Bound& bound) {
    const Kind kind = at.column->kind;
    const auto by_double = [&](double value) {
        const double limit =
            bound.type == Bound::Type::integer ? static_cast<double>(bound.integer) : bound.real;
        return value < limit ? -1 : value == limit ? 0 : 1;
    };
    if (kind == Kind::float64) return by_double(*static_cast<const double*>(at.value));
    if (kind == Kind::float32) return by_double(static_cast<double>(*static_cast<const float*>(at.value)));
    if (kind == Kind::decimal || kind == Kind::decimal_text) {
        const Decimal limit =
            bound.type == Bound::Type::integer ? Decimal(bound.integer) : Decimal::from_shortest(bound.real);
        const Decimal& value = *static_cast<const Decimal*>(at.value);
        return value == limit ? 0 : value < limit ? -1 : 1;
    }
    if (kind == Kind::uint64) {
        const std::uint64_t value = *static_cast<const std::uint64_t*>(at.value);
        if (bound.type == Bound::Type::real) return by_double(static_cast<double>(value));
        if (bound.integer < 0) return 1;
        const auto limit = static_cast<std::uint64_t>(bound.integer);
        return value < limit ? -1 : value > limit ? 1 : 0;
    }
    const std::int64_t value = duet::detail::read_integer(kind, at.value);
    if (bound.type == Bound::Type::real) return by_double(static_cast<double>(value));
    return value < bound.integer ? -1 : value > bound.integer ? 1 : 0;
}

std::string text_of(const Bound& bound) {
    if (bound.type == Bound::Type::integer) return std::to_string(bound.integer);
    return Decimal::from_shortest(bound.real).to_string();
}

bool is_nan(const Bare& at) {
    if (at.column->kind == Kind::float64) {
        const double value = *static_cast<const double*>(at.value);
        return value != value;
    }
    if (at.column->kind == Kind::float32) {
        const float value = *static_cast<const float*>(at.value);
        return value != value;
    }
    return false;
}

void check_length(const Rule& rule, const Bare& at, const std::string& path, Faults& faults) {
    const std::size_t length = length_of(at);
    if (length < rule.least) {
        faults.add(path, "too_short",
                   "must have at least " + std::to_string(rule.least) + unit_of(at, rule.least));
    } else if (length > rule.most) {
        faults.add(path, "too_long",
                   "must have at most " + std::to_string(rule.most) + unit_of(at, rule.most));
    }
}

void check_range(const Rule& rule, const Bare& at, const std::string& path, Faults& faults) {
    if (is_nan(at)) {
        faults.add(path, "out_of_range", "must be a number");
    } else if (rule.low.type != Bound::Type::none && compare(at, rule.low) < 0) {
        faults.add(path, "too_small", "must be at least " + text_of(rule.low));
    } else if (rule.high.type != Bound::Type::none && compare(at, rule.high) > 0) {
        faults.add(path, "too_large", "must be at most " + text_of(rule.high));
    }
}

void check_text(const Rule& rule, std::string_view text, const std::string& path, Faults& faults) {
    // Long texts are not matched at all: no pattern is about a novel.
    constexpr std::size_t longest = std::size_t{64} << 10;
    switch (rule.kind) {
        case RuleKind::email:
            if (!is_email(text)) faults.add(path, "email", "must be an e-mail address");
            break;
        case RuleKind::url:
            if (!is_url(text)) faults.add(path, "url", "must be a URL with http or https");
            break;
        case RuleKind::pattern:
            if (text.size() > longest || !pattern_of(rule.text).matches(text)) {
                faults.add(path, "pattern",
                           rule.message.empty() ? "must match " + std::string(rule.text)
                                                : std::string(rule.message));
            }
            break;
        default: {
            std::string choices;
            for (std::size_t i = 0; i < rule.count; ++i) {
                if (rule.choices[i] == text) return;
                if (i != 0) choices += ", ";
                choices += rule.choices[i];
            }
            faults.add(path, "one_of", "must be one of: " + choices);
        }
    }
}

/// What a call has to say, with paths below that of the object.
void run_call(Shape::Call call, const Rule& rule, const char* code, const void* value,
              const std::string& path, Faults& faults) {
    Faults own;
    if (!call(value, own))
        own.add({}, code, rule.message.empty() ? "breaks a rule" : std::string(rule.message));
    for (const Fault& fault : own.list()) faults.add(path + fault.path, fault.code, fault.message);
}

void run_rule(const Shape& shape, std::size_t index, const void* object, std::string& path, Faults& faults) {
    const Rule& rule = shape.rules[index];
    if (rule.kind == RuleKind::may_be_missing) return;
    const std::size_t size = path.size();
    if (rule.kind == RuleKind::across && faults.is_unread(path)) return;
    if (!rule.field.empty()) append_path(path, rule.field);
    if (rule.kind != RuleKind::across && faults.is_unread(path)) {
        path.resize(size);
        return;
    }
    if (rule.kind == RuleKind::across) {
        // Faults that the call adds by itself are relative to the object.
        Faults own;
        const bool fine = shape.calls[index](object, own);
        if (!fine) faults.add(path, "across", std::string(rule.message));
        for (const Fault& fault : own.list()) faults.add(path + fault.path, fault.code, fault.message);
    } else {
        const Field& field = shape.fields[static_cast<std::size_t>(shape.find(rule.field))];
        const Bare at = bare(*field.type, field.in(object));
        if (at.value != nullptr) {
            if (rule.kind == RuleKind::length) {
                check_length(rule, at, path, faults);
            } else if (rule.kind == RuleKind::range) {
                check_range(rule, at, path, faults);
            } else if (rule.kind == RuleKind::custom) {
                run_call(shape.calls[index], rule, "custom", at.value, path, faults);
            } else {
                with_text(at, [&](const std::string& text) { check_text(rule, text, path, faults); });
            }
        }
    }
    path.resize(size);
}

struct MapCheck {
    const Type* type;
    std::string* path;
    Faults* faults;
};

/// Whether a type can have rules in it at all: columns have none.
bool has_parts(const Type& type) { return type.form != Form::column; }

}  // namespace

void check(const Shape& shape, const void* object, std::string& path, Faults& faults) {
    for (std::size_t i = 0; i < shape.rules.size(); ++i) run_rule(shape, i, object, path, faults);
    for (const Field& field : shape.fields) {
        if (!has_parts(*field.type)) continue;
        const std::size_t size = path.size();
        append_path(path, field.name);
        check_value(*field.type, field.in(object), path, faults);
        path.resize(size);
    }
}

void check_value(const Type& type, const void* value, std::string& path, Faults& faults) {
    switch (type.form) {
        case Form::column:
            break;
        case Form::object:
        case Form::model:
            check(type.shape(), value, path, faults);
            break;
        case Form::optional:
        case Form::patch:
            if (const void* inner = type.nullable->value(value))
                check_value(type.inner(), inner, path, faults);
            break;
        case Form::list: {
            if (!has_parts(type.inner())) break;
            const std::size_t count = type.list->size(value);
            for (std::size_t i = 0; i < count && !faults.full(); ++i) {
                const std::size_t size = path.size();
                append_path(path, i);
                check_value(type.inner(), type.list->at(value, i), path, faults);
                path.resize(size);
            }
            break;
        }
        case Form::map: {
            if (!has_parts(type.inner())) break;
            MapCheck context{&type.inner(), &path, &faults};
            type.map->each(value, &context, [](void* self, std::string_view key, const void* entry) {
                auto& at = *static_cast<MapCheck*>(self);
                const std::size_t size = at.path->size();
                append_path(*at.path, key);
                check_value(*at.type, entry, *at.path, *at.faults);
                at.path->resize(size);
            });
            break;
        }
    }
}

void check_or_throw(const Type& type, const void* value) {
    Faults faults;
    std::string path;
    check_value(type, value, path, faults);
    faults.raise();
}

}  // namespace duet::payload
