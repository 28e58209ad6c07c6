#include <array>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <unordered_map>

#include <mysql.h>

#include "entrants.hpp"
#include "mariadb_url.hpp"

// Connector/C at its best: prepared statements with typed binds, results fetched into fixed places, 500 rows
// an INSERT for bulk work, an IN list prepared once.
namespace bench {
namespace {

constexpr std::size_t batch = 500;
constexpr std::size_t text_capacity = 256;  // longer than any text of the workload

struct CloseConnection {
    void operator()(MYSQL* connection) const { mysql_close(connection); }
};
struct CloseStatement {
    void operator()(MYSQL_STMT* statement) const { mysql_stmt_close(statement); }
};
using Statement = std::unique_ptr<MYSQL_STMT, CloseStatement>;

[[noreturn]] void fail(const char* message) {
    std::fprintf(stderr, "mariadb: %s\n", message);
    std::exit(2);
}

void must(MYSQL_STMT* statement, bool failed) {
    if (failed) fail(mysql_stmt_error(statement));
}

MYSQL_TIME time_of(Timestamp time) {
    const auto day = std::chrono::floor<std::chrono::days>(time);
    const std::chrono::year_month_day date{day};
    const std::chrono::hh_mm_ss clock{time - day};
    MYSQL_TIME result{};
    result.year = static_cast<unsigned>(static_cast<int>(date.year()));
    result.month = static_cast<unsigned>(date.month());
    result.day = static_cast<unsigned>(date.day());
    result.hour = static_cast<unsigned>(clock.hours().count());
    result.minute = static_cast<unsigned>(clock.minutes().count());
    result.second = static_cast<unsigned>(clock.seconds().count());
    result.second_part = static_cast<unsigned long>(clock.subseconds().count());
    result.time_type = MYSQL_TIMESTAMP_DATETIME;
    return result;
}

Timestamp moment_of(const MYSQL_TIME& time) {
    using namespace std::chrono;
    const sys_days day{year{static_cast<int>(time.year)} / static_cast<int>(time.month) /
                       static_cast<int>(time.day)};
    return Timestamp{day} + hours{time.hour} + minutes{time.minute} + seconds{time.second} +
           microseconds{time.second_part};
}

MYSQL_BIND typed(enum_field_types type, void* place) {
    MYSQL_BIND bind{};
    bind.buffer_type = type;
    bind.buffer = place;
    return bind;
}

MYSQL_BIND text_bind(const std::string& text, unsigned long& length) {
    MYSQL_BIND bind = typed(MYSQL_TYPE_STRING, const_cast<char*>(text.data()));
    length = text.size();
    bind.length = &length;
    bind.buffer_length = length;
    return bind;
}

// A place for a text of a row.
struct Text {
    std::array<char, text_capacity> bytes;
    unsigned long length = 0;
    my_bool null = 0;

    MYSQL_BIND bind() {
        MYSQL_BIND made = typed(MYSQL_TYPE_STRING, bytes.data());
        made.buffer_length = bytes.size();
        made.length = &length;
        made.is_null = &null;
        return made;
    }
    std::string_view view() const { return {bytes.data(), length}; }
};

// Where a row of users arrives.
struct UserPlace {
    std::int64_t id = 0;
    Text email, name, bio;
    std::int32_t age = 0;
    double score = 0;
    std::int8_t is_active = 0;
    MYSQL_TIME created_at{};
    std::array<MYSQL_BIND, 8> binds{typed(MYSQL_TYPE_LONGLONG, &id),
                                    email.bind(),
                                    name.bind(),
                                    typed(MYSQL_TYPE_LONG, &age),
                                    typed(MYSQL_TYPE_DOUBLE, &score),
                                    bio.bind(),
                                    typed(MYSQL_TYPE_TINY, &is_active),
                                    typed(MYSQL_TYPE_DATETIME, &created_at)};

    void read(UserRow& user) const {
        user.id = id;
        user.email = email.view();
        user.name = name.view();
        user.age = age;
        user.score = score;
        if (bio.null == 0) user.bio = bio.view();
        user.is_active = is_active != 0;
        user.created_at = moment_of(created_at);
    }
};

struct PostPlace {
    std::int64_t id = 0;
    Text title, body;
    std::int32_t views = 0;
    std::int64_t author_id = 0;
    std::array<MYSQL_BIND, 5> binds{typed(MYSQL_TYPE_LONGLONG, &id), title.bind(), body.bind(),
                                    typed(MYSQL_TYPE_LONG, &views), typed(MYSQL_TYPE_LONGLONG, &author_id)};
};

constexpr std::size_t user_parameters = 7;

// What a user's binds point at besides the user.
struct UserNotes {
    std::array<unsigned long, 3> lengths{};
    std::int8_t is_active = 0;
    MYSQL_TIME created_at{};
};

void bind_user(MYSQL_BIND* binds, UserRow& user, UserNotes& notes) {
    notes.is_active = user.is_active ? 1 : 0;
    notes.created_at = time_of(user.created_at);
    binds[0] = text_bind(user.email, notes.lengths[0]);
    binds[1] = text_bind(user.name, notes.lengths[1]);
    binds[2] = typed(MYSQL_TYPE_LONG, &user.age);
    binds[3] = typed(MYSQL_TYPE_DOUBLE, &user.score);
    binds[4] = user.bio ? text_bind(*user.bio, notes.lengths[2]) : typed(MYSQL_TYPE_NULL, nullptr);
    binds[5] = typed(MYSQL_TYPE_TINY, &notes.is_active);
    binds[6] = typed(MYSQL_TYPE_DATETIME, &notes.created_at);
}

std::string repeated(std::string sql, const char* group, std::size_t count, const char* suffix) {
    for (std::size_t index = 0; index < count; ++index) sql.append(index == 0 ? "" : ",").append(group);
    return sql + suffix;
}

class RawMariaDb : public Contender {
public:
    explicit RawMariaDb(const std::string& url) {
        const MariaDbPlace place = mariadb_place(url);
        if (mysql_real_connect(db(), "localhost", place.user.c_str(), place.password.c_str(),
                               place.database.c_str(), 0, place.socket.c_str(), 0) == nullptr) {
            fail(mysql_error(db()));
        }
        const std::string select =
            "SELECT id, email, name, age, score, bio, is_active, created_at FROM users";
        const char* const insert =
            "INSERT INTO users (email, name, age, score, bio, is_active, created_at) VALUES ";
        by_key_ = prepare(select + " WHERE id = ?");
        all_ = prepare(select);
        first_users_ = prepare(select + " WHERE id <= ?");
        posts_of_ =
            prepare(repeated("SELECT id, title, body, views, author_id FROM posts WHERE author_id IN (", "?",
                             parent_count, ")"));
        insert_ = prepare(repeated(insert, "(?,?,?,?,?,?,?)", 1, ""));
        insert_batch_ = prepare(repeated(insert, "(?,?,?,?,?,?,?)", batch, ""));
        set_age_ = prepare("UPDATE users SET age = ? WHERE id = ?");
    }

    std::optional<std::uint64_t> point_selects(std::size_t count, Stopwatch& watch) override {
        std::uint64_t sum = 0;
        std::int64_t key = 0;
        UserPlace place;
        MYSQL_BIND parameter = typed(MYSQL_TYPE_LONGLONG, &key);
        mysql_stmt_bind_param(by_key_.get(), &parameter);
        mysql_stmt_bind_result(by_key_.get(), place.binds.data());
        watch.start();
        for (std::size_t step = 0; step < count; ++step) {
            key = shuffled_key(step);
            execute(by_key_);
            UserRow user;
            must(by_key_.get(), mysql_stmt_fetch(by_key_.get()) != 0);
            place.read(user);
            mysql_stmt_free_result(by_key_.get());
            sum += digest(user);
        }
        watch.stop();
        return sum;
    }

    std::optional<std::uint64_t> scan(Stopwatch& watch) override {
        watch.start();
        std::vector<UserRow> users;
        UserPlace place;
        execute(all_);
        mysql_stmt_bind_result(all_.get(), place.binds.data());
        while (mysql_stmt_fetch(all_.get()) == 0) place.read(users.emplace_back());
        mysql_stmt_free_result(all_.get());
        watch.stop();
        std::uint64_t sum = users.size();
        for (const UserRow& user : users) sum += digest(user);
        return sum;
    }

    std::optional<std::uint64_t> single_inserts(std::size_t count, Stopwatch& watch) override {
        std::vector<UserRow> users = make_new_users(count);
        std::array<MYSQL_BIND, user_parameters> binds{};
        UserNotes notes;
        watch.start();
        for (UserRow& user : users) {
            bind_user(binds.data(), user, notes);
            mysql_stmt_bind_param(insert_.get(), binds.data());
            execute(insert_);
            user.id = static_cast<std::int64_t>(mysql_stmt_insert_id(insert_.get()));
        }
        watch.stop();
        return static_cast<std::uint64_t>(users.back().id - users.front().id);
    }

    std::optional<std::uint64_t> bulk_insert(std::size_t count, Stopwatch& watch) override {
        std::vector<UserRow> users = make_new_users(count);
        std::vector<MYSQL_BIND> binds(batch * user_parameters);
        std::vector<UserNotes> notes(batch);
        watch.start();
        run("START TRANSACTION");
        std::size_t index = 0;
        for (; index + batch <= users.size(); index += batch) {
            for (std::size_t row = 0; row < batch; ++row) {
                bind_user(&binds[row * user_parameters], users[index + row], notes[row]);
            }
            mysql_stmt_bind_param(insert_batch_.get(), binds.data());
            execute(insert_batch_);
        }
        for (; index < users.size(); ++index) {
            bind_user(binds.data(), users[index], notes[0]);
            mysql_stmt_bind_param(insert_.get(), binds.data());
            execute(insert_);
        }
        run("COMMIT");
        watch.stop();
        return users.size();
    }

    std::optional<std::uint64_t> parents_with_children(Stopwatch& watch) override {
        watch.start();
        std::vector<Parent> parents;
        std::int64_t last = parent_count;
        UserPlace place;
        MYSQL_BIND parameter = typed(MYSQL_TYPE_LONGLONG, &last);
        mysql_stmt_bind_param(first_users_.get(), &parameter);
        execute(first_users_);
        mysql_stmt_bind_result(first_users_.get(), place.binds.data());
        while (mysql_stmt_fetch(first_users_.get()) == 0) place.read(parents.emplace_back().user);
        mysql_stmt_free_result(first_users_.get());

        std::unordered_map<std::int64_t, Parent*> by_key;
        by_key.reserve(parents.size());
        std::vector<MYSQL_BIND> keys;
        keys.reserve(parents.size());
        for (Parent& parent : parents) {
            by_key.emplace(parent.user.id, &parent);
            keys.push_back(typed(MYSQL_TYPE_LONGLONG, &parent.user.id));
        }
        PostPlace post_place;
        mysql_stmt_bind_param(posts_of_.get(), keys.data());
        execute(posts_of_);
        mysql_stmt_bind_result(posts_of_.get(), post_place.binds.data());
        while (mysql_stmt_fetch(posts_of_.get()) == 0) {
            PostRow& post = by_key.find(post_place.author_id)->second->posts.emplace_back();
            post.id = post_place.id;
            post.title = post_place.title.view();
            post.body = post_place.body.view();
            post.views = post_place.views;
            post.author_id = post_place.author_id;
        }
        mysql_stmt_free_result(posts_of_.get());
        watch.stop();
        return digest_parents(parents);
    }

    std::optional<std::uint64_t> updates(std::size_t count, Commit /*commit*/, Stopwatch& watch) override {
        std::int32_t age = 0;
        std::int64_t key = 0;
        std::array<MYSQL_BIND, 2> binds{typed(MYSQL_TYPE_LONG, &age), typed(MYSQL_TYPE_LONGLONG, &key)};
        mysql_stmt_bind_param(set_age_.get(), binds.data());
        watch.start();
        for (std::size_t step = 0; step < count; ++step) {
            age = static_cast<std::int32_t>(step % 90);
            key = shuffled_key(step);
            execute(set_age_);
        }
        watch.stop();
        return count;
    }

protected:
    MYSQL* db() { return connection_.get(); }

    Statement prepare(const std::string& sql) {
        Statement statement{mysql_stmt_init(db())};
        must(statement.get(), mysql_stmt_prepare(statement.get(), sql.data(), sql.size()) != 0);
        return statement;
    }
    void execute(const Statement& statement) {
        must(statement.get(), mysql_stmt_execute(statement.get()) != 0);
    }
    void run(std::string_view sql) {
        if (mysql_real_query(db(), sql.data(), sql.size()) != 0) fail(mysql_error(db()));
    }

    std::unique_ptr<MYSQL, CloseConnection> connection_{mysql_init(nullptr)};
    Statement by_key_, all_, first_users_, posts_of_, insert_, insert_batch_, set_age_;
};

// W4 by the bulk protocol, which servers of MySQL do not have: columns of values for one prepared INSERT.
class RawMariaDbArrays final : public RawMariaDb {
public:
    using RawMariaDb::RawMariaDb;

    std::optional<std::uint64_t> point_selects(std::size_t, Stopwatch&) override { return std::nullopt; }
    std::optional<std::uint64_t> scan(Stopwatch&) override { return std::nullopt; }
    std::optional<std::uint64_t> single_inserts(std::size_t, Stopwatch&) override { return std::nullopt; }
    std::optional<std::uint64_t> parents_with_children(Stopwatch&) override { return std::nullopt; }
    std::optional<std::uint64_t> updates(std::size_t, Commit, Stopwatch&) override { return std::nullopt; }

    std::optional<std::uint64_t> bulk_insert(std::size_t count, Stopwatch& watch) override {
        std::vector<UserRow> users = make_new_users(count);
        watch.start();
        std::array<std::vector<const char*>, 3> texts;
        std::array<std::vector<unsigned long>, 3> lengths;
        std::vector<char> bio_state(count, STMT_INDICATOR_NONE);
        std::vector<std::int32_t> ages;
        std::vector<double> scores;
        std::vector<std::int8_t> active;
        std::vector<MYSQL_TIME> times;
        std::vector<const MYSQL_TIME*> time_places;
        const auto add_text = [&](std::size_t column, const std::string& text) {
            texts[column].push_back(text.data());
            lengths[column].push_back(text.size());
        };
        const std::string none;
        times.reserve(count);
        for (std::size_t row = 0; row < count; ++row) {
            const UserRow& user = users[row];
            add_text(0, user.email);
            add_text(1, user.name);
            add_text(2, user.bio ? *user.bio : none);
            if (!user.bio) bio_state[row] = STMT_INDICATOR_NULL;
            ages.push_back(user.age);
            scores.push_back(user.score);
            active.push_back(user.is_active ? 1 : 0);
            times.push_back(time_of(user.created_at));
            time_places.push_back(&times.back());
        }
        const auto text = [&](std::size_t column) {
            MYSQL_BIND bind = typed(MYSQL_TYPE_STRING, texts[column].data());
            bind.length = lengths[column].data();
            return bind;
        };
        std::array<MYSQL_BIND, user_parameters> binds{
            text(0),
            text(1),
            typed(MYSQL_TYPE_LONG, ages.data()),
            typed(MYSQL_TYPE_DOUBLE, scores.data()),
            text(2),
            typed(MYSQL_TYPE_TINY, active.data()),
            typed(MYSQL_TYPE_DATETIME, time_places.data()),
        };
        binds[4].u.indicator = bio_state.data();
        auto rows = static_cast<unsigned>(count);
        mysql_stmt_attr_set(insert_.get(), STMT_ATTR_ARRAY_SIZE, &rows);
        mysql_stmt_bind_param(insert_.get(), binds.data());
        execute(insert_);  // one statement: all or nothing
        watch.stop();
        return count;
    }
};

}  // namespace

std::unique_ptr<Contender> make_raw_mariadb_arrays(const std::string& url) {
    return std::make_unique<RawMariaDbArrays>(url);
}
std::unique_ptr<Contender> make_raw_mariadb(const std::string& url) {
    return std::make_unique<RawMariaDb>(url);
}

}  // namespace bench
