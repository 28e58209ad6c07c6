#pragma once

#include "unit/schema/sample_models.hpp"

/// Four models that use every table option and relation.
namespace sample {

using Type = TableOption::Type;

const ModelInfo& user();
const ModelInfo& profile();
const ModelInfo& post();
const ModelInfo& tag();

inline const LinkInfo& post_tags() {
    static constexpr LinkInfo link{"post_tags", "post_id", "tag_id"};
    return link;
}
inline const LinkInfo& tag_posts() {
    static constexpr LinkInfo link{"post_tags", "tag_id", "post_id"};
    return link;
}
inline const LinkInfo& follows() {
    static constexpr LinkInfo link{"follows", "follower_id", "followed_id"};
    return link;
}

inline const ModelInfo& user() {
    static constexpr ColumnInfo columns[] = {
        key("id", int64),
        column("email", text),
        column("name", text),
        column("age", int32),
        column("bio", optional_of<text>),
        column("is_active", boolean),
        column("created_at", timestamp),
    };
    static constexpr RelationInfo relations[] = {
        has_one("profile", profile, at_column<1>),
        many_to_many("following", user, follows),
    };
    static constexpr TableOption options[] = {
        option(Type::unique, {"email"}),
        option(Type::index, {"name", "-age"}),
        unique_index({"name"}, "is_active = 1 AND name <> ')'"),
        option(Type::check, {}, " age >= 0 AND name NOT IN ('(', 'a''b') ", "age not negative"),
        option(Type::default_now, {"created_at"}),
        option(Type::default_sql, {"bio"}, "'it''s ' || 1"),
        option(Type::default_sql, {"age"}, " 20 - 2 "),
    };
    static constexpr ModelInfo info = model("User", "users", columns, relations, options);
    return info;
}

inline const ModelInfo& profile() {
    static constexpr ColumnInfo columns[] = {
        key("id", uuid),
        reference("user_id", "user", int64, 0),
    };
    static constexpr RelationInfo relations[] = {belongs_to("user", user, 1)};
    static constexpr TableOption options[] = {on_delete("user", ReferentialAction::cascade)};
    static constexpr ModelInfo info = model("Profile", "profiles", columns, relations, options);
    return info;
}

inline const ModelInfo& post() {
    static constexpr ColumnInfo columns[] = {
        key("id", int64),
        reference("author_id", "author", int64, 0),
        reference("parent_id", "parent", optional_of<int64>, 1),
        column("title", text),
    };
    static constexpr RelationInfo relations[] = {
        belongs_to("author", user, 1),
        belongs_to("parent", post, 2),
        many_to_many("tags", tag, post_tags),
    };
    static constexpr TableOption options[] = {
        on_delete("parent", ReferentialAction::set_null),
        option(Type::unique, {"author", "title"}, {}, "one title per author"),
    };
    static constexpr ModelInfo info = model("Post", "posts", columns, relations, options);
    return info;
}

/// A natural key with a strange name.
inline const ModelInfo& tag() {
    static constexpr ColumnInfo columns[] = {key("the \"label\"", text), column("order", int32)};
    static constexpr RelationInfo relations[] = {many_to_many("posts", post, tag_posts)};
    static constexpr ModelInfo info = model("Tag", "tags", columns, relations);
    return info;
}

}  // namespace sample
