// A small blog: authors, posts, comments and tags; relations in both directions, many-to-many, soft delete.
#include <duet/duet.hpp>

#include <iostream>
#include <string>
#include <vector>

using namespace duet::literals;

struct Post;
struct Comment;
struct Tag;

struct Author {
    std::int64_t id{};
    std::string name{};
    duet::HasMany<Post> posts{};

    static constexpr auto table = duet::table("authors");
};

struct Post {
    std::int64_t id{};
    std::string slug{};
    std::string title{};
    duet::BelongsTo<Author> author{};
    duet::HasMany<Comment> comments{};
    duet::ManyToMany<Tag> tags{};
    duet::Timestamps times{};     // adds created_at and updated_at
    duet::SoftDelete deletion{};  // adds deleted_at

    // The slug is unique among the posts that are not deleted.
    static constexpr auto table =
        duet::table("posts", duet::unique("slug").where("deleted_at IS NULL"), duet::index("-created_at"));
};

struct Comment {
    std::int64_t id{};
    std::string text{};
    duet::BelongsTo<Post> post{};
    std::optional<duet::BelongsTo<Comment>> answer_to{};
    duet::HasMany<Comment, "answer_to"> answers{};
    duet::SoftDelete deletion{};

    static constexpr auto table = duet::table("comments", duet::on_delete("post", duet::cascade));
};

struct Tag {
    std::int64_t id{};
    std::string name{};
    duet::ManyToMany<Post> posts{};

    static constexpr auto table = duet::table("tags", duet::unique("name"));
};

namespace {

Tag tag_named(duet::Transaction& tx, const std::string& name) {
    return tx.get_or_create<Tag>(duet::by("name"_c = name)).first;
}

Post publish(duet::Database& db, const Author& author, std::string slug, std::string title,
             const std::vector<std::string>& tags) {
    return db.transaction([&](duet::Transaction& tx) {
        Post post = tx.create(Post{.slug = std::move(slug), .title = std::move(title), .author = author});
        for (const std::string& name : tags) tx.relation(post, "tags"_c).add(tag_named(tx, name));
        return post;
    });
}

void front_page(duet::Database& db) {
    const auto posts = db.query<Post>()
                           .order_by("-created_at", "-id")
                           .related("author"_c, duet::joined)
                           .related("tags"_c)
                           .related("comments.answers"_c)
                           .related("comments"_c, "answer_to"_c.is_null())
                           .limit(10)
                           .all();
    for (const Post& post : posts) {
        std::cout << post.title << ", by " << post.author->name;
        for (const Tag& tag : post.tags) std::cout << " #" << tag.name;
        std::cout << '\n';
        for (const Comment& comment : post.comments) {
            std::cout << "    " << comment.text << '\n';
            for (const Comment& answer : comment.answers) std::cout << "        " << answer.text << '\n';
        }
    }
}

}  // namespace

int main() {
    duet::Database db{"sqlite://:memory:"};
    db.create_all(duet::models<Author, Post, Comment, Tag>);

    const Author ada = db.create(Author{.name = "Ada"});
    const Author grace = db.create(Author{.name = "Grace"});
    Post engine = publish(db, ada, "engine", "Notes on the engine", {"maths", "machines"});
    publish(db, grace, "bug", "The first bug", {"machines"});
    const Comment question = db.create(Comment{.text = "Can it compose music?", .post = engine});
    db.create(Comment{.text = "It might.", .post = engine, .answer_to = question});

    std::cout << "The front page:\n";
    front_page(db);

    std::cout << "\nAuthors who write about maths:";
    for (const Author& author :
         db.query<Author>().where(duet::any("posts"_c, duet::any("tags"_c, "name"_c == "maths"))).all()) {
        std::cout << ' ' << author.name;
    }

    // Removing marks the post and, on request, its comments; queries pass over what is marked.
    db.remove(engine, duet::soft_cascade);
    std::cout << "\n\nWithout the engine: " << db.query<Post>().count() << " post, "
              << db.query<Comment>().count()
              << " comments; still in the table: " << db.query<Post>().with_deleted().count() << " posts\n";

    // Its slug is free meanwhile.
    Post again = publish(db, ada, "engine", "Notes on the engine, second edition", {"maths"});
    db.remove(again, duet::hard);

    db.restore(engine, duet::soft_cascade);
    std::cout << "Restored: " << db.query<Post>().count() << " posts, " << db.query<Comment>().count()
              << " comments\n";

    std::cout << "\nPosts by tag:\n";
    for (const auto& [name, posts] :
         db.query<Tag>().order_by("name").select("name"_c, duet::count_of("posts"_c))) {
        std::cout << "    " << name << ": " << posts << '\n';
    }
}
