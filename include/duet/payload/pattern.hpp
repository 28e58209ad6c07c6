#pragma once

#include <duet/base/owned.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string_view>

namespace duet::payload {

/// Parses regular expressions; `Sink` is told what there is. Without memory of its own, so that it runs at
/// compile time, too.
///
/// A sink makes nodes: `any()`, `set(bool negated)` with `add(low, high)`, `empty()`, `join(a, b)`,
/// `either(a, b)`, `repeat(a, least, most)`, where most < 0 is without an end.
template <class Sink>
class PatternParser {
public:
    using Node = typename Sink::Node;

    constexpr PatternParser(std::string_view text, Sink& sink) : text_(text), sink_(sink) {}

    /// False: malformed, or too large.
    constexpr bool parse(Node& out) {
        if (text_.starts_with('^')) ++at_;
        out = alternatives(0);
        if (at_ + 1 == text_.size() && text_[at_] == '$') ++at_;
        return good_ && at_ == text_.size();
    }

private:
    static constexpr int max_depth = 16;
    static constexpr int max_repeat = 1000;

    constexpr bool more() const { return at_ < text_.size(); }
    constexpr Node fail() {
        good_ = false;
        at_ = text_.size();
        return sink_.empty();
    }
    constexpr bool at_end_of_sequence() const {
        return !more() || text_[at_] == '|' || text_[at_] == ')' ||
               (text_[at_] == '$' && at_ + 1 == text_.size());
    }
    constexpr Node alternatives(int depth) {
        if (depth > max_depth) return fail();
        Node left = sequence(depth);
        while (more() && text_[at_] == '|') {
            ++at_;
            const Node right = sequence(depth);
            left = sink_.either(left, right);
        }
        return left;
    }
    constexpr Node sequence(int depth) {
        Node left = sink_.empty();
        while (good_ && !at_end_of_sequence()) {
            const Node right = repeated(depth);
            left = sink_.join(left, right);
        }
        return left;
    }
    constexpr Node repeated(int depth) {
        Node node = atom(depth);
        while (good_ && more()) {
            const char c = text_[at_];
            int least = 0, most = -1;
            if (c == '+') {
                least = 1;
            } else if (c == '?') {
                most = 1;
            } else if (c == '{') {
                ++at_;
                if (!number(least)) return fail();
                most = least;
                if (more() && text_[at_] == ',') {
                    ++at_;
                    most = -1;
                    if (more() && text_[at_] != '}' && !number(most)) return fail();
                }
                if (!more() || text_[at_] != '}' || (most >= 0 && most < least)) return fail();
            } else if (c != '*') {
                return node;
            }
            ++at_;
            node = sink_.repeat(node, least, most);
            if (!sink_.fits()) return fail();
        }
        return node;
    }
    constexpr bool number(int& out) {
        out = 0;
        const std::size_t begin = at_;
        while (more() && text_[at_] >= '0' && text_[at_] <= '9') {
            out = out * 10 + (text_[at_++] - '0');
            if (out > max_repeat) return false;
        }
        return at_ != begin;
    }
    constexpr Node atom(int depth) {
        const char c = text_[at_];
        if (c == '(') {
            ++at_;
            if (text_.substr(at_).starts_with("?:")) {
                at_ += 2;
            } else if (more() && text_[at_] == '?') {
                return fail();
            }
            const Node inner = alternatives(depth + 1);
            if (!more() || text_[at_] != ')') return fail();
            ++at_;
            return inner;
        }
        if (c == '[') return bracket();
        if (c == '.') {
            ++at_;
            return sink_.any();
        }
        if (c == '*' || c == '+' || c == '?' || c == '{' || c == '^' || c == '$') return fail();
        if (c == '\\') {
            const Node node = sink_.set(negated_class());
            if (!class_escape()) {
                char32_t code = 0;
                if (!escaped(code)) return fail();
                sink_.add(code, code);
            }
            return node;
        }
        const Node node = sink_.set(false);
        const char32_t code = code_point();
        sink_.add(code, code);
        return node;
    }
    constexpr Node bracket() {
        ++at_;
        const bool negated = more() && text_[at_] == '^';
        if (negated) ++at_;
        const Node node = sink_.set(negated);
        bool first = true;
        for (; more() && (first || text_[at_] != ']'); first = false) {
            if (text_[at_] == '\\') {
                if (negated_class()) return fail();
                if (class_escape()) continue;
            }
            char32_t low = 0, high = 0;
            if (!single(low)) return fail();
            high = low;
            if (at_ + 1 < text_.size() && text_[at_] == '-' && text_[at_ + 1] != ']') {
                ++at_;
                if (!single(high) || high < low) return fail();
            }
            sink_.add(low, high);
        }
        if (!more()) return fail();
        ++at_;
        return node;
    }
    constexpr bool single(char32_t& out) {
        if (text_[at_] == '\\') return escaped(out);
        out = code_point();
        return true;
    }
    constexpr bool negated_class() const {
        return at_ + 1 < text_.size() &&
               std::string_view("DWS").find(text_[at_ + 1]) != std::string_view::npos;
    }
    constexpr bool class_escape() {
        const char c = at_ + 1 < text_.size() ? text_[at_ + 1] : '\0';
        if (c == 'd' || c == 'D') {
            sink_.add('0', '9');
        } else if (c == 'w' || c == 'W') {
            sink_.add('0', '9'), sink_.add('A', 'Z'), sink_.add('a', 'z'), sink_.add('_', '_');
        } else if (c == 's' || c == 'S') {
            sink_.add('\t', '\r'), sink_.add(' ', ' ');
        } else {
            return false;
        }
        at_ += 2;
        return true;
    }
    constexpr bool escaped(char32_t& out) {
        ++at_;
        if (!more()) return false;
        const char c = text_[at_++];
        if (c == 'n') {
            out = '\n';
        } else if (c == 't') {
            out = '\t';
        } else if (c == 'r') {
            out = '\r';
        } else if ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9')) {
            return false;
        } else {
            out = static_cast<unsigned char>(c);
        }
        return true;
    }
    constexpr char32_t code_point() {
        const auto lead = static_cast<unsigned char>(text_[at_++]);
        if (lead < 0x80) return lead;
        const int tail = lead >= 0xF0 ? 3 : lead >= 0xE0 ? 2 : 1;
        char32_t code = static_cast<char32_t>(lead & (0x3F >> tail));
        for (int i = 0; i < tail && more(); ++i)
            code = code << 6 | static_cast<char32_t>(static_cast<unsigned char>(text_[at_++]) & 0x3F);
        return code;
    }

    std::string_view text_;
    Sink& sink_;
    std::size_t at_ = 0;
    bool good_ = true;
};

/// Counts what a pattern needs.
struct PatternCounter {
    using Node = int;
    static constexpr int max_states = 4000;

    constexpr Node empty() const { return 0; }
    constexpr Node any() const { return 1; }
    constexpr Node set(bool /*negated*/) const { return 1; }
    constexpr void add(char32_t /*low*/, char32_t /*high*/) const {}
    constexpr Node join(Node a, Node b) { return keep(a + b); }
    constexpr Node either(Node a, Node b) { return keep(a + b + 1); }
    constexpr Node repeat(Node a, int least, int most) {
        return keep((a + 1) * (most < 0 ? least + 1 : most) + 1);
    }
    constexpr bool fits() const { return largest < max_states; }

    int largest = 0;

private:
    constexpr Node keep(Node n) {
        if (n > largest) largest = n;
        return n < max_states ? n : max_states;
    }
};

/// Called, in vain, at compile time: the compiler's message shows the name.
void this_pattern_is_malformed_or_too_large();

constexpr void require_pattern(std::string_view text) {
    PatternCounter counter;
    PatternCounter::Node node = 0;
    if (!PatternParser<PatternCounter>(text, counter).parse(node) || !counter.fits())
        this_pattern_is_malformed_or_too_large();
}

/// A compiled pattern. Matching takes time in proportion to the text, whatever the pattern.
class Pattern {
public:
    /// Throws ConfigurationError for a malformed one.
    explicit Pattern(std::string_view text);
    ~Pattern();
    Pattern(Pattern&&) noexcept;
    Pattern& operator=(Pattern&&) noexcept;

    /// Whether the pattern matches all of the text. Thread-safe.
    bool matches(std::string_view text) const;

private:
    struct Program;
    duet::detail::Owned<const Program> program_;
};

}  // namespace duet::payload
