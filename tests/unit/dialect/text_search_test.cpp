#include <duet/base/error.hpp>
#include <duet/dialect/mariadb.hpp>
#include <duet/dialect/postgres.hpp>
#include <duet/dialect/sqlite.hpp>

#include <gtest/gtest.h>

#include "unit/dialect/rendered.hpp"

using namespace duet::literals;
using namespace dialect_test;

namespace {

const duet::Dialect& postgres() { return duet::postgres_dialect(); }

TEST(TextSearchOnPostgres, HasVectorsThatAnIndexMayBeOn) {
    const auto query = duet::websearch_to_tsquery("english", "fat cats");
    EXPECT_EQ(where(postgres(), duet::to_tsvector("english", "name"_c).matches(query)),
              R"((to_tsvector('english', coalesce("users"."name", '')) @@ )"
              R"(websearch_to_tsquery('english', CAST($1 AS text))))");
    EXPECT_EQ(where(postgres(), duet::matches(duet::to_tsvector("name"_c, "bio"_c), duet::to_tsquery("cat"))),
              R"((to_tsvector(coalesce("users"."name", '') || ' ' || coalesce("users"."bio", '')) @@ )"
              R"(to_tsquery(CAST($1 AS text))))");
}

TEST(TextSearchOnPostgres, KnowsRanksAndTrigrams) {
    const auto vector = duet::to_tsvector("name"_c);
    EXPECT_EQ(
        where(postgres(), duet::ts_rank(vector, duet::plainto_tsquery("cat")) > 0.5),
        R"(ts_rank(to_tsvector(coalesce("users"."name", '')), plainto_tsquery(CAST($1 AS text))) > $2)");
    EXPECT_EQ(where(postgres(), !"name"_c.trigram_similar("Ada")),
              R"(NOT (("users"."name" % CAST($1 AS text))))");
    EXPECT_EQ(where(postgres(), duet::word_similarity("name"_c, "Ada") >= 0.3),
              R"(word_similarity(CAST($1 AS text), "users"."name") >= $2)");
}

TEST(TextSearch, IsRefusedByOtherDatabases) {
    const auto condition = "name"_c.trigram_similar("Ada");
    EXPECT_THROW(where(duet::sqlite_dialect(), condition), duet::UnsupportedByDialect);
    EXPECT_THROW(where(duet::mariadb_dialect(), condition), duet::UnsupportedByDialect);
}

}  // namespace
