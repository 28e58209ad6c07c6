#include "driver/mariadb/kill_switch.hpp"

#include <string>

#include "driver/mariadb/session.hpp"

namespace duet::driver::mariadb {

void KillSwitch::pull() noexcept {
    State expected = State::running;
    if (connection_.load(std::memory_order_relaxed) == 0) return;
    const std::shared_ptr<CancelThread> thread = thread_.lock();
    if (thread == nullptr) return;
    if (state_.compare_exchange_strong(expected, State::asked)) thread->submit(shared_from_this());
}

void KillSwitch::run() noexcept {
    if (state_.load() != State::asked) return;
    constexpr unsigned seconds = 5;
    const Handle handle(mysql_init(nullptr));
    if (handle == nullptr) return;
    prepare_handle(handle.get(), options_);
    mysql_options(handle.get(), MYSQL_OPT_CONNECT_TIMEOUT, &seconds);
    mysql_options(handle.get(), MYSQL_OPT_READ_TIMEOUT, &seconds);
    mysql_options(handle.get(), MYSQL_OPT_WRITE_TIMEOUT, &seconds);
    const Target target(options_);
    if (mysql_real_connect(handle.get(), target.host, target.user, target.password, nullptr, target.port,
                           target.socket, 0) == nullptr ||
        !is_as_secure_as_wanted(handle.get(), options_))
        return;
    // Only now: most statements that are to be stopped have ended before a connection is there.
    State expected = State::asked;
    if (!state_.compare_exchange_strong(expected, State::sent)) return;
    char sql[48] = "KILL QUERY ";
    const std::string number = std::to_string(connection_.load(std::memory_order_relaxed));
    number.copy(sql + 11, number.size());
    mysql_real_query(handle.get(), sql, 11 + number.size());
}

}  // namespace duet::driver::mariadb
