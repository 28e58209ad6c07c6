#include <duet/duet.hpp>

#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "query/cursor_text.hpp"

namespace {

using namespace duet::literals;

enum class Level { low, middle, high };
struct Row {
    std::int64_t id{};
    std::string name{};
    std::optional<int> age{};
    double ratio{};
    duet::Timestamp at{};
    std::optional<duet::Uuid> uid{};
    Level level{};
    duet::Decimal price{};
    static constexpr auto table = duet::table("rows");
};
inline constexpr auto models = duet::models<Row>;

duet::Database make() {
    duet::Database db{"sqlite://:memory:"};
    db.create_all(models);
    for (int i = 0; i < 12; ++i) {
        db.create(Row{.name = std::string(static_cast<std::size_t>(i % 3), 'x'),
                      .age = i % 4 == 0 ? std::nullopt : std::optional(i % 4),
                      .ratio = i / 4.0,
                      .at = duet::Timestamp{std::chrono::seconds{i / 2}},
                      .uid = i % 2 == 0 ? std::nullopt : std::optional(duet::Uuid::v4()),
                      .level = static_cast<Level>(i % 3),
                      .price = duet::Decimal(i)});
    }
    return db;
}

auto plain_order(duet::Database& db) { return db.query<Row>().order_by("name", "-age", "level"); }
auto wide_order(duet::Database& db) {
    return db.query<Row>().order_by("-ratio", "at", "-uid", "price", "-name");
}

std::uint32_t fingerprint_of(std::string_view cursor) {
    const std::string bytes = duet::detail::decode_base64url(cursor);
    std::uint32_t out = 0;
    for (int i = 4; i >= 1; --i)
        out = out << 8 | static_cast<unsigned char>(bytes[static_cast<std::size_t>(i)]);
    return out;
}

template <class Query>
void try_page(const Query& query, std::string_view cursor) {
    try {
        const auto page = query.page_after(cursor, 3);
        if (page.items.size() > 3) std::abort();
    } catch (const duet::InvalidQuery&) {
        return;
    } catch (const duet::ValidationError&) {
        return;
    }
}

}  // namespace

// A cursor comes back from outside: as any text, and as any values under a right checksum. Either gives a
// page or is refused.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    static duet::Database db = make();
    static const auto plain = plain_order(db);
    static const auto wide = wide_order(db);
    static const std::string plain_cursor = plain.page_after("", 3).next;
    static const std::string wide_cursor = wide.page_after("", 3).next;

    const std::string_view text(reinterpret_cast<const char*>(data), size);
    try_page(plain, text);
    try_page(wide, text);
    try_page(plain, duet::detail::seal_cursor(fingerprint_of(plain_cursor), text));
    try_page(wide, duet::detail::seal_cursor(fingerprint_of(wide_cursor), text));

    // A few bytes of a good one replaced.
    std::string spoilt = duet::detail::open_cursor(wide_cursor, fingerprint_of(wide_cursor));
    for (std::size_t i = 0; i + 1 < size && i < 8; i += 2)
        spoilt[data[i] % spoilt.size()] = static_cast<char>(data[i + 1]);
    try_page(wide, duet::detail::seal_cursor(fingerprint_of(wide_cursor), spoilt));
    return 0;
}
