#include <duet/base/error.hpp>
#include <duet/types/uuid.hpp>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdint>
#include <set>
#include <thread>
#include <unordered_set>
#include <vector>

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

namespace {

using duet::Uuid;

TEST(UuidText, ReadsEveryUsualForm) {
    const Uuid id = Uuid::parse("00112233-4455-6677-8899-aabbccddeeff");
    EXPECT_EQ(id.to_string(), "00112233-4455-6677-8899-aabbccddeeff");
    EXPECT_EQ(id.hex(), "00112233445566778899aabbccddeeff");
    EXPECT_EQ(Uuid::parse("00112233445566778899aabbccddeeff"), id);
    EXPECT_EQ(Uuid::parse("{00112233-4455-6677-8899-AABBCCDDEEFF}"), id);
    EXPECT_EQ(Uuid::parse("{00112233445566778899AABBccddeeff}"), id);
    char out[Uuid::hex_size];
    id.write_hex(out);
    EXPECT_EQ(std::string_view(out, sizeof out), id.hex());
}

TEST(UuidText, RefusesEverythingElse) {
    for (const char* bad : {"", "{}", "{", "0", "00112233-4455-6677-8899-aabbccddeef",
                            "00112233-4455-6677-8899-aabbccddeefff", "00112233-4455-6677-8899aabbccddeeff",
                            "001122334455-6677-8899-aabb-ccddeeff", "g0112233445566778899aabbccddeeff",
                            "{00112233445566778899aabbccddeeff", "00112233445566778899aabbccddeeff}",
                            "0011223344556677 8899aabbccddeeff", "00112233-4455-6677-8899-aabbccddee\xFF\xFF",
                            "00112233_4455_6677_8899_aabbccddeeff", "{{00112233445566778899aabbccddeeff}}"}) {
        Uuid kept = Uuid::parse("00000000-0000-0000-0000-000000000001");
        EXPECT_FALSE(Uuid::try_parse(bad, kept)) << bad;
        EXPECT_EQ(kept.to_string(), "00000000-0000-0000-0000-000000000001");
        EXPECT_THROW(Uuid::parse(bad), duet::ValidationError) << bad;
    }
}

TEST(UuidValue, IsNilByDefault) {
    static_assert(Uuid{}.is_nil());
    EXPECT_EQ(Uuid{}.to_string(), "00000000-0000-0000-0000-000000000000");
    EXPECT_FALSE(Uuid::v4().is_nil());
}

TEST(UuidValue, OrdersLikeItsText) {
    std::vector<Uuid> ids;
    for (int i = 0; i < 500; ++i) ids.push_back(Uuid::v4());
    std::sort(ids.begin(), ids.end());
    EXPECT_TRUE(std::is_sorted(ids.begin(), ids.end(),
                               [](const Uuid& a, const Uuid& b) { return a.hex() < b.hex(); }));
}

TEST(UuidValue, GoesThroughItsBytes) {
    const Uuid id = Uuid::v4();
    EXPECT_EQ(Uuid::from_bytes(id.bytes()), id);
    EXPECT_EQ(Uuid::parse(id.to_string()), id);
    EXPECT_EQ(std::unordered_set<Uuid>({id, Uuid::parse(id.hex())}).size(), 1U);
}

bool has_rfc_variant(const Uuid& id) { return (std::to_integer<int>(id.bytes()[8]) & 0xC0) == 0x80; }

TEST(UuidV4, CarriesVersionAndVariantAndNeverRepeats) {
    std::set<Uuid> seen;
    for (int i = 0; i < 10'000; ++i) {
        const Uuid id = Uuid::v4();
        ASSERT_EQ(id.version(), 4);
        ASSERT_TRUE(has_rfc_variant(id));
        ASSERT_TRUE(seen.insert(id).second);
    }
}

TEST(UuidV4, TossesEveryFreeBit) {
    auto any = std::vector<std::byte>(16, std::byte{0});
    auto all = std::vector<std::byte>(16, std::byte{0xFF});
    for (int i = 0; i < 200; ++i) {
        const Uuid id = Uuid::v4();
        for (std::size_t b = 0; b < 16; ++b) {
            any[b] |= id.bytes()[b];
            all[b] &= id.bytes()[b];
        }
    }
    for (std::size_t b = 0; b < 16; ++b) {
        const std::byte fixed = b == 6 ? std::byte{0xF0} : b == 8 ? std::byte{0xC0} : std::byte{0};
        EXPECT_EQ(any[b] | fixed, std::byte{0xFF});
        EXPECT_EQ(all[b] & ~fixed, std::byte{0});
    }
}

TEST(UuidV7, RisesAndTellsTheTime) {
    const auto millis = [](const Uuid& id) {
        std::int64_t value = 0;
        for (std::size_t i = 0; i < 6; ++i) value = value << 8 | std::to_integer<int>(id.bytes()[i]);
        return value;
    };
    const auto now = std::chrono::duration_cast<std::chrono::milliseconds>(
        std::chrono::system_clock::now().time_since_epoch());
    Uuid last = Uuid::v7();
    EXPECT_NEAR(static_cast<double>(millis(last)), static_cast<double>(now.count()), 2000);
    for (int i = 0; i < 50'000; ++i) {
        const Uuid next = Uuid::v7();
        ASSERT_LT(last, next);
        ASSERT_EQ(next.version(), 7);
        ASSERT_TRUE(has_rfc_variant(next));
        last = next;
    }
}

TEST(UuidV7, RisesInEveryThreadAndIsUniqueAmongThem) {
    std::vector<std::vector<Uuid>> drawn(4);
    std::vector<std::thread> threads;
    for (auto& mine : drawn) {
        threads.emplace_back([&mine] {
            for (int i = 0; i < 5'000; ++i) mine.push_back(Uuid::v7());
        });
    }
    for (auto& thread : threads) thread.join();
    std::set<Uuid> all;
    for (const auto& mine : drawn) {
        EXPECT_TRUE(std::is_sorted(mine.begin(), mine.end()));
        all.insert(mine.begin(), mine.end());
    }
    EXPECT_EQ(all.size(), 20'000U);
}

TEST(UuidV4, DiffersBetweenParentAndForkedChild) {
    Uuid::v4();  // fills the buffer that the child inherits
    int ends[2];
    ASSERT_EQ(pipe(ends), 0);
    const pid_t child = fork();
    ASSERT_GE(child, 0);
    if (child == 0) {
        const Uuid id = Uuid::v4();
        const bool sent = write(ends[1], id.bytes().data(), Uuid::size) == static_cast<ssize_t>(Uuid::size);
        _exit(sent ? 0 : 1);
    }
    const Uuid mine = Uuid::v4();
    std::array<std::byte, Uuid::size> theirs{};
    ASSERT_EQ(read(ends[0], theirs.data(), theirs.size()), static_cast<ssize_t>(Uuid::size));
    int status = 0;
    waitpid(child, &status, 0);
    close(ends[0]);
    close(ends[1]);
    EXPECT_EQ(status, 0);
    EXPECT_NE(Uuid::from_bytes(theirs), mine);
}

}  // namespace
