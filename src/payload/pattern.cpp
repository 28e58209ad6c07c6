#include <duet/base/error.hpp>
#include <duet/payload/pattern.hpp>

#include <string>
#include <utility>
#include <vector>

namespace duet::payload {

/// A nondeterministic automaton (Thompson's construction), run with all its states at once.
struct Pattern::Program {
    struct Range {
        char32_t low, high;
    };
    struct State {
        enum class Type : std::uint8_t { set, any, split, accept };
        Type type{};
        bool negated = false;
        std::uint32_t first_range = 0, range_count = 0;
        std::uint32_t next = 0, other = 0;
    };
    std::vector<Range> ranges;
    std::vector<State> states;
    std::uint32_t start = 0;

    bool takes(const State& state, char32_t c) const {
        if (state.type == State::Type::any) return c != '\n';
        bool inside = false;
        for (std::uint32_t i = 0; i < state.range_count && !inside; ++i) {
            const Range& range = ranges[state.first_range + i];
            inside = c >= range.low && c <= range.high;
        }
        return inside != state.negated;
    }
};

namespace {

/// A tree of the pattern; counted repetitions are unrolled when it is turned into states.
class TreeBuilder {
public:
    using Node = std::uint32_t;
    enum class Type : std::uint8_t { empty, any, set, join, either, repeat };
    struct Part {
        Type type{};
        bool negated = false;
        std::uint32_t first_range = 0, range_count = 0;
        Node a = 0, b = 0;
        int least = 0, most = 0;
    };

    Node empty() { return add_part({}); }
    Node any() { return add_part({.type = Type::any}); }
    Node set(bool negated) {
        return add_part({.type = Type::set, .negated = negated, .first_range = next_range()});
    }
    void add(char32_t low, char32_t high) {
        ranges.push_back({low, high});
        ++parts.back().range_count;
    }
    Node join(Node a, Node b) {
        if (parts[a].type == Type::empty) return b;
        return add_part({.type = Type::join, .a = a, .b = b});
    }
    Node either(Node a, Node b) { return add_part({.type = Type::either, .a = a, .b = b}); }
    Node repeat(Node a, int least, int most) {
        return add_part({.type = Type::repeat, .a = a, .least = least, .most = most});
    }
    static bool fits() { return true; }

    struct Range {
        char32_t low, high;
    };
    std::vector<Part> parts;
    std::vector<Range> ranges;

private:
    std::uint32_t next_range() const { return static_cast<std::uint32_t>(ranges.size()); }
    Node add_part(Part part) {
        parts.push_back(part);
        return static_cast<Node>(parts.size() - 1);
    }
};

char32_t next_code_point(std::string_view text, std::size_t& at) {
    const auto lead = static_cast<unsigned char>(text[at++]);
    if (lead < 0xC0) return lead;
    const int tail = lead >= 0xF0 ? 3 : lead >= 0xE0 ? 2 : 1;
    auto code = static_cast<char32_t>(lead & (0x3F >> tail));
    for (int i = 0; i < tail && at < text.size(); ++i)
        code = code << 6 | static_cast<char32_t>(static_cast<unsigned char>(text[at++]) & 0x3F);
    return code;
}

/// The states that are active, each once, in any order.
class StateSet {
public:
    explicit StateSet(std::size_t size) : marks_(size, 0) {}
    void clear() {
        ++round_;
        list_.clear();
    }
    bool insert(std::uint32_t state) {
        if (marks_[state] == round_) return false;
        marks_[state] = round_;
        list_.push_back(state);
        return true;
    }
    const std::vector<std::uint32_t>& list() const { return list_; }

private:
    std::vector<std::uint32_t> marks_;
    std::vector<std::uint32_t> list_;
    std::uint32_t round_ = 1;
};

}  // namespace

// States are made from the end: each part is told where to go on.
struct ProgramBuilder {
    const TreeBuilder& tree;
    std::vector<std::uint32_t> stack{};

    template <class Program>
    std::uint32_t build(Program& program, TreeBuilder::Node node, std::uint32_t next) const {
        using State = typename Program::State;
        const TreeBuilder::Part& part = tree.parts[node];
        const auto add = [&](State state) {
            program.states.push_back(state);
            return static_cast<std::uint32_t>(program.states.size() - 1);
        };
        switch (part.type) {
            case TreeBuilder::Type::empty:
                return next;
            case TreeBuilder::Type::any:
                return add({.type = State::Type::any, .next = next});
            case TreeBuilder::Type::set:
                return add({.type = State::Type::set,
                            .negated = part.negated,
                            .first_range = part.first_range,
                            .range_count = part.range_count,
                            .next = next});
            case TreeBuilder::Type::join:
                return build(program, part.a, build(program, part.b, next));
            case TreeBuilder::Type::either: {
                const std::uint32_t a = build(program, part.a, next);
                const std::uint32_t b = build(program, part.b, next);
                return add({.type = State::Type::split, .next = a, .other = b});
            }
            case TreeBuilder::Type::repeat:
                break;
        }
        std::uint32_t at = next;
        if (part.most < 0) {
            const std::uint32_t loop = add({.type = State::Type::split, .other = next});
            const std::uint32_t body = build(program, part.a, loop);
            program.states[loop].next = body;
            at = loop;
        } else {
            for (int i = part.least; i < part.most; ++i) {
                const std::uint32_t body = build(program, part.a, at);
                at = add({.type = State::Type::split, .next = body, .other = next});
            }
        }
        for (int i = 0; i < part.least; ++i) at = build(program, part.a, at);
        return at;
    }
};

Pattern::Pattern(std::string_view text) {
    PatternCounter counter;
    PatternCounter::Node size = 0;
    const bool fine = PatternParser<PatternCounter>(text, counter).parse(size) && counter.fits();
    if (!fine) throw ConfigurationError("malformed or too large pattern: " + std::string(text));
    TreeBuilder tree;
    TreeBuilder::Node root = 0;
    PatternParser<TreeBuilder>(text, tree).parse(root);
    auto program = std::make_unique<Program>();
    for (const TreeBuilder::Range& range : tree.ranges) program->ranges.push_back({range.low, range.high});
    program->states.push_back({.type = Program::State::Type::accept});
    program->start = ProgramBuilder{tree}.build(*program, root, 0);
    program_ = std::move(program);
}

Pattern::~Pattern() = default;
Pattern::Pattern(Pattern&&) noexcept = default;
Pattern& Pattern::operator=(Pattern&&) noexcept = default;

bool Pattern::matches(std::string_view text) const {
    const Program& program = *program_;
    StateSet now(program.states.size()), then(program.states.size());
    std::vector<std::uint32_t> open;
    const auto enter = [&](StateSet& set, std::uint32_t first) {
        open.push_back(first);
        while (!open.empty()) {
            const std::uint32_t index = open.back();
            open.pop_back();
            if (!set.insert(index)) continue;
            const Program::State& state = program.states[index];
            if (state.type != Program::State::Type::split) continue;
            open.push_back(state.next);
            open.push_back(state.other);
        }
    };
    enter(now, program.start);
    for (std::size_t at = 0; at < text.size();) {
        const char32_t c = next_code_point(text, at);
        then.clear();
        for (const std::uint32_t index : now.list()) {
            const Program::State& state = program.states[index];
            const bool reads =
                state.type == Program::State::Type::set || state.type == Program::State::Type::any;
            if (reads && program.takes(state, c)) enter(then, state.next);
        }
        if (then.list().empty()) return false;
        std::swap(now, then);
    }
    for (const std::uint32_t index : now.list()) {
        if (program.states[index].type == Program::State::Type::accept) return true;
    }
    return false;
}

}  // namespace duet::payload
