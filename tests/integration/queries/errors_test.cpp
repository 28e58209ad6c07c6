#include <limits>

#include "integration/checks.hpp"

namespace {

using namespace duet::test;

struct Label;
struct Person {
    std::int64_t id{};
    std::string email{};
    int age{};
    std::optional<std::string> code{};
    duet::ManyToMany<Label> labels{};
    duet::SoftDelete mark{};
    static constexpr auto table =
        duet::table("people", duet::unique("email"), duet::check("age_not_negative", "age >= 0"));
};
struct Label {
    std::int64_t id{};
    duet::BelongsTo<Person> person{};
    static constexpr auto table = duet::table("labels");
};

struct Seat {
    std::int64_t id{};
    int row{};
    int number{};
    static constexpr auto table = duet::table("seats", duet::unique("row", "number").named("one_seat"));
};
inline constexpr auto models = duet::models<Person, Label, Seat>;
struct Coupon {
    std::int64_t id{};
    std::string code{};
    static constexpr auto table =
        duet::table("coupons", duet::unique("code").where("code <> ''").named("one_coupon"));
};

constexpr const char* secret = "s3cret@example.com";

/// That the operation fails with E, and that the error names this very line.
template <class E, class F>
void told_here(F operation, std::source_location here = std::source_location::current()) {
    const E error = thrown<E>(std::move(operation));
    EXPECT_EQ(error.where().line(), here.line()) << error.what();
    EXPECT_STREQ(error.where().file_name(), here.file_name());
}

template <class B>
class Errors : public DatabaseTest<B> {
protected:
    void SetUp() override {
        did([&] { return this->db.create_all(models); });
        const Person fresh{.email = secret, .age = 3, .code = "7"};
        ada = got(this->db.create(fresh));
    }
    auto query(std::source_location where = std::source_location::current()) {
        return this->db.query(duet::query<Person>(), where);
    }
    Person ada{};
};
TYPED_TEST_SUITE(Errors, Backends, BackendNames);

template <class E>
void hides_values(const E& error) {
    EXPECT_EQ(std::string(error.what()).find("s3cret"), std::string::npos) << error.what();
    EXPECT_EQ(error.sql().find("s3cret"), std::string_view::npos) << error.sql();
}

TYPED_TEST(Errors, UniqueViolationNamesColumnsOrIndex) {
    const Person same_email{.email = secret};
    const auto by_column = thrown<duet::UniqueViolation>([&] { return this->db.create(same_email); });
    EXPECT_EQ(by_column.columns(), std::vector<std::string>{"email"});
    EXPECT_EQ(by_column.code(),
              this->sql({.sqlite = "SQLITE_CONSTRAINT_UNIQUE", .postgres = "23505", .mariadb = "23000"}));
    const char quote = this->is_mariadb ? '`' : '"';
    EXPECT_EQ(by_column.sql().find(std::string("INSERT INTO ") + quote + "people" + quote), 0U)
        << by_column.sql();
    hides_values(by_column);

    const Person same_id{.id = this->ada.id, .email = "other"};
    const auto by_key = thrown<duet::UniqueViolation>([&] { return this->db.create(same_id); });
    EXPECT_EQ(by_key.columns(), std::vector<std::string>{"id"});
    EXPECT_EQ(by_key.code(),
              this->sql({.sqlite = "SQLITE_CONSTRAINT_PRIMARYKEY", .postgres = "23505", .mariadb = "23000"}));
    hides_values(by_key);

    const Seat seat{.row = 3, .number = 7};
    Seat next{.row = 3, .number = 8};
    did([&] { return this->db.create(seat); });
    next = got(this->db.create(next));
    const std::vector<std::string> both{"row", "number"};
    const auto by_index = thrown<duet::UniqueViolation>([&] { return this->db.create(seat); });
    EXPECT_EQ(by_index.columns(), both);
    EXPECT_EQ(by_index.constraint(), this->is_sqlite ? "" : "one_seat");
    EXPECT_EQ(thrown<duet::UniqueViolation>([&] { return this->db.update(next, "number"_c = 7); }).columns(),
              both);
    const Person fourth{.email = "fourth"};
    const Person third = got(this->db.create(fourth));
    const auto by_bulk = thrown<duet::UniqueViolation>(
        [&] { return this->query().where("id"_c == third.id).update_bulk("email"_c = secret); });
    EXPECT_EQ(by_bulk.columns(), std::vector<std::string>{"email"});
    hides_values(by_bulk);
}

TYPED_TEST(Errors, OfAPartialUniqueIndexAreTheSame) {
    const auto create_table = [&] { return this->db.create_all(duet::models<Coupon>); };
    if constexpr (TestFixture::is_mariadb) {
        EXPECT_THROW(did(create_table), duet::UnsupportedByDialect);
        return;
    } else {
        did(create_table);
        const Coupon coupon{.code = "7"};
        const Coupon empty{};
        did([&] { return this->db.create(coupon); });
        did([&] { return this->db.create(empty); });
        did([&] { return this->db.create(empty); });
        const auto twice = thrown<duet::UniqueViolation>([&] { return this->db.create(coupon); });
        EXPECT_EQ(twice.columns(), std::vector<std::string>{"code"});
    }
}

TYPED_TEST(Errors, OtherViolationsNameWhatIsKnown) {
    const auto check = thrown<duet::CheckViolation>([&] { return this->db.update(this->ada, "age"_c = -1); });
    EXPECT_EQ(check.constraint(), "age_not_negative");
    EXPECT_EQ(check.code(),
              this->sql({.sqlite = "SQLITE_CONSTRAINT_CHECK", .postgres = "23514", .mariadb = "23000"}));
    const Label orphan{.person = 99};
    const auto foreign = thrown<duet::ForeignKeyViolation>([&] { return this->db.create(orphan); });
    EXPECT_EQ(foreign.code(),
              this->sql({.sqlite = "SQLITE_CONSTRAINT_FOREIGNKEY", .postgres = "23503", .mariadb = "23000"}));
    const std::vector<std::string> named{"person_id"};
    EXPECT_EQ(foreign.columns(), this->is_sqlite ? std::vector<std::string>{} : named);
    const auto null = thrown<duet::NotNullViolation>(
        [&] { return this->db.sql("UPDATE people SET email = NULL WHERE email = {}", secret).execute(); });
    EXPECT_EQ(null.columns(), std::vector<std::string>{"email"});
    hides_values(null);
    for (const duet::IntegrityError& error :
         {duet::IntegrityError(check), duet::IntegrityError(foreign), duet::IntegrityError(null)}) {
        EXPECT_FALSE(error.sql().empty());
        EXPECT_NE(error.where().line(), 0U);
    }
}

TYPED_TEST(Errors, OfTheQueryAreToldWithoutAskingTheDatabase) {
    const duet::StatementCounter statements(this->db);
    told_here<duet::InvalidQuery>([&] { return this->query().delete_bulk(); });
    told_here<duet::InvalidQuery>([&] { return this->query().update_bulk("age"_c = 1); });
    EXPECT_THROW(this->query().order_by(duet::runtime("nonsense")), duet::InvalidQuery);
    EXPECT_THROW(this->query().limit(-1), duet::InvalidQuery);
    EXPECT_EQ(statements.count(), 0U);
}

TYPED_TEST(Errors, OfDataAreValidationErrors) {
    const auto unfit = thrown<duet::ValidationError>(
        [&] { return this->db.update(this->ada, "age"_c = 1'000'000'000'000); });
    EXPECT_NE(std::string(unfit.what()).find("age"), std::string::npos);
    // SQLite takes anything into any column; elsewhere another program has to widen it first.
    const auto script = [&](const PerDialect& text) {
        did([&] { return this->db.execute_script(this->sql(text)); });
    };
    const std::string too_large = "UPDATE people SET age = 99999999999";
    if (!this->is_sqlite) {
        const auto refused =
            thrown<duet::ValidationError>([&] { return this->db.execute_script(too_large); });
        EXPECT_EQ(refused.code(), "22003") << refused.what();
        EXPECT_THROW(did([&] { return this->db.sql("UPDATE people SET age = {}", 99999999999).execute(); }),
                     duet::ValidationError);
    }
    EXPECT_EQ(got(this->query().all()).size(), 1U);
    script({.sqlite = "SELECT 1",
            .postgres = "ALTER TABLE people DROP CONSTRAINT age_not_negative, ALTER age TYPE bigint",
            .mariadb = "ALTER TABLE people DROP CONSTRAINT age_not_negative, MODIFY age bigint"});
    script({too_large, too_large, too_large});
    const auto unreadable = thrown<duet::ValidationError>([&] { return this->query().all(); });
    EXPECT_NE(std::string(unreadable.what()).find("people.age"), std::string::npos) << unreadable.what();
    script({.sqlite = "SELECT 1",
            .postgres = "ALTER TABLE people ALTER age TYPE text",
            .mariadb = "ALTER TABLE people MODIFY age varchar(20)"});
    const std::string no_number = "UPDATE people SET age = 'old'";
    script({no_number, no_number, no_number});
    const auto text = thrown<duet::ValidationError>([&] { return this->query().all(); });
    EXPECT_NE(std::string(text.what()).find("people.age"), std::string::npos) << text.what();
}

TYPED_TEST(Errors, OfPatternsAreInvalidQueries) {
    const auto regex =
        thrown<duet::InvalidQuery>([&] { return this->query().where("email"_c.regex("(s3cret")).all(); });
    hides_values(regex);
    EXPECT_NE(regex.where().line(), 0U);
}

TYPED_TEST(Errors, TellWhereTheUserCalledWhateverTheOperation) {
    Person p = this->ada;
    Person q{.email = "q"};  // on MariaDB an upsert may have one unique key only
    std::vector<Person> list{Person{.email = "a"}, Person{.email = "b"}};
    const Label label{.id = 1};
    using E = duet::DatabaseError;
    auto& h = this->db;
    const auto people = duet::query<Person>();
    const auto by = duet::by("email"_c = "x");
    const auto set = duet::defaults("age"_c = 1);
    const auto on = duet::conflict_on("email");
    did([&] { return h.execute_script("DROP TABLE labels_people; DROP TABLE labels; DROP TABLE people"); });

    told_here<E>([&] { return h.create(p); });
    told_here<E>([&] { return h.create_bulk(list); });
    told_here<E>([&] { return h.template get<Person>(1); });
    told_here<E>([&] { return h.save(p); });
    told_here<E>([&] { return h.update(p, "age"_c = 1); });
    told_here<E>([&] { return h.update(p, "age"_c = "age"_c + 1); });
    told_here<E>([&] { return h.refresh(p); });
    told_here<E>([&] { return h.load(p, "labels"_c); });
    told_here<E>([&] { return h.remove(p); });
    told_here<E>([&] { return h.remove(p, duet::hard); });
    told_here<E>([&] { return h.remove(p, duet::soft_cascade); });
    told_here<E>([&] { return h.restore(p); });
    told_here<E>([&] { return h.template get_or_create<Person>(by); });
    told_here<E>([&] { return h.template update_or_create<Person>(by, set); });
    told_here<E>([&] { return h.upsert(q, on, duet::set("age")); });
    told_here<E>([&] { return h.upsert(q, on, duet::do_nothing); });
    told_here<E>([&] { return h.relation(p, "labels"_c).add(label); });
    told_here<E>([&] { return h.all(people); });
    told_here<E>([&] { return h.first(people); });
    told_here<E>([&] { return h.count(people); });
    told_here<E>([&] { return h.query(people).one(); });
    told_here<E>([&] { return h.query(people).one_or_none(); });
    told_here<E>([&] { return h.query(people).exists(); });
    told_here<E>([&] { return h.query(people).paginate(1); });
    told_here<E>([&] { return h.query(people).page_after("", 1); });
    told_here<E>([&] { return h.query(people).aggregate(duet::count()); });
    told_here<E>([&] { return h.query(people).select("email"_c); });
    told_here<E>([&] { return h.query(people).explain(); });
    told_here<E>([&] { return h.query(people).update_bulk("age"_c = 1, duet::all_rows); });
    told_here<E>([&] { return h.query(people).delete_bulk(duet::all_rows); });
    told_here<E>([&] { return h.sql("SELECT age FROM people").template as<int>(); });
    told_here<E>([&] { return h.sql("DELETE FROM people").execute(); });
    told_here<E>([&] { return h.execute_script("DELETE FROM people"); });
    if constexpr (TypeParam::mode::is_async) {
        const auto line = std::source_location::current().line() + 1;
        auto rows = h.query(people).iterate(2);
        EXPECT_EQ(thrown<E>([&] { return rows.next(); }).where().line(), line);
    } else {
        told_here<E>([&] { h.query(people).iterate(2).begin(); });
    }
}

TYPED_TEST(Errors, OfMissingAndSurplusRowsTellWhereAsWell) {
    const Person second{.email = "second"};
    did([&] { return this->db.create(second); });
    told_here<duet::MultipleFound>([&] { return this->db.query(duet::query<Person>()).one(); });
    told_here<duet::NotFound>([&] { return this->query().where("age"_c == 77).one(); });
    Person gone{.id = 99};
    told_here<duet::NotFound>([&] { return this->db.save(gone); });
    told_here<duet::NotFound>([&] { return this->db.update(gone, "age"_c = 1); });
    told_here<duet::NotFound>([&] { return this->db.refresh(gone); });
    told_here<duet::NotFound>([&] { return this->db.remove(gone); });
    told_here<duet::NotFound>([&] { return this->db.sql("SELECT 1 WHERE false").template one<int>(); });
    EXPECT_THROW(this->ada.labels.size(), duet::NotLoaded);
}

TYPED_TEST(Errors, TheLogTellsWhatRanWithoutValues) {
    struct Seen {
        std::string sql;
        std::size_t parameters, rows;
        std::int64_t affected;
        unsigned line;
        std::string error;
        std::chrono::nanoseconds duration;
    };
    std::vector<Seen> log;
    auto hook = this->db.on_query([&](const duet::QueryEvent& e) {
        log.push_back({std::string(e.sql), e.parameters, e.rows, e.affected, e.where.line(),
                       e.error == nullptr ? "" : e.error->what(), e.duration});
    });
    const auto line = std::source_location::current().line();
    did([&] { return this->query().where("email"_c == secret).all(); });
    did([&] { return this->query().where("email"_c == secret).update_bulk("age"_c = 5); });
    EXPECT_THROW(did([&] { return this->db.sql("SELECT nothing FROM nowhere").execute(); }),
                 duet::DatabaseError);
    const Person same{.email = secret};
    EXPECT_THROW(did([&] { return this->db.create(same); }), duet::UniqueViolation);
    hook = {};
    did([&] { return this->query().all(); });

    ASSERT_EQ(log.size(), 4U);
    EXPECT_EQ(log[0].rows, 1U);
    EXPECT_EQ(log[0].parameters, 1U);
    EXPECT_EQ(log[1].affected, 1);
    EXPECT_NE(log[2].error, "");
    EXPECT_NE(log[3].error, "");
    for (std::size_t i = 0; i < log.size(); ++i) {
        EXPECT_EQ(log[i].sql.find("s3cret"), std::string::npos) << log[i].sql;
        EXPECT_EQ(log[i].error.find("s3cret"), std::string::npos) << log[i].error;
        EXPECT_GE(log[i].duration.count(), 0);
        EXPECT_GT(log[i].line, line);
        EXPECT_LT(log[i].line, line + 8);
    }
}

TYPED_TEST(Errors, HooksThatThrowChangeNothingAndKeepNobodyFromListening) {
    const auto first =
        this->db.on_query([](const duet::QueryEvent&) { throw std::runtime_error("bad logger"); });
    int calls = 0;
    const auto second = this->db.on_query([&](const duet::QueryEvent&) { ++calls; });
    EXPECT_EQ(count<Person>(this->db), 1);
    EXPECT_EQ(calls, 1);
    const duet::StatementCounter statements(this->db);
    did([&] { return this->query().all(); });
    EXPECT_EQ(statements.count(), 1U);
}

TEST(ErrorsOfTheUrl, AreConfigurationErrorsAndKeepPasswordsToThemselves) {
    for (const char* url : {"",
                            "x",
                            "sqlite",
                            "sqlite:",
                            "sqlite:/x",
                            "oracle://localhost/x",
                            "mysql:///x?nonsense=1",
                            "postgresql+psycopg://u:hunter2@h/x",
                            "mysql+pymysql://u:hunter2@h/x",
                            "postgresql://u:hunter2@h:99999999/x",
                            "sqlite:///a?mode=xx",
                            "sqlite:///a?nonsense=1",
                            "sqlite:///a?busy_timeout=-1",
                            "sqlite:///%zz",
                            "sqlite://host/a",
                            "sqlite:///a%00b",
                            "sqlite://:memory:?mode=ro",
                            "://",
                            "sqlite:///a?busy_timeout=99999999999999999999",
                            "\xff://x"}) {
        const auto error = thrown<duet::ConfigurationError>([&] { duet::Database db{url}; });
        EXPECT_EQ(std::string(error.what()).find("hunter2"), std::string::npos);
    }
    duet::DatabaseOptions options;
    options.pool.size = 0;
    EXPECT_THROW((duet::Database{"sqlite://:memory:", options}), duet::ConfigurationError);
    options = {};
    options.dialect = "postgresql";
    EXPECT_THROW((duet::Database{"sqlite://:memory:", options}), duet::ConfigurationError);
}

}  // namespace
