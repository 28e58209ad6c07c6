#include <algorithm>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "integration/support.hpp"

namespace {

using namespace duet::test;

struct Veto : std::runtime_error {
    using std::runtime_error::runtime_error;
};

/// What the hooks of the models below have seen.
std::vector<std::string> seen;

std::string text_of(const std::vector<std::string>& words) {
    std::string out;
    for (const std::string& word : words) out += (out.empty() ? "" : " ") + word;
    return out;
}
std::string take() { return text_of(std::exchange(seen, {})); }

/// Declares every hook.
struct Article {
    std::int64_t id{};
    std::string slug{};
    std::string title{};
    std::int64_t views{};
    duet::Timestamps times{};
    static constexpr auto table = duet::table("articles", duet::unique("slug"));

    void note(const char* hook) const { seen.push_back(hook); }
    void before_save(const duet::HookContext& context) {
        note("before_save");
        seen.back() += std::string(":") + std::string(name_of(context.operation()));
        if (title == "forbidden") throw Veto("no such title");
        if (title == "SHOUT") title = "shout";
    }
    void before_create() {
        note("before_create");
        if (slug.empty()) slug = title + "-slug";
    }
    void before_update(const duet::HookContext& context) {
        note("before_update");
        if (context.changes("views")) seen.back() += ":views";
        if (context.changes("title")) seen.back() += ":title";
        if (title == "counted") views = 100;
    }
    void before_remove() {
        note("before_remove");
        if (title == "precious") throw Veto("not this one");
    }
    void after_create() {
        note("after_create");
        EXPECT_NE(id, 0);
    }
    void after_update() { note("after_update"); }
    void after_save() {
        note("after_save");
        if (title == "late") throw Veto("too late");
    }
    void after_remove() {
        note("after_remove");
        if (title == "sticky") throw Veto("it stays");
    }
    void after_commit() const { note("after_commit"); }
    void after_rollback() const { note("after_rollback"); }
};

/// Only hooks that ask for nothing: no transaction is needed for them.
struct Word {
    std::int64_t id{};
    std::string text{};
    static constexpr auto table = duet::table("words");
    void before_save() {
        std::transform(text.begin(), text.end(), text.begin(),
                       [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
        if (text == "bad") throw Veto("bad word");
    }
};

struct Note {
    std::int64_t id{};
    std::string text{};
    static constexpr auto table = duet::table("notes");
};

/// Writes down in another table what happens to it, in the same transaction.
struct Account {
    std::int64_t id{};
    std::string owner{};
    std::int64_t balance{};
    static constexpr auto table = duet::table("hooked_accounts");

    duet::Task<> after_save(const duet::HookContext& context) {
        auto tx = context.async_transaction();
        Note note;
        note.text = std::string(name_of(context.operation())) + " " + owner;
        co_await tx.create(note);
        if (owner == "nobody") throw Veto("nobody");
    }
};

/// Has a natural key and is loaded.
struct Country {
    std::string code{};
    std::string name{};
    static constexpr auto table = duet::table("hooked_countries", duet::primary_key("code"));
    void before_create() { seen.push_back("create " + code); }
    void before_update() { seen.push_back("update " + code); }
    void after_load() { seen.push_back("load " + code); }
};

struct City {
    std::int64_t id{};
    std::string name{};
    duet::BelongsTo<Country, std::string> country{};
    duet::SoftDelete trash{};
    static constexpr auto table = duet::table("hooked_cities");
    void after_load() { seen.push_back("load " + name); }
    void before_remove() { seen.push_back("remove " + name); }
    void before_update() { seen.push_back("update " + name); }
};

std::thread::id caller;
int elsewhere = 0;

struct Place {
    std::int64_t id{};
    std::string name{};
    static constexpr auto table = duet::table("places");
    static void note() { elsewhere += std::this_thread::get_id() == caller ? 0 : 1; }
    void before_save(const duet::HookContext& /*context*/) { note(); }
    void after_save() { note(); }
    void after_commit() const { note(); }
};

constexpr const char* created = "before_save:create before_create after_create after_save after_commit";
constexpr const char* updated = "after_update after_save after_commit";

template <class B>
class Hooks : public DatabaseTest<B> {
protected:
    void SetUp() override {
        did([this] {
            return this->db.create_all(duet::models<Article, Word, Note, Account, Country, City, Place>);
        });
        seen.clear();
    }
    void TearDown() override { seen.clear(); }
    template <class M>
    std::int64_t rows() {
        return got(this->db.template query<M>().count());
    }
    template <class M>
    M made(M object) {
        return got(this->db.create(object));
    }
    template <class F>
    void in_tx(F body, duet::TransactionOptions options = {}) {
        in_transaction(this->db, body, options);
    }
};
TYPED_TEST_SUITE(Hooks, Backends, BackendNames);

TYPED_TEST(Hooks, RunInOrderAroundACreate) {
    Article article{.title = "Hello"};
    article = got(this->db.create(article));
    EXPECT_EQ(take(), created);
    EXPECT_EQ(article.slug, "Hello-slug");
    EXPECT_EQ(got(this->db.template get<Article>(article.id))->slug, "Hello-slug");
}

TYPED_TEST(Hooks, RunAroundASaveByWhatItDoes) {
    Article article{.title = "SHOUT"};
    did([&] { return this->db.save(article); });
    EXPECT_EQ(take(), created);
    EXPECT_EQ(article.title, "shout");
    article.title = "SHOUT";
    did([&] { return this->db.save(article); });
    EXPECT_EQ(take(), std::string("before_save:update before_update:views:title ") + updated);
    EXPECT_EQ(got(this->db.template get<Article>(article.id))->title, "shout");
}

TYPED_TEST(Hooks, SeeAnUpdateAsItIsGoingToBeAndMayChangeMore) {
    Article article = this->made(Article{.title = "a", .views = 1});
    take();
    const auto before = article.times.updated_at;
    did([&] { return this->db.update(article, "title"_c = "counted"); });
    EXPECT_EQ(take(), std::string("before_save:update before_update:title ") + updated);
    EXPECT_EQ(article.views, 100);
    EXPECT_GE(article.times.updated_at, before);
    const auto row = got(this->db.template get<Article>(article.id));
    EXPECT_EQ(row->title, "counted");
    EXPECT_EQ(row->views, 100);
    did([&] { return this->db.update(article, "title"_c = "SHOUT"); });
    EXPECT_EQ(got(this->db.template get<Article>(article.id))->title, "shout");
    EXPECT_EQ(article.title, "shout");
}

TYPED_TEST(Hooks, LetTheDatabaseComputeBesides) {
    Article article = this->made(Article{.title = "counted", .views = 1});
    take();
    did([&] { return this->db.update(article, "views"_c = "views"_c + 1); });
    EXPECT_EQ(take(), std::string("before_save:update before_update:views ") + updated);
}

TYPED_TEST(Hooks, VetoAWriteBeforeItHappens) {
    Article article{.title = "forbidden"};
    EXPECT_THROW(got(this->db.create(article)), Veto);
    EXPECT_EQ(take(), "before_save:create");
    EXPECT_EQ(this->template rows<Article>(), 0);

    article = this->made(Article{.title = "fine", .views = 7});
    EXPECT_THROW(did([&] { return this->db.update(article, "title"_c = "forbidden"); }), Veto);
    EXPECT_EQ(article.title, "fine");
    article.title = "precious";
    take();
    EXPECT_THROW(did([&] { return this->db.remove(article); }), Veto);
    EXPECT_EQ(take(), "before_remove");
    EXPECT_EQ(this->template rows<Article>(), 1);
}

TYPED_TEST(Hooks, TakeTheWriteBackWhenTheyFailAfterIt) {
    Article article{.title = "late"};
    EXPECT_THROW(did([&] { return this->db.save(article); }), Veto);
    EXPECT_EQ(take(), "before_save:create before_create after_create after_save after_rollback");
    EXPECT_EQ(article.id, 0);
    EXPECT_EQ(this->template rows<Article>(), 0);

    article.title = "sticky";
    did([&] { return this->db.save(article); });
    EXPECT_THROW(did([&] { return this->db.remove(article); }), Veto);
    EXPECT_EQ(this->template rows<Article>(), 1);
}

TYPED_TEST(Hooks, CostATransactionNothingButTheWriteThatTheyRefuse) {
    this->in_tx([&](auto& tx) -> duet::Task<> {
        Article good{.title = "good"};
        Article bad{.title = "forbidden"};
        Article late{.title = "late"};
        co_await later_done([&] { return tx.save(good); });
        for (Article* const article : {&bad, &late}) {
            bool refused = false;
            try {
                co_await later_done([&] { return tx.save(*article); });
            } catch (const Veto&) {
                refused = true;
            }
            EXPECT_TRUE(refused);
        }
        EXPECT_EQ(good.title, "good");
    });
    EXPECT_EQ(this->template rows<Article>(), 1);
    EXPECT_EQ(std::count(seen.begin(), seen.end(), "after_commit"), 1);
    EXPECT_EQ(std::count(seen.begin(), seen.end(), "after_rollback"), 1);
}

TYPED_TEST(Hooks, HearOfTheCommitWhenItHasHappened) {
    this->in_tx([&](auto& tx) -> duet::Task<> {
        Article article{.title = "one"};
        co_await later_done([&] { return tx.save(article); });
        EXPECT_EQ(std::count(seen.begin(), seen.end(), "after_commit"), 0);
    });
    EXPECT_EQ(std::count(seen.begin(), seen.end(), "after_commit"), 1);
    take();
    EXPECT_THROW(this->in_tx([&](auto& tx) -> duet::Task<> {
        Article article{.title = "two"};
        co_await later_done([&] { return tx.save(article); });
        throw Veto("all of it");
    }),
                 Veto);
    EXPECT_EQ(take(), "before_save:create before_create after_create after_save after_rollback");
}

TYPED_TEST(Hooks, HearNothingOfACommitOfWhatASavepointHasTakenBack) {
    this->in_tx([&](auto& tx) -> duet::Task<> {
        Article kept{.title = "kept"};
        co_await later_done([&] { return tx.save(kept); });
        bool failed = false;
        const auto nested = [&](auto& inner) -> duet::Task<> {
            Article lost{.title = "lost"};
            co_await later_done([&] { return inner.save(lost); });
            throw Veto("only this");
        };
        try {
            if constexpr (TestFixture::Mode::is_async) {
                auto block = [&nested](duet::AsyncTransaction& inner) -> duet::Task<> {
                    co_await nested(inner);
                };
                co_await tx.transaction(block);
            } else {
                tx.transaction(
                    [&nested](duet::Transaction& inner) { duet::detail::complete_inline(nested(inner)); });
            }
        } catch (const Veto&) {
            failed = true;
        }
        EXPECT_TRUE(failed);
        EXPECT_EQ(std::count(seen.begin(), seen.end(), "after_rollback"), 1);
    });
    EXPECT_EQ(std::count(seen.begin(), seen.end(), "after_commit"), 1);
    EXPECT_EQ(std::count(seen.begin(), seen.end(), "after_rollback"), 1);
}

TYPED_TEST(Hooks, RunAgainWithEachAttemptOfATransaction) {
    int attempts = 0;
    duet::TransactionOptions options;
    options.retries = 2;
    this->in_tx(
        [&](auto& tx) -> duet::Task<> {
            Article article{.title = "again"};
            co_await later_done([&] { return tx.save(article); });
            if (++attempts < 3) throw duet::SerializationFailure("once more");
        },
        options);
    EXPECT_EQ(attempts, 3);
    EXPECT_EQ(std::count(seen.begin(), seen.end(), "before_create"), 3);
    EXPECT_EQ(std::count(seen.begin(), seen.end(), "after_rollback"), 2);
    EXPECT_EQ(std::count(seen.begin(), seen.end(), "after_commit"), 1);
    EXPECT_EQ(this->template rows<Article>(), 1);
}

TYPED_TEST(Hooks, RunAroundARemoval) {
    Article article = this->made(Article{.title = "gone"});
    take();
    did([&] { return this->db.remove(article); });
    EXPECT_EQ(take(), "before_remove after_remove after_commit");
    EXPECT_THROW(did([&] { return this->db.remove(article); }), duet::NotFound);
    EXPECT_EQ(take(), "before_remove");
}

TYPED_TEST(Hooks, KnowAnUpsertAsASave) {
    Article article{.slug = "s", .title = "one"};
    did([&] { return this->db.upsert(article, duet::conflict_on("slug"), duet::set("title")); });
    EXPECT_EQ(take(), "before_save:upsert after_save after_commit");
    Article other{.slug = "s", .title = "two"};
    EXPECT_FALSE(got(this->db.upsert(other, duet::conflict_on("slug"), duet::do_nothing)));
    EXPECT_EQ(take(), "before_save:upsert");
}

TYPED_TEST(Hooks, RunWhenSomethingIsFoundOrCreated) {
    const auto by = duet::by("slug"_c = "s");
    const auto defaults = duet::defaults("title"_c = "t");
    auto first = got(this->db.template get_or_create<Article>(by, defaults));
    EXPECT_TRUE(first.second);
    EXPECT_EQ(take(), created);
    auto second = got(this->db.template get_or_create<Article>(by, defaults));
    EXPECT_FALSE(second.second);
    EXPECT_EQ(take(), "");
    auto third = got(this->db.template update_or_create<Article>(by, duet::defaults("title"_c = "SHOUT")));
    EXPECT_FALSE(third.second);
    EXPECT_EQ(third.first.title, "shout");
    EXPECT_EQ(take(), std::string("before_save:update before_update:title ") + updated);
}

TYPED_TEST(Hooks, NeedNoTransactionWhenTheyAskForNothing) {
    Word word{.text = "ABC"};
    did([&] { return this->db.save(word); });
    {
        const duet::StatementCounter counter(this->db);
        word.text = "DEF";
        did([&] { return this->db.save(word); });
        EXPECT_EQ(counter.count(), 1U);
    }
    EXPECT_EQ(got(this->db.template get<Word>(word.id))->text, "def");
    word.text = "Bad";
    EXPECT_THROW(did([&] { return this->db.save(word); }), Veto);
    EXPECT_THROW(did([&] { return this->db.update(word, "text"_c = "BAD"); }), Veto);
}

TYPED_TEST(Hooks, MayUseTheTransactionOfTheWrite) {
    Account account{.owner = "Ada", .balance = 3};
    account = got(this->db.create(account));
    did([&] { return this->db.update(account, "balance"_c = 5); });
    const auto notes = got(this->db.template query<Note>().order_by("id").all());
    ASSERT_EQ(notes.size(), 2U);
    EXPECT_EQ(notes[0].text, "create Ada");
    EXPECT_EQ(notes[1].text, "update Ada");

    Account nobody{.owner = "nobody"};
    EXPECT_THROW(got(this->db.create(nobody)), Veto);
    EXPECT_EQ(this->template rows<Note>(), 2);
    EXPECT_EQ(this->template rows<Account>(), 1);

    this->in_tx([&](auto& tx) -> duet::Task<> {
        Account bob{.owner = "Bob"};
        bob = co_await later(tx.create(bob));
    });
    EXPECT_EQ(this->template rows<Note>(), 3);
}

TYPED_TEST(Hooks, AreToldWhatANaturalKeyMeans) {
    Country country{.code = "nl", .name = "Netherlands"};
    did([&] { return this->db.save(country); });
    did([&] { return this->db.save(country); });
    EXPECT_EQ(take(), "create nl update nl");
}

TYPED_TEST(Hooks, HearOfTheRowsThatAreLoaded) {
    Country country{.code = "nl", .name = "Netherlands"};
    did([&] { return this->db.save(country); });
    City city{.name = "Utrecht"};
    city.country = country;
    did([&] { return this->db.save(city); });
    take();
    (void)got(this->db.template get<City>(city.id));
    EXPECT_EQ(take(), "load Utrecht");
    (void)got(this->db.template query<City>().all());
    EXPECT_EQ(take(), "load Utrecht");
    (void)got(this->db.template query<City>().related("country"_c).all());
    EXPECT_EQ(take(), "load Utrecht load nl");
    (void)got(this->db.template query<City>().related("country"_c, duet::joined).all());
    EXPECT_EQ(take(), "load Utrecht load nl");
    did([&] { return this->db.refresh(city); });
    EXPECT_EQ(take(), "load Utrecht");
}

TYPED_TEST(Hooks, KnowTheMarkOfASoftDeleteAsARemovalAndItsEndAsAnUpdate) {
    Country country{.code = "nl", .name = "Netherlands"};
    did([&] { return this->db.save(country); });
    City city{.name = "Utrecht"};
    city.country = country;
    did([&] { return this->db.save(city); });
    take();
    did([&] { return this->db.remove(city); });
    EXPECT_EQ(take(), "remove Utrecht");
    EXPECT_TRUE(got(this->db.restore(city)));
    EXPECT_TRUE(take().starts_with("update Utrecht"));
}

TYPED_TEST(Hooks, AreNotRunByBulkWritesUnlessAskedFor) {
    std::vector<Article> articles;
    for (int i = 0; i < 3; ++i) {
        Article article;
        article.slug = "s" + std::to_string(i);
        article.title = "SHOUT";
        articles.push_back(article);
    }
    std::vector<Article> copies = articles;
    for (Article& article : copies) article.slug += "b";
    EXPECT_EQ(got(this->db.create_bulk(copies)), 3U);
    EXPECT_EQ(take(), "");
    EXPECT_EQ(got(this->db.create_bulk(articles, duet::with_hooks)), 3U);
    EXPECT_EQ(take(),
              "before_save:create before_create before_save:create before_create before_save:create "
              "before_create after_create after_save after_create after_save after_create after_save "
              "after_commit after_commit after_commit");
    EXPECT_EQ(articles[1].title, "shout");
    articles[2].title = "forbidden";
    for (Article& article : articles) {
        article.id = 0;
        article.slug += "c";
    }
    EXPECT_THROW(got(this->db.create_bulk(articles, duet::with_hooks)), Veto);
    EXPECT_EQ(this->template rows<Article>(), 6);
}

TYPED_TEST(Hooks, RunInABatch) {
    Article first{.title = "first"};
    Article second{.title = "second"};
    did([&] {
        return this->db.batch([&](duet::Batch& batch) {
            batch.create(first);
            batch.create(second);
        });
    });
    EXPECT_EQ(std::count(seen.begin(), seen.end(), "after_commit"), 2);
    EXPECT_EQ(seen.size(), 10U);
    EXPECT_EQ(this->template rows<Article>(), 2);
    first.title = "forbidden";
    EXPECT_THROW(did([&] {
                     return this->db.batch([&](duet::Batch& batch) {
                         batch.update(second, "title"_c = "x");
                         batch.update(first, "title"_c = "forbidden");
                     });
                 }),
                 Veto);
    EXPECT_EQ(got(this->db.template get<Article>(second.id))->title, "second");
}

TYPED_TEST(Hooks, LeaveNoTraceOfAWriteThatTheDatabaseRefuses) {
    this->made(Article{.slug = "same", .title = "one"});
    take();
    Article again{.slug = "same", .title = "two"};
    EXPECT_THROW(did([&] { return this->db.save(again); }), duet::UniqueViolation);
    EXPECT_EQ(take(), "before_save:create before_create");
    EXPECT_EQ(again.id, 0);
}

TYPED_TEST(Hooks, RunOnTheThreadOfTheCaller) {
    // Also where the driver works on threads of its own.
    caller = std::this_thread::get_id();
    elsewhere = 0;
    Place place{.name = "a"};
    did([&] { return this->db.save(place); });
    did([&] { return this->db.update(place, "name"_c = "b"); });
    in_transaction(this->db,
                   [&](auto& tx) -> duet::Task<> { co_await later_done([&] { return tx.save(place); }); });
    EXPECT_EQ(elsewhere, 0);
}

}  // namespace
