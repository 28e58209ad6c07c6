#include <duet/base/error.hpp>
#include <duet/dialect/render.hpp>
#include <duet/engine/statement.hpp>

#include "open_cursor.hpp"
#include "row_plan.hpp"
#include "shape_reader.hpp"
#include "write.hpp"

namespace duet::engine {

namespace {

PlanKey key_of(const shape::QueryData& statement) {
    return {statement.model, plan_verb(PlanVerb::statement, statement.flags), statement.clauses.bytes.span()};
}

std::shared_ptr<const Plan> make_plan(const Dialect& dialect, const void* statement) {
    return std::make_shared<Plan>(
        render_statement(dialect, *static_cast<const shape::QueryData*>(statement)));
}

driver::Access access_of(const shape::QueryData& statement) {
    return (statement.flags & shape::changes_rows) != 0 ? driver::Access::write : driver::Access::read;
}

bool has_outer_join(const shape::QueryData& statement) {
    bool found = false;
    for_each_clause(statement.clauses, [&](shape::Clause clause, std::span<const std::uint8_t> body) {
        if (clause != shape::Clause::join && clause != shape::Clause::join_path) return;
        const auto kind = static_cast<shape::JoinKind>(body[0]);
        found = found || kind == shape::JoinKind::left || kind == shape::JoinKind::right ||
                kind == shape::JoinKind::full;
    });
    return found;
}

/// Takes rows for a target, and notes that there were any.
class StatementSink {
public:
    StatementSink(const shape::QueryData& statement, const StatementTarget& target, Connected& at,
                  bool* arrived = nullptr)
        : statement_(statement), target_(target), at_(at), arrived_(arrived) {
        sink_.steps = target.steps.data();
        sink_.step_count = target.steps.size();
        sink_.slot_count = 1 + target.slots.size();
        sink_.lasting = target.lasting;
        sink_.open = &StatementSink::open;
        sink_.advice = &StatementSink::advice;
        sink_.context = this;
    }
    driver::RowSink* sink() { return &sink_; }

private:
    static void* open(void* context, std::size_t slot) {
        auto& self = *static_cast<StatementSink*>(context);
        const StatementTarget& target = self.target_;
        if (slot == 0) {
            self.at_.note_row();
            if (self.arrived_ != nullptr) *self.arrived_ = true;
            self.row_ = static_cast<std::byte*>(target.append(target.context));
            for (const StatementTarget::Part& part : target.parts)
                mark_relations(*part.model, self.row_ + part.offset);
            return self.row_;
        }
        const StatementTarget::Slot& optional = target.slots[slot - 1];
        void* object = optional.emplace(self.row_ + optional.part.offset);
        mark_relations(*optional.part.model, object);
        return object;
    }

    static std::string_view advice(void* context) {
        if (!has_outer_join(static_cast<const StatementSink*>(context)->statement_)) return {};
        return "; select duet::nullable(...) of what the statement's outer join may leave without a row";
    }

    const shape::QueryData& statement_;
    const StatementTarget& target_;
    Connected& at_;
    bool* arrived_;
    driver::RowSink sink_;
    std::byte* row_ = nullptr;
};

/// What reads may begin again as long as no row has come; what writes may not.
struct RepeatReads {
    bool writes;
    bool operator()(const Connected& at) const noexcept { return !writes && !at.delivered(); }
};

bool writes(const shape::QueryData& statement) { return (statement.flags & shape::changes_rows) != 0; }

/// Throws ValidationError for a plain value of a row to insert that does not fit its column.
void check_new_row(const shape::QueryData& statement, std::span<const std::uint8_t> body) {
    const auto u16 = [](const std::uint8_t* at) { return at[0] | static_cast<std::size_t>(at[1]) << 8; };
    const std::size_t first = u16(body.data() - 2);
    const std::uint8_t* at = body.data() + 1;
    for (std::size_t columns = body[0]; columns > 0; --columns) {
        const ColumnInfo& column = statement.model->columns[at[0]];
        const std::size_t length = u16(at + 1);
        const std::size_t value = first + u16(at + 3);
        at += 5;
        const auto op = static_cast<shape::Op>(at[0]);
        if (op == shape::Op::null && column.type->nullable == nullptr)
            throw ValidationError("column " + std::string(column.name) + " cannot be NULL");
        if (op == shape::Op::value && length == 2) check_member(column, statement.clauses.values, value);
        at += length;
    }
}

/// What is known to be refused before it is sent.
void check_writes(const shape::QueryData& statement) {
    if (!writes(statement)) return;
    check_changes(statement);
    for_each_clause(statement.clauses, [&](shape::Clause clause, std::span<const std::uint8_t> body) {
        if (clause == shape::Clause::insert_row) check_new_row(statement, body);
    });
}

/// The rows that a statement has written. Databases without a conflict target count a row that was in the way
/// twice, and one for which nothing changed once.
std::int64_t written(const Connected& at, const shape::QueryData& statement, std::int64_t affected) {
    if (at.dialect().capabilities().upsert_target || !statement.has(shape::Clause::conflict)) return affected;
    std::int64_t rows = 0;
    for_each_clause(statement.clauses, [&rows](shape::Clause clause, std::span<const std::uint8_t>) {
        if (clause == shape::Clause::insert_row) ++rows;
    });
    return rows != 0 ? rows : affected;
}

}  // namespace

void prepare_row(const ModelInfo& model, void* object) {
    prepare_insert(model, object, duet::detail::clock_now());
}

bool has_no_key(const ModelInfo& model, const void* object) {
    return model.generated_key && is_new(model, object);
}

Task<std::size_t> fetch_statement(Call call, const shape::QueryData& statement,
                                  const StatementTarget& target) {
    return on_connection<std::size_t>(
        about(call, statement.model), access_of(statement),
        [&statement, &target](Connected& at) -> Task<std::size_t> {
            check_writes(statement);
            StatementSink sink(statement, target, at);
            BindValues values;
            bind_query(statement, values);
            const driver::Outcome outcome = co_await run_statement(
                at, key_of(statement), &make_plan, &statement, values.span(), sink.sink(), driver::all_rows);
            co_return outcome.rows;
        },
        Sharing::allowed, RepeatReads{writes(statement)});
}

Task<std::int64_t> execute_statement(Call call, const shape::QueryData& statement) {
    return on_connection<std::int64_t>(
        call, access_of(statement),
        [&statement](Connected& at) -> Task<std::int64_t> {
            check_writes(statement);
            BindValues values;
            bind_query(statement, values);
            const driver::Outcome outcome = co_await run_statement(
                at, key_of(statement), &make_plan, &statement, values.span(), nullptr, driver::all_rows);
            co_return written(at, statement, outcome.affected);
        },
        Sharing::allowed);
}

struct StatementCursor::Impl : OpenCursor {
    using OpenCursor::OpenCursor;
};

StatementCursor::StatementCursor(Call call, shape::QueryData statement, std::size_t batch)
    : impl_(std::make_unique<Impl>(call, std::move(statement), batch, driver::Access::read)) {
    if ((impl_->query.flags & shape::changes_rows) != 0)
        throw InvalidQuery("a statement that writes gives all of its rows at once; it cannot be iterated");
}

StatementCursor::~StatementCursor() = default;

namespace {

Task<std::size_t> read_batch(Connected& at, OpenCursor& cursor, const StatementTarget& target) {
    driver::Outcome outcome;
    const bool first = cursor.statement == nullptr;
    driver::Wait wait{};
    BindValues values;
    if (first) {
        bind_query(cursor.query, values);
        wait = at.connection().prepare(at.engine().plan(key_of(cursor.query), &make_plan, &cursor.query),
                                       values.span(), cursor.statement);
        if (wait != driver::Wait::done) co_await settle(at.connection(), wait);
        cursor.statement->read_in_portions();
    }
    StatementSink sink(cursor.query, target, at, &cursor.arrived);
    if (first) {
        wait = at.start(*cursor.statement, values.span(), sink.sink(), cursor.batch, outcome);
    } else {
        if (!at.engine().hooks().empty()) at.note_start(cursor.statement->plan().sql, 0);
        wait = at.connection().fetch(*cursor.statement, sink.sink(), cursor.batch, outcome);
    }
    if (wait != driver::Wait::done) co_await settle(at.connection(), wait);
    at.finished(outcome);
    cursor.finished = !outcome.more;
    if (cursor.finished) cursor.statement.reset();
    co_return outcome.rows;
}

}  // namespace

Task<std::size_t> StatementCursor::next(const StatementTarget& target) {
    OpenCursor& self = *impl_;
    return next_batch(
        self, [&self, &target](Connected& at) { return read_batch(at, self, target); },
        [&self] { return !self.arrived; });
}

namespace {

/// `before`: looks at the clauses in front of this one; null: at all of them.
const ModelInfo* model_of_source(const shape::QueryData& statement, std::string_view name,
                                 const std::uint8_t* before = nullptr) {
    const ModelInfo* found = name.empty() ? statement.model : nullptr;
    for_each_clause(statement.clauses, [&](shape::Clause clause, std::span<const std::uint8_t> body) {
        if (clause != shape::Clause::from && clause != shape::Clause::join &&
            clause != shape::Clause::join_path)
            return;
        if (before != nullptr && body.data() >= before) return;
        std::size_t at = clause == shape::Clause::join ? 2 : 1;
        const auto next_name = [&] {
            const std::string_view text(reinterpret_cast<const char*>(body.data() + at + 1), body[at]);
            at += 1 + text.size();
            return text;
        };
        const bool is_path = clause == shape::Clause::join_path;
        const std::string_view start = is_path ? next_name() : std::string_view();
        if (next_name() != name || name.empty()) return;
        if (is_path) {
            found = model_of_source(statement, start, body.data());
            if (found == nullptr) return;
            for (std::size_t hops = body[at]; hops > 0; --hops)
                found = &found->relations[body[++at]].target();
        } else {
            std::memcpy(&found, body.data() + at, sizeof found);
        }
    });
    return found;
}

}  // namespace

std::vector<OutputColumn> output_columns(const shape::QueryData& statement) {
    std::vector<OutputColumn> out;
    for_each_clause(statement.clauses, [&](shape::Clause clause, std::span<const std::uint8_t> body) {
        const bool of_parts = (statement.flags & shape::own_columns) == 0;
        if (clause == shape::Clause::compound && of_parts && out.empty()) {
            // The names of a set operation are those of its first part: model, flags, column, two lengths.
            shape::QueryData part;
            std::memcpy(&part.model, body.data() + 1, sizeof part.model);
            constexpr std::size_t clauses = 1 + sizeof part.model + 4 + 1 + 4;
            const std::size_t length = body[clauses - 4] | static_cast<std::size_t>(body[clauses - 3]) << 8;
            part.clauses.bytes.append(body.data() + clauses, length);
            out = output_columns(part);
        }
        if (clause == shape::Clause::rows_of) {
            const std::string_view name(reinterpret_cast<const char*>(body.data() + 1), body[0]);
            const ModelInfo* model = model_of_source(statement, name);
            if (model == nullptr) return;
            for (const ColumnInfo& column : model->columns)
                out.push_back({std::string(column.name), column.type});
        }
        if (clause == shape::Clause::select) {
            const std::string_view label(reinterpret_cast<const char*>(body.data() + 1), body[0]);
            OutputColumn column{label == "_" ? std::string() : std::string(label)};
            const std::uint8_t* at = body.data() + 1 + body[0];
            const ModelInfo* model = nullptr;
            const auto op = static_cast<shape::Op>(*at++);
            switch (op) {
                case shape::Op::column:
                    model = statement.model;
                    break;
                case shape::Op::path:
                    model = statement.model;
                    for (std::size_t hops = *at++; hops > 0; --hops)
                        model = &model->relations[*at++].target();
                    break;
                case shape::Op::alias_column:
                case shape::Op::alias_path:
                    at += 1 + *at;
                    std::memcpy(&model, at, sizeof model);
                    at += sizeof model;
                    if (op != shape::Op::alias_path) break;
                    for (std::size_t hops = *at++; hops > 0; --hops)
                        model = &model->relations[*at++].target();
                    break;
                default:
                    break;
            }
            if (model != nullptr) {
                column.type = model->columns[*at].type;
                if (column.name.empty()) column.name = model->columns[*at].name;
            }
            out.push_back(std::move(column));
        }
    });
    return out;
}

std::vector<driver::DecodeStep> steps_by_name(const shape::QueryData& statement,
                                              std::span<const RawTarget::Field> fields) {
    const std::vector<OutputColumn> columns = output_columns(statement);
    std::vector<driver::DecodeStep> steps;
    for (const RawTarget::Field& field : fields) {
        std::size_t i = 0;
        while (i < columns.size() && columns[i].name != field.name) ++i;
        if (i == columns.size()) {
            throw InvalidQuery("the statement yields no column named '" + std::string(field.name) +
                               "'; name it with .as(\"" + std::string(field.name) + "\")");
        }
        steps.push_back({field.type, field.offset, 0, static_cast<std::uint16_t>(i), 0});
    }
    return steps;
}

}  // namespace duet::engine
