#include "unit/expr/sql.hpp"

#include <duet/dialect/ddl.hpp>
#include <duet/dialect/render.hpp>
#include <duet/dialect/sqlite.hpp>
#include <duet/driver/driver.hpp>
#include <duet/driver/encode.hpp>
#include <duet/driver/text_forms.hpp>
#include <duet/driver/url.hpp>

#include <memory>
#include <vector>

namespace expr_test {
namespace {

using duet::Kind;
using duet::TypeInfo;
using duet::driver::BindValue;

constexpr std::string_view sample = R"sql(
INSERT INTO users VALUES
  (1, 'ada@example.com', 'Ada', 36, 1.5, 'Counts', 1, 'red', 2, '2024-02-29 10:20:30.000000', '1990-12-10',
   '07:30:00.000000', 1800000000, 10.5, '10.50', '00000000000000000000000000000001', x'0102',
   '{"flags": {"beta": [true, 1]}, "n": 5, "s": "x", "list": ["a", "b"], "no": false}', '["x","y"]', '[7,8]', 250, NULL),
  (2, 'bob@example.com', 'Bob', 17, 2.5, NULL, 0, 'green', NULL, '2023-07-15 00:00:00.000000', NULL,
   '12:00:00.000000', 0, 0, '0', NULL, x'', '{"n": null}', '[]', '[]', 0, 1),
  (3, 'eve@example.com', '100%_Eve', 50, 0.0, 'ada', 1, 'blue', 1, '2024-03-01 23:59:59.999999', '2000-01-01',
   '00:00:00.000000', 60000000, 99.99, '123456789012345678901234567890.5', '00000000000000000000000000000003', x'ff',
   '[1, 2]', '["x"]', '[8]', 1, 2);
INSERT INTO posts VALUES (1, 'Engines', 10, 1), (2, 'Notes', 0, 1), (3, 'Hello', 5, 2);
INSERT INTO comments VALUES (1, 'First!', 1);
INSERT INTO tags VALUES ('math'), ('art');
INSERT INTO posts_tags (post_id, tag_id) VALUES (1, 'math'), (1, 'art'), (3, 'art');
INSERT INTO badges VALUES (1, 7, 1, '2024-01-01 00:00:00.000000', '2024-01-02 00:00:00.000000');
)sql";

class Store {
public:
    Store()
        : driver_(duet::driver::open_driver(duet::driver::parse_url("sqlite:///:memory:"))),
          connection_(driver_->connect(duet::driver::Access::write)) {
        for (const auto& table : duet::describe_all(duet::sqlite_dialect(), models)) {
            for (const auto& sql : duet::create_statements(duet::sqlite_dialect(), table))
                connection_->execute_script(sql);
        }
        connection_->execute_script(sample);
    }
    duet::driver::Connection& connection() { return *connection_; }

private:
    std::unique_ptr<duet::driver::Driver> driver_;
    std::unique_ptr<duet::driver::Connection> connection_;
};

Store& store() {
    static Store store;
    return store;
}

struct Writer : duet::driver::TextForms<Writer> {
    std::string out;
    void null() { out += "NULL"; }
    void boolean(bool v) { out += v ? "true" : "false"; }
    void integer(std::int64_t v) { out += std::to_string(v); }
    void floating(double v) {
        duet::Json json(v);
        out += json.text();
    }
    void text(std::string_view v) { copied_text(v); }
    void copied_text(std::string_view v) { (out += '\'') += std::string(v) + "'"; }
    void blob(std::string_view v) { out += "blob of " + std::to_string(v.size()); }
    void decimal(const duet::Decimal& v) { out += v.to_string(); }
    void json(const duet::Json& v) { out += v.text(); }
    void array(const TypeInfo&, const void*) { out += "array"; }
};

void print(Writer& writer, const BindValue& value) {
    if (value.list) {
        writer.out += '[';
        const auto* at = static_cast<const std::byte*>(value.data);
        for (std::size_t i = 0; i < value.size; ++i) {
            if (i != 0) writer.out += ", ";
            if (value.type->kind == Kind::text_view) {
                std::string_view text;
                at = duet::shape::Values::next_text(at, text);
                writer.text(text);
            } else {
                duet::driver::encode_value(writer, *value.type, at);
                at += value.type->size;
            }
        }
        writer.out += ']';
    } else if (value.data == nullptr) {
        writer.null();
    } else if (value.type->kind == Kind::text_view || value.type->kind == Kind::json_path) {
        writer.text({static_cast<const char*>(value.data), value.size});
    } else if (value.type->kind == Kind::blob_view) {
        writer.blob({static_cast<const char*>(value.data), value.size});
    } else {
        duet::driver::encode_value(writer, *value.type, value.data);
    }
}

std::vector<BindValue> values_of(const duet::shape::QueryData& query) {
    std::vector<BindValue> out;
    const auto& values = query.clauses.values;
    for (std::size_t i = 0; i < values.size(); ++i) {
        const auto& e = values.entry(i);
        out.push_back({e.type, e.type == nullptr ? nullptr : values.data(i), e.size, e.list});
    }
    if ((query.flags & duet::shape::has_limit) != 0)
        out.push_back({&duet::detail::int64_value, &query.limit});
    return out;
}

std::string printed(const duet::Plan& plan, const std::vector<BindValue>& values) {
    Writer writer;
    for (const duet::PlanBind& bind : plan.binds) {
        if (!writer.out.empty()) writer.out += ", ";
        print(writer, values[bind.value]);
    }
    return writer.out;
}

duet::driver::Outcome execute(const duet::Plan& plan, const std::vector<BindValue>& values) {
    std::unique_ptr<duet::driver::Statement> statement;
    auto& connection = store().connection();
    connection.prepare(std::make_shared<const duet::Plan>(plan), values, statement);
    duet::driver::Outcome outcome;
    connection.execute(*statement, values, nullptr, duet::driver::all_rows, outcome);
    return outcome;
}

}  // namespace

Rendered run(const duet::shape::QueryData& query, std::string_view after) {
    const duet::Plan plan = duet::render(duet::sqlite_dialect(), query, duet::Verb::rows);
    const std::vector<BindValue> values = values_of(query);
    const auto rows = static_cast<std::int64_t>(execute(plan, values).rows);
    const std::size_t at = plan.sql.find(after);
    std::string sql = at == std::string::npos ? plan.sql : plan.sql.substr(at + after.size());
    constexpr std::string_view from = R"( FROM "users")";
    if (after == "SELECT " && sql.ends_with(from)) sql.resize(sql.size() - from.size());
    return {sql, printed(plan, values), rows};
}

Rendered run_update(const duet::shape::QueryData& query) {
    const duet::Plan plan = duet::render(duet::sqlite_dialect(), query, duet::Verb::update);
    const std::vector<BindValue> values = values_of(query);
    store().connection().execute_script("BEGIN");
    struct Rollback {
        ~Rollback() { store().connection().execute_script("ROLLBACK"); }
    } rollback;
    const std::int64_t rows = execute(plan, values).affected;
    return {plan.sql.substr(plan.sql.find(" SET ") + 5), printed(plan, values), rows};
}

}  // namespace expr_test
