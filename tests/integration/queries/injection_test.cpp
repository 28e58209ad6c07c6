#include <duet/functions.hpp>
#include <duet/statement.hpp>
#include <duet/types/utf8.hpp>

#include <cstdio>
#include <random>

#include "integration/support.hpp"

/// Hostile values through every door, on the real servers. A value has to come back as it was, or be refused
/// by an error of duet's; nothing of it may become SQL text, and nothing else in the database may change.
namespace {

using namespace duet::test;

struct Note {
    std::int64_t id{};
    std::string text{};
    std::optional<std::string> label{};
    std::vector<std::string> tags{};
    duet::Json doc{};
    std::vector<std::byte> data{};
    static constexpr auto table = duet::table("notes");
};
struct Setting {
    std::int64_t id{};
    std::string name{};
    std::string value{};
    static constexpr auto table = duet::table("settings", duet::unique("name"));
};
struct Memo {
    std::int64_t id{};
    std::string text{};
    std::optional<std::string> label{};
    static constexpr auto table = duet::table("memos");
};
struct Canary {
    std::int64_t id{};
    std::string song{};
    static constexpr auto table = duet::table("canaries");
};
struct Word {
    std::string word{};
};

/// In every value, and in no statement.
constexpr std::string_view token = "zq7x";

/// A value that databases cannot keep as a text may be refused.
bool is_plain_text(const std::string& value) {
    return value.find('\0') == std::string::npos && duet::detail::is_valid_utf8(value);
}

std::vector<std::string> hostile_values() {
    using namespace std::string_literals;
    const std::string t(token);
    std::vector<std::string> out;
    const std::vector<std::string> pieces{"'",
                                          "\"",
                                          "`",
                                          "\\",
                                          "\\'",
                                          "''",
                                          "'; DROP TABLE canaries; --",
                                          "\"; DROP TABLE canaries; --",
                                          "`; DROP TABLE canaries; -- ",
                                          "' OR '1'='1",
                                          "'); DELETE FROM canaries; SELECT ('",
                                          "/*",
                                          "*/",
                                          "--",
                                          "#",
                                          ";",
                                          "\0"s,
                                          "\0'\0"s,
                                          "\xff\xfe",
                                          "\xc0\xa7",
                                          "\xbf'",
                                          "\xbf\\'",
                                          "\xe2\x80",
                                          "{}",
                                          "{0}{{}}",
                                          "%s%n%%",
                                          "%",
                                          "_",
                                          "$1",
                                          "?",
                                          ":name",
                                          "@x := 1",
                                          "$$; DROP TABLE canaries; $$",
                                          "E'\\x27'",
                                          "\n\r\t\b\x1a\x01\x02\x7f",
                                          "\x01"
                                          "0000",
                                          "ʼ‘＇",
                                          "[1,\"",
                                          "\"]",
                                          "{\"a\": 1}",
                                          "$.a[0]\"",
                                          "NULL",
                                          " ",
                                          ".*(+?[",
                                          "\\Z\\0\\n"};
    for (const std::string& piece : pieces) out.push_back(piece + t + piece);
    out.push_back(t + std::string(20'000, '\''));
    out.push_back(t + std::string(20'000, '\\') + "'");
    // And some that chance puts together.
    std::mt19937 random(20'261'120);
    for (int i = 0; i < 40; ++i) {
        std::string value;
        for (auto n = 1 + random() % 5; n > 0; --n) value += pieces[random() % pieces.size()];
        out.push_back(value + t + value);
    }
    return out;
}

std::string shown(const std::string& value) {
    std::string out;
    for (const char c : value.substr(0, 60)) {
        char hex[5];
        std::snprintf(hex, sizeof(hex), "\\x%02x", static_cast<unsigned char>(c));
        out += c >= ' ' && c <= '~' ? std::string(1, c) : hex;
    }
    return out + (value.size() > 60 ? "... (" + std::to_string(value.size()) + " bytes)" : "");
}

enum class Place { sqlite, postgres, pgbouncer, mariadb };

class Injection : public ::testing::TestWithParam<Place> {
protected:
    static std::string url() {
        switch (GetParam()) {
            case Place::postgres:
                return postgres_url();
            case Place::pgbouncer:
                return pgbouncer_url();
            case Place::mariadb:
                return mariadb_url();
            default:
                return "sqlite://:memory:";
        }
    }
    void SetUp() override {
        db.create_all(duet::models<Note, Setting, Memo, Canary>);
        db.create_bulk(std::vector<Canary>{{.song = "a"}, {.song = "b"}, {.song = "c"}});
        tables = db.introspect().tables.size();
        hook.emplace(db.on_query([this](const duet::QueryEvent& event) {
            if (names_are_values && event.sql.find(token) != std::string_view::npos)
                leaks.push_back(std::string(event.sql.substr(0, 300)));
        }));
    }
    void TearDown() override {
        hook.reset();
        EXPECT_TRUE(leaks.empty()) << leaks.size() << " statements hold a value, such as: " << leaks[0];
        const auto canaries = db.query<Canary>().order_by("id").all();
        ASSERT_EQ(canaries.size(), 3u);
        EXPECT_EQ(canaries[0].song + canaries[1].song + canaries[2].song, "abc");
        EXPECT_EQ(db.introspect().tables.size(), tables);
    }

    /// Runs `door(value)` for every hostile value. What is thrown must be an error of duet's, and for a text
    /// that databases can keep nothing may be thrown unless the door may refuse.
    enum class Refusal { of_broken_text, of_anything };
    template <class Door>
    void through(const char* name, Door door, Refusal refusal = Refusal::of_broken_text) {
        static const std::vector<std::string> values = hostile_values();
        for (const std::string& value : values) {
            SCOPED_TRACE(name);
            try {
                door(value);
            } catch (const duet::Error& error) {
                EXPECT_TRUE(refusal == Refusal::of_anything || !is_plain_text(value))
                    << name << " refuses " << shown(value) << ": " << error.what();
            } catch (const std::exception& error) {
                ADD_FAILURE() << name << ": no error of duet's for " << shown(value) << ": " << error.what();
            }
            if (HasFailure()) break;
        }
        EXPECT_EQ(db.query<Canary>().count(), 3) << name;
    }
    static void same(const std::string& found, const std::string& value) {
        EXPECT_TRUE(found == value) << shown(value) << " came back as " << shown(found);
    }

    duet::Database db{url()};
    std::size_t tables = 0;
    bool names_are_values = true;  // off where the value is a name, which has its place in the text
    std::vector<std::string> leaks;
    std::optional<duet::QueryHook> hook;
};
std::string name_of(const ::testing::TestParamInfo<Place>& place) {
    constexpr const char* names[] = {"Sqlite", "Postgres", "PgBouncer", "MariaDb"};
    return names[static_cast<std::size_t>(place.param)];
}
INSTANTIATE_TEST_SUITE_P(Databases, Injection,
                         ::testing::Values(Place::sqlite, Place::postgres, Place::pgbouncer, Place::mariadb),
                         name_of);

TEST_P(Injection, WritesKeepTheBytes) {
    through("create", [&](const std::string& v) {
        const Note made = db.create(Note{.text = v, .label = v, .tags = {v, "x"}, .doc = duet::Json(v)});
        const Note note = db.query<Note>().where("id"_c == made.id).one();
        same(note.text, v);
        same(*note.label, v);
        same(note.tags.at(0), v);
        same(note.doc.as_string(), v);
    });
    through("blobs", [&](const std::string& v) {
        std::vector<std::byte> bytes;
        for (const char c : v) bytes.push_back(static_cast<std::byte>(c));
        const Note made = db.create(Note{.data = bytes});
        EXPECT_TRUE(db.get<Note>(made.id)->data == bytes) << shown(v);
        EXPECT_EQ(db.query<Note>().where("data"_c == bytes && "id"_c == made.id).count(), 1);
    });
    Note note = db.create(Note{.text = "x"});
    through("save", [&](const std::string& v) {
        note.text = v;
        db.save(note);
        same(db.get<Note>(note.id)->text, v);
    });
    through("update", [&](const std::string& v) {
        db.update(note, "label"_c = v, "text"_c = duet::concat(duet::lower("text"_c), v));
        same(*db.get<Note>(note.id)->label, v);
        EXPECT_TRUE(note.text.ends_with(v));
        db.update(note, "text"_c = "short");
    });
    const auto it = duet::query<Note>().where("id"_c == note.id);
    through("update_bulk", [&](const std::string& v) {
        EXPECT_EQ(db.query(it).update_bulk("text"_c = v, "label"_c = duet::replace("text"_c, "a", v)), 1);
        same(db.get<Note>(note.id)->text, v);
    });
    through("create_bulk", [&](const std::string& v) {
        std::vector<Note> notes(40, Note{.text = v, .label = v});
        db.create_bulk(notes);
        EXPECT_EQ(db.query<Note>().where("id"_c >= notes[0].id && "text"_c == v && "label"_c == v).count(),
                  40);
        db.query<Note>().where("id"_c >= notes[0].id).delete_bulk();
    });
    through("upsert", [&](const std::string& v) {
        const std::string name = v.substr(0, 100);
        for (const std::string& value : {std::string("first"), v}) {
            Setting setting{.name = name, .value = value};
            db.upsert(setting, duet::conflict_on("name"), duet::set("value"));
        }
        same(db.query<Setting>().where("name"_c == name).one().value, v);
        const auto [again, created] =
            db.get_or_create<Setting>(duet::by("name"_c = name), duet::defaults("value"_c = "z"));
        EXPECT_FALSE(created);
        same(again.name, name);
        EXPECT_EQ(db.query<Setting>().where("name"_c == name).delete_bulk(), 1);
    });
    through("savepoints", [&](const std::string& v) {
        db.transaction([&](duet::Transaction& tx) {
            Note made = tx.create(Note{.text = "outside"});
            tx.transaction([&](duet::Transaction& inner) { inner.update(made, "text"_c = v); });
            same(tx.get<Note>(made.id)->text, v);
        });
    });
    duet::AsyncDatabase async(db);
    through("async", [&](const std::string& v) {
        const Note fresh{.text = v};
        const Note made = duet::run(async.create(fresh));
        same(duet::run(async.get<Note>(made.id))->text, v);
    });
}

TEST_P(Injection, LookupsFindTheValueAndNothingElse) {
    db.create_bulk(std::vector<Note>{
        {.text = "1", .doc = duet::Json::parse("{}")}, {.text = ""}, {.text = "a", .tags = {"a"}}});
    // Rows of values that were refused are still there.
    const auto clean = [&] { db.query<Note>().where("id"_c > 3).delete_bulk(); };
    through("lookups", [&](const std::string& v) {
        clean();
        Note made = db.create(
            Note{.text = v, .label = v, .tags = {"first", v}, .doc = duet::Json::object({{"key", v}})});
        const auto finds = [&](const char* what, const duet::Condition<Note>& condition) {
            const auto found = db.query<Note>().where(condition).all();
            EXPECT_TRUE(found.size() == 1 && found[0].id == made.id)
                << what << " finds " << found.size() << " rows for " << shown(v);
        };
        finds("==", "text"_c == v);
        finds("is_", "label"_c.is_(v));
        finds("in_", "text"_c.in_(v, "nothing"));
        finds("in_ of a list", "text"_c.in_(std::vector<std::string>{"no", v}));
        finds("between", "text"_c.between(v, v));
        finds("contains", "text"_c.contains(v));
        finds("contains a part", "text"_c.contains(v.substr(0, v.find(token) + token.size())));
        finds("startswith", "text"_c.startswith(v));
        finds("endswith", "text"_c.endswith(v));
        finds("icontains", "text"_c.icontains(v));
        finds("istartswith", "text"_c.istartswith(v));
        finds("iendswith", "text"_c.iendswith(v));
        finds("elements", "tags"_c.contains(v));
        finds("a JSON value", "doc"_c["key"] == v);
        finds("coalesce", duet::coalesce("label"_c, "x") == v);
        finds("case", duet::case_().when("label"_c.is_not_null(), v).otherwise("z") == "text"_c);
        finds("length of a value",
              duet::length("text"_c) == duet::length(duet::coalesce("label"_c, v)) && "text"_c == v);
        EXPECT_EQ(db.query<Note>().where("text"_c != v).count(), 3);
        EXPECT_EQ(db.query<Note>().where("text"_c.not_in(v, "nothing")).count(), 3);
        db.remove(made);
    });
    through(
        "like",
        [&](const std::string& v) {
            (void)db.query<Note>().where("text"_c.like(v) || "text"_c.ilike(v)).count();
        },
        Refusal::of_anything);
    through(
        "regex", [&](const std::string& v) { (void)db.query<Note>().where("text"_c.regex(v)).count(); },
        Refusal::of_anything);
    through(
        "JSON keys",
        [&](const std::string& v) {
            clean();
            if (GetParam() == Place::mariadb && v.starts_with('-')) {  // paths of MariaDB have no such keys
                EXPECT_THROW((void)db.query<Note>().where("doc"_c[v] == "x").count(),
                             duet::UnsupportedByDialect);
                return;
            }
            Note made = db.create(Note{.doc = duet::Json::object({{v, duet::Json::object({{v, "found"}})}})});
            const auto found = db.query<Note>().where("doc"_c[v][v] == "found" && "doc"_c.has_key(v)).all();
            EXPECT_TRUE(found.size() == 1 && found[0].id == made.id) << shown(v) << ": " << found.size();
            EXPECT_EQ(db.query<Note>().where("doc"_c["x"][v] == "found").count(), 0);
            db.remove(made);
        },
        // SQLite has no path for some keys, and says so.
        GetParam() == Place::sqlite ? Refusal::of_anything : Refusal::of_broken_text);
    clean();
    EXPECT_EQ(db.query<Note>().count(), 3);
}

TEST_P(Injection, StatementsAndRawSqlBindTheirValues) {
    db.create(Note{.text = "only"});
    through("sql", [&](const std::string& v) {
        same(db.sql("SELECT text FROM notes WHERE text <> {} AND text <> {}", v, v).scalar<std::string>(),
             "only");
        EXPECT_EQ(
            db.sql("SELECT count(*) FROM notes WHERE text = {} OR {} = text", v, v).scalar<std::int64_t>(),
            0);
        same(db.sql(duet::runtime("UPDATE notes SET label = {} WHERE text = 'only'"), v).execute() == 1
                 ? *db.query<Note>().one().label
                 : "",
             v);
    });
    through("raw", [&](const std::string& v) {
        same(*db.execute(duet::select("label"_c).from<Note>().where(duet::raw<bool>("text <> {}", v)))
                  .scalar(),
             *db.query<Note>().one().label);
        same(db.execute(duet::select(duet::concat(v, duet::lower("text"_c))).from<Note>()).scalar(),
             v + "only");
        same(
            db.execute(duet::select(duet::coalesce(duet::nullif("text"_c, "only"), v)).from<Note>()).scalar(),
            v);
    });
    through("selected", [&](const std::string& v) {
        const auto rows =
            db.execute(
                  duet::select("id"_c, duet::case_().when("text"_c == "only", v).otherwise("z")).from<Note>())
                .all();
        ASSERT_EQ(rows.size(), 1u);
        same(std::get<1>(rows[0]), v);
    });
    through("values", [&](const std::string& v) {
        const auto list = duet::values<Word>("list", {{v}, {"x"}, {v}});
        const auto rows = db.execute(duet::select("word"_c).from(list).where("word"_c != "x")).all();
        ASSERT_EQ(rows.size(), 2u);
        same(rows[0], v);
    });
    through("set operations", [&](const std::string& v) {
        const auto mine = duet::select(duet::concat("text"_c, v)).from<Note>();
        EXPECT_EQ(db.execute(mine.union_(mine)).all().size(), 1u);
        same(db.execute(mine.intersect(mine)).one(), "only" + v);
    });
    through("recursion", [&](const std::string& v) {
        const auto words = duet::recursive_cte<Word>(
            "words", duet::select(duet::concat("text"_c, v)).from<Note>(), [&](const auto& found) {
                return duet::select(duet::concat("word"_c, v)).from(found).where("word"_c == "only" + v);
            });
        EXPECT_EQ(
            db.execute(duet::select("word"_c).from(words).where("word"_c == "only" + v + v)).all().size(),
            1u);
    });
    through("windows", [&](const std::string& v) {
        same(db.execute(duet::select(duet::lag("text"_c, 1, v).over(duet::order_by("id"_c))).from<Note>())
                 .scalar(),
             v);
    });
    through(
        "string_agg",
        [&](const std::string& v) {
            db.query<Note>()
                .where("text"_c == "two")
                .delete_bulk();  // of the value before, if it was refused
            db.create(Note{.text = "two"});
            const auto both =
                db.execute(duet::select(duet::string_agg("text"_c, v, duet::order_by("id"_c))).from<Note>())
                    .scalar();
            db.query<Note>().where("text"_c == "two").delete_bulk();
            same(both.value_or(""), "only" + v + "two");
        },
        Refusal::of_anything);
    db.query<Note>().where("text"_c == "two").delete_bulk();
    through("json_object", [&](const std::string& v) {
        const duet::Json json =
            db.execute(duet::select(duet::json_object(v, "text"_c, "k", v)).from<Note>()).scalar();
        same(json["k"].as_string(), v);
        same(json[v].as_string(), "only");
    });
    EXPECT_EQ(db.query<Note>().count(), 1);
}

TEST_P(Injection, StatementsThatWriteBindTheirValues) {
    const bool is_mariadb = GetParam() == Place::mariadb;
    // Rows of values that were refused half way may still be there.
    const auto begin = [&] {
        db.execute(duet::remove<Memo>().where(duet::all_rows));
        db.create(Memo{.text = "only", .label = "mine"});
    };
    const auto all = [&] { return db.query<Memo>().order_by("id").all(); };
    through("insert", [&](const std::string& v) {
        begin();
        const auto sung = duet::select(duet::concat("song"_c, v)).from<Canary>().where("id"_c == 1);
        EXPECT_EQ(db.execute(duet::insert<Memo>()
                                 .values("text"_c = v, "label"_c = duet::scalar(sung))
                                 .values("label"_c = v, "text"_c = v)),
                  2);
        const std::vector<Memo> objects{{.text = v, .label = v}};
        EXPECT_EQ(db.execute(duet::insert<Memo>().values(objects)), 1);
        const auto notes = all();
        ASSERT_EQ(notes.size(), 4u);
        same(notes[1].text + *notes[1].label, v + "a" + v);
        same(notes[2].text + *notes[2].label, v + v);
        same(notes[3].text + *notes[3].label, v + v);
    });
    through("insert from select", [&](const std::string& v) {
        begin();
        const auto rows = duet::select(duet::concat("text"_c, v)).from<Memo>().where("text"_c != v);
        EXPECT_EQ(db.execute(duet::insert<Memo>().from_select("text"_c, rows)), 1);
        same(all().at(1).text, "only" + v);
    });
    through("update", [&](const std::string& v) {
        begin();
        EXPECT_EQ(db.execute(duet::update<Memo>().set("text"_c = v).where("label"_c != v)), 1);
        EXPECT_EQ(
            db.execute(duet::update<Memo>().set("label"_c = duet::concat("text"_c, v)).where("text"_c == v)),
            1);
        same(all().at(0).text + *all().at(0).label, v + v + v);
    });
    through("update from", [&](const std::string& v) {
        begin();
        const auto words = duet::values<Word>("words", {{v}});
        EXPECT_EQ(db.execute(duet::update<Memo>()
                                 .set("text"_c = words("word"_c), "label"_c = v)
                                 .from(words, words("word"_c) == v && "text"_c == "only")),
                  1);
        same(all().at(0).text + *all().at(0).label, v + v);
    });
    through("delete", [&](const std::string& v) {
        begin();
        EXPECT_EQ(db.execute(duet::remove<Memo>().where("text"_c == v || "label"_c == v)), 0);
        db.create(Memo{.text = v});
        EXPECT_EQ(db.execute(duet::remove<Memo>().where("text"_c == v)), 1);
        EXPECT_EQ(all().size(), 1u);
    });
    through("upsert", [&](const std::string& v) {
        const std::string name = v.substr(0, 100);
        db.execute(duet::remove<Setting>().where(duet::all_rows));
        for (const std::string& value : {std::string("first"), v}) {
            db.execute(duet::insert<Setting>()
                           .values("name"_c = name, "value"_c = value)
                           .on_conflict("name"_c)
                           .do_update("value"_c = duet::concat(duet::excluded("value"_c), v)));
        }
        same(db.query<Setting>().where("name"_c == name).one().value, v + v);
    });
    if (!is_mariadb) {  // which has no UPDATE ... RETURNING
        through("returning", [&](const std::string& v) {
            begin();
            same(db.execute(duet::update<Memo>()
                                .set("label"_c = v)
                                .where("text"_c == "only")
                                .returning(duet::concat("label"_c, v)))
                     .one(),
                 v + v);
        });
    }
    through("insert returning", [&](const std::string& v) {
        begin();
        same(db.execute(duet::insert<Memo>().values("text"_c = v).returning("text"_c)).one(), v);
    });
    if (GetParam() == Place::postgres || GetParam() == Place::pgbouncer) {
        through("a CTE that writes", [&](const std::string& v) {
            begin();
            const auto made =
                duet::cte<Word>("made", duet::insert<Memo>().values("text"_c = v).returning("text"_c));
            same(db.execute(duet::select(duet::concat("word"_c, v)).from(made)).one(), v + v);
        });
    }
}

TEST_P(Injection, TextFromOutsideIsNeverAName) {
    db.create(Note{.text = "only"});
    const auto refused = [](const char* what, const std::string& v, const auto& fn) {
        EXPECT_THROW((void)fn(), duet::InvalidQuery) << what << " takes " << shown(v);
    };
    through("runtime", [&](const std::string& v) {
        refused("order_by", v, [&] { return db.query<Note>().order_by(duet::runtime(v)).all(); });
        refused("order_by", v,
                [&] { return db.query<Note>().order_by(duet::runtime("-" + v + ",id")).all(); });
        refused("related", v, [&] { return db.query<Note>().related(duet::runtime(v)).all(); });
        refused("runtime_column", v,
                [&] { return db.query<Note>().where(duet::runtime_column(v) == 1).all(); });
        refused("page_after", v, [&] { return db.query<Note>().order_by("id").page_after(v, 5); });
    });
    // Names that a program may make up: quoted, or refused.
    names_are_values = false;
    const auto quoted = [&](const char* what, const auto& run) {
        through(
            what,
            [&](const std::string& v) {
                run(v.substr(0, 40));
                EXPECT_EQ(db.query<Note>().count(), 1);
            },
            Refusal::of_anything);
    };
    quoted("a label", [&](const std::string& v) {
        const auto rows =
            db.execute(duet::select("text"_c.as(v)).from<Note>().order_by(duet::label<std::string>(v))).all();
        EXPECT_EQ(rows.at(0), "only");
    });
    quoted("a CTE", [&](const std::string& v) {
        const auto words = duet::cte<Word>(v, duet::select("text"_c).from<Note>());
        EXPECT_EQ(db.execute(duet::select("word"_c).from(words)).one(), "only");
        const auto again = words.alias(v + "2");
        EXPECT_EQ(
            db.execute(duet::select(again("word"_c)).from(words).join(again, again("word"_c) == "word"_c))
                .one(),
            "only");
    });
    quoted("a subquery", [&](const std::string& v) {
        const auto words = duet::subquery<Word>(v, duet::select("text"_c.as("word")).from<Note>());
        EXPECT_EQ(db.execute(duet::select("word"_c).from(words)).one(), "only");
    });
    quoted("a list", [&](const std::string& v) {
        EXPECT_EQ(db.execute(duet::select("word"_c).from(duet::values<Word>(v, {{"only"}}))).one(), "only");
    });
    quoted("a window", [&](const std::string& v) {
        EXPECT_EQ(
            db.execute(duet::select(duet::count().over(v)).from<Note>().window(v, duet::order_by("id"_c)))
                .one(),
            1);
    });
}

TEST_P(Injection, ChannelsAndLocksTakeAnyName) {
    if (GetParam() == Place::postgres || GetParam() == Place::mariadb) {
        through("advisory_lock", [&](const std::string& v) {
            const auto lock = db.advisory_lock(v);
            EXPECT_FALSE(db.try_advisory_lock(v).has_value()) << shown(v);
        });
    }
    if (GetParam() != Place::postgres) return;
    names_are_values = false;  // LISTEN takes no parameter
    through(
        "listen",
        [&](const std::string& v) {
            const std::string channel = v.substr(0, 60);
            auto listener = db.listen({channel});
            db.notify(channel, v.substr(0, 5000));
            const auto note = listener.next(std::chrono::seconds(5));
            ASSERT_TRUE(note.has_value()) << shown(channel);
            same(note->channel, channel);
            same(note->payload, v.substr(0, 5000));
        },
        Refusal::of_anything);
}

}  // namespace
