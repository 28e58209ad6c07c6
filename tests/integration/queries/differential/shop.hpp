#pragma once

#include <duet/duet.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

/// A shop with everything in its rows that queries stumble over: NULLs, duplicates, negative numbers,
/// decimals, empty and non-ASCII texts. shop.py is the same for SQLAlchemy.
namespace duet::test::shop {

struct Order;
struct Line;

struct Customer {
    std::int64_t id{};
    std::string name{};
    std::optional<std::string> city{};
    std::optional<int> score{};
    std::optional<double> rating{};
    Decimal balance{};
    std::optional<bool> vip{};
    std::optional<Date> born{};
    Timestamp joined{};
    HasMany<Order> orders{};
    static constexpr auto table = duet::table("customers");
};

struct Order {
    std::int64_t id{};
    std::optional<BelongsTo<Customer>> customer{};
    std::string status{};
    Decimal total{};
    std::optional<int> discount{};
    Timestamp placed{};
    HasMany<Line> lines{};
    static constexpr auto table = duet::table("orders");
};

struct Product {
    std::int64_t id{};
    std::string name{};
    std::optional<std::string> category{};
    Decimal price{};
    std::optional<int> stock{};
    HasMany<Line> lines{};
    static constexpr auto table = duet::table("products");
};

struct Line {
    std::int64_t id{};
    BelongsTo<Order> order{};
    BelongsTo<Product> product{};
    int quantity{};
    static constexpr auto table = duet::table("order_lines");
};

struct Employee {
    std::int64_t id{};
    std::string name{};
    std::optional<BelongsTo<Employee>> boss{};
    std::optional<std::string> department{};
    int salary{};
    std::optional<int> bonus{};
    Date hired{};
    HasMany<Employee> reports{};
    static constexpr auto table = duet::table("employees");
};

/// Makes the tables and fills them; the same rows each time.
void fill(Database& db);

}  // namespace duet::test::shop
