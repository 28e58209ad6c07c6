#include <duet/types/decimal.hpp>
#include <duet/types/json.hpp>
#include <duet/types/time.hpp>
#include <duet/types/uuid.hpp>

#include <atomic>
#include <chrono>
#include <cmath>
#include <limits>
#include <thread>

#include "mariadb_session.hpp"

namespace {

using namespace duet;
using namespace duet::driver;
using namespace duet::driver::test;
using namespace std::chrono_literals;
using std::string;

constexpr TypeInfo date = plain<Date>(Kind::date);
constexpr TypeInfo time_of_day = plain<Time>(Kind::time);
constexpr TypeInfo timestamp = plain<Timestamp>(Kind::timestamp);
constexpr TypeInfo uuid = plain<Uuid>(Kind::uuid);
constexpr TypeInfo decimal = plain<Decimal>(Kind::decimal);
constexpr TypeInfo json = plain<Json>(Kind::json);

/// Everything holds in both ways: with calls that block and with calls that are waited for.
class MariaDbDriver : public testing::TestWithParam<bool> {
protected:
    string url = duet::test::mariadb_url();
    MariaDbSession session{url, GetParam()};

    template <class T>
    T stored(const TypeInfo& type, const char* column_type, const T& value) {
        session.script(string("CREATE OR REPLACE TABLE v (v ") + column_type + ")");
        session.run("INSERT INTO v VALUES (?)", {{&type, &value}});
        return session.one<T>(type, "SELECT v FROM v");
    }
    template <class T>
    void keeps(const TypeInfo& type, const char* column_type, std::initializer_list<T> values) {
        for (const T& value : values) EXPECT_EQ(stored<T>(type, column_type, value), value) << column_type;
    }
};
INSTANTIATE_TEST_SUITE_P(, MariaDbDriver, testing::Values(true, false),
                         [](const auto& way) { return way.param ? "Blocking" : "Waiting"; });

TEST_P(MariaDbDriver, WaitsOnlyWhenItMayNotBlock) {
    session.run("SELECT SLEEP(0.05)");
    EXPECT_EQ(session.waits == 0, GetParam());
    EXPECT_GE(session.connection().socket(), 0);
    EXPECT_NE(session.connection().socket_tag(), 0U);
}

TEST_P(MariaDbDriver, KeepsIntegersToTheirEnds) {
    keeps<std::int64_t>(int64, "bigint", {INT64_MIN, -1, 0, INT64_MAX});
    keeps<std::uint64_t>(uint64, "bigint unsigned", {0, UINT64_MAX});
    keeps<std::int32_t>(int32, "int", {INT32_MIN, INT32_MAX});
    keeps<std::uint32_t>(uint32, "int unsigned", {0, UINT32_MAX});
    keeps<std::int16_t>(int16, "smallint", {INT16_MIN, INT16_MAX});
    keeps<std::uint16_t>(uint16, "smallint unsigned", {UINT16_MAX});
    keeps<std::int8_t>(int8, "tinyint", {INT8_MIN, INT8_MAX});
    keeps<std::uint8_t>(uint8, "tinyint unsigned", {UINT8_MAX});
    keeps<std::int32_t>(int32, "mediumint", {-8388608, 8388607});
    keeps<bool>(boolean, "tinyint(1)", {true, false});
    keeps<std::int32_t>(int32, "year", {1901, 2155});
}

TEST_P(MariaDbDriver, KeepsRealNumbersAndRefusesWhatTheServerHasNot) {
    keeps<double>(float64, "double", {0.1, -1e308, 5e-324, std::numeric_limits<double>::max()});
    keeps<float>(float32, "float", {0.1F, std::numeric_limits<float>::max()});
    for (const double value : {std::nan(""), HUGE_VAL})
        EXPECT_THROW(stored<double>(float64, "double", value), ValidationError);
}

TEST_P(MariaDbDriver, KeepsTextsAndBytes) {
    keeps<string>(text, "longtext",
                  {"", "a", string("a\0b", 3), "h\xc3\xa9\xf0\x9f\x98\x80", string(300, 'x'),
                   string(70'000, 'y'), string(5'000'000, 'z')});
    EXPECT_THROW(stored<string>(text, "text", "\xff"), ValidationError);
    const std::vector<std::byte> bytes{std::byte{0}, std::byte{255}, std::byte{39}};
    EXPECT_EQ(stored(blob, "longblob", bytes), bytes);
    EXPECT_TRUE(stored(blob, "longblob", std::vector<std::byte>{}).empty());
    EXPECT_EQ(session.one<string>(text, "SELECT ?", {view("")}), "") << "and not NULL";
}

TEST_P(MariaDbDriver, KeepsMomentsToTheMicrosecond) {
    const Date first = std::chrono::sys_days{std::chrono::year{1} / 1 / 1};
    const Date last = std::chrono::sys_days{std::chrono::year{9999} / 12 / 31};
    keeps<Date>(date, "date", {Date{}, first, last});
    keeps<Timestamp>(timestamp, "datetime(6)",
                     {Timestamp{}, Timestamp{first}, Timestamp{last} + 86'399'999'999us, Timestamp{1us},
                      Timestamp{-1us}, Timestamp{1'700'000'000s}});
    keeps<Time>(time_of_day, "time(6)", {Time{}, Time::of(23, 59, 59, 999'999), Time::of(0, 0, 0, 1)});
    const Timestamp late = Timestamp{last} + 24h;
    EXPECT_THROW(stored(timestamp, "datetime(6)", late), ValidationError);
}

TEST_P(MariaDbDriver, KeepsDecimalsExactlyOrRefusesThem) {
    for (const char* number : {"0", "-1.5", "9999999999999999999999999999.9999999999", "0.0000000001"}) {
        const Decimal value = Decimal::parse(number);
        EXPECT_EQ(stored(decimal, "decimal(38,10)", value), value);
    }
    for (const char* number : {"0.00000000001", "99999999999999999999999999999"}) {
        const Decimal value = Decimal::parse(number);
        EXPECT_THROW(stored(decimal, "decimal(38,10)", value), ValidationError) << number;
    }
}

TEST_P(MariaDbDriver, ReadsUuidsInEachFormThatOthersWrite) {
    const Uuid id = Uuid::parse("12345678-9abc-4ef0-9234-56789abcdef0");
    keeps<Uuid>(uuid, "char(32)", {id, Uuid{}});
    session.script("CREATE TABLE u (n uuid, v char(36), b binary(16))");
    session.script(
        "INSERT INTO u VALUES ('12345678-9abc-4ef0-9234-56789abcdef0', "
        "'12345678-9abc-4ef0-9234-56789abcdef0', x'123456789abc4ef0923456789abcdef0')");
    EXPECT_EQ(session.one<Uuid>(uuid, "SELECT n FROM u"), id);
    EXPECT_EQ(session.one<Uuid>(uuid, "SELECT v FROM u"), id);
    EXPECT_EQ(session.one<Uuid>(uuid, "SELECT b FROM u"), id);
}

TEST_P(MariaDbDriver, ReadsWhatOthersStore) {
    EXPECT_TRUE(session.one<bool>(boolean, "SELECT CAST(b'1' AS unsigned)"));
    session.script(
        "CREATE TABLE o (b1 bit(1), b64 bit(64), e enum('red','it''s'), s set('a','b'), d decimal(10,3))");
    session.script("INSERT INTO o VALUES (b'1', 18446744073709551615, 'it''s', 'a,b', 12.000)");
    EXPECT_TRUE(session.one<bool>(boolean, "SELECT b1 FROM o"));
    EXPECT_EQ(session.one<std::uint64_t>(uint64, "SELECT b64 FROM o"), UINT64_MAX);
    EXPECT_EQ(session.one<string>(text, "SELECT e FROM o"), "it's");
    EXPECT_EQ(session.one<string>(text, "SELECT s FROM o"), "a,b");
    EXPECT_EQ(session.one<int>(int32, "SELECT d FROM o"), 12);
    EXPECT_EQ(session.one<double>(float64, "SELECT d FROM o"), 12.0);
    EXPECT_EQ(session.one<string>(text, "SELECT 17"), "17");
    EXPECT_EQ(session.one<string>(text, "SELECT TIMESTAMP'2020-01-02 03:04:05'"),
              "2020-01-02 03:04:05.000000");
    EXPECT_EQ(session.one<std::int64_t>(int64, "SELECT SUM(x) FROM (SELECT 3 AS x UNION SELECT 4) t"), 7);
    EXPECT_EQ(session.one<Json>(json, "SELECT '{\"a\":[1,2]}'").text(), "{\"a\":[1,2]}");
    EXPECT_THROW(session.one<int>(int32, "SELECT 'x'"), ValidationError);
    EXPECT_THROW(session.one<int>(int32, "SELECT NULL"), ValidationError);
    EXPECT_THROW(session.one<Time>(time_of_day, "SELECT TIME'-01:00:00'"), ValidationError);
    EXPECT_THROW(session.one<Time>(time_of_day, "SELECT TIME'25:00:00'"), ValidationError);
    session.script("SET sql_mode=''");
    EXPECT_THROW(session.one<Timestamp>(timestamp, "SELECT CAST('0000-00-00 00:00:00' AS datetime)"),
                 ValidationError);
    EXPECT_EQ(session.one<int>(int32, "SELECT 5"), 5) << "the connection goes on";
}

TEST_P(MariaDbDriver, ReadsNullsIntoOptionals) {
    using MaybeText = std::optional<string>;
    static constexpr TypeInfo maybe = optional_of<string>(text);
    const auto rows =
        session.column<MaybeText>(maybe, "SELECT 'a' UNION ALL SELECT NULL UNION ALL SELECT ''");
    EXPECT_EQ(rows, (std::deque<MaybeText>{"a", std::nullopt, ""}));
    const MaybeText none;
    EXPECT_EQ(session.one<MaybeText>(maybe, "SELECT ?", {{&maybe, &none}}), none);
}

TEST_P(MariaDbDriver, BindsOtherTypesAndLengthsEachTime) {
    const auto statement = session.prepare("SELECT CONCAT(?, '')", MariaDbSession::in_order(1));
    const auto answer = [&](BindValue value) {
        std::deque<std::optional<string>> out;
        static constexpr TypeInfo maybe = optional_of<string>(text);
        const DecodeStep step{.type = &maybe};
        RowSink sink = MariaDbSession::sink_of(step, out);
        session.execute(*statement, {value}, &sink);
        return out.at(0);
    };
    const std::int64_t number = 7;
    EXPECT_EQ(answer(sql_null), std::nullopt);
    EXPECT_EQ(answer({&int64, &number}), "7");
    EXPECT_EQ(answer(view("text")), "text");
    EXPECT_EQ(answer(sql_null), std::nullopt);
    const string longer(100'000, 'l');
    EXPECT_EQ(answer(view(longer)), longer);
    EXPECT_EQ(answer({&int64, &number}), "7");
}

TEST_P(MariaDbDriver, CountsFoundRowsAndTellsKeys) {
    session.script("CREATE TABLE k (id int AUTO_INCREMENT PRIMARY KEY, v int)");
    const Outcome inserted = session.run("INSERT INTO k (v) VALUES (1), (1), (1)");
    EXPECT_EQ(inserted.affected, 3);
    EXPECT_EQ(inserted.last_key, 1);
    EXPECT_EQ(session.run("UPDATE k SET v = 1").affected, 3) << "found, though nothing changed";
    EXPECT_EQ(session.run("SELECT * FROM k").affected, 0);
    EXPECT_EQ(session.column<std::int64_t>(int64, "INSERT INTO k (v) VALUES (5), (6) RETURNING id").size(),
              2U);
    const auto statement = session.prepare("DELETE FROM k WHERE v = 1 RETURNING id");
    const Outcome outcome = session.execute(*statement);
    EXPECT_EQ(outcome.affected, 3);
    EXPECT_EQ(statement->column_names(), std::vector<string>{"id"});
}

TEST_P(MariaDbDriver, StopsAtTheRowLimitAndStaysFree) {
    const auto statement = session.prepare("SELECT seq FROM seq_1_to_1000");
    std::deque<std::int64_t> out;
    const DecodeStep step{.type = &int64};
    RowSink sink = MariaDbSession::sink_of(step, out);
    EXPECT_TRUE(session.execute(*statement, {}, &sink, 1).more);
    EXPECT_EQ(out.size(), 1U);
    session.connection().close(*statement);
    EXPECT_EQ(session.one<int>(int32, "SELECT 1"), 1);
}

TEST_P(MariaDbDriver, ReadsInPortionsWithOtherStatementsBetween) {
    for (const char* sql : {"SELECT seq FROM seq_1_to_1000", "SELECT seq FROM seq_1_to_1000 ORDER BY seq"}) {
        const auto statement = session.prepare(sql);
        statement->read_in_portions();
        for (int round = 0; round < 2; ++round) {
            std::deque<std::int64_t> out;
            const DecodeStep step{.type = &int64};
            RowSink sink = MariaDbSession::sink_of(step, out);
            Outcome outcome = session.execute(*statement, {}, &sink, 300);
            EXPECT_EQ(outcome.rows, 300U);
            while (outcome.more) {
                EXPECT_EQ(session.one<int>(int32, "SELECT 3"), 3);
                outcome = session.fetch(*statement, &sink, 300);
            }
            EXPECT_EQ(out.size(), 1000U);
            EXPECT_EQ(out.back(), 1000);
            session.execute(*statement, {}, &sink, 10);
            session.connection().close(*statement);
        }
    }
}

TEST_P(MariaDbDriver, ReadsInPortionsWhereTheServerHasNoCursor) {
    session.script("CREATE TABLE a (i int); CREATE TABLE b (i int); CREATE TABLE c (i int)");
    const auto statement = session.prepare("SHOW TABLES");
    statement->read_in_portions();
    std::deque<string> out;
    const DecodeStep step{.type = &text};
    RowSink sink = MariaDbSession::sink_of(step, out);
    Outcome outcome = session.execute(*statement, {}, &sink, 2);
    while (outcome.more) {
        EXPECT_EQ(session.one<int>(int32, "SELECT 3"), 3);
        outcome = session.fetch(*statement, &sink, 2);
    }
    EXPECT_EQ(out, (std::deque<string>{"a", "b", "c"}));
}

TEST_P(MariaDbDriver, GoesOnAfterRowsThatDoNotFit) {
    EXPECT_THROW(session.column<int>(int32, "SELECT seq * 100000000 FROM seq_1_to_1000"), ValidationError);
    EXPECT_TRUE(session.connection().usable());
    EXPECT_EQ(session.one<int>(int32, "SELECT 1"), 1);
}

TEST_P(MariaDbDriver, PreparesAgainWhenTheTableHasChanged) {
    session.script("CREATE TABLE t (a int); INSERT INTO t VALUES (1)");
    const auto statement = session.prepare("SELECT * FROM t");
    const auto first = [&] {
        std::deque<string> out;
        const DecodeStep step{.type = &text};
        RowSink sink = MariaDbSession::sink_of(step, out);
        session.execute(*statement, {}, &sink);
        return out.at(0);
    };
    EXPECT_EQ(first(), "1");
    session.script("ALTER TABLE t ADD COLUMN b int FIRST; UPDATE t SET b = 2");
    EXPECT_EQ(first(), "2");
    session.script("ALTER TABLE t MODIFY b varchar(20)");
    EXPECT_EQ(first(), "2");
    session.script("ALTER TABLE t DROP COLUMN b");
    EXPECT_EQ(first(), "1");
}

TEST_P(MariaDbDriver, ReadsTheFirstResultOfAProcedure) {
    session.script("CREATE PROCEDURE two() BEGIN SELECT 1 AS a UNION SELECT 2; SELECT 'x', 'y'; END");
    const auto statement = session.prepare("CALL two()", {}, true);
    for (int round = 0; round < 2; ++round) {
        std::deque<int> out;
        const DecodeStep step{.type = &int32};
        RowSink sink = MariaDbSession::sink_of(step, out);
        session.execute(*statement, {}, &sink);
        EXPECT_EQ(out, (std::deque<int>{1, 2}));
        EXPECT_EQ(session.one<int>(int32, "SELECT 3"), 3);
    }
}

TEST_P(MariaDbDriver, TakesListsAsOneJsonArray) {
    const std::int64_t numbers[] = {3, 5};
    const BindValue list{&int64, numbers, 2, true};
    EXPECT_EQ(session.one<string>(text, "SELECT ?", {list}), "[3,5]");
    const BindValue none{&int64, nullptr, 0, true};
    EXPECT_EQ(session.one<string>(text, "SELECT ?", {none}), "[]");
}

TEST_P(MariaDbDriver, MakesPatternsAndPaths) {
    const auto transformed = [&](std::string_view value, Transform transform, const TypeInfo& type) {
        return session.one<string>(text, "SELECT ?", {{&type, value.data(), value.size()}}, {{0, transform}});
    };
    EXPECT_EQ(transformed("5%_\\", Transform::like_contains, text_view), "%5\\%\\_\\\\%");
    EXPECT_EQ(transformed(R"(["a b",0,-1,-2])", Transform::json_path, json_path),
              "$.\"a b\"[0][last][last-1]");
}

TEST_P(MariaDbDriver, KnowsItsTransaction) {
    session.script("CREATE TABLE t (a int)");
    EXPECT_FALSE(session.connection().in_transaction());
    settle_by_poll(
        session.connection(),
        session.connection().begin("SET TRANSACTION ISOLATION LEVEL SERIALIZABLE; START TRANSACTION"));
    EXPECT_TRUE(session.connection().in_transaction());
    session.run("INSERT INTO t VALUES (1)");
    session.run("SAVEPOINT one");
    EXPECT_TRUE(session.connection().in_transaction());
    session.run("ROLLBACK");
    EXPECT_FALSE(session.connection().in_transaction());
    EXPECT_EQ(session.one<int>(int32, "SELECT COUNT(*) FROM t"), 0);
}

TEST_P(MariaDbDriver, ResetsASession) {
    session.script("CREATE TABLE t (a int)");
    EXPECT_FALSE(session.connection().dirty());
    session.script(
        "CREATE TEMPORARY TABLE mine (a int); SET @secret = 1, time_zone = '+05:00'; START TRANSACTION");
    session.run("INSERT INTO t VALUES (1)");
    EXPECT_TRUE(session.connection().dirty());
    EXPECT_FALSE(session.connection().start_reset());
    EXPECT_TRUE(session.connection().usable());
    EXPECT_FALSE(session.connection().in_transaction());
    EXPECT_EQ(session.one<string>(text, "SELECT @@time_zone"), "+00:00");
    EXPECT_FALSE(session.connection().dirty());
    EXPECT_EQ(session.one<int>(int32, "SELECT COUNT(*) FROM t"), 0);
    EXPECT_EQ(session.one<int>(int32, "SELECT @secret IS NULL"), 1);
    EXPECT_THROW(session.run("SELECT * FROM mine"), DatabaseError);
    const auto raw = session.prepare("SELECT @x := 1", {}, true);
    session.execute(*raw);
    EXPECT_TRUE(session.connection().dirty());
}

TEST_P(MariaDbDriver, NamesWhatAConstraintSaid) {
    session.script(
        "CREATE TABLE people (id int PRIMARY KEY, email varchar(100) NOT NULL, age int, CONSTRAINT "
        "uq_people_email "
        "UNIQUE (email), CONSTRAINT age_ok CHECK (age >= 0));"
        "CREATE TABLE labels (id int PRIMARY KEY, person_id int, CONSTRAINT fk_l FOREIGN KEY (person_id) "
        "REFERENCES "
        "people (id));"
        "INSERT INTO people VALUES (1, 'it''s for key ''secret', 1); INSERT INTO labels VALUES (1, 1)");
    const auto unique = error_of<UniqueViolation>([&] {
        session.run("INSERT INTO `people` (`id`, `email`) VALUES (2, ?)", {view("it's for key 'secret")});
    });
    EXPECT_EQ(unique.constraint(), "uq_people_email");
    EXPECT_EQ(unique.columns(), std::vector<string>{"email"});
    EXPECT_EQ(unique.code(), "23000");
    EXPECT_EQ(string(unique.what()).find("secret"), string::npos) << unique.what();
    EXPECT_EQ(
        error_of<UniqueViolation>([&] { session.run("INSERT INTO people VALUES (1, 'b', 1)"); }).constraint(),
        "PRIMARY");
    EXPECT_EQ(
        error_of<NotNullViolation>([&] { session.run("INSERT INTO people VALUES (3, NULL, 1)"); }).columns(),
        std::vector<string>{"email"});
    EXPECT_EQ(
        error_of<NotNullViolation>([&] { session.run("INSERT INTO people (id) VALUES (3)"); }).columns(),
        std::vector<string>{"email"});
    EXPECT_EQ(error_of<CheckViolation>([&] { session.run("UPDATE people SET age = -1"); }).constraint(),
              "age_ok");
    const auto orphan =
        error_of<ForeignKeyViolation>([&] { session.run("INSERT INTO labels VALUES (2, 9)"); });
    EXPECT_EQ(orphan.constraint(), "fk_l");
    EXPECT_EQ(orphan.columns(), std::vector<string>{"person_id"});
    EXPECT_THROW(session.run("DELETE FROM people"), ForeignKeyViolation);
    EXPECT_TRUE(session.connection().usable());
}

TEST_P(MariaDbDriver, KeepsValuesOutOfMessages) {
    session.script("CREATE TABLE t (d date, i tinyint, s varchar(3), j json)");
    const auto refused = [&](const char* sql, string value) {
        string told;
        try {
            session.run(sql, {view(value)});
        } catch (const Error& error) {
            told = error.what();
        }
        EXPECT_EQ(told.find("s3cret"), string::npos) << told;
        return told;
    };
    EXPECT_EQ(refused("INSERT INTO t (d) VALUES (?)", "it's s3cret"), "a value does not fit column 'd'");
    refused("INSERT INTO t (i) VALUES (?)", "s3cret");
    EXPECT_EQ(refused("INSERT INTO t (s) VALUES (?)", "s3cret"), "a value is too long for column 's'");
    refused("INSERT INTO t (j) VALUES (?)", "{s3cret");
    refused("SELECT JSON_EXTRACT('{}', ?)", "s3cret");
    refused("SELECT 'a' REGEXP ?", "s3cret(");
    refused("SELECT CAST(? AS int) + 18446744073709551615 * 2 * LENGTH('s')", "s3cret");
    EXPECT_NE(message_of<DatabaseError>([&] { session.run("SELECT nowhere FROM t"); }).find("nowhere"),
              string::npos);
}

TEST_P(MariaDbDriver, RefusesStatementsThatAreNone) {
    EXPECT_THROW(session.prepare("SELECT ?"), InvalidQuery);
    EXPECT_THROW(session.prepare(string("SELECT\0 1", 9)), InvalidQuery);
    EXPECT_THROW(session.prepare(""), InvalidQuery);
    EXPECT_THROW(session.prepare("SELECT 1; SELECT 2"), DatabaseError);
    EXPECT_THROW(session.prepare("SELEKT 1"), DatabaseError);
    EXPECT_TRUE(session.connection().usable());
}

TEST_P(MariaDbDriver, StopsAScriptAtItsFirstError) {
    session.script("CREATE TABLE t (a int PRIMARY KEY)");
    EXPECT_THROW(
        session.script(
            "INSERT INTO t VALUES (1); SELECT 1; INSERT INTO t VALUES (1); INSERT INTO t VALUES (2)"),
        UniqueViolation);
    EXPECT_EQ(session.one<int>(int32, "SELECT COUNT(*) FROM t"), 1);
    EXPECT_NE(
        message_of<DatabaseError>([&] { session.script("SELECT 1; SELECT nowhere"); }).find("statement 2"),
        string::npos);
}

TEST_P(MariaDbDriver, RefusesMoreThanTheServerTakes) {
    session.script("CREATE TABLE t (a longblob)");
    const string large(40'000'000, 'x');
    const auto error =
        error_of<ValidationError>([&] { session.run("INSERT INTO t VALUES (?)", {view(large)}); });
    EXPECT_NE(string(error.what()).find("max_allowed_packet"), string::npos);
    EXPECT_TRUE(session.connection().usable());
    const string fits(32'000'000, 'x');
    session.run("INSERT INTO t VALUES (?)", {view(fits)});
    EXPECT_EQ(session.one<string>(text, "SELECT a FROM t"), fits);
    EXPECT_EQ(session.one<string>(text, "SELECT ?", {view(fits)}).size(), fits.size());
}

TEST_P(MariaDbDriver, InterruptsAStatement) {
    for (int round = 0; round < 3; ++round) {
        const auto before = std::chrono::steady_clock::now();
        std::thread other([&] {
            std::this_thread::sleep_for(100ms);
            session.connection().interrupt();
        });
        EXPECT_THROW(session.run("SELECT seq, SLEEP(1) FROM seq_1_to_20"), QueryCanceled);
        other.join();
        EXPECT_LT(std::chrono::steady_clock::now() - before, 5s);
        EXPECT_TRUE(session.connection().usable());
        EXPECT_EQ(session.one<int>(int32, "SELECT 1"), 1);
    }
    session.connection().interrupt();
    std::this_thread::sleep_for(50ms);
    EXPECT_EQ(session.one<int>(int32, "SELECT 1"), 1) << "nothing ran that could be stopped";
}

TEST_P(MariaDbDriver, SaysThatTheServerHasGone) {
    MariaDbSession other(url, true);
    const auto id = session.one<std::int64_t>(int64, "SELECT CONNECTION_ID()");
    std::thread killer([&] {
        std::this_thread::sleep_for(100ms);
        other.script("KILL " + std::to_string(id));
    });
    EXPECT_THROW(session.run("SELECT SLEEP(20)"), ConnectionError);
    killer.join();
    EXPECT_FALSE(session.connection().usable());
    EXPECT_THROW(session.run("SELECT 1"), ConnectionError);
}

TEST_P(MariaDbDriver, PingFindsALostConnection) {
    settle_by_poll(session.connection(), session.connection().ping());
    MariaDbSession other(url, true);
    other.script("KILL " + std::to_string(session.one<std::int64_t>(int64, "SELECT CONNECTION_ID()")));
    EXPECT_THROW(settle_by_poll(session.connection(), session.connection().ping()), ConnectionError);
    EXPECT_FALSE(session.connection().usable());
}

TEST_P(MariaDbDriver, CanBeAbandoned) {
    MariaDbSession waiting(url, false);
    {
        const auto statement = waiting.prepare("SELECT SLEEP(20)");
        Outcome outcome;
        EXPECT_EQ(waiting.connection().execute(*statement, {}, nullptr, all_rows, outcome), Wait::readable);
        EXPECT_FALSE(waiting.connection().usable());
        waiting.connection().abandon();
        EXPECT_FALSE(waiting.connection().usable());
    }
    EXPECT_THROW(waiting.run("SELECT 1"), ConnectionError);
}

TEST_P(MariaDbDriver, CanBeDestroyedWhileItConnects) {
    const auto driver = open_driver(parse_url(url));
    const auto connection = driver->connect(Access::write);
    const bool done = connection->establish() == Wait::done;
    EXPECT_EQ(connection->usable(), done);
}

TEST_P(MariaDbDriver, TellsDeadlocks) {
    session.script("CREATE TABLE t (id int PRIMARY KEY, v int); INSERT INTO t VALUES (1, 0), (2, 0)");
    MariaDbSession other(url, true);
    session.script("START TRANSACTION; UPDATE t SET v = 1 WHERE id = 1");
    other.script("START TRANSACTION; UPDATE t SET v = 1 WHERE id = 2");
    std::atomic<int> deadlocks{0};
    std::thread second([&] {
        try {
            other.run("UPDATE t SET v = 2 WHERE id = 1");
        } catch (const Deadlock&) {
            ++deadlocks;
        }
        other.script("ROLLBACK");
    });
    try {
        session.run("UPDATE t SET v = 2 WHERE id = 2");
    } catch (const Deadlock&) {
        ++deadlocks;
    }
    session.script("ROLLBACK");
    second.join();
    EXPECT_EQ(deadlocks, 1);
}

TEST_P(MariaDbDriver, TellsThatALockWasNotGranted) {
    session.script("CREATE TABLE t (id int PRIMARY KEY); INSERT INTO t VALUES (1)");
    MariaDbSession other(url, true);
    other.script("START TRANSACTION; SELECT * FROM t FOR UPDATE");
    EXPECT_THROW(session.run("SELECT * FROM t FOR UPDATE NOWAIT"), LockTimeout);
}

TEST(MariaDbConnecting, SaysWhatIsWrong) {
    const string url = duet::test::mariadb_url();
    const auto told = [](const string& address) {
        return message_of<ConnectionError>([&] { const MariaDbSession session(address, true); });
    };
    const string password = "s3cret";
    const string rest = url.substr(url.find('@'));
    EXPECT_EQ(told("mariadb://nobody_there:" + password + rest).find(password), string::npos);
    EXPECT_NE(told("mariadb://x@127.0.0.1:1/x").find("127.0.0.1:1"), string::npos);
}

TEST_P(MariaDbDriver, ReadsItsTables) {
    session.script(
        "CREATE TABLE people (id bigint AUTO_INCREMENT PRIMARY KEY, email varchar(100) NOT NULL DEFAULT 'x', "
        "ok "
        "tinyint(1), n int unsigned, doc json, at datetime(6) DEFAULT current_timestamp(6), CONSTRAINT "
        "uq_people_email "
        "UNIQUE (email), CONSTRAINT age_ok CHECK (n >= 0));"
        "CREATE TABLE labels (id bigint PRIMARY KEY, person_id bigint, KEY ix_labels_person_id (person_id "
        "DESC), "
        "CONSTRAINT fk_l FOREIGN KEY (person_id) REFERENCES people (id) ON DELETE CASCADE)");
    const DatabaseSchema schema = session.driver().introspect(session.connection());
    ASSERT_EQ(schema.tables.size(), 2U);
    const SchemaTable& people = schema.tables[1];
    EXPECT_EQ(people.primary_key, std::vector<string>{"id"});
    EXPECT_TRUE(people.auto_increment);
    EXPECT_EQ(people.column("ok")->type, "boolean");
    EXPECT_EQ(people.column("n")->type, "int unsigned");
    EXPECT_EQ(people.column("doc")->type, "json");
    EXPECT_EQ(people.column("email")->default_sql, "'x'");
    EXPECT_EQ(people.column("ok")->default_sql, std::nullopt);
    EXPECT_EQ(people.uniques, (std::vector<SchemaUnique>{{"uq_people_email", {"email"}}}));
    EXPECT_EQ(people.checks, (std::vector<SchemaCheck>{{"age_ok", "`n` >= 0"}}));
    const SchemaTable& labels = schema.tables[0];
    ASSERT_EQ(labels.foreign_keys.size(), 1U);
    EXPECT_EQ(labels.foreign_keys[0].on_delete, ReferentialAction::cascade);
    EXPECT_EQ(labels.foreign_keys[0].table, "people");
    EXPECT_EQ(labels.indexes.size(), 1U);
}

}  // namespace
