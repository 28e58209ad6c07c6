#pragma once

#include <cstddef>
#include <cstdint>

namespace duet {

/// What a database can do; a feature that is false is emulated or refused before anything is sent.
struct Capabilities {
    bool returning = true;          // INSERT and DELETE ... RETURNING
    bool update_returning = true;   // UPDATE ... RETURNING
    bool returning_joined = false;  // with columns of other tables that the statement reads
    /// How UPDATE and DELETE read other tables.
    enum class JoinedWrites : std::uint8_t {
        from_and_using,  // UPDATE ... FROM, DELETE ... USING
        from,            // UPDATE ... FROM
        tables,          // UPDATE t, others; DELETE t FROM t, others
    };
    JoinedWrites joined_writes = JoinedWrites::from;
    bool writing_ctes = false;      // WITH t AS (DELETE ... RETURNING ...)
    bool default_keyword = true;    // DEFAULT in the place of a value
    bool insert_may_ignore = true;  // ON CONFLICT DO NOTHING
    bool upsert_target = true;      // ON CONFLICT (columns); else any unique key of the table
    bool transactional_ddl = true;
    bool failure_ends_transaction = false;  // after a failed statement only a rollback helps
    bool aggregate_filter = true;
    bool for_update = true;
    bool limit_in_writes = false;     // UPDATE/DELETE ... LIMIT
    bool limit_in_subqueries = true;  // x IN (SELECT ... LIMIT n)
    /// NULL NOT IN (SELECT ...) is asked anew each time that a prepared statement runs.
    bool asks_queries_about_null = true;
    bool writes_read_target = true;    // a subquery of UPDATE/DELETE may read the table that is written
    bool numbered_parameters = false;  // a value that occurs twice takes one placeholder
    /// What is selected and ordered by has to be, word for word, what is grouped by (or selected, after
    /// DISTINCT); parameters count as words.
    bool strict_grouping = false;
    bool having_sees_groups = true;  // HAVING may hold an expression that is grouped by
    /// Groups in an order that is that of what is grouped by keep it when there is a window beside them.
    bool windows_keep_order = true;
    bool frame_groups = true;        // GROUPS BETWEEN ... in a window
    bool frame_exclusion = true;     // EXCLUDE ... in a window
    bool frame_intervals = false;    // RANGE BETWEEN INTERVAL ... in a window
    bool ignore_nulls = false;       // IGNORE NULLS behind a window function
    bool forward_references = true;  // a foreign key may name a table that is not there yet
    bool full_join = true;
    bool full_join_of_all = true;  // FULL JOIN on any condition; else columns of both sides have to be equal
    bool locks_groups = true;      // FOR UPDATE behind groups, aggregates, DISTINCT
    bool lateral = false;          // LATERAL in FROM
    bool distinct_on = false;      // DISTINCT ON (...)
    bool ties = false;             // FETCH FIRST n ROWS WITH TIES
    bool all_set_operations = true;   // INTERSECT ALL, EXCEPT ALL
    bool materialized_hints = false;  // WITH t AS [NOT] MATERIALIZED
    bool rollup_alone = false;        // ROLLUP stands for all of GROUP BY, and without ORDER BY
    bool plain_values = true;         // VALUES (1, 2), (3, 4) as a SELECT
    bool with_in_writes = true;       // WITH ... UPDATE, WITH ... DELETE
    std::size_t max_name = 0;         // bytes of an identifier; 0: any number
    std::size_t max_parameters = 32766;
    std::size_t insert_rows = 100;  // rows of one multi-row INSERT
    /// How the keys that the database assigns come back.
    enum class Keys : std::uint8_t {
        last,      // driver::Outcome::last_key is that of the last row, those before it are consecutive
        first,     // likewise, of the first row
        returned,  // by RETURNING
    };
    Keys keys = Keys::last;
    bool array_updates = false;  // UPDATE ... FROM unnest(array, ...)
    bool zero_bytes = true;      // U+0000 in texts
};

}  // namespace duet
