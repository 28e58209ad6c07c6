#include <duet/payload/json.hpp>
#include <duet/types/json_scan.hpp>
#include <duet/types/json_text.hpp>

#include <bitset>

#include "scalar.hpp"

namespace duet::payload {
namespace {

/// How deep arrays and objects nest in a text that is JSON.
std::size_t depth_of(std::string_view json) {
    std::size_t depth = 0, deepest = 0;
    bool in_string = false;
    for (std::size_t i = 0; i < json.size(); ++i) {
        const char c = json[i];
        if (in_string) {
            if (c == '\\') {
                ++i;
            } else if (c == '"') {
                in_string = false;
            }
        } else if (c == '"') {
            in_string = true;
        } else if (c == '[' || c == '{') {
            if (++depth > deepest) deepest = depth;
        } else if (c == ']' || c == '}') {
            --depth;
        }
    }
    return deepest;
}

/// Walks over text that has proved to be JSON.
class Reader {
public:
    Reader(std::string_view text, const JsonReading& how, Faults& faults)
        : scan_(text), how_(how), faults_(faults) {}

    void value(const Type& type, void* target) {
        switch (type.form) {
            case Form::column:
                column(*type.column, target);
                break;
            case Form::object:
            case Form::model:
                object(type.shape(), target);
                break;
            case Form::optional:
                if (scan_.peek() == 'n') {
                    scan_.value();
                    type.nullable->reset(target);
                } else {
                    value(type.inner(), type.nullable->emplace(target));
                }
                break;
            case Form::patch:
                value(type.inner(), type.nullable->emplace(target));
                break;
            case Form::list:
                elements(*type.list, target, [&](void* element) { value(type.inner(), element); });
                break;
            case Form::map:
                entries(type, target);
                break;
        }
    }

private:
    /// Restores the path at its end.
    class Step {
    public:
        template <class Part>
        Step(std::string& path, Part part) : path_(path), size_(path.size()) {
            append_path(path, part);
        }
        ~Step() { path_.resize(size_); }
        Step(const Step&) = delete;
        Step& operator=(const Step&) = delete;

    private:
        std::string& path_;
        std::size_t size_;
    };

    void fault(const char* code, std::string message) { faults_.add(path_, code, std::move(message)); }
    void mistyped(const char* wanted) {
        if (scan_.peek() == 'n') {
            fault("null", "must not be null");
        } else {
            fault("type", wanted);
        }
        scan_.value();
    }

    void column(const TypeInfo& type, void* target) {
        if (type.nullable != nullptr) {
            if (scan_.peek() == 'n') {
                scan_.value();
                type.nullable->reset(target);
            } else {
                column(*type.base, type.nullable->emplace(target));
            }
        } else if (type.kind == Kind::array) {
            elements(*type.ops.array, target, [&](void* element) { column(*type.base, element); });
        } else if (Refusal refusal = read_token(type, scan_.value(), target)) {
            faults_.add(path_, std::move(refusal.code), std::move(refusal.message));
        }
    }

    template <class ReadElement>
    void elements(const ArrayOps& ops, void* target, ReadElement read) {
        if (scan_.peek() != '[') {
            mistyped("must be an array");
            return;
        }
        ops.clear(target);
        scan_.expect('[');
        if (scan_.consume(']')) return;
        std::size_t index = 0;
        do {
            const Step step(path_, index++);
            read(ops.append(target));
        } while (scan_.consume(','));
        scan_.expect(']');
    }

    std::string_view key(std::string& storage) {
        scan_.peek();
        const std::string_view token = scan_.string();
        scan_.expect(':');
        if (token.find('\\') == std::string_view::npos) return token.substr(1, token.size() - 2);
        storage = duet::detail::json_unescape(token);
        return storage;
    }

    void entries(const Type& type, void* target) {
        if (scan_.peek() != '{') {
            mistyped("must be an object");
            return;
        }
        type.map->clear(target);
        scan_.expect('{');
        if (scan_.consume('}')) return;
        do {
            std::string storage;
            const std::string_view name = key(storage);
            const Step step(path_, name);
            if (name.find('\0') != std::string_view::npos) {
                fault("nul", "must not have the character U+0000");
                scan_.value();
            } else if (void* place = type.map->add(target, std::string(name))) {
                value(type.inner(), place);
            } else {
                fault("duplicate", "comes twice");
                scan_.value();
            }
        } while (scan_.consume(','));
        scan_.expect('}');
    }

    void object(const Shape& shape, void* target) {
        if (scan_.peek() != '{') {
            mistyped("must be an object");
            return;
        }
        std::bitset<128> seen;
        scan_.expect('{');
        if (!scan_.consume('}')) {
            std::size_t expected = 0;  // most texts have the fields in order
            do {
                std::string storage;
                const std::string_view name = key(storage);
                const bool in_order = expected < shape.fields.size() && shape.fields[expected].name == name;
                const int found = in_order ? static_cast<int>(expected) : shape.find(name);
                expected = found < 0 ? 0 : static_cast<std::size_t>(found) + 1;
                const Step step(path_, name);
                if (found < 0) {
                    if (!how_.allow_unknown) fault("unknown", "is unknown");
                    scan_.value();
                    continue;
                }
                const auto index = static_cast<std::size_t>(found);
                const Field& field = shape.fields[index];
                if (seen[index]) {
                    fault("duplicate", "comes twice");
                    scan_.value();
                } else if (field.guarded) {
                    fault("guarded", "cannot be set");
                    scan_.value();
                } else {
                    value(*field.type, field.in(target));
                }
                seen.set(index);
            } while (scan_.consume(','));
            scan_.expect('}');
        }
        if (how_.allow_missing) return;
        for (std::size_t i = 0; i < shape.fields.size(); ++i) {
            if (!shape.fields[i].required || seen[i]) continue;
            const Step step(path_, shape.fields[i].name);
            fault("missing", "is missing");
        }
    }

    duet::detail::JsonScanner scan_;
    const JsonReading& how_;
    Faults& faults_;
    std::string path_;
};

}  // namespace

void read_json(const Type& type, void* target, std::string_view text, const JsonReading& how) {
    Faults faults;
    try {
        duet::detail::JsonScanner scan{text};
        scan.value();
        scan.expect_end();
    } catch (const ValidationError& error) {
        faults.add({}, "syntax", error.what());
        faults.raise();
    }
    if (depth_of(text) > how.max_depth) {
        faults.add({}, "too_deep", "nests deeper than " + std::to_string(how.max_depth) + " levels");
        faults.raise();
    }
    Reader(text, how, faults).value(type, target);
    if (how.run_rules) {
        faults.end_reading();
        std::string path;
        check_value(type, target, path, faults);
    }
    faults.raise();
}

}  // namespace duet::payload
