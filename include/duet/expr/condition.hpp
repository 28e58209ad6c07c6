#pragma once

#include <duet/expr/add.hpp>

namespace duet::expr {

/// A condition on rows of M, whatever it was made of: one type, so that conditions can be kept and built up
/// at run time. A default-constructed one is empty: no condition at all, and nothing to combine with.
template <class M>
class Condition : public Node {
public:
    using condition_model = M;

    Condition() = default;
    template <PlainExpression E>
    Condition(const E& e) {
        add<Role::condition, M>(fragment_, e);
    }

    bool empty() const noexcept { return fragment_.bytes.empty(); }

    friend Condition operator&&(const Condition& a, const Condition& b) {
        return joined(shape::Op::logical_and, a, b);
    }
    friend Condition operator||(const Condition& a, const Condition& b) {
        return joined(shape::Op::logical_or, a, b);
    }
    friend Condition operator!(const Condition& a) {
        Condition out;
        if (a.empty()) return out;
        out.fragment_.op(shape::Op::logical_not);
        out.fragment_.append(a.fragment_);
        return out;
    }

    template <class Other>
    static consteval Checked check() {
        Checked out{&duet::detail::boolean_value};
        return std::is_same_v<M, Other> ? out : refuse(out, Fault::other_model);
    }
    template <class Other>
    void emit(shape::Fragment& out) const {
        if (empty()) return out.op(shape::Op::always);
        out.append(fragment_);
    }

private:
    static Condition joined(shape::Op op, const Condition& a, const Condition& b) {
        if (a.empty()) return b;
        if (b.empty()) return a;
        Condition out;
        out.fragment_.op(op);
        out.fragment_.append(a.fragment_);
        out.fragment_.append(b.fragment_);
        return out;
    }

    shape::Fragment fragment_;
};

}  // namespace duet::expr

namespace duet {
using expr::Condition;
}
