#include "functions.hpp"

#include <duet/base/error.hpp>
#include <duet/types/time_text.hpp>

#include <algorithm>
#include <memory>
#include <new>
#include <string>

#include <locale.h>  // NOLINT(modernize-deprecated-headers): <clocale> has no newlocale
#include <regex.h>
#include <sqlite3.h>

#include "aggregates.hpp"
#include "error.hpp"

namespace duet::driver::sqlite {
namespace {

// Expressions mean the same whatever locale the program runs in.
class Utf8Locale {
public:
    Utf8Locale() {
        static const locale_t utf8 = newlocale(LC_CTYPE_MASK, "C.UTF-8", nullptr);
        if (utf8 != nullptr) before_ = uselocale(utf8);
    }
    ~Utf8Locale() {
        if (before_ != nullptr) uselocale(before_);
    }
    Utf8Locale(const Utf8Locale&) = delete;
    Utf8Locale& operator=(const Utf8Locale&) = delete;

private:
    locale_t before_ = nullptr;
};

class Regex {
public:
    Regex(const Regex&) = delete;
    Regex& operator=(const Regex&) = delete;

    static std::unique_ptr<Regex> compile(const char* pattern, std::string& error) {
        std::unique_ptr<Regex> regex(new Regex);
        const int code = regcomp(&regex->compiled_, pattern, REG_EXTENDED | REG_NOSUB);
        if (code == 0) {
            regex->usable_ = true;
            return regex;
        }
        char text[128];
        regerror(code, &regex->compiled_, text, sizeof text);
        error = text;
        return nullptr;
    }
    ~Regex() {
        if (usable_) regfree(&compiled_);
    }

    bool matches(std::string_view text) const {
#ifdef REG_STARTEND
        regmatch_t range{};
        range.rm_eo = static_cast<regoff_t>(text.size());
        return regexec(&compiled_, text.data(), 1, &range, REG_STARTEND) == 0;
#else
        return regexec(&compiled_, std::string(text).c_str(), 0, nullptr, 0) == 0;
#endif
    }

private:
    Regex() = default;

    regex_t compiled_{};
    bool usable_ = false;
};

std::string_view text_of(sqlite3_value* value) {
    const auto* text = reinterpret_cast<const char*>(sqlite3_value_text(value));
    return {text == nullptr ? "" : text, static_cast<std::size_t>(sqlite3_value_bytes(value))};
}

void fail(sqlite3_context* context, std::string_view what) {
    const std::string message = std::string(bad_regex_prefix) + std::string(what);
    sqlite3_result_error(context, message.data(), static_cast<int>(message.size()));
}

// SQLite keeps the compiled expression as long as the pattern of a statement stays the same.
const Regex* expression(sqlite3_context* context, sqlite3_value* pattern) {
    if (const auto* known = static_cast<const Regex*>(sqlite3_get_auxdata(context, 0)); known != nullptr)
        return known;
    const std::string_view text = text_of(pattern);
    if (text.find('\0') != std::string_view::npos) {
        fail(context, "it holds a NUL byte");
        return nullptr;
    }
    std::string error;
    std::unique_ptr<Regex> regex = Regex::compile(text.data(), error);
    if (regex == nullptr) {
        fail(context, error);
        return nullptr;
    }
    sqlite3_set_auxdata(context, 0, regex.release(), [](void* old) { delete static_cast<Regex*>(old); });
    const auto* kept = static_cast<const Regex*>(sqlite3_get_auxdata(context, 0));
    if (kept == nullptr) sqlite3_result_error_nomem(context);
    return kept;
}

void regexp(sqlite3_context* context, int, sqlite3_value** arguments) {
    if (sqlite3_value_type(arguments[0]) == SQLITE_NULL || sqlite3_value_type(arguments[1]) == SQLITE_NULL)
        return;
    try {
        const Utf8Locale locale;
        if (const Regex* regex = expression(context, arguments[0]); regex != nullptr) {
            sqlite3_result_int(context, regex->matches(text_of(arguments[1])) ? 1 : 0);
        }
    } catch (const std::bad_alloc&) {
        sqlite3_result_error_nomem(context);
    }
}

struct DecimalText {
    bool number = false;
    bool negative = false;
    std::string_view whole;     // without leading zeros
    std::string_view fraction;  // without trailing zeros

    explicit DecimalText(std::string_view text) {
        if (!text.empty() && (text[0] == '-' || text[0] == '+')) {
            negative = text[0] == '-';
            text.remove_prefix(1);
        }
        const std::size_t point = std::min(text.find('.'), text.size());
        whole = text.substr(0, point);
        fraction = text.substr(std::min(point + 1, text.size()));
        number = (!whole.empty() || !fraction.empty()) && digits(whole) && digits(fraction);
        while (!whole.empty() && whole.front() == '0') whole.remove_prefix(1);
        while (!fraction.empty() && fraction.back() == '0') fraction.remove_suffix(1);
        if (whole.empty() && fraction.empty()) negative = false;
    }

    static bool digits(std::string_view text) {
        return text.find_first_not_of("0123456789") == std::string_view::npos;
    }
};

int sign(int value) { return (value > 0) - (value < 0); }

int compare_magnitudes(const DecimalText& a, const DecimalText& b) {
    if (a.whole.size() != b.whole.size()) return a.whole.size() < b.whole.size() ? -1 : 1;
    if (const int order = a.whole.compare(b.whole); order != 0) return sign(order);
    return sign(a.fraction.compare(b.fraction));
}

int compare_collated(void*, int a_size, const void* a, int b_size, const void* b) {
    return compare_decimal_texts({static_cast<const char*>(a), static_cast<std::size_t>(a_size)},
                                 {static_cast<const char*>(b), static_cast<std::size_t>(b_size)});
}

bool moment_of(sqlite3_value* value, Timestamp& out) {
    return sqlite3_value_type(value) != SQLITE_NULL && duet::detail::parse_timestamp(text_of(value), out);
}

void time_shift(sqlite3_context* context, int, sqlite3_value** arguments) {
    Timestamp moment;
    if (sqlite3_value_type(arguments[1]) == SQLITE_NULL || !moment_of(arguments[0], moment)) return;
    std::int64_t micros = 0;
    char text[duet::detail::timestamp_text_size];
    if (__builtin_add_overflow(moment.time_since_epoch().count(), sqlite3_value_int64(arguments[1]), &micros))
        return sqlite3_result_error(context, "a moment beyond the years 1 to 9999", -1);
    try {
        const std::size_t size =
            duet::detail::write_timestamp(text, Timestamp(std::chrono::microseconds(micros)));
        sqlite3_result_text(context, text, static_cast<int>(size), SQLITE_TRANSIENT);
    } catch (const ValidationError& error) {
        sqlite3_result_error(context, error.what(), -1);
    }
}

void time_between(sqlite3_context* context, int, sqlite3_value** arguments) {
    Timestamp first;
    Timestamp second;
    if (!moment_of(arguments[0], first) || !moment_of(arguments[1], second)) return;
    sqlite3_result_int64(context, (second - first).count());
}

}  // namespace

int compare_decimal_texts(std::string_view a, std::string_view b) noexcept {
    const DecimalText left(a);
    const DecimalText right(b);
    if (left.number != right.number) return left.number ? -1 : 1;
    if (!left.number) return sign(a.compare(b));
    if (left.negative != right.negative) return left.negative ? -1 : 1;
    return left.negative ? compare_magnitudes(right, left) : compare_magnitudes(left, right);
}

void register_functions(sqlite3* db) {
    // Innocuous: also usable in the checks, views and triggers of a schema that is not trusted.
    int code =
        sqlite3_create_function_v2(db, "regexp", 2, SQLITE_UTF8 | SQLITE_DETERMINISTIC | SQLITE_INNOCUOUS,
                                   nullptr, regexp, nullptr, nullptr, nullptr);
    const auto add = [&](const char* name, void (*function)(sqlite3_context*, int, sqlite3_value**)) {
        if (code != SQLITE_OK) return;
        code = sqlite3_create_function_v2(db, name, 2, SQLITE_UTF8 | SQLITE_DETERMINISTIC | SQLITE_INNOCUOUS,
                                          nullptr, function, nullptr, nullptr, nullptr);
    };
    add("duet_time_shift", time_shift);
    add("duet_time_between", time_between);
    if (code == SQLITE_OK) {
        code =
            sqlite3_create_collation_v2(db, "duet_decimal", SQLITE_UTF8, nullptr, compare_collated, nullptr);
    }
    if (code != SQLITE_OK) throw_error(db, code, {});
    register_aggregates(db);
}

}  // namespace duet::driver::sqlite
