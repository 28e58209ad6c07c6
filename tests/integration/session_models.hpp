#pragma once

#include <duet/session.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "checks.hpp"
#include "support.hpp"

namespace duet::test {

/// `M& object = co_await same(s.get<M>(1))`: a reference in both modes.
template <class M>
Task<M&> same(Task<M&> task) {
    return task;
}
template <class M>
requires(!requires { typename M::promise_type; }) Task<M&> same(M& object) { co_return object; }

/// A session whose block is one coroutine for both modes.
template <class Mode, class F>
void in_session_of(BasicDatabase<Mode>& db, F body, TransactionOptions options = {}) {
    if constexpr (Mode::is_async) {
        auto block = [&body](AsyncSession& s) -> Task<> { co_await body(s); };
        duet::run(db.session(block, options));
    } else {
        db.session([&body](Session& s) { duet::detail::complete_inline(body(s)); }, options);
    }
}

namespace bank {

struct Account {
    std::int64_t id{};
    std::string owner{};
    std::int64_t balance{};
    std::optional<std::string> note{};
    static constexpr auto table = duet::table("accounts", duet::check("not_too_poor", "balance >= -1000"));
};

inline constexpr auto models = duet::models<Account>;

/// Ada 100, Bob 200, Cyd 300.
template <class B>
class Bank : public DatabaseTest<B> {
protected:
    void SetUp() override {
        Database filling(this->db);
        filling.create_all(models);
        filling.create_bulk(std::vector<Account>{{.owner = "Ada", .balance = 100},
                                                 {.owner = "Bob", .balance = 200},
                                                 {.owner = "Cyd", .balance = 300}});
    }
    template <class F>
    void in_session(F body, TransactionOptions options = {}) {
        in_session_of(this->db, std::move(body), options);
    }
    std::vector<std::int64_t> balances() {
        std::vector<std::int64_t> out;
        for (const Account& account : rows<Account>(this->db)) out.push_back(account.balance);
        return out;
    }
};

}  // namespace bank
}  // namespace duet::test
