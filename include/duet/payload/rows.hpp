#pragma once

#include <duet/base/owned.hpp>
#include <duet/payload/shape.hpp>

#include <array>
#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace duet {

/// The form of CSV files (RFC 4180 unless told otherwise). Texts are copied when a call takes the options.
///
/// Trivially destructible, so that GCC 12 lets it be a temporary within a co_await.
struct CsvOptions {
    char delimiter = ',';
    char quote = '"';
    bool header = true;       // the first record has the names of the columns
    bool quote_all = false;   // writing: also where it is not needed
    std::string_view null{};  // how NULL is written, unquoted; the text itself is quoted then
    std::string_view line_end = "\r\n";
    std::array<std::string_view, 72> columns{};  // writing: names for the header in place of the fields' own
    bool allow_unknown = false;                  // reading: pass over columns that the struct does not have
    bool run_rules = true;                       // reading
    std::size_t max_record = std::size_t{16} << 20;  // reading: bytes of the longest record
};

namespace payload {

/// Where text goes.
struct Sink {
    void* context;
    void (*write)(void* context, std::string_view part);
};
/// Where text comes from; 0 bytes at the end.
struct Source {
    void* context;
    std::size_t (*read)(void* context, char* to, std::size_t size);
};

enum class RowFormat : std::uint8_t { csv, json_lines };

/// Writes rows one by one through a buffer of fixed size.
class RowWriter {
public:
    /// `type` is that of a row for JSON; null for rows without names, which become arrays.
    RowWriter(const Shape& shape, const Type* type, RowFormat format, const CsvOptions& options);

    void row(const void* object, const Sink& sink);
    /// The header of a file without rows, and the rest of the buffer.
    void finish(const Sink& sink);
    std::size_t count() const noexcept { return count_; }

private:
    void begin();
    void csv_row(const void* object);
    void csv_cell(std::string_view text, bool needs_quotes);

    const Shape* shape_;
    const Type* type_;
    RowFormat format_;
    CsvOptions options_;
    std::string null_;
    std::string line_end_;
    std::vector<std::string> header_;
    std::string buffer_;
    std::string cell_;
    std::size_t count_ = 0;
    bool begun_ = false;
};

/// Reads rows one by one.
class RowReader {
public:
    RowReader(const Type& type, Source source, RowFormat format, const CsvOptions& options);
    ~RowReader();
    RowReader(RowReader&&) noexcept;
    RowReader& operator=(RowReader&&) noexcept;

    /// False at the end. Throws ValidationError with all faults of the row, which has been passed by then:
    /// the next call goes on behind it.
    bool next(void* object);
    /// The line that the last row began in, from 1.
    std::size_t line() const noexcept;

private:
    struct Impl;
    duet::detail::Owned<Impl> impl_;
};

}  // namespace payload
}  // namespace duet
