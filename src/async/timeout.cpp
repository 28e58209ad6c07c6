#include <duet/async/timeout.hpp>

#include <algorithm>

namespace duet::detail {

namespace {
void pass_on(void* source) noexcept { static_cast<CancelSource*>(source)->request_cancel(); }
}  // namespace

TokenScope::TokenScope(PromiseBase& self, const CancelToken& extra, CancelToken::Clock::time_point deadline)
    : self_(self),
      before_(self.cancel),
      source_(std::min({deadline, before_.deadline(), extra.deadline()})),
      on_before_(before_, pass_on, &source_),
      on_extra_(extra, pass_on, &source_) {
    self.cancel = source_.token().state();
    const CancelToken::Clock::time_point nearest = source_.token().deadline();
    // Without an executor here, those who wait look at the deadline themselves.
    if (nearest == CancelToken::Clock::time_point::max() || !self.home || !self.home->running_here()) return;
    timer_.scope = this;
    timer_.deadline = nearest;
    timer_.fire = [](Wait& wait) noexcept { static_cast<Timer&>(wait).scope->source_.request_cancel(); };
    self.home->start(timer_);
}

TokenScope::~TokenScope() {
    if (timer_.notes.accepted) self_.home->abandon(timer_);
    self_.cancel = before_.state();
}

CancelToken::Clock::time_point deadline_in(std::chrono::nanoseconds limit) noexcept {
    const auto now = CancelToken::Clock::now();
    const auto longest = CancelToken::Clock::time_point::max() - now;
    return limit < longest ? now + limit : CancelToken::Clock::time_point::max();
}

}  // namespace duet::detail
