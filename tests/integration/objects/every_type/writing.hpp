#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "reading.hpp"

/// Every way to write the rows that a Check expects into an empty table.
namespace duet::test::every_type {

template <class M, class Db>
std::vector<M> blank_rows(Db& db, std::size_t count) {
    std::vector<M> out(count);
    (void)got(db.create_bulk(out));
    return out;
}
/// Keeps the key.
template <class M>
void take_values(M& object, const M& from) {
    const std::int64_t id = object.id;
    object = from;
    object.id = id;
}
/// `f("i8"_c = row.i8, ...)` with all columns.
template <class M, class F>
auto with_assignments(const M& row, F f) {
    return [&]<auto... Member>(Members<Member...>) { return f((duet::col<Member> = row.*Member)...); }
    (typename About<M>::template members<M>{});
}
/// The same, one after the other.
template <class M, class F>
void each_assignment(const M& row, F f) {
    with_assignments(row, [&](const auto&... assignment) { (f(assignment), ...); });
}
/// Of the values of assignments, but not for bytes.
template <class V>
inline constexpr bool is_list = false;
template <class T>
inline constexpr bool is_list<expr::Value<std::vector<T>>> = !std::is_same_v<T, std::byte>;
template <class T>
inline constexpr bool is_list<expr::Value<std::optional<T>>> = is_list<expr::Value<T>>;

/// Writes each row over a blank one.
template <class M, class Db, class F>
void over_blank_rows(Db& db, const Check<M>& check, F write) {
    std::vector<M> objects = blank_rows<M>(db, check.expected().size());
    for (std::size_t i = 0; i < objects.size(); ++i) write(objects[i], check.expected()[i]);
}
template <class M>
std::vector<Row<M>> payloads_of(const Check<M>& check) {
    return duet::to<Row<M>>(check.expected());
}
/// What update() takes, by way of JSON.
template <class M>
Changes<M> changes_of(const M& row) {
    return duet::from_json<Changes<M>>(duet::to_json(duet::to<Row<M>>(row)));
}

template <class Mode, class M>
std::vector<Way<BasicDatabase<Mode>, M>> ways_to_write_objects() {
    using Db = BasicDatabase<Mode>;
    using C = const Check<M>&;
    return {
        {"create",
         [](Db& db, C check) {
             for (const M& row : check.expected()) {
                 const M created = got(db.create(row));
                 EXPECT_NE(created.id, 0);
             }
         }},
        {"create_bulk",
         [](Db& db, C check) {
             std::vector<M> objects = check.expected();
             EXPECT_EQ(got(db.create_bulk(objects)), objects.size());
             EXPECT_NE(objects.back().id, 0);
         },
         How::many},
        {"create_bulk of rows that are not wanted back",
         [](Db& db, C check) {
             std::vector<M> objects = check.expected();
             if constexpr (detail::safe_in_co_await<std::vector<M>> || !Mode::is_async) {
                 EXPECT_EQ(got(db.create_bulk(std::move(objects))), check.expected().size());
             } else {
                 EXPECT_EQ(got(db.create_bulk_returning(std::move(objects))).size(), check.expected().size());
             }
         },
         How::many},
        {"create_bulk with keys",
         [](Db& db, C check) {
             std::vector<M> objects = check.expected();
             for (std::size_t i = 0; i < objects.size(); ++i)
                 objects[i].id = static_cast<std::int64_t>(i) + 1'000'000;
             (void)got(db.create_bulk(objects));
         },
         How::many},
        {"create_bulk_returning",
         [](Db& db, C check) {
             const auto objects = got(db.create_bulk_returning(check.expected()));
             check(objects);
         },
         How::many},
        {"save of new objects",
         [](Db& db, C check) {
             for (M object : check.expected()) did([&] { return db.save(object); });
         }},
        {"save of changed objects",
         [](Db& db, C check) {
             over_blank_rows(db, check, [&](M& object, const M& row) {
                 take_values(object, row);
                 did([&] { return db.save(object); });
             });
         }},
        {"update",
         [](Db& db, C check) {
             over_blank_rows(db, check, [&](M& object, const M& row) {
                 each_assignment(row, [&](const auto& assignment) {
                     did([&] { return db.update(object, assignment); });
                 });
                 Check<M>({row}).check_row(object, 0);
             });
         }},
        {"update_bulk",
         [](Db& db, C check) {
             over_blank_rows(db, check, [&](M& object, const M& row) {
                 with_assignments(row, [&](const auto&... assignment) {
                     (void)got(db.template query<M>().where("id"_c == object.id).update_bulk(assignment...));
                 });
             });
         }},
        {"upsert",
         [](Db& db, C check) {
             std::int64_t id = 0;
             for (M object : check.expected()) {
                 object.id = ++id;
                 EXPECT_TRUE(got(db.upsert(object, duet::conflict_on("id"), duet::do_nothing)));
             }
         }},
        {"upsert of rows that are there",
         [](Db& db, C check) {
             over_blank_rows(db, check, [&](M& object, const M& row) {
                 take_values(object, row);
                 with_columns<M>([&](auto... column) {
                     EXPECT_TRUE(got(db.upsert(object, duet::conflict_on("id"), duet::set(column...))));
                 });
                 Check<M>({row}).check_row(object, 0);
             });
         }},
        {"upsert with assignments",
         [](Db& db, C check) {
             over_blank_rows(db, check, [&](M& object, const M& row) {
                 with_assignments(row, [&](const auto&... assignment) {
                     EXPECT_TRUE(got(db.upsert(object, duet::conflict_on("id"), duet::set(assignment...))));
                 });
                 Check<M>({row}).check_row(object, 0);
             });
         }},
        {"get_or_create",
         [](Db& db, C check) {
             std::int64_t id = 0;
             for (const M& row : check.expected()) {
                 ++id;
                 with_assignments(row, [&](const auto&... assignment) {
                     const auto [object, created] = got(
                         db.template get_or_create<M>(duet::by("id"_c = id), duet::defaults(assignment...)));
                     EXPECT_TRUE(created);
                     Check<M>({row}).check_row(object, 0);
                 });
             }
         }},
        {"update_or_create",
         [](Db& db, C check) {
             over_blank_rows(db, check, [&](M& object, const M& row) {
                 with_assignments(row, [&](const auto&... assignment) {
                     const auto [updated, created] = got(db.template update_or_create<M>(
                         duet::by("id"_c = object.id), duet::defaults(assignment...)));
                     EXPECT_FALSE(created);
                     Check<M>({row}).check_row(updated, 0);
                 });
             });
         }},
        {"batch of new objects",
         [](Db& db, C check) {
             std::vector<M> objects = check.expected();
             did([&] {
                 return db.batch([&](duet::Batch& batch) {
                     for (M& object : objects) batch.create(object);
                 });
             });
         }},
        {"batch of updates",
         [](Db& db, C check) {
             std::vector<M> objects = blank_rows<M>(db, check.expected().size());
             did([&] {
                 return db.batch([&](duet::Batch& batch) {
                     for (std::size_t i = 0; i < objects.size(); ++i) {
                         with_assignments(check.expected()[i], [&](const auto&... assignment) {
                             batch.update(objects[i], assignment...);
                         });
                     }
                 });
             });
             check(objects);
         }},
        {"batch of bulk updates",
         [](Db& db, C check) {
             const std::vector<M> objects = blank_rows<M>(db, check.expected().size());
             did([&] {
                 return db.batch([&](duet::Batch& batch) {
                     for (std::size_t i = 0; i < objects.size(); ++i) {
                         with_assignments(check.expected()[i], [&](const auto&... assignment) {
                             batch.update_bulk(duet::query<M>().where("id"_c == objects[i].id),
                                               assignment...);
                         });
                     }
                 });
             });
         }},
    };
}

template <class Mode, class M>
std::vector<Way<BasicDatabase<Mode>, M>> ways_to_write_in_sessions() {
    using Db = BasicDatabase<Mode>;
    using C = const Check<M>&;
    return {
        {"session with new objects",
         [](Db& db, C check) {
             in_session_of(db, [&](auto& s) -> Task<> {
                 s.add_all(check.expected());
                 co_await later_done([&] { return s.flush(); });
                 EXPECT_EQ(s.pending().changed, 0U);
             });
         },
         How::many},
        {"session with new objects one by one",
         [](Db& db, C check) {
             in_session_of(db, [&](auto& s) -> Task<> {
                 for (const M& row : check.expected()) {
                     s.add(row);
                     co_await later_done([&] { return s.flush(); });
                 }
             });
         }},
        {"session with changed objects",
         [](Db& db, C check) {
             (void)blank_rows<M>(db, check.expected().size());
             in_session_of(db, [&](auto& s) -> Task<> {
                 std::size_t i = 0;
                 for (M& object : co_await later(s.template query<M>().order_by("id").all()))
                     take_values(object, check.expected()[i++]);
                 co_await later_done([&] { return s.flush(); });
                 EXPECT_EQ(s.pending().changed, 0U);
             });
         },
         How::many},
        {"session with changed objects one by one",
         [](Db& db, C check) {
             const std::vector<M> blank = blank_rows<M>(db, check.expected().size());
             in_session_of(db, [&](auto& s) -> Task<> {
                 for (std::size_t i = 0; i < blank.size(); ++i) {
                     M& object = co_await same(s.template get<M>(blank[i].id));
                     take_values(object, check.expected()[i]);
                     co_await later_done([&] { return s.flush(); });
                 }
             });
         }},
        {"session with merged objects",
         [](Db& db, C check) {
             std::vector<M> objects = blank_rows<M>(db, check.expected().size());
             for (std::size_t i = 0; i < objects.size(); ++i) take_values(objects[i], check.expected()[i]);
             in_session_of(db, [&](auto& s) -> Task<> {
                 for (const M& object : objects) (void)co_await same(s.merge(object));
             });
         }},
        {"session with changed columns",
         [](Db& db, C check) {
             const std::vector<M> blank = blank_rows<M>(db, check.expected().size());
             // One column after the other, of all rows.
             [&]<auto... Member>(Members<Member...>) {
                 const auto change = [&](auto M::*member) {
                     in_session_of(db, [&, member](auto& s) -> Task<> {
                         std::size_t i = 0;
                         for (M& object : co_await later(s.template query<M>().order_by("id").all()))
                             object.*member = check.expected()[i++].*member;
                     });
                 };
                 (change(Member), ...);
             }
             (typename About<M>::template members<M>{});
         }},
    };
}

template <class Mode, class M>
std::vector<Way<BasicDatabase<Mode>, M>> ways_to_write_by_statements() {
    using Db = BasicDatabase<Mode>;
    using C = const Check<M>&;
    return {
        {"insert of assignments",
         [](Db& db, C check) {
             for (const M& row : check.expected()) {
                 with_assignments(row, [&](const auto&... assignment) {
                     const auto statement = duet::insert<M>().values(assignment...).returning();
                     Check<M>({row})(got(db.execute(statement).all()));
                 });
             }
         }},
        {"insert of rows of assignments",
         [](Db& db, C check) {
             auto statement = duet::insert<M>();
             for (const M& row : check.expected()) {
                 with_assignments(
                     row, [&](const auto&... assignment) { statement = statement.values(assignment...); });
             }
             EXPECT_EQ(got(db.execute(statement)), static_cast<std::int64_t>(check.expected().size()));
         }},
        {"insert of objects",
         [](Db& db, C check) {
             const auto statement = duet::insert<M>().values(check.expected()).returning();
             check(got(db.execute(statement).all()));
         },
         How::many},
        {"insert of structs",
         [](Db& db, C check) {
             with_columns<M>([&](auto... column) {
                 const auto statement = duet::insert<M>().values(payloads_of(check)).returning(column...);
                 check(got(db.execute(statement).all()));
             });
         },
         How::many},
        {"insert from select",
         [](Db& db, C check) {
             std::vector<M> objects = check.expected();
             (void)got(db.create_bulk(objects));
             with_columns<M>([&](auto... column) {
                 const auto source = duet::select(column...).template from<M>().order_by("id");
                 const auto statement = duet::insert<M>().from_select(column..., source);
                 EXPECT_EQ(got(db.execute(statement)), static_cast<std::int64_t>(objects.size()));
             });
             (void)got(db.template query<M>().where("id"_c <= objects.back().id).delete_bulk());
         }},
        {"insert from values",
         [](Db& db, C check) {
             for (const M& row : check.expected()) {
                 const auto list = duet::values<M>("list", {row});
                 with_columns<M>([&](auto... column) {
                     const auto source = duet::select(list(column)...).from(list);
                     (void)got(db.execute(duet::insert<M>().from_select(column..., source)));
                 });
             }
         },
         How::untyped},
        {"update from values",
         [](Db& db, C check) {
             std::vector<M> rows = blank_rows<M>(db, check.expected().size());
             for (std::size_t i = 0; i < rows.size(); ++i) take_values(rows[i], check.expected()[i]);
             const auto list = duet::values<M>("list", rows);
             with_columns<M>([&](auto... column) {
                 const auto statement =
                     duet::update<M>().set((column = list(column))...).from(list, list("id"_c) == "id"_c);
                 EXPECT_EQ(got(db.execute(statement)), static_cast<std::int64_t>(rows.size()));
             });
         },
         How::untyped},
        {"insert over a row that is in the way",
         [](Db& db, C check) {
             over_blank_rows(db, check, [&](M& object, const M& row) {
                 with_assignments(row, [&](const auto&... assignment) {
                     with_columns<M>([&](auto... column) {
                         const auto statement = duet::insert<M>()
                                                    .values("id"_c = object.id, assignment...)
                                                    .on_conflict("id"_c)
                                                    .do_update(column...);
                         (void)got(db.execute(statement));
                     });
                 });
             });
         }},
        {"update of assignments",
         [](Db& db, C check) {
             over_blank_rows(db, check, [&](M& object, const M& row) {
                 with_assignments(row, [&](const auto&... assignment) {
                     const auto statement = duet::update<M>().set(assignment...).where("id"_c == object.id);
                     EXPECT_EQ(got(db.execute(statement)), 1);
                 });
             });
         }},
        {"raw SQL",
         [](Db& db, C check) {
             over_blank_rows(db, check, [&](M& object, const M& row) {
                 // PostgreSQL has no way to tell what kind of array a list is for.
                 each_assignment(row,
                                 [&]<class Column, class V>(const expr::Assignment<Column, V>& assignment) {
                                     if constexpr (is_list<V>)
                                         did([&] { return db.update(object, assignment); });
                                 });
                 const auto write = [&]<class T>(std::string_view column, const T& value) {
                     if constexpr (!is_list<expr::Value<T>>) {
                         const std::string quote = db.dialect() == "mariadb" ? "`" : "\"";
                         const std::string text = "UPDATE " + std::string(detail::model_info<M>.table) +
                                                  " SET " + quote + std::string(column) + quote +
                                                  " = {} WHERE id = {}";
                         (void)got(db.sql(duet::runtime(text), value, object.id).execute());
                     }
                 };
                 [&]<auto... Member>(Members<Member...>) {
                     (write(duet::col<Member>.name(), row.*Member), ...);
                 }
                 (typename About<M>::template members<M>{});
             });
         },
         How::untyped},
    };
}

template <class Mode, class M>
std::vector<Way<BasicDatabase<Mode>, M>> ways_to_write_payloads() {
    using Db = BasicDatabase<Mode>;
    using C = const Check<M>&;
    return {
        {"payload",
         [](Db& db, C check) {
             for (const Row<M>& row : payloads_of(check)) (void)got(db.template create<M>(row));
         }},
        {"list of payloads",
         [](Db& db, C check) {
             const auto rows = payloads_of(check);
             EXPECT_EQ(got(db.template create_bulk<M>(rows)), rows.size());
         },
         How::many},
        {"payload over a row",
         [](Db& db, C check) {
             const auto rows = payloads_of(check);
             std::size_t i = 0;
             over_blank_rows(db, check, [&](M& object, const M& row) {
                 did([&] { return db.update(object, rows[i]); });
                 ++i;
                 Check<M>({row}).check_row(object, 0);
             });
         }},
        {"batch of payloads",
         [](Db& db, C check) {
             const auto rows = payloads_of(check);
             std::vector<M> objects(rows.size()), changed = blank_rows<M>(db, 1);
             did([&] {
                 return db.batch([&](duet::Batch& batch) {
                     batch.update(changed[0], rows[0]);
                     for (std::size_t i = 1; i < rows.size(); ++i) batch.create(objects[i], rows[i]);
                 });
             });
         }},
        {"payload from JSON",
         [](Db& db, C check) {
             for (const Row<M>& row : payloads_of(check)) {
                 const auto read = duet::from_json<Row<M>>(duet::to_json(row));
                 (void)got(db.template create<M>(read));
             }
         },
         How::json},
        {"changes from JSON",
         [](Db& db, C check) {
             over_blank_rows(db, check, [&](M& object, const M& row) {
                 const auto changes = changes_of(row);
                 did([&] { return db.update(object, changes); });
                 Check<M>({row}).check_row(object, 0);
             });
         },
         How::json},
    };
}

}  // namespace duet::test::every_type
