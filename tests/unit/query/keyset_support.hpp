#pragma once

#include <duet/base/error.hpp>
#include <duet/driver/driver.hpp>
#include <duet/driver/url.hpp>
#include <duet/engine/inspect.hpp>
#include <duet/model/model.hpp>
#include <duet/query/keyset.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

namespace keyset_test {

enum class Level { low, middle, high };
enum class Rank : std::uint8_t { first = 1, second = 2 };

struct Money {
    std::int64_t cents = 0;
};

}  // namespace keyset_test

template <>
struct duet::enum_options<keyset_test::Rank> {
    static constexpr bool as_integer = true;
    static constexpr int first = 0;
    static constexpr int last = 3;
};
template <>
struct duet::column_type<keyset_test::Money> {
    using stored = std::int64_t;
    static std::int64_t to(const keyset_test::Money& money) { return money.cents; }
    static keyset_test::Money from(std::int64_t cents) { return {cents}; }
};

namespace keyset_test {

using duet::detail::model_info;
using duet::shape::Op;
using duet::shape::QueryData;

/// A column of every kind that can be ordered by, with and without NULL.
struct Sample {
    std::int64_t id = 0;
    bool flag = false;
    std::int8_t tiny = 0;
    std::uint64_t big = 0;
    float ratio = 0;
    std::string name{};
    std::vector<std::byte> bytes{};
    duet::Timestamp at{};
    duet::Uuid uid{};
    duet::Decimal price{};
    Level level = Level::low;
    Rank rank = Rank::first;
    Money cost{};
    std::chrono::milliseconds took{0};
    std::optional<std::int32_t> team{};
    std::optional<double> score{};
    std::optional<std::string> nick{};
    std::optional<duet::Date> day{};
    std::optional<duet::Time> hour{};
    std::optional<Level> mood{};
    std::optional<Money> bonus{};
    duet::Decimal exact{};
    duet::Json extra{};
    std::vector<std::int32_t> list{};
    static constexpr auto table =
        duet::table("samples", duet::decimal_as_text("exact"), duet::index("tiny", "id"));
};
constexpr std::size_t orderable_columns = 22;

/// Two key columns, of which neither comes first in the struct.
struct Seat {
    std::string guest{};
    std::int32_t row = 0;
    std::int32_t number = 0;
    static constexpr auto table = duet::table("seats", duet::primary_key("row", "number"));
};

inline std::uint8_t column_of(const duet::ModelInfo& model, std::string_view name) {
    return static_cast<std::uint8_t>(model.find_column(name));
}

/// A query over M with an order as `order_by` spells it; nulls: a NULLS flag for the last term.
template <class M>
QueryData ordered(std::initializer_list<std::string_view> terms, std::uint8_t nulls = 0) {
    QueryData query;
    query.model = &model_info<M>;
    for (std::string_view term : terms) {
        std::uint8_t flags = nulls;
        if (term.starts_with('-')) {
            flags |= duet::shape::order_descending;
            term.remove_prefix(1);
        }
        const std::size_t begun = query.clauses.begin(duet::shape::Clause::order);
        query.clauses.u8(flags);
        query.clauses.column(column_of(*query.model, term));
        query.clauses.end(begun);
    }
    return query;
}

template <class M>
struct Page {
    std::vector<M> rows;
    std::string next;
};

/// A database in memory.
class Database {
public:
    Database() : engine_(duet::driver::open_driver(duet::driver::parse_url("sqlite://")), {}) {}

    duet::engine::Call call() { return {&engine_}; }
    void script(std::string_view text) {
        duet::detail::complete_inline(duet::engine::run_script(call(), text));
    }

    template <class... Ms>
    void create_all() {
        duet::detail::complete_inline(duet::engine::create_all(call(), duet::models<Ms...>));
    }
    template <class M>
    void insert(std::vector<M>& rows) {
        duet::detail::complete_inline(
            duet::engine::insert_all(call(), model_info<M>, rows.data(), rows.size()));
    }
    template <class M>
    std::vector<M> all(const QueryData& query) {
        std::vector<M> rows;
        duet::detail::complete_inline(
            duet::engine::fetch_all(call(), query, {&duet::detail::ListAccess<M>::ops, &rows}));
        return rows;
    }
    std::string explain(const QueryData& query) {
        return duet::detail::complete_inline(
                   duet::engine::explain(call(), query, duet::engine::QueryForm::rows, {}))
            .raw();
    }

    /// The page behind `cursor`, as page_after makes it.
    template <class M>
    Page<M> page(QueryData query, std::string_view cursor, std::size_t limit) {
        duet::detail::prepare_keyset(query, cursor, static_cast<std::int64_t>(limit));
        Page<M> page{all<M>(query), {}};
        EXPECT_LE(page.rows.size(), limit + 1);
        if (page.rows.size() > limit) {
            page.rows.pop_back();
            page.next = duet::detail::keyset_cursor(query, &page.rows.back());
        }
        return page;
    }
    template <class M>
    std::vector<M> all_pages(const QueryData& query, std::size_t limit) {
        std::vector<M> rows;
        std::string cursor;
        for (std::size_t pages = 0; pages < 1000; ++pages) {
            Page<M> next = page<M>(query, cursor, limit);
            for (M& row : next.rows) rows.push_back(std::move(row));
            cursor = next.next;
            if (cursor.empty()) return rows;
        }
        ADD_FAILURE() << "the pages do not end";
        return rows;
    }

private:
    duet::engine::Engine engine_;
};

inline std::vector<std::int64_t> ids(const std::vector<Sample>& rows) {
    std::vector<std::int64_t> out;
    for (const Sample& row : rows) out.push_back(row.id);
    return out;
}

/// `count` rows whose columns have but a few different values, and NULLs.
template <class Random>
std::vector<Sample> samples(std::size_t count, Random& random) {
    const auto one_of = [&random](std::size_t n) { return static_cast<std::size_t>(random() % n); };
    static const std::string names[] = {"", "a", std::string("a\0b", 3), "it's \"quoted\"; --", "Zoë\n😀"};
    static const double scores[] = {-1.0 / 3.0, 0.1, 1e300, 5e-324};
    std::vector<Sample> rows(count);
    for (Sample& row : rows) {
        row.flag = one_of(2) != 0;
        row.tiny = static_cast<std::int8_t>(one_of(3) * 127 - 127);
        row.big = one_of(2) * 9'007'199'254'740'993U;
        row.ratio = static_cast<float>(one_of(3)) / 3.0F;
        row.name = names[one_of(5)];
        row.bytes.assign(one_of(3), std::byte{0xff});
        row.at = duet::Timestamp(
            std::chrono::microseconds(static_cast<std::int64_t>(one_of(3)) * 999'999'999'999 - 1));
        row.uid = duet::Uuid::parse(one_of(2) != 0 ? "00000000-0000-0000-0000-0000000000ff"
                                                   : "f0000000-0000-4000-8000-000000000000");
        row.price = duet::Decimal::parse(one_of(2) != 0 ? "-12.50" : "99999999.99");
        row.level = static_cast<Level>(one_of(3));
        row.rank = static_cast<Rank>(1 + one_of(2));
        row.cost.cents = static_cast<std::int64_t>(one_of(3)) - 1;
        row.took = std::chrono::milliseconds(one_of(3));
        if (one_of(3) != 0) row.team = static_cast<std::int32_t>(one_of(3));
        if (one_of(3) != 0) row.score = scores[one_of(4)];
        if (one_of(3) != 0) row.nick = names[one_of(5)];
        if (one_of(3) != 0)
            row.day = duet::Date(std::chrono::days(static_cast<int>(one_of(3)) * 9000 - 9000));
        if (one_of(3) != 0)
            row.hour = duet::Time(std::chrono::microseconds(static_cast<std::int64_t>(one_of(3))));
        if (one_of(3) != 0) row.mood = static_cast<Level>(one_of(3));
        if (one_of(3) != 0) row.bonus = Money{static_cast<std::int64_t>(one_of(3))};
        row.exact = duet::Decimal::parse(one_of(2) != 0 ? "9.0000000000000000000000001" : "10");
        row.extra = duet::Json(std::int64_t{1});
    }
    return rows;
}

}  // namespace keyset_test
