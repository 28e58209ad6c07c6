#pragma once

#include <algorithm>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "support.hpp"

/// The models and rows that the tests of reading share.
namespace duet::test::bookshop {

struct Author;
struct Book;
struct Review;
struct Club;
struct Membership;

struct Country {
    std::string code{};
    std::string name{};
    HasMany<Author> authors{};
    static constexpr auto table = duet::table("countries", duet::primary_key("code"));
};

struct Profile {
    std::int64_t id{};
    std::string motto{};
    BelongsTo<Author> author{};
    static constexpr auto table = duet::table("profiles", duet::unique("author_id"));
};

struct Author {
    std::int64_t id{};
    std::string name{};
    std::optional<int> age{};
    std::optional<std::string> bio{};
    bool is_active = true;
    std::optional<BelongsTo<Country, std::string>> country{};
    std::optional<BelongsTo<Author>> mentor{};
    HasMany<Author> pupils{};
    HasMany<Book> books{};
    HasOne<Profile> profile{};
    ManyToMany<Club, Membership> clubs{};
    static constexpr auto table = duet::table("authors");
};

struct Genre {
    std::int64_t id{};
    std::string name{};
    ManyToMany<Book> books{};
    static constexpr auto table = duet::table("genres");
};

struct Book {
    std::int64_t id{};
    std::string title{};
    int pages{};
    std::optional<double> rating{};
    BelongsTo<Author> author{};
    ManyToMany<Genre> genres{};
    HasMany<Review> reviews{};
    static constexpr auto table = duet::table("books");
};

struct Review {
    std::int64_t id{};
    BelongsTo<Book> book{};
    std::optional<int> stars{};
    std::optional<std::string> text{};
    SoftDelete soft_delete{};
    static constexpr auto table = duet::table("reviews");
};

struct Club {
    std::int64_t id{};
    std::string name{};
    ManyToMany<Author, Membership> members{};
    static constexpr auto table = duet::table("clubs");
};

struct Membership {
    BelongsTo<Author> author{};
    BelongsTo<Club> club{};
    std::string role{};
    static constexpr auto table = duet::table("memberships", duet::primary_key("author_id", "club_id"));
};

inline constexpr auto models = duet::models<Country, Author, Profile, Genre, Book, Review, Club, Membership>;

/// Tables and rows:
///
///     author (age, country, mentor)       book (pages, rating; genres; stars of reviews, [deleted])
///     1 Borges (86, AR, -)                1 Ficciones (174, 4.5; fantasy; 5 3)
///                                         2 El Aleph (157, NULL; -; -)
///     2 Lem (NULL, PL, Borges)            3 Solaris (204, 4.0; science fiction; 4 [1])
///     3 Le Guin (88, US, Borges)          4 The Dispossessed (341, 4.2; science fiction; NULL)
///                                         5 Always Coming Home (523, NULL; fantasy + science fiction; [2])
///     4 Anonymous (30, -, -), inactive
///
/// Profiles: Borges, Lem. Genre 3, poetry, has no books; country XX has no authors. Club Ultra: Borges
/// (founder), Le Guin (guest).
inline void fill(Database db) {
    db.create_all(models);
    db.create_bulk(std::vector<Country>{
        {"AR", "Argentina"}, {"PL", "Poland"}, {"US", "United States"}, {"XX", "Nowhere"}});
    using C = BelongsTo<Country, std::string>;
    db.create_bulk(std::vector<Author>{
        {.id = 1, .name = "Borges", .age = 86, .bio = "blind", .country = C("AR")},
        {.id = 2, .name = "Lem", .country = C("PL"), .mentor = 1},
        {.id = 3, .name = "Le Guin", .age = 88, .bio = "", .country = C("US"), .mentor = 1},
        {.id = 4, .name = "Anonymous", .age = 30, .is_active = false},
    });
    db.create_bulk(
        std::vector<Profile>{{.motto = "labyrinths", .author = 1}, {.motto = "robots", .author = 2}});
    std::vector<Genre> genres{
        {.id = 1, .name = "fantasy"}, {.id = 2, .name = "science fiction"}, {.id = 3, .name = "poetry"}};
    db.create_bulk(genres);
    std::vector<Book> books{
        {.id = 1, .title = "Ficciones", .pages = 174, .rating = 4.5, .author = 1},
        {.id = 2, .title = "El Aleph", .pages = 157, .author = 1},
        {.id = 3, .title = "Solaris", .pages = 204, .rating = 4.0, .author = 2},
        {.id = 4, .title = "The Dispossessed", .pages = 341, .rating = 4.2, .author = 3},
        {.id = 5, .title = "Always Coming Home", .pages = 523, .author = 3},
    };
    db.create_bulk(books);
    db.relation(books[0], "genres"_c).add(genres[0]);
    db.relation(books[2], "genres"_c).add(genres[1]);
    db.relation(books[3], "genres"_c).add(genres[1]);
    db.relation(books[4], "genres"_c).add(genres[0], genres[1]);
    const SoftDelete gone{Timestamp(std::chrono::seconds(1))};
    db.create_bulk(std::vector<Review>{
        {.id = 1, .book = 1, .stars = 5, .text = "wow"},
        {.id = 2, .book = 1, .stars = 3},
        {.id = 3, .book = 3, .stars = 4, .text = "deep"},
        {.id = 4, .book = 3, .stars = 1, .soft_delete = gone},
        {.id = 5, .book = 4, .text = "ok"},
        {.id = 6, .book = 5, .stars = 2, .soft_delete = gone},
    });
    const Club ultra = db.create(Club{.name = "Ultra"});
    db.create_bulk(std::vector<Membership>{{1, ultra.id, "founder"}, {3, ultra.id, "guest"}});
}

/// A filled bookshop, and short ways to ask which rows match.
template <class B>
class Bookshop : public DatabaseTest<B> {
protected:
    using Ids = std::vector<std::int64_t>;

    void SetUp() override { fill(Database(this->db)); }

    template <class M>
    Ids ids(const Query<M>& query) {
        Ids out;
        for (const M& row : got(this->db.all(query))) out.push_back(row.id);
        return out;
    }
    Ids books(const Condition<Book>& condition) { return ids(query<Book>().where(condition).order_by("id")); }
    Ids authors(const Condition<Author>& condition) {
        return ids(query<Author>().where(condition).order_by("id"));
    }
};

template <class Row>
std::vector<std::int64_t> ids_of(const Row& rows) {
    std::vector<std::int64_t> out;
    for (const auto& row : rows) out.push_back(row.id);
    return out;
}

}  // namespace duet::test::bookshop
