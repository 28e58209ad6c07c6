#include <duet/payload.hpp>

#include <cstdint>
#include <cstdlib>
#include <map>
#include <sstream>
#include <string>
#include <string_view>

namespace {

enum class Level { low, high };
struct Part {
    std::string name{};
    duet::Decimal price{};
    std::vector<Part> parts{};
};
struct Everything {
    std::int8_t small{};
    std::uint64_t large{};
    float real{};
    std::string text{};
    std::vector<std::byte> bytes{};
    duet::Timestamp at{};
    duet::Time time{};
    duet::Uuid id{};
    Level level{};
    std::optional<duet::Json> extra{};
    std::vector<std::optional<int>> numbers{};
    std::map<std::string, Part> shelf{};
    duet::Patch<std::optional<bool>> flag{};

    static constexpr auto rules = duet::rules(
        duet::may_be_missing("small"), duet::may_be_missing("large"), duet::may_be_missing("real"),
        duet::may_be_missing("text"), duet::may_be_missing("bytes"), duet::may_be_missing("at"),
        duet::may_be_missing("time"), duet::may_be_missing("id"), duet::may_be_missing("level"),
        duet::may_be_missing("numbers"), duet::may_be_missing("shelf"), duet::email("text"),
        duet::url("text"), duet::pattern("text", "(a*)*b?[^c]{2,5}"), duet::range("real", -1.5, 3));
};

// What was read can be written, and says the same when it is read again.
void try_json(std::string_view text) {
    const duet::JsonReading lenient{.allow_unknown = true, .run_rules = false};
    try {
        const std::string once = duet::to_json(duet::from_json<Everything>(text, lenient)).text();
        const std::string twice =
            duet::to_json(duet::from_json<Everything>(std::string_view(once), lenient)).text();
        if (once != twice) std::abort();
    } catch (const duet::ValidationError& error) {
        if (error.what()[0] == '\0') std::abort();
    }
    try {
        duet::from_json<Everything>(text);
    } catch (const duet::ValidationError& error) {
        if (error.faults().empty()) std::abort();
    }
}

struct Rows {
    std::vector<Everything> rows{};
    const std::vector<Everything>& iterate() const { return rows; }
};

void try_csv(std::string_view text) {
    const duet::CsvOptions options{.allow_unknown = true, .run_rules = false, .max_record = 4096};
    std::istringstream in{std::string(text)};
    Rows read;
    auto file = duet::read_csv<Everything>(in, options);
    for (bool more = true; more;) {
        try {
            auto row = file.next();
            more = row.has_value();
            if (row) read.rows.push_back(std::move(*row));
        } catch (const duet::ValidationError& error) {
            if (error.faults().empty() || error.faults()[0].line == 0) std::abort();
        }
    }
    if (read.rows.empty()) return;
    std::ostringstream once, twice;
    duet::write_csv(read, once);
    std::istringstream again{once.str()};
    Rows back;
    for (Everything& row : duet::read_csv<Everything>(again, {.run_rules = false}))
        back.rows.push_back(std::move(row));
    duet::write_csv(back, twice);
    if (once.str() != twice.str()) std::abort();
}

}  // namespace

// JSON and CSV come from outside: either they become structs, or all that is wrong is said.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    try_json(text);
    try {
        try_csv(text);
    } catch (const duet::ValidationError&) {
        return 0;  // an offset can lead to a moment beyond the year 9999, which has no text
    }
    return 0;
}
