#include "raw_postgres.hpp"

#include <unordered_map>

#include "entrants.hpp"

// libpq at its best: statements prepared once, parameters and results in binary, bulk rows by binary COPY.
namespace bench {
namespace {

constexpr std::size_t chunk = 1'000;  // rows a statement, where keys come back from INSERT

constexpr std::uint32_t bool_type = 16;
constexpr std::uint32_t int8_type = 20;
constexpr std::uint32_t int4_type = 23;
constexpr std::uint32_t text_type = 25;
constexpr std::uint32_t float8_type = 701;
constexpr std::uint32_t timestamptz_type = 1184;

enum class Keys : std::uint8_t { none, unnest, sequence };

class RawPostgres final : public Contender {
public:
    RawPostgres(const std::string& url, Keys keys) : owned_{pg::open(url)}, keys_{keys} {
        const std::string select = std::string{"SELECT "} + pg::user_columns + " FROM users";
        pg::prepare(db(), "by_key", pg::user_by_key);
        pg::prepare(db(), "all", select);
        pg::prepare(db(), "first_users", select + " WHERE id <= $1");
        pg::prepare(db(), "posts_of",
                    "SELECT id, title, body, views, author_id FROM posts WHERE author_id = ANY($1)");
        pg::prepare(db(), "insert",
                    "INSERT INTO users (email, name, age, score, bio, is_active, created_at) VALUES "
                    "($1, $2, $3, $4, $5, $6, $7) RETURNING id");
        pg::prepare(db(), "set_age", "UPDATE users SET age = $1 WHERE id = $2");
        pg::prepare(
            db(), "insert_arrays",
            "INSERT INTO users (email, name, age, score, bio, is_active, created_at) SELECT * FROM unnest("
            "$1::text[], $2::text[], $3::int4[], $4::float8[], $5::text[], $6::bool[], $7::timestamptz[]) "
            "RETURNING id");
        pg::prepare(db(), "reserve",
                    "SELECT nextval('users_id_seq'::regclass) FROM generate_series(1, $1::int8)");
    }

    std::optional<std::uint64_t> point_selects(std::size_t count, Stopwatch& watch) override {
        if (keys_ != Keys::none) return std::nullopt;
        std::uint64_t sum = 0;
        pg::Parameters<1> parameters;
        watch.start();
        for (std::size_t step = 0; step < count; ++step) {
            parameters.number(0, shuffled_key(step));
            const pg::Result result = checked(parameters.run(db(), "by_key"));
            UserRow user;
            pg::read_user(result.get(), 0, user);
            sum += digest(user);
        }
        watch.stop();
        return sum;
    }

    std::optional<std::uint64_t> scan(Stopwatch& watch) override {
        if (keys_ != Keys::none) return std::nullopt;
        watch.start();
        std::vector<UserRow> users;
        {
            const pg::Result result = checked(pg::Parameters<0>{}.run(db(), "all"));
            const int rows = PQntuples(result.get());
            users.resize(static_cast<std::size_t>(rows));
            for (int row = 0; row < rows; ++row) {
                pg::read_user(result.get(), row, users[static_cast<std::size_t>(row)]);
            }
        }
        watch.stop();
        std::uint64_t sum = users.size();
        for (const UserRow& user : users) sum += digest(user);
        return sum;
    }

    std::optional<std::uint64_t> single_inserts(std::size_t count, Stopwatch& watch) override {
        if (keys_ != Keys::none) return std::nullopt;
        std::vector<UserRow> users = make_new_users(count);
        pg::Parameters<7> parameters;
        watch.start();
        for (UserRow& user : users) {
            parameters.text(0, user.email);
            parameters.text(1, user.name);
            parameters.number(2, std::int32_t{user.age});
            parameters.number(3, std::bit_cast<std::int64_t>(user.score));
            if (user.bio) {
                parameters.text(4, *user.bio);
            } else {
                parameters.values[4] = nullptr;
            }
            parameters.boolean(5, user.is_active);
            parameters.number(6, pg::microseconds_of(user.created_at));
            user.id = pg::number_at<std::int64_t>(checked(parameters.run(db(), "insert")).get(), 0, 0);
        }
        watch.stop();
        return static_cast<std::uint64_t>(users.back().id - users.front().id);
    }

    std::optional<std::uint64_t> bulk_insert(std::size_t count, Stopwatch& watch) override {
        if (keys_ != Keys::none) return std::nullopt;
        const std::vector<UserRow> users = make_new_users(count);
        watch.start();
        copy(users, false);
        watch.stop();
        return users.size();
    }

    // The usual side has none: the ratio is to COPY without keys.
    std::optional<std::uint64_t> bulk_insert_with_keys(std::size_t count, Stopwatch& watch) override {
        if (keys_ == Keys::none) return bulk_insert(count, watch);
        std::vector<UserRow> users = make_new_users(count);
        watch.start();
        if (keys_ == Keys::unnest) {
            pg::execute(db(), "BEGIN");
            for (std::size_t first = 0; first < users.size(); first += chunk) {
                insert_arrays(std::span{users}.subspan(first, std::min(chunk, users.size() - first)));
            }
            pg::execute(db(), "COMMIT");
        } else {
            pg::Parameters<1> parameters;
            parameters.number(0, static_cast<std::int64_t>(users.size()));
            const pg::Result keys = checked(parameters.run(db(), "reserve"));
            int row = 0;
            for (UserRow& user : users) user.id = pg::number_at<std::int64_t>(keys.get(), row++, 0);
            copy(users, true);
        }
        watch.stop();
        return users.back().id > users.front().id ? users.size() : 0;
    }

    std::optional<std::uint64_t> parents_with_children(Stopwatch& watch) override {
        if (keys_ != Keys::none) return std::nullopt;
        watch.start();
        pg::Parameters<1> parameters;
        parameters.number(0, static_cast<std::int64_t>(parent_count));
        std::vector<Parent> parents;
        std::unordered_map<std::int64_t, Parent*> by_key;
        {
            const pg::Result result = checked(parameters.run(db(), "first_users"));
            const int rows = PQntuples(result.get());
            parents.resize(static_cast<std::size_t>(rows));
            by_key.reserve(parents.size());
            for (int row = 0; row < rows; ++row) {
                Parent& parent = parents[static_cast<std::size_t>(row)];
                pg::read_user(result.get(), row, parent.user);
                by_key.emplace(parent.user.id, &parent);
            }
        }
        pg::Bytes keys;
        pg::array_head(keys, int8_type, parents.size(), false);
        for (const Parent& parent : parents) keys.field(parent.user.id);
        parameters.text(0, keys.view());
        {
            const pg::Result result = checked(parameters.run(db(), "posts_of"));
            const int rows = PQntuples(result.get());
            for (int row = 0; row < rows; ++row) {
                const auto author = pg::number_at<std::int64_t>(result.get(), row, 4);
                PostRow& post = by_key.find(author)->second->posts.emplace_back();
                post.id = pg::number_at<std::int64_t>(result.get(), row, 0);
                post.title = pg::text_at(result.get(), row, 1);
                post.body = pg::text_at(result.get(), row, 2);
                post.views = pg::number_at<std::int32_t>(result.get(), row, 3);
                post.author_id = author;
            }
        }
        watch.stop();
        return digest_parents(parents);
    }

    std::optional<std::uint64_t> updates(std::size_t count, Commit /*commit*/, Stopwatch& watch) override {
        if (keys_ != Keys::none) return std::nullopt;
        std::uint64_t changed = 0;
        pg::Parameters<2> parameters;
        watch.start();
        for (std::size_t step = 0; step < count; ++step) {
            parameters.number(0, static_cast<std::int32_t>(step % 90));
            parameters.number(1, shuffled_key(step));
            const pg::Result result = checked(parameters.run(db(), "set_age"));
            changed += static_cast<std::uint64_t>(*PQcmdTuples(result.get()) == '1');
        }
        watch.stop();
        return changed;
    }

private:
    PGconn* db() { return owned_.get(); }
    pg::Result checked(PGresult* result) { return pg::checked(db(), result); }

    void put(std::string_view bytes) {
        if (PQputCopyData(db(), bytes.data(), static_cast<int>(bytes.size())) != 1) pg::fail(db());
    }

    void copy(const std::vector<UserRow>& users, bool with_keys) {
        pg::execute(db(),
                    with_keys
                        ? "COPY users (id, email, name, age, score, bio, is_active, created_at) FROM STDIN "
                          "(FORMAT binary)"
                        : "COPY users (email, name, age, score, bio, is_active, created_at) FROM STDIN "
                          "(FORMAT binary)");
        constexpr std::size_t flush_at = 32 * 1024;
        pg::Bytes bytes;
        bytes.raw(std::string_view{"PGCOPY\n\377\r\n\0\0\0\0\0\0\0\0\0", 19});
        for (const UserRow& user : users) {
            bytes.number(static_cast<std::int16_t>(with_keys ? 8 : 7));
            if (with_keys) bytes.field(user.id);
            bytes.field(std::string_view{user.email});
            bytes.field(std::string_view{user.name});
            bytes.field(std::int32_t{user.age});
            bytes.field(std::bit_cast<std::int64_t>(user.score));
            user.bio ? bytes.field(std::string_view{*user.bio}) : bytes.null();
            bytes.field(user.is_active);
            bytes.field(pg::microseconds_of(user.created_at));
            if (bytes.view().size() >= flush_at) {
                put(bytes.view());
                bytes.clear();
            }
        }
        bytes.number(std::int16_t{-1});
        put(bytes.view());
        if (PQputCopyEnd(db(), nullptr) != 1) pg::fail(db());
        while (PGresult* result = PQgetResult(db())) checked(result);
    }

    template <class Field>
    void add_array(std::size_t place, std::uint32_t type, std::span<UserRow> users, Field field) {
        pg::Bytes& bytes = arrays_[place];
        bytes.clear();
        pg::array_head(bytes, type, users.size(), place == 4);
        for (const UserRow& user : users) field(bytes, user);
        array_parameters_.text(place, bytes.view());
    }

    void insert_arrays(std::span<UserRow> users) {
        add_array(0, text_type, users,
                  [](pg::Bytes& out, const UserRow& user) { out.field(std::string_view{user.email}); });
        add_array(1, text_type, users,
                  [](pg::Bytes& out, const UserRow& user) { out.field(std::string_view{user.name}); });
        add_array(2, int4_type, users,
                  [](pg::Bytes& out, const UserRow& user) { out.field(std::int32_t{user.age}); });
        add_array(3, float8_type, users, [](pg::Bytes& out, const UserRow& user) {
            out.field(std::bit_cast<std::int64_t>(user.score));
        });
        add_array(4, text_type, users, [](pg::Bytes& out, const UserRow& user) {
            user.bio ? out.field(std::string_view{*user.bio}) : out.null();
        });
        add_array(5, bool_type, users,
                  [](pg::Bytes& out, const UserRow& user) { out.field(user.is_active); });
        add_array(6, timestamptz_type, users, [](pg::Bytes& out, const UserRow& user) {
            out.field(pg::microseconds_of(user.created_at));
        });
        const pg::Result keys = checked(array_parameters_.run(db(), "insert_arrays"));
        int row = 0;
        for (UserRow& user : users) user.id = pg::number_at<std::int64_t>(keys.get(), row++, 0);
    }

    pg::Connection owned_;
    Keys keys_;
    std::array<pg::Bytes, 7> arrays_;
    pg::Parameters<7> array_parameters_;
};

}  // namespace

std::unique_ptr<Contender> make_raw_postgres(const std::string& url) {
    return std::make_unique<RawPostgres>(url, Keys::none);
}
std::unique_ptr<Contender> make_raw_postgres_unnest(const std::string& url) {
    return std::make_unique<RawPostgres>(url, Keys::unnest);
}
std::unique_ptr<Contender> make_raw_postgres_sequence(const std::string& url) {
    return std::make_unique<RawPostgres>(url, Keys::sequence);
}

}  // namespace bench
