#pragma once

#include <duet/base/input_iterator.hpp>
#include <duet/payload/describe.hpp>
#include <duet/payload/rows.hpp>

#include <cstddef>
#include <iterator>
#include <optional>
#include <string_view>
#include <utility>

namespace duet {

namespace payload {

template <class S>
concept InputStream = requires(S& stream, char* to) {
    stream.read(to, 1);
    stream.gcount();
};

template <class S>
Source source_of(S& stream) {
    return {&stream, [](void* context, char* to, std::size_t size) {
                S& from = *static_cast<S*>(context);
                from.read(to, static_cast<std::ptrdiff_t>(size));
                return static_cast<std::size_t>(from.gcount());
            }};
}

}  // namespace payload

/// The rows of a file, one at a time:
///
///     for (const UserCreate& row : duet::read_csv<UserCreate>(file)) ...
///
/// A row with faults throws ValidationError, whose faults carry the line. `next()` may be called again then,
/// and goes on with the row behind it.
template <class T>
class RowFile {
public:
    RowFile(payload::Source source, payload::RowFormat format, const CsvOptions& options)
        : reader_(payload::type_of<T>(), source, format, options) {}

    /// The next row, or nothing at the end.
    std::optional<T> next() {
        std::optional<T> row(std::in_place);
        if (!reader_.next(&*row)) row.reset();
        return row;
    }
    /// The line that the last row began in, from 1.
    std::size_t line() const noexcept { return reader_.line(); }

    using iterator = duet::detail::InputIterator<RowFile, T>;
    iterator begin() {
        advance();
        return iterator(this);
    }
    std::default_sentinel_t end() const { return {}; }

private:
    friend iterator;
    T& current() { return *row_; }
    void advance() { row_ = next(); }
    bool ended() const { return !row_.has_value(); }

    payload::RowReader reader_;
    std::optional<T> row_{};
};

/// Reads CSV with a header whose names are those of T's fields, in any order. The stream must stay as long as
/// the file. An unquoted cell that is `options.null` is NULL; cells of lists, JSON and structs hold JSON.
template <class T, payload::InputStream S>
RowFile<T> read_csv(S& stream, const CsvOptions& options = {}) {
    return {payload::source_of(stream), payload::RowFormat::csv, options};
}
/// Reads lines of JSON; empty lines are passed over. Of the options, `allow_unknown`, `run_rules` and
/// `max_record` count.
template <class T, payload::InputStream S>
RowFile<T> read_json_lines(S& stream, const CsvOptions& options = {}) {
    return {payload::source_of(stream), payload::RowFormat::json_lines, options};
}

}  // namespace duet
