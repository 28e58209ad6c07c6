#pragma once

#include <duet/driver/connection.hpp>

#include <memory>
#include <string>
#include <vector>

#include "reader.hpp"
#include "row_decoder.hpp"

namespace duet::driver::postgres {

/// What one connection knows of a statement; shared with the requests that are under way.
struct Prepared {
    explicit Prepared(std::shared_ptr<const Plan> of) : plan(std::move(of)) {}

    const std::shared_ptr<const Plan> plan;
    std::string name;        // on the server; empty: not there
    unsigned version = 0;    // how often it was prepared
    std::vector<Oid> types;  // of the parameters that it was prepared with
    Columns columns;
    bool described = false;  // whether `columns` and `decoder` hold for what is prepared
    RowDecoder decoder;
    std::vector<std::string> column_names;
    bool is_commit = false;

    /// The server does not have it any more, or not in this form.
    void forget() {
        name.clear();
        described = false;
        decoder.forget();
    }
};

class PgStatement final : public Statement {
public:
    /// Names of statements that the server may forget go to `leftovers`, which must outlive this.
    PgStatement(std::shared_ptr<const Plan> plan, std::shared_ptr<std::vector<std::string>> leftovers);
    ~PgStatement() override;

    std::vector<std::string> column_names() const override { return prepared->column_names; }
    bool writes() const override { return writes_; }
    /// Whether it may leave something in the session.
    bool leaves_traces() const noexcept { return leaves_traces_; }
    void read_in_portions() override { portions = true; }

    const std::shared_ptr<Prepared> prepared;
    bool portions = false;
    std::string cursor;            // while one is open
    bool own_transaction = false;  // the cursor's

private:
    const std::shared_ptr<std::vector<std::string>> leftovers_;
    bool writes_;
    bool leaves_traces_;
};

/// Whether a text of the user's only reads: it begins with SELECT, SHOW, VALUES, TABLE or EXPLAIN. A function
/// that it calls may still write, which the server refuses where it must not.
bool looks_read_only(std::string_view sql);
/// Whether a text of the user's may leave something in the session: settings, temporary tables, locks.
bool may_leave_traces(std::string_view sql);

}  // namespace duet::driver::postgres
