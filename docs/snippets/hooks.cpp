#include <duet/duet.hpp>
#include <duet/signals.hpp>

#include <cctype>
#include <map>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

using namespace duet::literals;

namespace {
std::vector<std::string> mail;
std::map<std::int64_t, std::string> cache;

std::string slug_of(const std::string& title) {
    std::string slug;
    for (const char c : title) slug += std::isalnum(static_cast<unsigned char>(c)) != 0 ? c : '-';
    return slug;
}
void send_mail(const std::string& text) { mail.push_back(text); }
}  // namespace

// [members]
struct Article {
    std::int64_t id{};
    std::string slug{};
    std::string title{};
    bool published{};
    static constexpr auto table = duet::table("articles", duet::unique("slug"));

    void before_save() {
        if (title.empty()) throw std::invalid_argument("an article has a title");  // nothing is written
    }
    void before_create() { slug = slug_of(title); }
    void before_remove() {
        if (published) throw std::invalid_argument("published articles stay");
    }
    void after_commit() const { send_mail("written: " + title); }
};
// [/members]

// [transaction]
struct Entry {
    std::int64_t id{};
    std::string text{};
    static constexpr auto table = duet::table("entries");
};

struct Account {
    std::int64_t id{};
    std::string owner{};
    std::int64_t balance{};
    static constexpr auto table = duet::table("accounts");

    void after_save(const duet::HookContext& context) {
        if (!context.changes("balance")) return;
        // The same transaction: both are written or neither.
        context.transaction().create(Entry{.text = owner + " has " + std::to_string(balance)});
    }
};
// [/transaction]

// [task]
struct Order {
    std::int64_t id{};
    std::string item{};
    static constexpr auto table = duet::table("orders");

    duet::Task<> after_create(const duet::HookContext& context) {
        auto tx = context.async_transaction();
        Entry entry{.text = "ordered: " + item};
        co_await tx.create(entry);
    }
};
// [/task]

// [load]
struct Rectangle {
    std::int64_t id{};
    int width{};
    int height{};
    static constexpr auto table = duet::table("rectangles");

    void after_load() {
        if (width > height) std::swap(width, height);
    }
};
// [/load]

namespace {

TEST(Hooks, OfMembers) {
    duet::Database db{"sqlite://:memory:"};
    db.create_all(duet::models<Article, Account, Entry, Order, Rectangle>);

    // [veto]
    Article article = db.create(Article{.title = "Hello world"});  // slug: Hello-world
    try {
        db.update(article, "title"_c = "");
    } catch (const std::invalid_argument&) {
        // article.title is still "Hello world", here and in the database
    }
    // [/veto]
    EXPECT_EQ(article.slug, "Hello-world");
    EXPECT_EQ(article.title, "Hello world");
    EXPECT_EQ(mail.size(), 1U);

    Account account = db.create(Account{.owner = "Ada", .balance = 3});
    db.update(account, "owner"_c = "Grace");
    EXPECT_EQ(db.query<Entry>().count(), 1);

    db.create(Rectangle{.width = 2, .height = 1});
    EXPECT_EQ(db.get<Rectangle>(1)->height, 2);

    // [bulk]
    std::vector<Article> articles{{.title = "One"}, {.title = "Two"}};
    db.create_bulk(articles, duet::with_hooks);
    db.query<Article>().where("title"_c != "One").update_bulk("published"_c = true, duet::with_hooks);
    db.query<Article>().where("title"_c == "One").delete_bulk(duet::with_hooks);
    // [/bulk]
    EXPECT_EQ(articles[1].slug, "Two");
    EXPECT_EQ(db.query<Article>().count(), 2);
}

TEST(Hooks, ThatAreTasks) {
    duet::run([]() -> duet::Task<> {
        duet::AsyncDatabase db{"sqlite://:memory:"};
        co_await db.create_all(duet::models<Order, Entry>);
        Order order{.item = "tea"};
        co_await db.create(order);
        const auto entries = co_await db.query<Entry>().count();
        EXPECT_EQ(entries, 1);
    });
}

TEST(Hooks, OfOthers) {
    duet::Database db{"sqlite://:memory:"};
    db.create_all(duet::models<Article, Entry>);

    // [connect]
    const duet::HookConnection audit =
        db.connect<Article>(duet::signal::after_save, [](Article& article, const duet::HookContext& context) {
            const std::string what(name_of(context.operation()));  // create, update, upsert
            context.transaction().create(Entry{.text = what + ": " + article.title});
        });
    const duet::HookConnection fresh = db.connect<Article>(
        duet::signal::after_commit, [](const Article& article) { cache.erase(article.id); });
    // [/connect]

    std::map<std::string, int> writes;
    // [all]
    const duet::HookConnection all =
        db.connect(duet::signal::before_save, [&](const duet::HookContext& context) {
            ++writes[std::string(context.model().table)];
            if (auto* article = context.object<Article>(); article != nullptr && article->title == "Spam")
                throw std::invalid_argument("no spam");
        });
    // [/all]

    // [query]
    const duet::HookConnection reader =
        db.connect(duet::signal::before_query, [](const duet::QueryStart& start) {
            if (start.sql.starts_with("DROP")) throw std::logic_error("nothing is dropped here");
        });
    // [/query]

    cache[1] = "old";
    db.create(Article{.title = "News"});
    EXPECT_TRUE(cache.empty());
    EXPECT_THROW(db.create(Article{.title = "Spam"}), std::invalid_argument);
    EXPECT_EQ(writes["articles"], 2);
    EXPECT_EQ(db.query<Entry>().count(), 1);
    EXPECT_THROW(db.execute_script("DROP TABLE articles"), std::logic_error);
}

}  // namespace
