#pragma once

#include <duet/functions.hpp>

#include <algorithm>
#include <sstream>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "integration/session_models.hpp"
#include "models.hpp"

/// Every way to read all rows of a model.
namespace duet::test::every_type {

/// Holds rows, as objects, structs or tuples of the columns, against those that were written.
template <class M>
class Check {
public:
    explicit Check(std::vector<M> expected) : expected_(std::move(expected)) {}

    template <class R>
    void operator()(const std::vector<R>& read) const {
        ASSERT_EQ(read.size(), expected_.size());
        for (std::size_t i = 0; i < read.size(); ++i) check_row(read[i], i);
    }
    template <class R>
    void check_row(const R& read, std::size_t i) const {
        using Own = typename About<M>::template members<M>;
        if constexpr (requires { std::tuple_size<R>::value; }) {
            check_values<Own>(i, read);
        } else {
            const auto value_of = [&read](auto... member) { return std::tie(read.*member...); };
            check_values<Own>(i, std::apply(value_of, About<M>::template members<R>::pointers));
        }
    }
    const std::vector<M>& expected() const { return expected_; }

private:
    template <class Own, class Values>
    void check_values(std::size_t i, const Values& values) const {
        std::size_t column = 0;
        const auto check = [&](auto... member) {
            std::apply(
                [&](const auto&... value) {
                    (check_value(expected_[i].*member, value, i, Own::names[column++]), ...);
                },
                values);
        };
        std::apply(check, Own::pointers);
    }
    template <class T>
    void check_value(const T& expected, const T& read, std::size_t i, std::string_view column) const {
        if (!(expected == read)) {
            ADD_FAILURE() << column << " of row " << i << " is "
                          << ::testing::PrintToString(read).substr(0, 200) << " and should be "
                          << ::testing::PrintToString(expected).substr(0, 200);
        }
    }

    std::vector<M> expected_;
};

enum class How {
    few,      // rows
    many,     // as well, which some databases take in another way
    json,     // which has no infinity and no U+0000
    untyped,  // as values without a column, which gives decimals no more digits than numeric columns have
};
/// One way in or out.
template <class Db, class M>
struct Way {
    const char* name;
    void (*go)(Db& db, const Check<M>& check);
    How how = How::few;
};

/// The columns of M as arguments: `with_columns<M>([](auto... columns) {...})`.
template <class M, class F>
auto with_columns(F f) {
    return [&]<auto... Member>(Members<Member...>) { return f(duet::col<Member>...); }
    (typename About<M>::template members<M>{});
}

template <class Mode, class M>
std::vector<Way<BasicDatabase<Mode>, M>> ways_to_read() {
    using Db = BasicDatabase<Mode>;
    using C = const Check<M>&;
    return {
        {"query", [](Db& db, C check) { check(got(db.template query<M>().order_by("id").all())); }},
        {"get",
         [](Db& db, C check) {
             std::size_t i = 0;
             for (const std::int64_t id : got(db.template query<M>().order_by("id").select("id"_c)))
                 check.check_row(got(db.template get<M>(id)).value(), i++);
         }},
        {"refresh",
         [](Db& db, C check) {
             std::size_t i = 0;
             for (const std::int64_t id : got(db.template query<M>().order_by("id").select("id"_c))) {
                 M object{};
                 object.id = id;
                 did([&] { return db.refresh(object); });
                 check.check_row(object, i++);
             }
         }},
        {"structs",
         [](Db& db, C check) { check(got(db.template query<M>().order_by("id").template all<Row<M>>())); }},
        {"tuples",
         [](Db& db, C check) {
             with_columns<M>([&](auto... column) {
                 check(got(db.template query<M>().order_by("id").select(column...)));
             });
         }},
        {"iterate",
         [](Db& db, C check) {
             std::vector<M> out;
             run_in<Mode>([](Db& from, std::vector<M>& to) -> Task<> {
                 auto rows = from.template query<M>().order_by("id").iterate(2);
                 if constexpr (Mode::is_async) {
                     while (auto row = co_await rows.next()) to.push_back(*row);
                 } else {
                     for (const M& row : rows) to.push_back(row);
                 }
                 co_return;
             }(db, out));
             check(out);
         }},
        {"pages",
         [](Db& db, C check) {
             std::vector<M> out;
             std::string cursor;
             do {
                 auto page = got(db.template query<M>().order_by("id").page_after(cursor, 4));
                 for (M& object : page.items) out.push_back(std::move(object));
                 cursor = page.next;
             } while (!cursor.empty());
             check(out);
         }},
        {"raw SQL",
         [](Db& db, C check) {
             const std::string text =
                 "SELECT * FROM " + std::string(detail::model_info<M>.table) + " ORDER BY id";
             check(got(db.sql(duet::runtime(text)).template as<M>()));
             check(got(db.sql(duet::runtime(text)).template as<Row<M>>()));
         }},
        {"statement of objects",
         [](Db& db, C check) {
             const auto statement = duet::select<M>().order_by("id");
             check(got(db.execute(statement).all()));
         }},
        {"statement of columns",
         [](Db& db, C check) {
             with_columns<M>([&](auto... column) {
                 const auto statement = duet::select(column...).template from<M>().order_by("id");
                 check(got(db.execute(statement).all()));
                 check(got(db.execute(statement).template as<Row<M>>().all()));
             });
         }},
        {"subquery",
         [](Db& db, C check) {
             const auto inner = duet::subquery<M>("inner_rows", duet::select<M>());
             const auto statement = duet::select_from(inner).order_by("id");
             check(got(db.execute(statement).template as<Row<M>>().all()));
         }},
        {"session",
         [](Db& db, C check) {
             std::vector<M> out;
             in_session_of(db, [&](auto& s) -> Task<> {
                 const auto objects = co_await later(s.template query<M>().order_by("id").all());
                 for (const M& object : objects) out.push_back(object);
                 EXPECT_EQ(s.pending().changed, 0U);
             });
             check(out);
         }},
        {"transaction",
         [](Db& db, C check) {
             in_transaction(db, [&](auto& tx) -> Task<> {
                 check(co_await later(tx.template query<M>().order_by("id").all()));
             });
         }},
        {"JSON",
         [](Db& db, C check) {
             const auto objects = got(db.template query<M>().order_by("id").all());
             const std::string text(duet::to_json(objects).text());
             check(duet::from_json<std::vector<M>>(text));
         },
         How::json},
        {"JSON lines",
         [](Db& db, C check) {
             std::stringstream file;
             (void)got(duet::write_json_lines<Row<M>>(db.template query<M>().order_by("id"), file));
             std::vector<Row<M>> out;
             for (const Row<M>& row : duet::read_json_lines<Row<M>>(file)) out.push_back(row);
             check(out);
         },
         How::json},
        {"CSV",
         [](Db& db, C check) {
             std::stringstream file;
             (void)got(duet::write_csv<Row<M>>(db.template query<M>().order_by("id"), file));
             std::vector<Row<M>> out;
             for (const Row<M>& row : duet::read_csv<Row<M>>(file)) out.push_back(row);
             check(out);
         },
         How::json},
        {"what a DELETE returns",
         [](Db& db, C check) {
             const auto statement = duet::remove<M>().where(duet::all_rows).returning();
             auto objects = got(db.execute(statement).all());
             std::sort(objects.begin(), objects.end(), [](const M& a, const M& b) { return a.id < b.id; });
             check(objects);
             (void)got(db.create_bulk(objects));
         }},
    };
}

}  // namespace duet::test::every_type
