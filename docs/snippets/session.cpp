#include <duet/session.hpp>
#include <duet/statement.hpp>

#include <iostream>
#include <stdexcept>
#include <string>

#include <gtest/gtest.h>

using namespace duet::literals;

// [models]
struct Post;
struct Tag;

struct Account {
    std::int64_t id{};
    std::string owner{};
    std::int64_t balance{};

    static constexpr auto table = duet::table("accounts", duet::check("solvent", "balance >= 0"));
};

struct User {
    std::int64_t id{};
    std::string name{};
    duet::HasMany<Post> posts{};

    static constexpr auto table = duet::table("users", duet::cascade_orphans("posts"));
};

struct Post {
    std::int64_t id{};
    std::string title{};
    duet::BelongsTo<User> author{};
    duet::ManyToMany<Tag> tags{};
    duet::Version version{};

    static constexpr auto table = duet::table("posts");
};

struct Tag {
    std::int64_t id{};
    std::string name{};

    static constexpr auto table = duet::table("tags");
};
// [/models]

namespace {

struct InsufficientFunds : std::runtime_error {
    InsufficientFunds() : std::runtime_error("insufficient funds") {}
};

// [transfer]
void transfer(duet::Database& db, std::int64_t from_id, std::int64_t to_id, std::int64_t amount) {
    db.session([&](duet::Session& s) {
        Account& from = s.get<Account>(from_id);  // the same row is the same object
        Account& to = s.get<Account>(to_id);
        if (from.balance < amount) throw InsufficientFunds{};
        from.balance -= amount;
        to.balance += amount;  // two UPDATEs of one column, at the end
    });
}
// [/transfer]

// [async]
duet::Task<> transfer(duet::AsyncDatabase& db, std::int64_t from_id, std::int64_t to_id,
                      std::int64_t amount) {
    auto block = [&](duet::AsyncSession& s) -> duet::Task<> {
        Account& from = co_await s.get_for_update<Account>(from_id);
        Account& to = co_await s.get_for_update<Account>(to_id);
        if (from.balance < amount) throw InsufficientFunds{};
        from.balance -= amount;
        to.balance += amount;
    };
    co_await db.session(block, duet::retry(5));
}
// [/async]

struct Sessions : testing::Test {
    duet::Database db{"sqlite://:memory:"};
    void SetUp() override {
        db.create_all(duet::models<Account, User, Tag, Post>);
        db.create(Account{.owner = "Ada", .balance = 100});
        db.create(Account{.owner = "Bob"});
    }
};

TEST_F(Sessions, Transfer) {
    transfer(db, 1, 2, 30);
    EXPECT_THROW(transfer(db, 1, 2, 300), InsufficientFunds);
    duet::AsyncDatabase async(db);
    duet::run(transfer(async, 2, 1, 10));
    EXPECT_EQ(db.get<Account>(1)->balance, 80);
}

TEST_F(Sessions, ReadAndAsk) {
    // [read]
    db.session([](duet::Session& s) {
        Account* nobody = s.find<Account>(99);  // null
        for (Account& account : s.query<Account>().where("balance"_c > 0).order_by("id").all())
            account.balance -= 1;
        Account& ada = s.query<Account>().where("owner"_c == "Ada").one();  // written before this query
        ada.owner = "Countess";
        for (std::string_view name : s.changes(ada)) std::cout << name << " has changed\n";
        std::cout << s.pending().changed << " to be written, " << (nobody == nullptr) << "\n";
    });
    // [/read]
    EXPECT_EQ(db.get<Account>(1)->owner, "Countess");
    EXPECT_EQ(db.get<Account>(1)->balance, 99);
}

TEST_F(Sessions, PagesAndStatements) {
    // [pages]
    db.session([](duet::Session& s) {
        auto page = s.query<Account>().order_by("-balance", "id").page_after("", 50);
        for (Account& account : page.items) account.balance += 1;  // objects
        if (page.has_next()) std::cout << "go on with " << page.next << "\n";

        auto statement = duet::select(duet::sum("balance"_c)).from<Account>();
        auto total = s.execute(statement).one();  // behind the changes above
        auto owners = s.sql("SELECT count(*) FROM accounts WHERE owner LIKE {}", "A%").scalar<std::int64_t>();
        std::cout << total.value_or(0) << ", " << owners << "\n";  // 102, 1
    });
    // [/pages]
    EXPECT_EQ(db.get<Account>(1)->balance, 101);
}

TEST_F(Sessions, Scans) {
    // [scan]
    db.session([](duet::Session& s) {
        for (Account& account : s.query<Account>().where("balance"_c > 0).iterate(500))
            account.balance += account.balance / 50;  // written batch by batch
    });
    // [/scan]
    EXPECT_EQ(db.get<Account>(1)->balance, 102);
}

TEST_F(Sessions, Retries) {
    const User ada = db.create(User{.name = "Ada"});
    const std::int64_t id = db.create(Post{.title = "First", .author = ada}).id;
    // [stale]
    auto s = db.begin_session();
    for (int attempt = 0;; ++attempt) {
        try {
            Post& post = s.get<Post>(id);
            post.title += "!";
            s.commit();
            break;
        } catch (const duet::StaleData&) {  // everything is taken back, and get() reads again
            if (attempt == 2) throw;
        }
    }
    // [/stale]
    EXPECT_EQ(db.get<Post>(id)->title, "First!");
}

TEST_F(Sessions, Graph) {
    // [graph]
    db.session([](duet::Session& s) {
        User& ada = s.add(User{.name = "Ada"});
        Post& first = s.add(Post{.title = "First", .author = ada});  // gets the key of ada when there is one
        auto posts = s.collection(ada, "posts"_c);
        posts.add(Post{.title = "Second"});
        s.collection(first, "tags"_c).add(Tag{.name = "news"});
        std::cout << posts.size() << " posts of " << first.author->name << "\n";  // 2 posts of Ada
    });  // users, posts, tags, links: in this order
    // [/graph]

    // [collections]
    db.session([](duet::Session& s) {
        User& ada = s.query<User>().related("posts.tags"_c).one();
        auto posts = s.collection(ada, "posts"_c);
        for (Post& post : posts) post.title += "!";
        posts.remove(posts[1]);  // cascade_orphans: the row goes
        User& bob = s.add(User{.name = "Bob"});
        posts[0].author = bob;                    // leaves the collection
        std::cout << posts.size() << " posts\n";  // 0 posts
    });
    // [/collections]
    db.session([](duet::Session& s) {
        // [members]
        User& bob = s.query<User>().where("name"_c == "Bob").related("posts"_c).one();
        for (Post& post : bob.posts) post.title += "?";  // the session's objects
        s.collection(bob, "posts"_c).add(Post{.title = "More"});
        std::cout << bob.posts.size() << " posts\n";  // 2 posts
        // [/members]
        EXPECT_EQ(bob.posts.size(), 2u);
        s.rollback();
    });
    EXPECT_EQ(db.query<Post>().related("author"_c).one().author->name, "Bob");
}

TEST_F(Sessions, ByHand) {
    // [by_hand]
    auto s = db.begin_session();
    Account& ada = s.get<Account>(1);
    ada.balance = 1;
    s.flush();   // written, within the transaction
    s.commit();  // the session goes on; rows are read again when they are next asked for
    ada.balance = 2;
    s.rollback();
    std::cout << ada.balance << "\n";  // 1
    // [/by_hand]
    EXPECT_EQ(ada.balance, 1);
}

TEST_F(Sessions, Nested) {
    // [nested]
    db.session([](duet::Session& s) {
        Account& ada = s.get<Account>(1);
        try {
            s.transaction([&](duet::Session& nested) {  // a savepoint
                ada.balance = 0;
                nested.add(Account{.owner = "Eve"});
                nested.flush();
                throw InsufficientFunds{};
            });
        } catch (const InsufficientFunds&) {
            std::cout << ada.balance << "\n";  // 100: objects go back, too
        }
    });
    // [/nested]
    EXPECT_EQ(db.query<Account>().count(), 2);
    EXPECT_EQ(db.get<Account>(1)->balance, 100);
}

TEST_F(Sessions, Failures) {
    // [failures]
    db.session([](duet::Session& s) {
        Account& ada = s.get<Account>(1);
        ada.balance = -1;
        try {
            s.flush();
        } catch (const duet::CheckViolation&) {
            ada.balance = 1;  // nothing was written, and the object is as it was: mend it and go on
        }
    });
    // [/failures]
    EXPECT_EQ(db.get<Account>(1)->balance, 1);
}

TEST_F(Sessions, Imports) {
    const int many = 3000;
    // [import]
    db.session([&](duet::Session& s) {
        for (int n = 0; n < many; ++n) {
            s.add(Account{.owner = "owner " + std::to_string(n)});
            if (n % 1000 != 999) continue;
            s.flush();
            s.expunge_all();  // flat memory; references into the session end here
        }
    });
    // [/import]
    EXPECT_EQ(db.query<Account>().count(), many + 2);
}

TEST_F(Sessions, Copies) {
    // [merge]
    Account form{.id = 1, .owner = "Ada Lovelace", .balance = 100};  // from elsewhere
    db.session([&](duet::Session& s) {
        Account& ada = s.merge(form);  // the session's object, with the values of the form
        std::cout << s.changes(ada).size() << " column\n";
    });
    // [/merge]
    EXPECT_EQ(db.get<Account>(1)->owner, "Ada Lovelace");
}

}  // namespace
