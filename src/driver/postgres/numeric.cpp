#include "numeric.hpp"

#include <algorithm>

#include "wire.hpp"

namespace duet::driver::postgres {
namespace {

constexpr int digits_per_group = 4;  // numeric counts in base 10000
constexpr std::uint16_t negative_sign = 0x4000;
constexpr std::uint16_t not_a_number = 0xC000;
constexpr std::uint16_t plus_infinity = 0xD000;
constexpr std::uint16_t minus_infinity = 0xF000;

void append_group(std::string& out, std::uint16_t group) {
    out += static_cast<char>('0' + group / 1000);
    out += static_cast<char>('0' + group / 100 % 10);
    out += static_cast<char>('0' + group / 10 % 10);
    out += static_cast<char>('0' + group % 10);
}

}  // namespace

void append_numeric(std::string& out, const Decimal& value) {
    char text[Decimal::max_text_size];
    std::string_view digits(text, value.write(text));
    if (digits.starts_with('-')) digits.remove_prefix(1);
    const std::string_view whole = digits.substr(0, digits.find('.'));
    const std::string_view fraction =
        whole.size() == digits.size() ? std::string_view{} : digits.substr(whole.size() + 1);

    std::uint16_t groups[(Decimal::max_text_size + 2 * digits_per_group) / digits_per_group] = {};
    const std::size_t whole_groups = (whole.size() + digits_per_group - 1) / digits_per_group;
    const std::size_t count = whole_groups + (fraction.size() + digits_per_group - 1) / digits_per_group;
    const std::size_t padding = whole_groups * digits_per_group - whole.size();
    for (std::size_t i = 0; i < count * digits_per_group; ++i) {
        int digit = 0;
        if (i >= padding && i < padding + whole.size()) {
            digit = whole[i - padding] - '0';
        } else if (i >= padding + whole.size() && i - padding - whole.size() < fraction.size()) {
            digit = fraction[i - padding - whole.size()] - '0';
        }
        std::uint16_t& group = groups[i / digits_per_group];
        group = static_cast<std::uint16_t>(group * 10 + digit);
    }
    std::size_t first = 0;
    std::size_t last = count;
    while (first < last && groups[first] == 0) ++first;
    while (last > first && groups[last - 1] == 0) --last;
    const int weight = first == last ? 0 : static_cast<int>(whole_groups) - 1 - static_cast<int>(first);

    put_2(out, static_cast<std::uint16_t>(last - first));
    put_2(out, static_cast<std::uint16_t>(weight));
    put_2(out, value.is_negative() ? negative_sign : std::uint16_t{0});
    put_2(out, static_cast<std::uint16_t>(value.scale()));
    for (std::size_t i = first; i < last; ++i) put_2(out, groups[i]);
}

bool append_numeric_text(std::string& out, std::string_view bytes) {
    Source source(bytes);
    const std::size_t count = source.u16();
    const int weight = static_cast<std::int16_t>(source.u16());
    const std::uint16_t sign = source.u16();
    const std::size_t scale = source.u16() & 0x3FFF;
    if (!source.ok() || source.left() != count * 2) return false;
    switch (sign) {
        case not_a_number:
            out += "NaN";
            return true;
        case plus_infinity:
            out += "Infinity";
            return true;
        case minus_infinity:
            out += "-Infinity";
            return true;
        case negative_sign:
            out += '-';
            break;
        case 0:
            break;
        default:
            return false;
    }
    const std::string_view groups = source.take(count * 2);
    for (std::size_t i = 0; i < count; ++i) {
        if (load_2(groups.data() + i * 2) > 9999) return false;
    }
    // Group i counts 10000^(weight - i); those that are not there are zero.
    const auto group = [&](int power) -> std::uint16_t {
        const int i = weight - power;
        return i >= 0 && static_cast<std::size_t>(i) < count ? load_2(groups.data() + i * 2)
                                                             : std::uint16_t{0};
    };
    const std::size_t start = out.size();
    for (int power = std::max(weight, 0); power >= 0; --power) append_group(out, group(power));
    const std::size_t zeros = std::min(out.find_first_not_of('0', start), out.size() - 1) - start;
    out.erase(start, zeros);
    if (scale == 0) return true;
    out += '.';
    const std::size_t point = out.size();
    for (int power = -1; out.size() - point < scale; --power) append_group(out, group(power));
    out.resize(point + scale);
    return true;
}

}  // namespace duet::driver::postgres
