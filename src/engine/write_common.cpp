#include <duet/base/error.hpp>
#include <duet/dialect/render.hpp>
#include <duet/driver/encode.hpp>
#include <duet/types/uuid.hpp>

#include "write.hpp"

namespace duet::engine {

bool is_new(const ModelInfo& model, const void* object) {
    if (model.key.size() != 1) return false;
    const ColumnInfo& key = model.columns[static_cast<std::size_t>(model.key[0])];
    if (model.generated_key) return duet::detail::read_integer(key.type->kind, key.in(object)) == 0;
    if (key.type->kind == Kind::uuid && key.type->nullable == nullptr)
        return static_cast<const Uuid*>(key.in(object))->is_nil();
    return false;
}

void prepare_insert(const ModelInfo& model, void* object, Timestamp now) {
    if (!model.generated_key && is_new(model, object)) {
        *static_cast<Uuid*>(model.columns[static_cast<std::size_t>(model.key[0])].in(object)) = Uuid::v7();
    }
    for (const TableOption& option : model.options) {
        if (option.type != TableOption::Type::default_now) continue;
        const ColumnInfo& column =
            model.columns[static_cast<std::size_t>(model.find_column(option.columns[0]))];
        void* field = column.in(object);
        const TypeInfo& type = *column.type;
        if (type.nullable != nullptr) {
            if (type.nullable->value(field) != nullptr) continue;
            field = type.nullable->emplace(field);
        }
        if (type.kind == Kind::timestamp && *static_cast<Timestamp*>(field) == Timestamp{})
            *static_cast<Timestamp*>(field) = now;
        if (type.kind == Kind::date && *static_cast<Date*>(field) == Date{}) {
            *static_cast<Date*>(field) = std::chrono::floor<std::chrono::days>(now);
        }
    }
    for (const BehaviourInfo& info : model.behaviours) {
        if (info.behaviour->before_insert != nullptr) {
            info.behaviour->before_insert(static_cast<std::byte*>(object) + info.offset, {now});
        }
    }
    if (model.check != nullptr) model.check(object);
}

Columns insert_columns(const ModelInfo& model, bool with_key) {
    Columns columns;
    for (std::size_t i = 0; i < model.columns.size(); ++i) {
        if (!with_key && model.columns[i].primary_key) continue;
        columns.push(static_cast<std::int16_t>(i));
    }
    return columns;
}

void bind_columns(const ModelInfo& model, std::span<const std::int16_t> columns, const void* object,
                  BindValues& out) {
    for (const std::int16_t c : columns) {
        const ColumnInfo& column = model.columns[static_cast<std::size_t>(c)];
        out.push({column.type, column.in(object), 0, false});
    }
}

void set_key(const ModelInfo& model, void* object, std::int64_t key) {
    const ColumnInfo& column = model.columns[static_cast<std::size_t>(model.key[0])];
    duet::detail::write_integer(column.type->kind, column.in(object), key);
}

void bind_key(const ModelInfo& model, const void* object, BindValues& out) {
    for (const std::int16_t key : model.key) {
        const ColumnInfo& column = model.columns[static_cast<std::size_t>(key)];
        out.push({column.type, column.in(object), 0, false});
    }
}

namespace {

/// Copies a key's value into a query.
void emit_key(shape::Fragment& out, const TypeInfo& type, const void* value) {
    if (is_integer(type.kind)) return out.value(duet::detail::read_integer(type.kind, value));
    switch (type.kind) {
        case Kind::text:
            return out.value(std::string_view(*static_cast<const std::string*>(value)));
        case Kind::uuid:
        case Kind::date:
        case Kind::time:
        case Kind::timestamp:
        case Kind::boolean:
        case Kind::float64:
            return out.value(type, value);
        case Kind::enumeration:
            if (type.ops.enumeration->as_integer) return out.value(driver::enum_number(type, value));
            return out.value(driver::enumerator_name(type, value));
        case Kind::custom: {
            struct Context {
                shape::Fragment& out;
                const TypeInfo& stored;
            };
            Context context{out, *type.base};
            return type.ops.custom->store(value, &context, [](void* opaque, const void* stored) {
                const auto& c = *static_cast<Context*>(opaque);
                emit_key(c.out, c.stored, stored);
            });
        }
        default:
            throw InvalidQuery("rows cannot be looked up by a key column of this type");
    }
}

}  // namespace

bool add_equal(shape::QueryData& query, std::int16_t index, const void* object) {
    const ColumnInfo& column = query.model->columns[static_cast<std::size_t>(index)];
    const TypeInfo* type = column.type;
    const void* value = column.in(object);
    if (type->nullable != nullptr) {
        value = type->nullable->value(value);
        if (value == nullptr) return false;
        type = type->base;
    }
    const std::size_t begun = query.clauses.begin(shape::Clause::where);
    query.clauses.op(shape::Op::eq);
    query.clauses.column(static_cast<std::size_t>(index));
    emit_key(query.clauses, *type, value);
    query.clauses.end(begun);
    return true;
}

void add_key_condition(shape::QueryData& query, const void* object) {
    const ModelInfo& model = *query.model;
    for (const std::int16_t key : model.key) {
        const ColumnInfo& column = model.columns[static_cast<std::size_t>(key)];
        const std::size_t begun = query.clauses.begin(shape::Clause::where);
        query.clauses.op(shape::Op::eq);
        query.clauses.column(static_cast<std::size_t>(key));
        emit_key(query.clauses, *column.type, column.in(object));
        query.clauses.end(begun);
    }
}

shape::QueryData key_query(const ModelInfo& model, const void* object) {
    shape::QueryData query;
    query.model = &model;
    query.flags = shape::with_deleted;
    add_key_condition(query, object);
    return query;
}

void throw_gone(const ModelInfo& model, const char* what) {
    throw NotFound(std::string(what) + ": no row of " + std::string(model.table) + " has the key of this " +
                   std::string(model.type_name));
}

namespace {
// RELEASE alone is not understood everywhere.
constexpr std::string_view release_step = "RELEASE SAVEPOINT duet_step";
}  // namespace

Task<> Atomic::begin() {
    nested_ = at_.connection().in_transaction();
    if (nested_) return run_text(at_, "SAVEPOINT duet_step");
    sql_ = at_.dialect().begin({});
    return run_begin(at_, sql_);
}

Task<> Atomic::commit() { return run_text(at_, nested_ ? release_step : "COMMIT"); }

Task<> Atomic::rollback() {
    try {
        at_.connection().set_limits({});
        if (!at_.connection().usable() || !at_.connection().in_transaction()) co_return;
        if (nested_) co_await run_text(at_, "ROLLBACK TO SAVEPOINT duet_step");
        co_await run_text(at_, nested_ ? release_step : "ROLLBACK");
    } catch (const Error&) {  // NOLINT(bugprone-empty-catch): see the contract
    }
}

}  // namespace duet::engine
