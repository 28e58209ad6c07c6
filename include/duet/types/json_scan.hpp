#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace duet::detail {

/// Arrays and objects nested deeper than this are refused, so that nobody's stack overflows over a text.
inline constexpr std::size_t json_max_depth = 512;

/// Walks over JSON text from left to right and checks every byte it passes (RFC 8259, UTF-8).
///
/// What is not JSON throws ValidationError with the offset of the fault. The text has to outlive the scanner
/// and every view it returned.
class JsonScanner {
public:
    explicit JsonScanner(std::string_view text) noexcept
        : begin_(text.data()), at_(begin_), end_(begin_ + text.size()) {}

    /// The next byte that is no white space, or 0 at the end. Stays before it.
    char peek() noexcept;
    /// Passes `c` when it comes next, white space aside.
    bool consume(char c) noexcept;
    /// Passes `c`, or throws.
    void expect(char c);
    /// Throws unless only white space is left.
    void expect_end();

    /// Passes a string and returns it as it stands, with quotes and escapes.
    std::string_view string();
    /// Passes any value and returns it as it stands. When `compact` is given, the value without its white
    /// space is appended there.
    std::string_view value(std::string* compact = nullptr);

    [[noreturn]] void fail(const char* what) const;

private:
    void skip_space() noexcept;
    void scalar();
    void literal(std::string_view word);
    void number();
    void check_escape();
    unsigned hex4();

    const char* begin_;
    const char* at_;
    const char* end_;
};

/// Calls `visit(value)` with the text of each element. Throws as JsonScanner does, also when `array` is no
/// array.
template <class Visitor>
void each_json_element(std::string_view array, Visitor visit) {
    JsonScanner scan{array};
    scan.expect('[');
    if (!scan.consume(']')) {
        do {
            visit(scan.value());
        } while (scan.consume(','));
        scan.expect(']');
    }
    scan.expect_end();
}

/// Calls `visit(key, value)` with the texts of each member, the key in quotes. Throws as JsonScanner does,
/// also when `object` is no object.
template <class Visitor>
void each_json_member(std::string_view object, Visitor visit) {
    JsonScanner scan{object};
    scan.expect('{');
    if (!scan.consume('}')) {
        do {
            scan.peek();
            const std::string_view key = scan.string();
            scan.expect(':');
            visit(key, scan.value());
        } while (scan.consume(','));
        scan.expect('}');
    }
    scan.expect_end();
}

}  // namespace duet::detail
