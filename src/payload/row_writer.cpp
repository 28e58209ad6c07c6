#include <duet/base/error.hpp>
#include <duet/payload/json.hpp>
#include <duet/payload/rows.hpp>

#include <utility>

#include "scalar.hpp"

namespace duet::payload {
namespace {

constexpr std::size_t buffer_size = std::size_t{64} << 10;

/// A value as a cell; false for NULL.
bool cell_of(const Type& type, const void* value, std::string& out, bool& is_empty_text) {
    if (type.form == Form::optional || type.form == Form::patch) {
        const void* inner = type.nullable->value(value);
        return inner != nullptr && cell_of(type.inner(), inner, out, is_empty_text);
    }
    if (type.form != Form::column) {
        write_json(type, value, out);
        return true;
    }
    const TypeInfo* column = type.column;
    if (column->nullable != nullptr) {
        value = column->nullable->value(value);
        if (value == nullptr) return false;
        column = column->base;
    }
    if (column->kind == Kind::array) {
        write_column(*column, value, out);
    } else {
        write_text(*column, value, out);
    }
    is_empty_text = out.empty();
    return true;
}

}  // namespace

RowWriter::RowWriter(const Shape& shape, const Type* type, RowFormat format, const CsvOptions& options)
    : shape_(&shape),
      type_(type),
      format_(format),
      options_(options),
      null_(options.null),
      line_end_(options.line_end) {
    if (options.delimiter == options.quote || options.delimiter == '\n' || options.delimiter == '\r')
        throw ConfigurationError("CSV: the delimiter can be neither the quote nor an end of line");
    for (const std::string_view name : options.columns) {
        if (!name.empty()) header_.emplace_back(name);
    }
    if (!header_.empty() && header_.size() != shape.fields.size()) {
        throw ConfigurationError("CSV: " + std::to_string(header_.size()) + " names of columns for " +
                                 std::to_string(shape.fields.size()) + " fields");
    }
}

void RowWriter::begin() {
    if (std::exchange(begun_, true) || format_ != RowFormat::csv || !options_.header) return;
    for (std::size_t i = 0; i < shape_->fields.size(); ++i) {
        if (i != 0) buffer_ += options_.delimiter;
        csv_cell(header_.empty() ? shape_->fields[i].name : std::string_view(header_[i]), false);
    }
    buffer_ += line_end_;
}

void RowWriter::csv_cell(std::string_view text, bool needs_quotes) {
    const bool quotes = needs_quotes || options_.quote_all ||
                        text.find_first_of(std::string{options_.delimiter, options_.quote, '\r', '\n'}) !=
                            std::string_view::npos ||
                        (!text.empty() && (text.front() == ' ' || text.back() == ' '));
    if (!quotes) {
        buffer_ += text;
        return;
    }
    buffer_ += options_.quote;
    for (const char c : text) {
        if (c == options_.quote) buffer_ += c;
        buffer_ += c;
    }
    buffer_ += options_.quote;
}

void RowWriter::csv_row(const void* object) {
    bool first = true;
    for (const Field& field : shape_->fields) {
        if (!first) buffer_ += options_.delimiter;
        first = false;
        cell_.clear();
        bool is_empty = false;
        if (cell_of(*field.type, field.in(object), cell_, is_empty)) {
            csv_cell(cell_, cell_ == null_);
        } else {
            buffer_ += null_;
        }
    }
    // A record of nothing would be an empty line, which many readers pass over.
    buffer_ += line_end_;
}

void RowWriter::row(const void* object, const Sink& sink) {
    begin();
    if (format_ == RowFormat::csv) {
        csv_row(object);
    } else if (type_ != nullptr) {
        write_json(*type_, object, buffer_);
        buffer_ += '\n';
    } else {
        buffer_ += '[';
        for (std::size_t i = 0; i < shape_->fields.size(); ++i) {
            if (i != 0) buffer_ += ',';
            write_json(*shape_->fields[i].type, shape_->fields[i].in(object), buffer_);
        }
        buffer_ += "]\n";
    }
    ++count_;
    if (buffer_.size() < buffer_size) return;
    sink.write(sink.context, buffer_);
    buffer_.clear();
}

void RowWriter::finish(const Sink& sink) {
    begin();
    if (!buffer_.empty()) sink.write(sink.context, buffer_);
    buffer_.clear();
}

}  // namespace duet::payload
