#pragma once

#include <duet/base/error.hpp>
#include <duet/driver/driver.hpp>
#include <duet/driver/url.hpp>

#include <array>
#include <cstring>
#include <deque>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include <gtest/gtest.h>
#include <unistd.h>

namespace duet::driver::test {

template <class T>
inline constexpr TypeInfo plain(Kind kind, const char* name = "") {
    return {.kind = kind, .size = sizeof(T), .cpp_name = name};
}

inline constexpr TypeInfo boolean = plain<bool>(Kind::boolean, "bool");
inline constexpr TypeInfo int8 = plain<std::int8_t>(Kind::int8, "std::int8_t");
inline constexpr TypeInfo int16 = plain<std::int16_t>(Kind::int16);
inline constexpr TypeInfo int32 = plain<std::int32_t>(Kind::int32, "int");
inline constexpr TypeInfo int64 = plain<std::int64_t>(Kind::int64, "std::int64_t");
inline constexpr TypeInfo uint8 = plain<std::uint8_t>(Kind::uint8);
inline constexpr TypeInfo uint16 = plain<std::uint16_t>(Kind::uint16);
inline constexpr TypeInfo uint32 = plain<std::uint32_t>(Kind::uint32);
inline constexpr TypeInfo uint64 = plain<std::uint64_t>(Kind::uint64);
inline constexpr TypeInfo float32 = plain<float>(Kind::float32);
inline constexpr TypeInfo float64 = plain<double>(Kind::float64);
inline constexpr TypeInfo text = plain<std::string>(Kind::text, "std::string");
inline constexpr TypeInfo blob = plain<std::vector<std::byte>>(Kind::blob);
inline constexpr TypeInfo text_view{.kind = Kind::text_view, .size = 0};
inline constexpr TypeInfo blob_view{.kind = Kind::blob_view, .size = 0};
inline constexpr TypeInfo json_path{.kind = Kind::json_path, .size = 0};

template <class T>
inline constexpr NullableOps nullable_ops{
    .emplace = [](void* p) -> void* { return &static_cast<std::optional<T>*>(p)->emplace(); },
    .reset = [](void* p) { static_cast<std::optional<T>*>(p)->reset(); },
    .value = [](const void* p) -> const void* {
        const auto& value = *static_cast<const std::optional<T>*>(p);
        return value ? &*value : nullptr;
    }};

template <class T>
inline constexpr ArrayOps array_ops{
    .size = [](const void* p) { return static_cast<const std::vector<T>*>(p)->size(); },
    .at = [](const void* p, std::size_t i) -> const void* {
        return &(*static_cast<const std::vector<T>*>(p))[i];
    },
    .append = [](void* p) -> void* { return &static_cast<std::vector<T>*>(p)->emplace_back(); },
    .clear = [](void* p) { static_cast<std::vector<T>*>(p)->clear(); }};

template <class T>
constexpr TypeInfo optional_of(const TypeInfo& base) {
    return {.kind = base.kind,
            .size = sizeof(std::optional<T>),
            .nullable = &nullable_ops<T>,
            .base = &base,
            .ops = base.ops};
}

template <class T>
constexpr TypeInfo vector_of(const TypeInfo& element) {
    return {.kind = Kind::array,
            .size = sizeof(std::vector<T>),
            .base = &element,
            .ops = {.array = &array_ops<T>},
            .cpp_name = "std::vector"};
}

inline BindValue view(std::string_view value) { return {&text_view, value.data(), value.size()}; }
inline constexpr BindValue sql_null{nullptr, nullptr};

/// One connection to a database, with the few lines around prepare() and execute() that each test needs.
class Session {
public:
    explicit Session(std::string_view url = "sqlite://", Access access = Access::write)
        : driver_(open_driver(parse_url(url))), connection_(driver_->connect(access)) {}

    Connection& connection() { return *connection_; }
    Driver& driver() { return *driver_; }
    void script(std::string_view sql) { connection_->execute_script(sql); }

    std::unique_ptr<Statement> prepare(std::string sql, std::vector<PlanBind> binds = {}) {
        auto plan = std::make_shared<Plan>();
        plan->sql = std::move(sql);
        plan->binds = std::move(binds);
        std::unique_ptr<Statement> statement;
        connection_->prepare(plan, {}, statement);
        return statement;
    }

    Outcome run(std::string sql, std::vector<BindValue> values = {}) {
        const auto statement = prepare(std::move(sql), in_order(values.size()));
        Outcome outcome;
        connection_->execute(*statement, values, nullptr, all_rows, outcome);
        return outcome;
    }

    /// The first column of all rows. (A deque, as its bools have addresses.)
    template <class T>
    std::deque<T> column(const TypeInfo& type, std::string sql, std::vector<BindValue> values = {},
                         std::vector<PlanBind> binds = {}) {
        const auto statement =
            prepare(std::move(sql), binds.empty() ? in_order(values.size()) : std::move(binds));
        std::deque<T> out;
        const DecodeStep step{.type = &type};
        RowSink sink{.steps = &step, .step_count = 1};
        sink.open = [](void* rows, std::size_t) -> void* {
            return &static_cast<std::deque<T>*>(rows)->emplace_back();
        };
        sink.context = &out;
        sink.name = [](void*, std::size_t) -> std::string_view { return "users.field"; };
        Outcome outcome;
        connection_->execute(*statement, values, &sink, all_rows, outcome);
        EXPECT_EQ(outcome.rows, out.size());
        return out;
    }

    template <class T>
    T one(const TypeInfo& type, std::string sql, std::vector<BindValue> values = {},
          std::vector<PlanBind> binds = {}) {
        std::deque<T> rows = column<T>(type, std::move(sql), std::move(values), std::move(binds));
        EXPECT_EQ(rows.size(), 1U);
        return rows.empty() ? T{} : std::move(rows[0]);
    }

    std::string as_text(std::string sql, std::vector<BindValue> values = {},
                        std::vector<PlanBind> binds = {}) {
        return one<std::string>(text, std::move(sql), std::move(values), std::move(binds));
    }

    /// Binds `value`, reads it back.
    template <class T>
    T round_trip(const TypeInfo& type, const T& value) {
        return one<T>(type, "SELECT ?", {{&type, &value}});
    }

private:
    static std::vector<PlanBind> in_order(std::size_t count) {
        std::vector<PlanBind> binds(count);
        for (std::size_t i = 0; i < count; ++i) binds[i].value = static_cast<std::uint16_t>(i);
        return binds;
    }

    std::unique_ptr<Driver> driver_;
    std::unique_ptr<Connection> connection_;
};

/// A directory that goes away with the test.
class TemporaryDirectory {
public:
    TemporaryDirectory() {
        std::string name = (std::filesystem::temp_directory_path() / "duet-test-XXXXXX").string();
        if (mkdtemp(name.data()) == nullptr) throw std::bad_alloc();
        path_ = name;
    }
    ~TemporaryDirectory() {
        std::error_code ignored;
        std::filesystem::remove_all(path_, ignored);
    }
    TemporaryDirectory(const TemporaryDirectory&) = delete;
    TemporaryDirectory& operator=(const TemporaryDirectory&) = delete;

    std::string file(std::string_view name) const { return (path_ / name).string(); }
    std::string url(std::string_view name) const { return "sqlite:///" + file(name); }

private:
    std::filesystem::path path_;
};

template <class Exception, class F>
std::string message_of(F run) {
    try {
        run();
    } catch (const Exception& error) {
        return error.what();
    }
    ADD_FAILURE() << "nothing was thrown";
    return {};
}

template <class Exception, class F>
Exception error_of(F run) {
    try {
        run();
    } catch (const Exception& error) {
        return error;
    }
    ADD_FAILURE() << "nothing was thrown";
    return Exception("");
}

}  // namespace duet::driver::test
