#include <duet/functions.hpp>

#include "integration/bookshop.hpp"

namespace {

using namespace duet::test;
using namespace duet::test::bookshop;
using Ids = std::vector<std::int64_t>;

template <class B>
class Fragments : public Bookshop<B> {
protected:
    template <class E>
    auto of_books(const E& e) {
        return got(this->db.template query<Book>().order_by("id").select(e));
    }
};
TYPED_TEST_SUITE(Fragments, Backends, BackendNames);

TYPED_TEST(Fragments, OfSqlTakeExpressionsAndValues) {
    EXPECT_EQ(this->of_books(duet::raw<std::string>("lower({})", "title"_c))[0], "ficciones");
    EXPECT_EQ(this->of_books(duet::raw<std::int64_t>("{} + {} * 2", "pages"_c, 5))[0], 184);
    EXPECT_EQ(this->of_books(duet::raw<std::string>("replace({}, {}, '{{')", "title"_c, "c"))[0],
              "Fi{{iones");
    EXPECT_EQ(this->books(duet::raw<bool>("{} BETWEEN {} AND {}", "pages"_c, 170, 210)), (Ids{1, 3}));
    EXPECT_EQ(this->books("pages"_c > duet::raw<int>("{} * 100", 3)), (Ids{4, 5}));
    // Whatever a value says, it stays a value.
    EXPECT_EQ(this->of_books(duet::raw<std::string>("lower({})", "') OR 1=1; --"))[0], "') or 1=1; --");
    EXPECT_EQ(got(this->db.template query<Book>()
                      .order_by(duet::desc(duet::raw<int>("{} % 10", "pages"_c)), "id")
                      .select("id"_c)),
              (Ids{2, 1, 3, 5, 4}));
}

TYPED_TEST(Fragments, HaveOperatorsOfTheDatabase) {
    EXPECT_EQ(this->of_books(duet::op<std::int64_t>("&")("pages"_c, 12))[0], 174 & 12);
    EXPECT_EQ(this->books(duet::op<bool>("LIKE")("title"_c, "S%")), (Ids{3}));
    EXPECT_EQ(this->of_books(duet::op<std::int64_t>("-")("pages"_c))[0], -174);
    EXPECT_EQ(this->books(duet::op<std::int64_t>("*")("id"_c, 2) >= 8), (Ids{4, 5}));
    const auto exists = duet::op<bool>("?")("title"_c, "x");
    if constexpr (!TestFixture::is_postgres) {
        EXPECT_THROW((void)this->books(exists), duet::UnsupportedByDialect);
        EXPECT_THROW((void)this->books(duet::raw<bool>("1 = ?")), duet::UnsupportedByDialect);
    }
}

TYPED_TEST(Fragments, CallFunctionsOfASchema) {
    if constexpr (TestFixture::is_postgres) {
        EXPECT_EQ(this->of_books(duet::fn<std::string>("pg_catalog.lower")("title"_c))[2], "solaris");
        EXPECT_EQ(this->books(duet::fn<std::int64_t>("pg_catalog.length")("title"_c) == 7), (Ids{3}));
    }
    EXPECT_EQ(got(this->db.template query<Book>()
                      .order_by(duet::fn<std::string>("upper")("title"_c), "id")
                      .limit(2)
                      .select("id"_c)),
              (Ids{5, 2}));
}

TYPED_TEST(Fragments, CastToTypesOfTheDatabase) {
    if constexpr (TestFixture::is_postgres) {
        EXPECT_EQ(this->of_books(duet::cast_to<duet::Decimal>("rating"_c, "numeric(10,2)"))[0],
                  duet::Decimal::parse("4.50"));
        EXPECT_EQ(this->of_books(duet::cast_to<std::string>("pages"_c, "varchar(2)"))[0], "17");
    } else if constexpr (TestFixture::is_mariadb) {
        EXPECT_EQ(this->of_books(duet::cast_to<std::string>("pages"_c, "CHAR(10)"))[0], "174");
    } else {
        EXPECT_EQ(this->of_books(duet::cast_to<std::int64_t>("rating"_c, "INTEGER"))[0], 4);
    }
}

TYPED_TEST(Fragments, CompareByCollations) {
    if constexpr (TestFixture::is_sqlite) {
        EXPECT_EQ(this->books(duet::collate("title"_c, "NOCASE") == "SOLARIS"), (Ids{3}));
    } else if constexpr (TestFixture::is_mariadb) {
        EXPECT_EQ(this->books(duet::collate("title"_c, "utf8mb4_general_ci") == "SOLARIS"), (Ids{3}));
    } else {
        EXPECT_EQ(this->books(duet::collate("title"_c, "C") < "F"), (Ids{2, 5}));
    }
}

TYPED_TEST(Fragments, CompareRows) {
    EXPECT_EQ(this->books(duet::tuple("author"_c, "pages"_c) > duet::tuple(1, 170)), (Ids{1, 3, 4, 5}));
    EXPECT_EQ(this->books(duet::tuple("author"_c, "title"_c) == duet::tuple(2, "Solaris")), (Ids{3}));
    EXPECT_EQ(this->books(!(duet::tuple("author"_c, "id"_c) != duet::tuple(1, 2))), (Ids{2}));
    EXPECT_EQ(this->books(duet::tuple("author"_c, "id"_c) <= duet::tuple("id"_c, 4)), (Ids{1, 2, 3, 4, 5}));
}

TYPED_TEST(Fragments, KnowGroupingOnPostgresAlone) {
    const auto rows = [&] {
        return got(this->db.template query<Book>()
                       .group_by("author"_c)
                       .order_by("author")
                       .select(duet::grouping("author"_c)));
    };
    if constexpr (TestFixture::is_postgres) {
        EXPECT_EQ(rows(), (Ids{0, 0, 0}));
    } else {
        EXPECT_THROW((void)rows(), duet::UnsupportedByDialect);
    }
}

struct Meeting {
    std::int64_t id{};
    duet::Timestamp starts{};
    std::optional<duet::Timestamp> ends{};
    duet::Date day{};
    std::chrono::minutes takes{};
    static constexpr auto table = duet::table("meetings");
};

template <class B>
class Moments : public DatabaseTest<B> {
protected:
    const duet::Date day{std::chrono::year(2026) / 2 / 28};
    const duet::Timestamp start = duet::Timestamp(day) + std::chrono::microseconds(82800000001);  // 23:00

    void SetUp() override {
        duet::Database all(this->db);
        all.create_all(duet::models<Meeting>);
        all.create(Meeting{.starts = start,
                           .ends = start + std::chrono::hours(50),
                           .day = day,
                           .takes = std::chrono::minutes(90)});
        all.create(Meeting{.starts = start, .day = day});
    }
    template <class E>
    auto value(const E& e) {
        return got(this->db.template query<Meeting>().order_by("id").select(e)).at(0);
    }
    std::int64_t count(const duet::Condition<Meeting>& condition) {
        return got(this->db.template query<Meeting>().where(condition).count());
    }
};
TYPED_TEST_SUITE(Moments, Backends, BackendNames);

TYPED_TEST(Moments, MoveByDurations) {
    using namespace std::chrono_literals;
    EXPECT_EQ(this->value("starts"_c + 90min), this->start + 90min);
    EXPECT_EQ(this->value(90min + "starts"_c), this->start + 90min);
    EXPECT_EQ(this->value("starts"_c - 1us), this->start - 1us);
    EXPECT_EQ(this->value("starts"_c + "takes"_c), this->start + 90min);
    EXPECT_EQ(this->value("day"_c + 36h), duet::Timestamp(this->day) + 36h);
    EXPECT_EQ(this->count("starts"_c + 2h > this->start + 1h), 2);
    EXPECT_EQ(this->count("starts"_c + 2h == this->start + 2h), 2);
    EXPECT_EQ(this->count("starts"_c > duet::now() - 1h), 0);
    EXPECT_EQ(this->count(duet::now() - std::chrono::hours(1) > "starts"_c), 2);
    EXPECT_EQ(this->value(duet::date("starts"_c + 2h)), duet::Date(std::chrono::year(2026) / 3 / 1));
}

TYPED_TEST(Moments, HaveTimeBetweenThem) {
    using namespace std::chrono_literals;
    EXPECT_EQ(this->value("ends"_c - "starts"_c), std::chrono::microseconds(50h));
    EXPECT_EQ(this->value("starts"_c - "day"_c), 23h + 1us);
    EXPECT_EQ(this->count("ends"_c - "starts"_c > 49h), 1);
    EXPECT_EQ(this->count(("ends"_c - "starts"_c).is_null()), 1);
}

TYPED_TEST(Moments, AreUpdatedInPlace) {
    using namespace std::chrono_literals;
    EXPECT_EQ(got(this->db.template query<Meeting>()
                      .where("id"_c == 1)
                      .update_bulk("starts"_c = "starts"_c + 1h, "ends"_c = "ends"_c - 30min)),
              1);
    EXPECT_EQ(this->value("starts"_c), this->start + 1h);
    EXPECT_EQ(this->value("ends"_c), this->start + 50h - 30min);
}

}  // namespace
