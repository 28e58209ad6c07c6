#include <duet/base/error.hpp>
#include <duet/payload/json.hpp>
#include <duet/payload/rows.hpp>
#include <duet/types/json_scan.hpp>
#include <duet/types/json_text.hpp>

#include <bitset>
#include <optional>

#include "scalar.hpp"

namespace duet::payload {
namespace {

/// Characters from a source, counted in lines.
class Characters {
public:
    explicit Characters(Source source) : source_(source), buffer_(std::size_t{64} << 10, '\0') {}

    /// -1 at the end.
    int peek() {
        if (at_ == size_) {
            size_ = source_.read(source_.context, buffer_.data(), buffer_.size());
            at_ = 0;
            if (size_ == 0) return -1;
        }
        return static_cast<unsigned char>(buffer_[at_]);
    }
    int next() {
        const int c = peek();
        if (c < 0) return c;
        ++at_;
        if (c == '\n') ++line_;
        return c;
    }
    std::size_t line() const { return line_; }

private:
    Source source_;
    std::string buffer_;
    std::size_t at_ = 0, size_ = 0;
    std::size_t line_ = 1;
};

struct Cell {
    std::string text;
    bool quoted = false;
};

/// What makes a record unreadable as a whole.
struct BadRecord {
    const char* code;
    std::string message;
};

}  // namespace

struct RowReader::Impl {
    Impl(const Type& row_type, Source source, RowFormat row_format, const CsvOptions& how)
        : type(&row_type), format(row_format), options(how), null_text(how.null), in(source) {
        const bool is_object = row_type.form == Form::object || row_type.form == Form::model;
        if (format == RowFormat::csv && !is_object)
            throw ConfigurationError("CSV is read into plain structs and models");
    }

    const Type* type;
    RowFormat format;
    CsvOptions options;
    std::string null_text;
    Characters in;
    std::vector<Cell> cells;
    std::vector<int> columns;  // of the shape, for each cell; -1: passed over
    std::size_t line = 0;
    std::size_t used = 0;  // cells of the record
    bool started = false;
    bool useless = false;  // the header was not understood

    [[noreturn]] void raise(std::vector<Fault> faults) const {
        for (Fault& fault : faults) fault.line = line;
        throw ValidationError(std::move(faults));
    }

    // Lines of JSON.

    bool next_json(void* object) {
        std::string text;
        while (in.peek() >= 0) {
            line = in.line();
            text.clear();
            bool too_long = false;
            for (int c = in.next(); c >= 0 && c != '\n'; c = in.next()) {
                too_long = too_long || text.size() >= options.max_record;
                if (!too_long) text += static_cast<char>(c);
            }
            if (too_long) raise({{{}, "too_long", too_long_message()}});
            if (line == 1 && text.starts_with("\xEF\xBB\xBF")) text.erase(0, 3);
            if (text.find_first_not_of(" \t\r") == std::string::npos) continue;
            try {
                read_json(*type, object, text,
                          {.allow_unknown = options.allow_unknown, .run_rules = options.run_rules});
            } catch (const ValidationError& error) {
                if (error.faults().empty()) throw;
                raise(error.faults());
            }
            return true;
        }
        return false;
    }
    std::string too_long_message() const {
        return "is longer than " + std::to_string(options.max_record) + " bytes";
    }

    // CSV.

    /// The next record into `cells`; false at the end. Empty lines are passed over.
    bool next_record() {
        // In a file with one column an empty line is a record.
        while (columns.size() != 1 && (in.peek() == '\n' || in.peek() == '\r')) in.next();
        line = in.line();
        used = 0;
        if (in.peek() < 0) return false;
        std::size_t size = 0;
        std::optional<BadRecord> bad;
        while (next_cell(size, bad)) continue;
        if (bad) raise({{{}, bad->code, bad->message}});
        return true;
    }

    Cell& open_cell() {
        if (used == cells.size()) cells.emplace_back();
        Cell& cell = cells[used++];
        cell.text.clear();
        cell.quoted = false;
        return cell;
    }

    /// True when another cell follows. The record is walked to its end even when it is bad.
    bool next_cell(std::size_t& size, std::optional<BadRecord>& bad) {
        constexpr std::size_t most_cells = 4096;
        if (used == most_cells) {
            if (!bad) bad = {"malformed", "has more than " + std::to_string(most_cells) + " cells"};
            --used;
        }
        Cell& cell = open_cell();
        const auto take = [&](int c) {
            if (++size > options.max_record) {
                if (!bad) bad = {"too_long", too_long_message()};
            } else {
                cell.text += static_cast<char>(c);
            }
        };
        const auto quote = static_cast<unsigned char>(options.quote);
        if (in.peek() == quote) {
            in.next();
            cell.quoted = true;
            while (true) {
                const int c = in.next();
                if (c < 0) {
                    if (!bad) bad = {"malformed", "a quoted cell does not end"};
                    return false;
                }
                if (c != quote) {
                    take(c);
                } else if (in.peek() == quote) {
                    take(in.next());
                } else {
                    break;
                }
            }
        }
        while (true) {
            const int c = in.next();
            if (c < 0 || c == '\n') return false;
            if (c == static_cast<unsigned char>(options.delimiter)) return true;
            if (c == '\r') {
                if (in.peek() == '\n') in.next();
                return false;
            }
            if ((cell.quoted || c == quote) && !bad)
                bad = {"malformed",
                       cell.quoted ? "text behind the end of a quoted cell" : "a quote within a cell"};
            take(c);
        }
    }

    void start() {
        started = useless = true;
        const Shape& shape = type->shape();
        if (!options.header) {
            for (std::size_t i = 0; i < shape.fields.size(); ++i) columns.push_back(static_cast<int>(i));
            useless = false;
            return;
        }
        if (!next_record()) {
            line = 1;
            raise({{{}, "missing", "the header is missing"}});
        }
        Faults faults;
        std::bitset<128> seen;
        for (std::size_t i = 0; i < used; ++i) {
            std::string_view name = cells[i].text;
            if (i == 0 && name.starts_with("\xEF\xBB\xBF")) name.remove_prefix(3);
            const int found = shape.find(name);
            std::string path;
            append_path(path, name);
            if (found < 0) {
                if (!options.allow_unknown) faults.add(path, "unknown", "is unknown");
            } else if (seen[static_cast<std::size_t>(found)]) {
                faults.add(path, "duplicate", "comes twice");
            } else if (shape.fields[static_cast<std::size_t>(found)].guarded) {
                faults.add(path, "guarded", "cannot be set");
            } else {
                seen.set(static_cast<std::size_t>(found));
            }
            columns.push_back(found);
        }
        for (std::size_t i = 0; i < shape.fields.size(); ++i) {
            if (!shape.fields[i].required || seen[i]) continue;
            std::string path;
            append_path(path, shape.fields[i].name);
            faults.add(path, "missing", "is missing");
        }
        if (!faults.empty()) raise(faults.list());
        useless = false;
    }

    /// A cell into a field. Values within JSON report with paths of their own.
    void read_cell(const Type& field, void* target, const Cell& cell, const std::string& path,
                   Faults& faults) {
        const bool null = !cell.quoted && cell.text == null_text;
        if (field.form == Form::optional || field.form == Form::patch) {
            const bool holds_null = field.form == Form::patch && field.inner().form == Form::column &&
                                    field.inner().column->nullable != nullptr;
            if (null && !holds_null) {
                field.nullable->reset(target);
            } else {
                read_cell(field.inner(), field.nullable->emplace(target), cell, path, faults);
            }
            return;
        }
        const TypeInfo* column = field.form == Form::column ? field.column : nullptr;
        if (column != nullptr && column->nullable != nullptr) {
            if (null) {
                column->nullable->reset(target);
                return;
            }
            target = column->nullable->emplace(target);
            column = column->base;
        }
        if (column != nullptr && column->kind != Kind::array) {
            // An empty cell is a text as good as another where there is no NULL.
            if (null && column->kind != Kind::text) {
                faults.add(path, "null", "must not be empty");
            } else if (Refusal refusal = read_text(*column, cell.text, target)) {
                faults.add(path, std::move(refusal.code), std::move(refusal.message));
            }
            return;
        }
        const Type bare{.form = Form::column, .column = column};
        try {
            read_json(column != nullptr ? bare : field, target, cell.text,
                      {.allow_unknown = options.allow_unknown, .run_rules = false});
        } catch (const ValidationError& error) {
            for (const Fault& fault : error.faults())
                faults.add(path + fault.path, fault.code, fault.message);
        }
    }

    bool next_csv(void* object) {
        if (!started) start();
        if (useless || !next_record()) return false;
        const Shape& shape = type->shape();
        Faults faults;
        if (used != columns.size()) {
            raise({{{},
                    "malformed",
                    "has " + std::to_string(used) + " cells in place of " + std::to_string(columns.size())}});
        }
        std::string path;
        for (std::size_t i = 0; i < used; ++i) {
            if (columns[i] < 0) continue;
            const Field& field = shape.fields[static_cast<std::size_t>(columns[i])];
            path.clear();
            append_path(path, field.name);
            read_cell(*field.type, field.in(object), cells[i], path, faults);
        }
        if (options.run_rules) {
            faults.end_reading();
            path.clear();
            check(shape, object, path, faults);
        }
        if (!faults.empty()) raise(faults.list());
        return true;
    }
};

RowReader::RowReader(const Type& type, Source source, RowFormat format, const CsvOptions& options)
    : impl_(std::make_unique<Impl>(type, source, format, options)) {}
RowReader::~RowReader() = default;
RowReader::RowReader(RowReader&&) noexcept = default;
RowReader& RowReader::operator=(RowReader&&) noexcept = default;

bool RowReader::next(void* object) {
    return impl_->format == RowFormat::csv ? impl_->next_csv(object) : impl_->next_json(object);
}
std::size_t RowReader::line() const noexcept { return impl_->line; }

}  // namespace duet::payload
