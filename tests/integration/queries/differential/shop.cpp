#include "shop.hpp"

#include <array>
#include <random>
#include <string_view>

namespace duet::test::shop {
namespace {

/// Numbers that are the same with every standard library.
class Dice {
public:
    int roll(int low, int high) {
        return low + static_cast<int>(engine_() % static_cast<unsigned>(high - low + 1));
    }
    bool chance(int percent) { return roll(1, 100) <= percent; }
    template <std::size_t N>
    std::string one_of(const std::array<std::string_view, N>& words) {
        return std::string(words[static_cast<std::size_t>(roll(0, static_cast<int>(N) - 1))]);
    }
    Decimal money(int low, int high) {
        return Decimal::parse(std::to_string(roll(low, high)) + "." + std::to_string(roll(10, 99)));
    }
    Date day(int first_year, int last_year) {
        const std::chrono::sys_days start{std::chrono::year{first_year} / 1 / 1};
        return Date{start + std::chrono::days{roll(0, 365 * (last_year - first_year) + 364)}};
    }
    Timestamp moment() {
        const auto day_start = std::chrono::sys_days{std::chrono::year{2023} / 1 / 1};
        return Timestamp{day_start} + std::chrono::seconds{roll(0, 3 * 365 * 86400)} +
               std::chrono::microseconds{chance(50) ? roll(0, 999'999) : 0};
    }

private:
    std::mt19937 engine_{20'261'120};
};

constexpr std::array<std::string_view, 14> names{"Ada",    "ada", "ADA", "Ödön", "ödön", "漢字", "",
                                                 "O'Neil", "50%", "a_b", "a\\b", " x ",  "Bob",  "Zoë"};
constexpr std::array<std::string_view, 6> cities{"Berlin", "berlin", "", "Århus", "New York", "Graz"};
constexpr std::array<std::string_view, 4> states{"open", "paid", "sent", ""};
constexpr std::array<std::string_view, 4> categories{"food", "tools", "", "Büro"};
constexpr std::array<std::string_view, 4> departments{"sales", "lab", "Lab", "ops"};

}  // namespace

void fill(Database& db) {
    Dice dice;
    db.create_all(duet::models<Customer, Order, Product, Line, Employee>);
    std::vector<Customer> customers(60);
    for (Customer& c : customers) {
        c.name = dice.one_of(names);
        if (dice.chance(75)) c.city = dice.one_of(cities);
        if (dice.chance(80)) c.score = dice.roll(-7, 7);
        if (dice.chance(70)) c.rating = dice.roll(-10, 10) / 4.0;
        c.balance = dice.money(-60, 120);
        if (dice.chance(70)) c.vip = dice.chance(50);
        if (dice.chance(80)) c.born = dice.day(1960, 2004);
        c.joined = dice.moment();
    }
    db.create_bulk(customers);
    std::vector<Order> orders(120);
    for (Order& o : orders) {
        if (dice.chance(85)) o.customer = BelongsTo<Customer>(dice.roll(1, 40));
        o.status = dice.one_of(states);
        o.total = dice.money(0, 500);
        if (dice.chance(60)) o.discount = dice.roll(-5, 30);
        o.placed = dice.moment();
    }
    db.create_bulk(orders);
    std::vector<Product> products(40);
    for (Product& p : products) {
        p.name = dice.one_of(names) + std::to_string(dice.roll(1, 9));
        if (dice.chance(80)) p.category = dice.one_of(categories);
        p.price = dice.money(0, 90);
        if (dice.chance(70)) p.stock = dice.roll(-2, 12);
    }
    db.create_bulk(products);
    std::vector<Line> lines(200);
    for (Line& l : lines) {
        l.order = dice.roll(1, 100);
        l.product = dice.roll(1, 35);
        l.quantity = dice.roll(-2, 9);
    }
    db.create_bulk(lines);
    std::vector<Employee> employees(40);
    for (std::size_t i = 0; i < employees.size(); ++i) {
        Employee& e = employees[i];
        e.name = dice.one_of(names);
        if (i >= 3) e.boss = BelongsTo<Employee>(dice.roll(1, static_cast<int>(i)));
        if (dice.chance(85)) e.department = dice.one_of(departments);
        e.salary = dice.roll(20, 60) * 100;
        if (dice.chance(50)) e.bonus = dice.roll(-3, 9) * 10;
        e.hired = dice.day(2001, 2024);
    }
    for (Employee& e : employees) db.create(e);  // bosses first
}

}  // namespace duet::test::shop
