#include "workload.hpp"

#include <duet/types/time_text.hpp>

#include <string_view>

namespace bench {
namespace {

constexpr std::string_view schema = R"sql(
CREATE TABLE users (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    email TEXT NOT NULL UNIQUE,
    name TEXT NOT NULL,
    age INTEGER NOT NULL,
    score REAL NOT NULL,
    bio TEXT,
    is_active INTEGER NOT NULL,
    created_at TEXT NOT NULL
);
CREATE TABLE posts (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    title TEXT NOT NULL,
    body TEXT NOT NULL,
    views INTEGER NOT NULL,
    author_id INTEGER NOT NULL REFERENCES users (id)
);
CREATE INDEX posts_author_id ON posts (author_id);
)sql";

void append_text(std::string& out, std::string_view text) {
    out += '\'';
    out += text;
    out += '\'';
}

void append_user(std::string& out, const UserRow& user) {
    out += '(' + std::to_string(user.id) + ',';
    append_text(out, user.email);
    out += ',';
    append_text(out, user.name);
    out += ',' + std::to_string(user.age) + ',' + std::to_string(user.score) + ',';
    if (user.bio) {
        append_text(out, *user.bio);
    } else {
        out += "NULL";
    }
    out += user.is_active ? ",1," : ",0,";
    char text[32];
    append_text(out, {text, duet::detail::write_timestamp(text, user.created_at)});
    out += ')';
}

void append_post(std::string& out, std::size_t author, std::size_t number) {
    const std::size_t id = (author - 1) * posts_per_user + number;
    out += '(' + std::to_string(id) + ',';
    append_text(out, "Post " + std::to_string(number) + " of user " + std::to_string(author));
    out += ',';
    append_text(
        out, "A few words about the matter at hand, long enough to be a body of text: " + std::to_string(id));
    out += ',' + std::to_string(id % 1'000) + ',' + std::to_string(author) + ')';
}

// Rows go in by the hundred: the compound statement keeps the parser's stack small and the script short.
template <class Append>
void append_rows(std::string& out, std::string_view insert, std::size_t count, Append append) {
    for (std::size_t index = 0; index < count; ++index) {
        out += index % 100 == 0 ? std::string_view{} : std::string_view{",\n"};
        if (index % 100 == 0) {
            if (index != 0) out += ";\n";
            out += insert;
        }
        append(index);
    }
    out += ";\n";
}

}  // namespace

UserRow make_user(std::size_t number) {
    const std::string text = std::to_string(number);
    const auto offset = static_cast<std::int64_t>(number);
    UserRow user;
    user.id = offset;
    user.email = "user" + text + "@example.com";
    user.name = "Name " + text;
    user.age = static_cast<int>(number % 90);
    user.score = static_cast<double>(number) * 0.5;
    if (number % 2 == 1) user.bio = "some words that user number " + text + " wrote about herself";
    user.is_active = number % 3 == 0;
    user.created_at = Timestamp{std::chrono::seconds{1'700'000'000 + offset} +
                                std::chrono::microseconds{offset * 137 % 1'000'000}};
    return user;
}

std::vector<UserRow> make_new_users(std::size_t count) {
    std::vector<UserRow> users;
    users.reserve(count);
    for (std::size_t index = 0; index < count; ++index) {
        users.push_back(make_user(user_count + 1 + index));
        users.back().id = 0;
    }
    return users;
}

std::string seed_script(Seed what) {
    std::string script{schema};
    script += "BEGIN;\n";
    append_rows(script, "INSERT INTO users VALUES ", user_count,
                [&](std::size_t index) { append_user(script, make_user(index + 1)); });
    if (what == Seed::users_and_posts) {
        append_rows(script, "INSERT INTO posts VALUES ", user_count * posts_per_user, [&](std::size_t index) {
            append_post(script, index / posts_per_user + 1, index % posts_per_user + 1);
        });
    }
    script += "COMMIT;\n";
    return script;
}

}  // namespace bench
