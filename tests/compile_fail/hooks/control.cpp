// EXPECT_PASS
#include <duet/duet.hpp>

using namespace duet::literals;

struct User {
    std::int64_t id{};
    std::string name{};

    static constexpr auto table = duet::table("users");

    void before_save() {}
    void before_create(const duet::HookContext&) {}
    duet::Task<> after_create() { return {}; }
    duet::Task<> after_update(const duet::HookContext& context) {
        co_await context.async_transaction().create(*this);
    }
    void after_load() {}
    void after_commit() const {}
    void after_rollback(const duet::HookContext&) const {}
};

void run(duet::Database& db) { db.create(User{}); }
