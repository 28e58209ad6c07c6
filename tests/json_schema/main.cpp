#include <duet/payload.hpp>

#include <iostream>
#include <map>
#include <string>
#include <vector>

enum class Size { small, large };

namespace {

struct Line {
    std::string sku{};
    std::uint8_t count{};
    duet::Decimal price{};

    static constexpr auto rules =
        duet::rules(duet::at_least("price", 0), duet::pattern("sku", "[A-Z]{2}-\\d+"));
};
struct Order {
    std::string email{};
    std::optional<std::string> note{};
    std::string color = "red";
    std::int64_t number{};
    double weight{};
    std::optional<Size> size{};
    duet::Date day{};
    std::optional<duet::Uuid> id{};
    std::vector<Line> lines{};
    std::optional<Line> gift{};
    std::map<std::string, int> counts{};
    std::vector<std::optional<bool>> flags{};
    duet::Json extra{};

    static constexpr auto rules =
        duet::rules(duet::email("email"), duet::length("note", 2, 3), duet::one_of("color", "red", "green"),
                    duet::may_be_missing("color"), duet::may_be_missing("extra"),
                    duet::may_be_missing("flags"), duet::range("number", -5, 5),
                    duet::range("weight", 0, 1.5), duet::length("lines", 1, 2), duet::length("counts", 0, 1));
};

constexpr const char* good =
    R"({"email":"a@b.c","note":"xyz","color":"green","number":5,"weight":1.5,"size":"large","day":"2024-02-29",
        "id":"0190a1b2-0000-7000-8000-00000000abcd","lines":[{"sku":"AB-1","count":255,"price":"1.10"}],
        "gift":{"sku":"CD-22","count":0,"price":2},"counts":{"a":1},"flags":[true,null],"extra":{"x":[1]}})";

void print(const duet::Json& schema, const duet::Json& sample, bool accepted) {
    const duet::Json line =
        duet::Json::object({{"schema", schema}, {"sample", sample}, {"accepted", accepted}});
    std::cout << line.text() << '\n';
}
void try_order(const duet::Json& sample) {
    static const duet::Json schema = duet::json_schema<Order>();
    print(schema, sample, [&] {
        try {
            duet::from_json<Order>(sample);
            return true;
        } catch (const duet::ValidationError&) {
            return false;
        }
    }());
}

/// The good order with one field replaced by each of many values, and without it.
void vary(const char* field) {
    constexpr const char* values[] = {"null",
                                      "true",
                                      "0",
                                      "-5",
                                      "6",
                                      "1.5",
                                      "256",
                                      "\"\"",
                                      "\"a\"",
                                      "\"xy\"",
                                      "\"red\"",
                                      "\"a@b.c\"",
                                      "\"small\"",
                                      "\"2024-01-31\"",
                                      "\"2024-02-31\"",
                                      "\"0190a1b2-0000-7000-8000-00000000abcd\"",
                                      "[]",
                                      "[null]",
                                      "[true]",
                                      "{}",
                                      R"({"a":1})",
                                      R"({"a":1,"b":2})",
                                      R"({"a":"1"})",
                                      R"([{"sku":"AB-1","count":1,"price":"x"}])",
                                      R"([{"sku":"ab-1","count":1,"price":1}])",
                                      R"([{"sku":"AB-1","count":256,"price":1}])",
                                      R"([{"sku":"AB-1","count":1,"price":-1}])",
                                      R"([{"sku":"AB-1","count":1,"price":0.5}])",
                                      R"([{"sku":"AB-1","count":1}])",
                                      R"([{"sku":"AB-1","count":1,"price":1,"x":1}])",
                                      R"({"sku":"AB-1","count":1,"price":1})"};
    duet::Json order = duet::Json::parse(good);
    for (const char* value : values) {
        order.set(field, duet::Json::parse(value));
        try_order(order);
    }
    order.erase(field);
    try_order(order);
}

}  // namespace

int main() {
    try_order(duet::Json::parse(good));
    for (const char* field : {"email", "note", "color", "number", "weight", "size", "day", "id", "lines",
                              "gift", "counts", "flags", "extra", "unknown"})
        vary(field);
    try_order(duet::Json::parse("[]"));
}
