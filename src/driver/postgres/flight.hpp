#pragma once

#include <duet/base/small_buffer.hpp>
#include <duet/driver/connection.hpp>

#include <cstddef>
#include <cstdint>
#include <exception>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "result.hpp"
#include "statement.hpp"

namespace duet::driver::postgres {

/// One request and what comes of it: everything that the server skips to the end of when a part fails.
class Flight {
public:
    /// What was sent, in order.
    enum class Part : std::uint8_t {
        ahead,     // a text whose result does not matter: BEGIN, CLOSE
        parse,     // the statement is prepared
        describe,  // its result columns are asked for
        rows,      // it runs
        script,    // several statements of the simple protocol
        copy,      // rows go to the server
        copy_out,  // rows come from it, as it writes them
    };

    /// Makes it ready to be sent again.
    void reset(Prepared* of, RowSink* rows_to, std::size_t limit, Outcome* counts) noexcept {
        parts_.clear();
        at_ = 0;
        prepared_ = of;
        sink_ = rows_to;
        copy_sink_ = {};
        has_text_ = false;
        max_rows_ = limit;
        outcome_ = counts == nullptr ? &ignored_ : counts;
        error_.reset();
        last_.reset();
        if (failure_ != nullptr) [[unlikely]]
            failure_ = nullptr;
        lost_ = false;
        skipped_ = false;
        lacks_rows_ = false;
        synced = true;
        next = nullptr;
    }
    void expect(Part part) { parts_.push(part); }
    void copy_to(CopySink sink) { copy_sink_ = sink; }

    // What Session reports.
    void take(Result result, ExecStatusType status);
    /// True when that was the last part.
    bool part_done() noexcept {
        if (at_ + 1 >= parts_.size()) return true;
        ++at_;
        return false;
    }
    /// The connection went away; `message` is libpq's.
    void lose(const char* message);

    bool failed() const noexcept { return error_ != nullptr || failure_ != nullptr || lost_; }
    bool lost() const noexcept { return lost_; }
    /// The server skipped it since one before it had failed: it can be sent again.
    bool skipped() const noexcept { return skipped_ && error_ == nullptr && !lost_; }
    bool expects_text() const noexcept { return parts_[at_] == Part::copy_out; }
    void take_text(std::string_view part) noexcept;
    bool expects_rows() const noexcept { return parts_[at_] == Part::copy; }
    /// The server asks for rows that nobody has.
    void lack_rows() noexcept { lacks_rows_ = true; }
    /// SQLSTATE of the server's error, or empty.
    std::string_view state() const noexcept;
    /// The server's prepared statement is not what it was, and nothing was run.
    bool is_stale() const noexcept;
    /// How often a stale one is prepared anew before its error is told: tables may go on changing meanwhile.
    static constexpr int most_anew = 5;
    /// Forgets what the server prepared, unless that has happened since: others may have been under way with
    /// it. Names that the server still knows go to `leftovers`.
    void forget_stale(std::vector<std::string>& leftovers) const;
    /// Throws what went wrong, if something did.
    void check(std::string_view sql) const;
    /// The rows are no longer wanted.
    void abandon() noexcept {
        sink_ = nullptr;
        copy_sink_ = {};
        outcome_ = &ignored_;
    }
    const PGresult* last() const noexcept { return last_.get(); }

    Flight* next = nullptr;
    /// Whether its last part is followed by a sync of its own; else it shares one with those after it.
    bool synced = true;
    /// Stands for a sync that several requests share.
    bool is_mark = false;
    /// Which of the statement's preparations it was sent with.
    unsigned version = 0;
    /// Kept alive until the results are there.
    std::shared_ptr<Prepared> holds;

private:
    void forget_prepared() const;
    void take_rows(const PGresult* result);
    void take_names(const PGresult* result);
    void count(PGresult* result);

    duet::detail::SmallBuffer<Part, 8> parts_;
    std::size_t at_ = 0;
    Prepared* prepared_ = nullptr;
    RowSink* sink_ = nullptr;
    CopySink copy_sink_;
    bool has_text_ = false;
    std::size_t max_rows_ = all_rows;
    Outcome* outcome_ = nullptr;
    Outcome ignored_;
    Result error_;
    Result last_;  // of a script: its last rows
    std::exception_ptr failure_;
    std::string lost_message_;
    bool lost_ = false;
    bool skipped_ = false;
    bool lacks_rows_ = false;
};

}  // namespace duet::driver::postgres
