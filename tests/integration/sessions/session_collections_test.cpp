#include <duet/payload.hpp>
#include <duet/session.hpp>

#include <chrono>

#include "integration/session_models.hpp"

// Members that hold a session's objects, and collections of many objects.

namespace {

using namespace duet::test;
using duet::BelongsTo;
using duet::HasMany;
using duet::ManyToMany;

struct Song;
struct Mood;

struct Album {
    std::int64_t id{};
    std::string name{};
    HasMany<Song> songs{};
    static constexpr auto table = duet::table("albums");
};
struct Song {
    std::int64_t id{};
    std::string name{};
    std::optional<BelongsTo<Album>> album{};
    ManyToMany<Mood> moods{};
    static constexpr auto table = duet::table("songs", duet::on_delete("album", duet::cascade));
};
struct Mood {
    std::int64_t id{};
    std::string name{};
    ManyToMany<Song> songs{};
    static constexpr auto table = duet::table("moods");
};
struct AlbumRead {
    struct SongRead {
        std::string name;
    };
    std::string name;
    std::vector<SongRead> songs;
};
inline constexpr auto models = duet::models<Album, Song, Mood>;

template <class B>
class SessionMembers : public DatabaseTest<B> {
protected:
    void SetUp() override {
        auto plain = plain_db();
        plain.create_all(models);
        const Album first = plain.create(Album{.name = "first"});
        plain.create(Album{.name = "second"});
        plain.create_bulk(std::vector<Song>{{.name = "a", .album = first}, {.name = "b", .album = first}});
    }
    duet::Database plain_db() { return duet::Database(this->db); }
    template <class F>
    void in_session(F body) {
        in_session_of(this->db, std::move(body));
    }
    static std::string names(const HasMany<Song>& songs) {
        std::string out;
        for (const Song& song : songs) out += song.name;
        return out;
    }
};
TYPED_TEST_SUITE(SessionMembers, Backends, BackendNames);

TYPED_TEST(SessionMembers, HoldTheObjectsThatWereLoaded) {
    Album copy;
    this->in_session([&](auto& s) -> duet::Task<> {
        Song& known = co_await same(s.template get<Song>(2));
        Album& album = co_await same(s.template query<Album>().related("songs"_c).where("id"_c == 1).one());
        EXPECT_TRUE(album.songs.loaded());
        EXPECT_EQ(album.songs.size(), 2u);
        EXPECT_EQ(&album.songs[1], &known);  // wherever it lies
        for (Song& song : album.songs) {
            EXPECT_TRUE(s.contains(song));
            song.name += "!";
        }
        EXPECT_EQ(s.pending().changed, 2u);
        EXPECT_EQ(album.songs.back().name, "b!");
        EXPECT_EQ(album.songs.end() - album.songs.begin(), 2);
        EXPECT_THROW((void)album.songs.span(), duet::InvalidQuery);
        EXPECT_EQ(duet::to<AlbumRead>(album).songs[1].name, "b!");
        // Both sides hold each other; JSON says each once.
        EXPECT_NE(duet::to_json(album).text().find(R"("songs":[{"id":1,"name":"a!","album_id":1})"),
                  std::string::npos)
            << duet::to_json(album).text();
        copy = album;
        Album& second = co_await same(s.template get<Album>(2));
        EXPECT_THROW((void)second.songs.size(), duet::NotLoaded);
        auto songs = s.collection(second, "songs"_c);
        co_await later_done([&] { return songs.load(); });
        EXPECT_TRUE(second.songs.empty());
    });
    EXPECT_EQ(this->names(copy.songs), "a!b!");  // after the session
}

TYPED_TEST(SessionMembers, FollowTheirCollections) {
    this->in_session([&](auto& s) -> duet::Task<> {
        const auto albums = co_await later(s.template query<Album>().related("songs"_c).order_by("id").all());
        Album& first = albums[0];
        Album& second = albums[1];
        auto songs = s.collection(first, "songs"_c);
        songs.add(Song{.name = "c"});
        EXPECT_EQ(this->names(first.songs), "abc");
        songs.remove(first.songs[0]);
        EXPECT_EQ(this->names(first.songs), "bc");
        first.songs[0].album = second;
        EXPECT_EQ(s.collection(second, "songs"_c).size(), 1u);
        EXPECT_EQ(this->names(second.songs), "b");
        co_await later_done([&] { return s.flush(); });
        EXPECT_EQ(this->names(first.songs), "c");
        s.remove(first.songs[0]);
        co_await later_done([&] { return s.flush(); });
        EXPECT_TRUE(first.songs.empty());
        s.expire(second);
        EXPECT_THROW((void)second.songs.size(), duet::NotLoaded);
    });
}

TYPED_TEST(SessionMembers, OfNewObjectsAreKnownAfterTheyAreWritten) {
    this->in_session([&](auto& s) -> duet::Task<> {
        Album& album = s.add(Album{.name = "new"});
        auto songs = s.collection(album, "songs"_c);
        songs.add(Song{.name = "x"});
        EXPECT_EQ(this->names(album.songs), "x");
        co_await later_done([&] { return s.flush(); });
        EXPECT_EQ(songs.size(), 1u);
        songs.add(Song{.name = "y"});
        EXPECT_EQ(this->names(album.songs), "xy");
        Album& other = s.add(Album{.name = "other"});
        co_await later_done([&] { return s.flush(); });
        EXPECT_TRUE(s.collection(other, "songs"_c).empty());  // nothing to load
        co_await later_done([&] { return s.commit(); });
        EXPECT_FALSE(s.collection(album, "songs"_c).loaded());
        EXPECT_FALSE(album.songs.loaded());
    });
}

TYPED_TEST(SessionMembers, FollowARollback) {
    auto s = got(this->db.begin_session());
    Album& album = got(s.template query<Album>().related("songs"_c).where("id"_c == 1).one());
    did([&] { return s.commit(); });
    did([&] { return s.load(album, "songs"_c); });
    {
        auto nested = got(s.begin_nested());
        s.collection(album, "songs"_c).add(Song{.name = "c"});
        s.remove(album.songs[0]);
        did([&] { return s.flush(); });
        EXPECT_EQ(this->names(album.songs), "bc");
        did([&] { return nested.rollback(); });
    }
    EXPECT_EQ(s.collection(album, "songs"_c).size(), 2u);
    EXPECT_EQ(album.songs.size(), 2u);
}

TYPED_TEST(SessionMembers, OfManyToManyFollowBothSides) {
    this->in_session([&](auto& s) -> duet::Task<> {
        const auto songs = co_await later(s.template query<Song>().related("moods"_c).order_by("id").all());
        Mood& calm = s.collection(songs[0], "moods"_c).add(Mood{.name = "calm"});
        s.collection(songs[1], "moods"_c).add(calm);
        EXPECT_EQ(s.collection(calm, "songs"_c).size(), 2u);
        EXPECT_EQ(calm.songs.size(), 2u);
        EXPECT_EQ(&songs[1].moods[0], &calm);
        s.collection(calm, "songs"_c).remove(songs[0]);
        EXPECT_TRUE(songs[0].moods.empty());
        EXPECT_FALSE(duet::to_json(calm).text().empty());
    });
    EXPECT_EQ(this->plain_db().template query<Mood>().related("songs"_c).one().songs.size(), 1u);
}

TYPED_TEST(SessionMembers, AnObjectThatIsAssignedElsewhereShowsThere) {
    this->in_session([&](auto& s) -> duet::Task<> {
        const auto albums = co_await later(s.template query<Album>().related("songs"_c).order_by("id").all());
        auto to = s.collection(albums[1], "songs"_c);
        EXPECT_TRUE(to.empty());
        Song& a = albums[0].songs[0];
        Song& b = albums[0].songs[1];
        a.album = albums[1];  // by object: at once
        EXPECT_EQ(to.size(), 1u);
        b.album->get();
        b.album = albums[1].id;  // by key: when it is written
        co_await later_done([&] { return s.flush(); });
        EXPECT_EQ(to.size(), 2u);
        a.album.reset();
        EXPECT_EQ(to.size(), 1u);
        a.album = albums[0];  // from nothing
        EXPECT_EQ(s.collection(albums[0], "songs"_c).size(), 1u);
        s.set(b, "album"_c, albums[0]);
        EXPECT_EQ(s.collection(albums[0], "songs"_c).size(), 2u);
        EXPECT_TRUE(to.empty());
    });
}

TEST(SessionCollectionsOfMany, CostWhatTheyHold) {
    duet::Database db{"sqlite://:memory:"};
    db.create_all(models);
    constexpr int owners = 2000;
    constexpr int each = 10;
    db.session([](duet::Session& s) {
        for (int n = 0; n < owners; ++n) {
            Album& album = s.add(Album{.name = "n"});
            for (int m = 0; m < each; ++m) s.add(Song{.name = "s", .album = album});
        }
    });
    db.session([](duet::Session& s) {
        const auto albums = s.query<Album>().related("songs"_c).all();
        std::size_t seen = 0;
        const auto begin = std::chrono::steady_clock::now();
        for (Album& album : albums) seen += s.collection(album, "songs"_c).size();
        const auto took = std::chrono::steady_clock::now() - begin;
        EXPECT_EQ(seen, std::size_t{owners} * each);
        // A look at all songs for each album takes seconds, even where it is quick.
        EXPECT_LT(took, std::chrono::milliseconds(1500));
        RecordProperty("microseconds", static_cast<int>(took / std::chrono::microseconds(1)));
        for (Album& album : albums) s.remove(album);
        s.flush();
        EXPECT_EQ(s.size(), 0u);
    });
    EXPECT_EQ(db.query<Song>().count(), 0);
}

}  // namespace
