#pragma once

#include <cstdint>

namespace duet::shape {

/// A shape is a sequence of clauses: `clause, length (u16), first value (u16), body`. Bodies are expressions
/// in prefix form: an opcode, its immediate bytes, then its operands. Values are not in the shape; `value`
/// takes the next one in order of appearance. The comment behind each opcode names immediates in [] and
/// operands behind them.
enum class Op : std::uint8_t {
    none,
    // operands
    column,  // [u8 column]
    path,    // [u8 hops, u8 relation per hop, u8 column]
    outer,   // [u64 model, u8 column]  a column of an enclosing query
    value,   // [u8 Kind]
    list,    // [u8 Kind]  several values at once
    null,    //
    now,     //
    // predicates and logic
    eq,
    ne,
    lt,
    le,
    gt,
    ge,  // a b
    is,
    is_not,  // a b  (NULL-safe)
    logical_and,
    logical_or,   // a b
    logical_not,  // a
    is_null,
    is_not_null,  // a
    is_true,
    is_false,  // a
    between,   // a low high
    in_list,
    not_in_list,  // a list
    in_query,
    not_in_query,  // [query] a
    contains,
    icontains,
    startswith,
    istartswith,
    endswith,
    iendswith,  // a pattern
    like,
    ilike,
    regex,           // a pattern
    array_contains,  // array element
    exists,          // [query]
    any_related,
    all_related,
    none_related,   // [u8 hops, u8 relation per hop, u8 filtered] filter?
    count_related,  // likewise
    always,
    never,
    // arithmetic
    add,
    sub,
    mul,
    div,
    mod,     // a b
    negate,  // a
    // functions
    call,        // [u8 Function, u8 arguments] ...
    call_named,  // [u8 length, name, u8 arguments] ...
    cast,        // [u8 Kind] a
    date_part,
    date_trunc,  // [u8 DatePart] a
    case_when,   // [u8 branches, u8 has_else] (condition result)... else?
    aggregate,   // [u8 Aggregate, u8 flags] a? filter?
    json_get,    // [u8 Kind] json path
    json_is_true,
    json_is_false,
    json_has,
    json_contains,  // json path (contains: value)
    scalar_query,   // [query]
    label,          // [u8 length, name]  a column of the select list by its name
    link_owner,     // the owner column of Clause::through
    text_config,    // [u8 length, name]  a text search configuration
    // of <duet/functions.hpp>; [window], [order] and [text] are described below
    over,           // [window] function
    window_call,    // [u8 WindowFunction, u8 flags, u32 number, u8 arguments] ...
    set_function,   // [u8 SetFunction, u8 flags, u8 arguments, order] ... filter?
    json_object,    // [u8 arguments] (key value)...
    json_array,     // [u8 arguments] ...
    array_of,       // [u8 elements] ...
    array_length,   // array
    cast_to,        // [u8 Kind, u8 length, type] a
    collate,        // [u8 length, collation] a
    operator_call,  // [u8 Kind, u8 length, operator, u8 operands] a b?
    fragment,       // [u8 Kind, u8 operands, text (operands + 1 times)] ...
    constant,       // [u64 double]  a number that is part of the statement
    row_compare,    // [u8 Op, u8 columns] (left right)...
    row_in_query,   // [u8 negated, u8 columns] ... [query]
    grouping,       // [u8 arguments] ...
    alias_column,   // [u8 length, name, u64 model, u8 column]  a column of the source of this name
    alias_path,     // [u8 length, name, u64 model, u8 hops, u8 relation per hop, u8 column]  likewise
    refused,        // [u8 column]  what the row of an INSERT that is refused has there
    by_default,     // what the database puts into the column by itself; only where a column is assigned
};

/// A nested query inside an expression: `u64 model, u32 flags, u8 selected column, u16 length, u16 values,
/// clauses`. Clauses count values from the start of their own query; limit and offset are the values behind
/// those of the clauses.

/// [order] is `u8 terms` and for each `u8 OrderFlags, expression`; [text] is `u16 length, characters`.
/// [window] is `u8 length, name, u8 expressions to partition by, those, [order], u8 FrameUnit`; behind a unit
/// other than none two bounds, each `u8 FrameBound, u8 whether it counts microseconds, u64 offset`, and
/// `u8 FrameExclusion`. The name, of a window that is defined elsewhere, may be empty.

enum class Clause : std::uint8_t {
    where,
    order,
    group,
    having,
    select,
    set,
    joined,   // body: u8 hops, u8 relation per hop
    through,  // body: u64 LinkInfo, u64 TypeInfo of its owner's key; joins a link table and selects its owner
              // column
    lock,     // body: u8 hops, u8 relation per hop; the table whose rows are locked (0 hops: the root)
    // of statements
    from,         // body: source; what the rows come from, in place of the model's table
    join,         // body: u8 JoinKind, source, u8 has_condition, condition?
    join_path,    // body: u8 JoinKind, name of the source it starts from (empty: the root), name of its alias
                  // (may be empty), u8 hops, u8 relation per hop
    rows_of,      // body: name of a source (empty: the root); all of its columns join the select list
    distinct_on,  // body: expression
    grouping,     // body: u8 Grouping, u8 sets, for each: u8 keys, expressions
    with,         // body: name, u8 WithFlag, u64 model, [query]
    compound,     // body: u8 SetOperation, [query]; the first one's operation says nothing
    lock_source,  // body: name of the source whose rows are locked
    hint,         // body: u8 DialectName, u16 length, text
    window,       // body: u8 length, name, [window]
    // Of statements that write; `from` names what else they read there, `set` and `where` of an INSERT are
    // about the row that is in the way, `select` and `rows_of` are what RETURNING gives.
    insert_row,     // body: u8 columns, for each: u8 column, u16 length, u16 values before it, expression
    insert_select,  // body: u8 columns, u8 column..., [query]
    conflict,       // body: u8 OnConflict, u8 columns, u8 column...
};

/// A source of rows: `u8 SourceKind, name (may be empty), u64 model`, and then by kind: with: name; query:
/// u8 lateral, [query]; values: u16 rows, values row by row; elements: u8 Elements, and then a list, an
/// expression or u8 Kind. Names are `u8 length, text`.
enum class SourceKind : std::uint8_t { table, with, query, values, elements };

/// Where the rows of duet::unnest() come from: a list of values, an array in the database, nowhere.
enum class Elements : std::uint8_t { list, array, none };

enum class OnConflict : std::uint8_t { nothing, update };
enum class JoinKind : std::uint8_t { inner, left, right, full, cross };
enum class Grouping : std::uint8_t { rollup, cube, sets };
enum class SetOperation : std::uint8_t {
    union_distinct,
    union_all,
    intersect_distinct,
    intersect_all,
    except_distinct,
    except_all
};
/// with_cycle: behind the [query] comes u8 column; no step goes to a row whose value there is on the way
/// already.
enum WithFlag : std::uint8_t {
    with_recursive = 1,
    with_materialized = 2,
    with_not_materialized = 4,
    with_cycle = 8
};

/// Body of Clause::order starts with these flags; of Clause::select with the label's length and text; of
/// Clause::set with the column.
enum OrderFlag : std::uint8_t { order_descending = 1, order_nulls_first = 2, order_nulls_last = 4 };

enum class Function : std::uint8_t {
    lower,
    upper,
    length,
    trim,
    ltrim,
    rtrim,
    replace,
    substr,
    concat,
    coalesce,
    nullif,
    abs,
    round,
    greatest,
    least,
    random,
    // Of PostgreSQL alone. A text search configuration may be the first argument.
    to_tsvector,
    to_tsquery,
    plainto_tsquery,
    phraseto_tsquery,
    websearch_to_tsquery,
    ts_rank,
    ts_rank_cd,
    ts_headline,
    text_matches,  // vector @@ query
    similarity,
    word_similarity,
    trigram_similar,  // text % text
    range_contains,   // range @> element or range
    range_overlaps,   // range && range
};

constexpr bool is_postgres_only(Function f) { return f >= Function::to_tsvector; }

enum class Aggregate : std::uint8_t { count, sum, avg, min, max };
enum AggregateFlag : std::uint8_t { aggregate_distinct = 1, aggregate_filtered = 2, aggregate_star = 4 };

/// Functions that are nothing without a window.
enum class WindowFunction : std::uint8_t {
    row_number,
    rank,
    dense_rank,
    percent_rank,
    cume_dist,
    ntile,  // its number: how many
    lag,    // its number: how far; of e and what stands in for it
    lead,
    first_value,
    last_value,
    nth_value,  // its number: which, from 1
};
enum WindowCallFlag : std::uint8_t { ignores_nulls = 1 };
enum class FrameUnit : std::uint8_t { none, rows, range, groups };
enum class FrameBound : std::uint8_t {
    unbounded_preceding,
    preceding,
    current_row,
    following,
    unbounded_following
};
enum class FrameExclusion : std::uint8_t { none, current_row, group, ties };

/// Aggregates beside those of `Aggregate`.
enum class SetFunction : std::uint8_t {
    string_agg,  // of e and what stands between
    json_array_agg,
    json_object_agg,  // of key and value
    array_agg,
    bool_and,
    bool_or,
    stddev_samp,
    stddev_pop,
    var_samp,
    var_pop,
    percentile_cont,  // of a constant fraction; within what it is ordered by
    percentile_disc,
    mode,  // likewise, of nothing
};

enum class DatePart : std::uint8_t {
    year,
    quarter,
    month,
    week,
    day,
    hour,
    minute,
    second,
    weekday,
    day_of_year,
    date
};

/// Bits that belong to a query as a whole.
enum QueryFlag : std::uint32_t {
    distinct = 1,
    has_limit = 2,
    has_offset = 4,
    with_deleted = 8,
    only_deleted = 16,
    for_update = 32,
    skip_locked = 64,
    no_wait = 128,
    grouped = 256,    // no implicit order
    for_share = 512,  // with for_update: the weaker lock
    lock_of = 1024,   // likewise: of the tables of Clause::lock only
    // Of statements:
    statement = 2048,        // the select list says all that is selected
    with_ties = 4096,        // has_limit: and the rows that are equal to the last one in order
    changes_rows = 8192,     // it, or a CTE of it, writes
    own_columns = 1u << 14,  // of a set operation: the select list says all that is selected
    inserts = 1u << 24,      // what the statement does; none of these: it selects
    updates = 1u << 25,
    removes = 1u << 26,
    every_row = 1u << 27,  // a write without a condition is meant
};

}  // namespace duet::shape
